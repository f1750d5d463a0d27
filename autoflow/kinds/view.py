"""What a condition looks at: one contact and an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autoflow.model.contact import Cell, Record, Run


class View:
    """One contact at one instant, as conditions, triggers and placeholders see it.

    `run` is the run in whose name is asked (None for segments and entry); `event` the properties of the event
    that started it, or that is about to start it; `trigger` the id of the trigger that did, or would.
    """

    __slots__ = ("event", "now", "project_zone", "record", "run", "trigger")

    def __init__(
        self,
        record: Record,
        now: int,
        project_zone: str,
        run: Run | None = None,
        event: dict[str, Any] | None = None,
        trigger: str = "",
    ) -> None:
        self.record = record
        self.now = now
        self.project_zone = project_zone
        self.run = run
        self.event = event
        self.trigger = run.trigger if run is not None else trigger

    @property
    def zone(self) -> str:
        """The contact's time zone, else the project's."""
        zone = self.record.attributes.get("timezone")
        return zone if zone and _known_zone(zone) else self.project_zone

    def cell(self, key: str) -> Cell | None:
        """What is remembered under a memory's key, or None while nothing is."""
        if self.run is not None:
            cell = self.run.memory.get(key)
            if cell is not None:
                return cell
        return self.record.memory.get(key)

    def scope(self) -> dict[str, Any]:
        """What a placeholder sees."""
        return {"contact": contact_scope(self.record), "event": self.event or {}}


def contact_scope(record: Record) -> dict[str, Any]:
    """The contact as placeholders and templates see him: his attributes, and `id`, his user id."""
    return {"id": record.name, **record.computed, **record.attributes}


def _known_zone(name: object) -> bool:
    from autoflow.model.instants import zone

    if not isinstance(name, str):
        return False
    try:
        zone(name)
    except LookupError:
        return False
    return True
