"""A naive interpreter of a workspace: the independent witness of what the engine decides.

It keeps all that ever happened to a contact and works everything out of that anew, whenever it is asked. It
imports nothing of autoflow, and what it was not written for it refuses.

    outcome = Naive(Path("workspace")).run(messages, start, end)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.oracle import timing
from tests.oracle.conditions import member
from tests.oracle.look import Look
from tests.oracle.people import people
from tests.oracle.walking import Walk
from tests.oracle.workspace import Sources, Workspace, read_workspace


class Entry(NamedTuple):
    """One run: when it was entered, its number for recipe and contact, how it ended (`running`: not yet)."""

    at: int
    recipe: str
    contact: str
    entry: int
    outcome: str
    ended: int | None


class Message(NamedTuple):
    """One decided message, in the order and the words of `simulate --messages`; `at` in UTC microseconds."""

    at: int
    recipe: str
    step: str
    contact: str
    channel: str
    name: str
    key: str
    outcome: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        return {**self._asdict(), "at": timing.iso(self.at)}


@dataclass
class NaiveOutcome:
    """Entries and messages by (instant, contact key, order of happening); a contact is named by the user id that he
    has in the end, a nameless one by his visitor id.

    `refused` counts by (recipe, reason): `while_running`, `reentry`, or `condition N`, the first that failed.
    """

    entries: list[Entry]
    messages: list[Message]
    refused: Counter[tuple[str, str]]
    walks: list[Walk] = field(repr=False)
    workspace: Workspace = field(repr=False)

    def memberships(self, segment: str, instant: int) -> set[str]:
        """Ids (of users, else of visitors) of the members once everything at `instant` has happened."""
        zone, words = self.workspace.zone, self.workspace.words
        return {
            walk.contact_id
            for walk in self.walks
            if member(segment, Look(walk.history, instant, zone, words))
        }

    def refused_by_recipe(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for (recipe, _), times in self.refused.items():
            total[recipe] += times
        return total


class Naive:
    """`workspace`: a folder, or its files as path -> text (of YAML files also what stands in them)."""

    def __init__(self, workspace: Path | Sources) -> None:
        self.workspace = read_workspace(workspace)

    def run(
        self, events: Iterable[Mapping[str, Any]], start: int | None = None, end: int | None = None
    ) -> NaiveOutcome:
        """Replay Segment-spec messages.

        Messages whose instant lies before `start` are history: they are remembered and trigger nothing, and
        the memberships just before `start` are the baseline. What falls due up to and including `end` happens; the
        default is the last message's instant.
        """
        everybody = people(events)
        if end is None:
            end = max((person.items[-1].at for person in everybody), default=0)
        walks = [Walk(self.workspace, person) for person in everybody]
        for walk in walks:
            walk.walk(start, end)
        walks.sort(key=lambda walk: walk.key)
        entries = [
            Entry(run.entered_at, run.recipe.id, walk.contact_id, run.entry, run.state, run.ended_at)
            for walk in walks
            for run in walk.runs
        ]
        messages = [
            Message(at, recipe, step, walk.contact_id, *rest)
            for walk in walks
            for at, recipe, step, *rest in walk.messages
        ]
        entries.sort(key=lambda entry: entry.at)  # stable: by contact key, then in order of happening
        messages.sort(key=lambda message: message.at)
        refused = sum((walk.refused for walk in walks), Counter())
        return NaiveOutcome(entries, messages, refused, walks, self.workspace)
