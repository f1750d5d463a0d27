"""What a story has brought about so far: what an `expect` is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from autoflow.kinds.scores import Score
from autoflow.kinds.view import View
from autoflow.model.contact import Record, Run
from autoflow.model.effects import Effects, Happening, Message
from autoflow.model.inside import ENTERED
from autoflow.model.values import Value

ENDED = "ended"


@dataclass
class Seen:
    """The contact now, and all that the story has brought about; `recipe` is the one under test.

    With an `entry`, only what that run of the recipe brought about (see `of_run`).
    """

    recipe: str
    view: View
    scores: Mapping[str, Score]
    messages: list[Message] = field(default_factory=list)
    journal: list[Happening] = field(default_factory=list)
    entry: int = 0

    @property
    def record(self) -> Record:
        """The contact."""
        return self.view.record

    @property
    def zone(self) -> str:
        """The project's time zone, in which tests are written."""
        return self.view.project_zone

    def add(self, effects: Effects) -> None:
        """Take in what came next."""
        self.messages += effects.messages
        self.journal += effects.journal

    def names(self, channel: str, outcome: str) -> list[Value]:
        """What was decided on a channel with that outcome, in order."""
        return [each.name for each in self.messages if (each.channel, each.outcome) == (channel, outcome)]

    def under_way(self) -> list[Run]:
        """The contact's runs now; with an `entry`, that run alone while it is under way."""
        mine = (self.recipe, self.entry)
        return [run for run in self.record.runs if not self.entry or (run.recipe, run.entry) == mine]

    def entries(self) -> list[Happening]:
        """The entries into the recipe under test, in order."""
        return [line for line in self.journal if (line.kind, line.recipe) == (ENTERED, self.recipe)]

    def of_run(self, entry: int) -> Seen:
        """The same for one run of the recipe alone."""
        mine = (self.recipe, entry)
        return replace(
            self,
            messages=[each for each in self.messages if (each.recipe, each.entry) == mine],
            journal=[line for line in self.journal if (line.recipe, line.entry) == mine],
            entry=entry,
        )
