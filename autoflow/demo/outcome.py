"""What a demo has brought about, counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autoflow.demo.weeks import Message
from autoflow.lab.simulation.recording import digest, message_row, ndjson
from autoflow.lab.simulation.simulate import Simulation
from autoflow.language.definitions import Workspace
from autoflow.model.effects import EMAIL
from autoflow.model.instants import parse_instant
from autoflow.store import reports
from autoflow.store.database import Database
from autoflow.store.reports import MessageLine

_DECISION = ("at", "contact", "recipe", "step", "channel", "name", "key", "outcome", "reason")


@dataclass
class Outcome:
    """What there is to tell of. `simulated` is the whole year, `again` the weeks from `start` to `end` alone."""

    folder: Path
    program: str
    zone: str
    start: int
    end: int
    year: list[Message]
    simulated: Simulation
    again: Simulation
    workspace: Workspace
    database: Database

    @cached_property
    def messages(self) -> list[MessageLine]:
        """What the engine decided, in order."""
        return reports.messages(self.database)

    @cached_property
    def sent(self) -> list[MessageLine]:
        """What has gone out."""
        return [message for message in self.messages if message.state == "sent"]

    @cached_property
    def mails(self) -> list[MessageLine]:
        """The mails that have gone out."""
        return [message for message in self.sent if message.channel == EMAIL]

    @cached_property
    def marketing_mails(self) -> list[MessageLine]:
        """Those of them that need no reason but ours."""
        return [each for each in self.mails if self.workspace.templates[each.name].klass == "marketing"]

    @cached_property
    def runs(self) -> Mapping[str, Mapping[str, int]]:
        """Runs by recipe and state."""
        return reports.runs_by_recipe(self.database)

    @cached_property
    def digest(self) -> str:
        """Of everything that the engine decided."""
        return digest([ndjson({key: getattr(each, key) for key in _DECISION} for each in self.messages)])

    @cached_property
    def agrees(self) -> bool:
        """Whether the simulation of these weeks decided the same."""
        rows = ({**message_row(message, who), "at": message.at} for message, who in self.again.messages)
        return digest([ndjson({key: row[key] for key in _DECISION} for row in rows)]) == self.digest

    def tracked(self, event: str) -> list[Message]:
        """The year's events of a name."""
        return [each for each in self.year if each.get("event") == event]

    @cached_property
    def mailed_after_unsubscribing(self) -> int:
        """Marketing mails that went to somebody who had unsubscribed before; must be 0."""
        since: dict[str, int] = {}
        for each in self.tracked("unsubscribed"):
            since.setdefault(str(each["userId"]), parse_instant(str(each["timestamp"])))
        return sum(message.at >= since.get(message.contact, self.end) for message in self.marketing_mails)
