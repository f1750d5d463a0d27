"""What is recorded of one contact: his journal and what came in, as far as `why` asks."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from autoflow.model.event import IDENTIFY, Event
from autoflow.model.inside import ATTRIBUTE_SET, REMEMBERED
from autoflow.store.database import Database
from autoflow.store.history import Stored, remembered
from autoflow.store.person import Log, Person
from autoflow.store.reports import Line


class Traces:
    """What is recorded of a contact up to an instant, read as far as somebody asks."""

    def __init__(self, database: Database, person: Person, instant: int) -> None:
        self._database = database
        self.person = person
        self.instant = instant
        self.since: dict[str, int] = {}
        """When recipes were first applied, as far as somebody has said so."""

    @cached_property
    def journal(self) -> list[Line]:
        """The journal, latest line first."""
        return [line for line in reversed(self.person.journal) if line.at <= self.instant]

    @cached_property
    def _by_recipe(self) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = {}
        for line in reversed(self.journal):
            found.setdefault(line.recipe, []).append(line)
        return found

    def of(self, recipe: str) -> list[Line]:
        """The journal of one recipe, in order."""
        return self._by_recipe.get(recipe, [])

    @cached_property
    def log(self) -> Log:
        """What came in."""
        return Log(self._database, self.person.members, self.instant)

    def told(self, attribute: str) -> tuple[int, Any] | None:
        """When an attribute was last told, or set by a step, and with what value."""
        inside = ((line.at, line.detail.get("value")) for line in self.lines(ATTRIBUTE_SET, attribute))
        outside = (
            (happened_at(row), row.properties[attribute])
            for row in self.log.rows(IDENTIFY)
            if attribute in row.properties
        )
        found = [each for each in (next(inside, None), next(outside, None)) if each is not None]
        return max(found, key=lambda each: each[0], default=None)

    @cached_property
    def _by_subject(self) -> dict[tuple[str, str], list[Line]]:
        found: dict[tuple[str, str], list[Line]] = {}
        for line in self.journal:
            found.setdefault((line.kind, line.subject), []).append(line)
        return found

    def lines(self, kind: str, subject: str) -> list[Line]:
        """Lines of a kind about a subject, latest first."""
        return self._by_subject.get((kind, subject), [])

    @cached_property
    def inside(self) -> list[Event]:
        """What steps brought about, as events, latest first."""
        lines = (line for line in self.journal if line.kind in REMEMBERED)
        found = (
            remembered(line.n, line.at, line.kind, line.subject, line.recipe, line.detail) for line in lines
        )
        return [event for event in found if event is not None]


def happened_at(row: Stored) -> int:
    """When it applied: history when it occurred, what came in live at its receipt."""
    return row.occurred_at if row.history else row.at
