"""What a replay brought about, counted: sums that can be added up, so that people can be played in any number of
processes, and in any order, with the same result.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from autoflow.core.program import Program
from autoflow.model.clock import MICROS
from autoflow.model.effects import ENDINGS, HELD, SENT, SKIPPED, Message

QUARTER = 15 * 60 * MICROS
"""Days and hours are counted by the quarter of an hour: in every zone of these years they begin with one."""

SAMPLES = 3
MODULUS = 1 << 128


@dataclass
class Failing:
    """Mails that cannot be made, and for the one that comes first by its key, whose it is."""

    count: int = 0
    contact: str = ""
    key: str = ""

    def add(self, other: Failing) -> None:
        """Count these as well."""
        self.count += other.count
        if not self.key or other.key < self.key:
            self.contact, self.key = other.contact, other.key


@dataclass
class RecipeTally:
    """What one recipe did over the span.

    `entered + carried = running + sum(ended)`: `carried` were under way when it began, `people` is how many entered,
    and `restarts` how many of the exited began anew. `messages` counts decisions by channel, outcome and reason,
    `holds` mails that the gate held at least once, by its first reason. `steps` is how many came to a step, `branches`
    how many went on by a branch. `parts` counts, for each split and part, who fell into it, how those runs ended or
    that they are running, and mails sent to them. `entries` and `mails` go by quarter of an hour, `failing` by template
    and reason; of the mails so many were `tried`. `samples` are a few mails of each template, chosen by a hash of
    their keys.
    """

    recipe: str
    version: int
    entered: int = 0
    carried: int = 0
    refused: int = 0
    running: int = 0
    people: int = 0
    tried: int = 0
    restarts: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    messages: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    holds: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    entries: Counter[int] = field(default_factory=Counter)
    mails: Counter[int] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    branches: Counter[tuple[str, int]] = field(default_factory=Counter)
    parts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    failing: dict[tuple[str, str], Failing] = field(default_factory=dict)
    samples: dict[str, list[tuple[str, str, Message]]] = field(default_factory=dict)

    def add(self, other: RecipeTally) -> None:
        """Count these people as well."""
        for name in ("entered", "carried", "refused", "running", "people", "tried", "restarts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for template, reason in other.failing:
            self.failing.setdefault((template, reason), Failing()).add(other.failing[template, reason])
        for template, samples in other.samples.items():
            self.samples[template] = sorted([*self.samples.get(template, []), *samples])[:SAMPLES]

    def count(self, channel: str | None = None, outcome: str | None = None, reason: str | None = None) -> int:
        """How many messages were decided so; None is any."""
        asked = (channel, outcome, reason)
        return sum(
            number
            for each, number in self.messages.items()
            if all(want is None or want == has for want, has in zip(asked, each, strict=True))
        )

    def row(self) -> dict[str, Any]:
        """The sums as `--json` writes them: `messages` counts every decision, `sent` those that would have gone out."""
        return {
            "recipe": self.recipe,
            "version": self.version,
            "entered": self.entered,
            "carried": self.carried,
            "refused": self.refused,
            "running": self.running,
            **{state: self.ended[state] for state in ENDINGS},
            "messages": self.messages.total(),
            **{outcome: self.count(outcome=outcome) for outcome in (SENT, SKIPPED, HELD)},
        }


_COUNTERS = (*("ended", "messages", "holds", "refusals", "entries", "mails", "steps", "branches", "parts"),)


@dataclass
class Tally:
    """What everybody did, counted; `aside` are those over whom the core stumbled, with the reason.

    `mailed` is how many people got a mail, from whichever recipe.
    """

    recipes: dict[str, RecipeTally]
    contacts: int = 0
    mailed: int = 0
    segments: Counter[str] = field(default_factory=Counter)
    aside: list[tuple[str, str]] = field(default_factory=list)
    digest: int = 0

    @classmethod
    def of(cls, program: Program) -> Tally:
        """Nobody counted yet."""
        return cls({name: RecipeTally(name, each.version) for name, each in sorted(program.recipes.items())})

    def add(self, other: Tally) -> None:
        """Count these people as well."""
        for name, recipe in other.recipes.items():
            self.recipes[name].add(recipe)
        self.contacts += other.contacts
        self.mailed += other.mailed
        self.segments.update(other.segments)
        self.aside += other.aside
        self.digest = (self.digest + other.digest) % MODULUS
