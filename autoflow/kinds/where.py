"""`where`: which events count, by their properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autoflow.kinds.operators import Test
from autoflow.kinds.view import View


@dataclass(frozen=True)
class Where:
    """Tests on properties of an event, all of which must hold."""

    tests: tuple[tuple[str, Test], ...] = ()

    def matches(self, properties: dict[str, Any], view: View) -> bool:
        """Whether an event with these properties counts; placeholders are filled from the view."""
        for name, test in self.tests:  # noqa: SIM110 - a loop is a third faster here than a generator
            if not test.holds(properties.get(name), view):
                return False
        return True


EVERY = Where()
