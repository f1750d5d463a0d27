"""What one part of a file may refer to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from autoflow.kinds.base import Condition
from autoflow.language.names import Names
from autoflow.language.settings.declared import Declared
from autoflow.language.source import Report, Span

Part = Literal["trigger", "entry", "keep_while", "leave", "action", "choose", "segment"]
"""trigger; conditions; keep_while; goal, exit and what is waited for; actions; `if`; a segment's conditions."""


@dataclass(eq=False, repr=False)
class Scope:
    """Where a part stands and what its names mean.

    `starts` are the events of which one starts the run; empty where the run starts without one. `triggers` are the
    ids of the recipe's triggers. `uses` collects the declared types that the file relies on, `read` every condition
    with its place, and `places` where each step stands, by its id; copies made by `within` share all three.
    """

    report: Report
    names: Names
    part: Part
    starts: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    uses: set[str] = field(default_factory=set)
    read: list[tuple[Condition, Span]] = field(default_factory=list)
    places: dict[str, Span] = field(default_factory=dict)

    def within(self, part: Part, starts: tuple[str, ...] | None = None) -> Scope:
        """The same file's scope for another part."""
        return replace(self, part=part, starts=self.starts if starts is None else starts)

    def attribute(self, name: str) -> Declared | None:
        """The type of an attribute, noted as used; None where it is not declared."""
        return self._used(f"attribute {name}", self.names.settings.attributes.get(name))

    def property(self, event: str, name: str) -> Declared | None:
        """The type of an event's property, noted as used; None where it is not declared."""
        return self._used(f"event {event}.{name}", (self.names.properties(event) or {}).get(name))

    def _used(self, what: str, declared: Declared | None) -> Declared | None:
        if declared is not None:
            self.uses.add(f"{what}: {declared.says()}")
        return declared
