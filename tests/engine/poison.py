"""Contacts over whom the core stumbles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from autoflow.core.advance import advance
from autoflow.core.program import Program
from autoflow.model.contact import Record
from autoflow.model.effects import Effects
from autoflow.model.event import ERASE, Event
from autoflow.store import groups


@contextmanager
def poison(*keys: str, halfway: bool = False, but_erasure: bool = False) -> Iterator[None]:
    """The core stumbles over these contacts: `halfway` after it has done everything, and `but_erasure` not where
    all there is to do is to forget them.
    """

    def stumbling(
        program: Program, record: Record, items: Sequence[Event], horizon: int, **more: bool
    ) -> Effects:
        if but_erasure and [item.name for item in items] == [ERASE]:
            return advance(program, record, items, horizon)
        if record.key in keys and not halfway:
            raise ZeroDivisionError("ana@example.com")
        effects = advance(program, record, items, horizon)
        if record.key in keys:
            raise ZeroDivisionError("ana@example.com")
        return effects

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(groups, "advance", stumbling)
        yield
