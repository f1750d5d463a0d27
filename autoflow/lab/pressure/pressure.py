"""How much marketing mail people get, and what caps and quiet hours do to it: sums that can be added up."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from autoflow.core.gate import CAP
from autoflow.core.program import Program
from autoflow.core.runs import ENDED
from autoflow.kinds.limits import Limit
from autoflow.lab.periods import begins, day_of, first_of
from autoflow.model.effects import MERGED, Happening
from autoflow.model.inside import EMAIL_HELD, EMAIL_SENT, EMAIL_SKIPPED

MOST = 10
_MARKETING = "marketing"


class Caps(NamedTuple):
    """How much marketing mail a contact may get: by the project's word, and by that of recipes."""

    project: Limit | None
    recipes: Mapping[str, Limit]

    @classmethod
    def of(cls, program: Program) -> Caps:
        """Those that are in force in a program."""
        asked = {name: each.sending.at_most for name, each in sorted(program.recipes.items())}
        limits = {name: each.limit for name, each in asked.items() if each is not None}
        return cls(program.at_most.limit if program.at_most is not None else None, limits)

    def of_recipe(self, recipe: str) -> list[Limit]:
        """Those that a recipe's mail meets."""
        return [each for each in (self.project, self.recipes.get(recipe)) if each is not None]


class Weeks:
    """The weeks of a zone, from Monday, that have some of a span."""

    def __init__(self, start: int, end: int, zone: str) -> None:
        first, last = first_of(day_of(start, zone), "week"), day_of(end, zone)
        self.mondays: list[date] = []
        while first <= last:
            self.mondays.append(first)
            first += timedelta(days=7)
        self._begins = [begins(monday, zone) for monday in self.mondays[1:]]

    def week(self, instant: int) -> int:
        """Which of them an instant lies in."""
        return bisect_right(self._begins, instant)


@dataclass
class RecipePressure:
    """One recipe's marketing mail: so many were `sent`, and so many met a cap.

    `held` counts mails that were held at least once, by the first reason, `skipped` those that were not sent, and
    `waiting` are held still. Of the mails that met a cap `delayed` went out, so many microseconds later in all.
    """

    sent: int = 0
    capped: int = 0
    waiting: int = 0
    delayed: int = 0
    delay: int = 0
    held: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, other: RecipePressure) -> None:
        """Count these as well."""
        for name in ("sent", "capped", "waiting", "delayed", "delay"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.held.update(other.held)
        self.skipped.update(other.skipped)


class Capped(NamedTuple):
    """Somebody of whose mails so many met a cap, and so many were sent; orders those who met most first."""

    rank: int
    contact: str
    sent: int

    @property
    def mails(self) -> int:
        """How many met a cap."""
        return -self.rank


@dataclass
class Pressure:
    """Everybody's marketing mail: of so many `contacts` some were `mailed`, and of some a mail met a cap (`capped`).

    `slots` counts, by (recipe whose mail met a cap, recipe), the mails that stood in the full window then. `weeks`
    counts a person's weeks by how many mails he got in them (those without any are left out), `most` are those who met
    caps most. `passing` mails are transactional, which no cap concerns. `aside` are left out, with the reason.
    """

    contacts: int = 0
    mailed: int = 0
    capped: int = 0
    passing: int = 0
    recipes: dict[str, RecipePressure] = field(default_factory=dict)
    slots: Counter[tuple[str, str]] = field(default_factory=Counter)
    weeks: Counter[int] = field(default_factory=Counter)
    most: list[Capped] = field(default_factory=list)
    aside: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """How many marketing mails were sent."""
        return sum(each.sent for each in self.recipes.values())

    def recipe(self, name: str) -> RecipePressure:
        """What a recipe has come to so far."""
        return self.recipes.setdefault(name, RecipePressure())

    def add(self, other: Pressure) -> None:
        """Count these people as well."""
        for name in ("contacts", "mailed", "capped", "passing"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name, recipe in other.recipes.items():
            self.recipe(name).add(recipe)
        self.slots.update(other.slots)
        self.weeks.update(other.weeks)
        self.most = sorted([*self.most, *other.most])[:MOST]
        self.aside += other.aside


@dataclass
class _Mail:
    """A mail that the gate holds: of which template, since when, and whether a cap has."""

    template: str
    since: int
    counts: bool
    capped: bool = False


class Pressing:
    """One person's lines of the journal, counted; each record's in order."""

    def __init__(self, total: Pressure, caps: Caps, weeks: Weeks) -> None:
        self._total, self._caps, self._weeks = total, caps, weeks
        self._sent: dict[str, list[tuple[int, str]]] = {}
        self._held: dict[tuple[str, str, int], _Mail] = {}
        self._in_week: Counter[int] = Counter()
        self._capped = 0

    def was_sent(self, key: str, at: int, recipe: str) -> None:
        """A marketing mail that is not counted, but takes a slot."""
        self._sent.setdefault(key, []).append((at, recipe))

    def take(self, key: str, zone: str, line: Happening, *, counts: bool = True) -> None:
        """A line of the record with that key, whose zone months go by; without `counts` it lies before the span."""
        detail = line.detail or {}
        match line.kind:
            case kind if kind == EMAIL_SENT:
                if detail.get("class") == _MARKETING:
                    self._went(key, line, counts=counts)
                else:
                    self._total.passing += counts
            case kind if kind == EMAIL_SKIPPED:
                self._not_sent(key, zone, line, detail, counts=counts)
            case kind if kind == EMAIL_HELD:
                self._is_held(key, zone, line, str(detail.get("reason", "")), counts=counts)
            case kind if kind == ENDED:
                self._held.pop((key, line.recipe, line.entry), None)
            case kind if kind == MERGED:
                both = [*self._sent.get(key, []), *self._sent.pop(line.subject, [])]
                self._sent[key] = sorted(both)
                for run in [run for run in self._held if run[0] == line.subject]:
                    del self._held[run]  # it goes on under another number, and is held anew

    def close(self, contact: str) -> None:
        """That was all of him."""
        total = self._total
        total.contacts += 1
        for (_, recipe, _), mail in self._held.items():
            total.recipe(recipe).waiting += mail.counts
        total.weeks.update(self._in_week.values())
        total.mailed += bool(self._in_week)
        total.capped += bool(self._capped)
        if self._capped:
            most = Capped(-self._capped, contact, self._in_week.total())
            total.most = sorted([*total.most, most])[:MOST]

    def _went(self, key: str, line: Happening, *, counts: bool) -> None:
        mail = self._held.pop((key, line.recipe, line.entry), None)
        self._sent.setdefault(key, []).append((line.at, line.recipe))
        if not counts:
            return
        recipe = self._total.recipe(line.recipe)
        recipe.sent += 1
        self._in_week[self._weeks.week(line.at)] += 1
        if mail is not None and mail.capped and mail.counts:
            recipe.delayed += 1
            recipe.delay += line.at - mail.since

    def _not_sent(
        self, key: str, zone: str, line: Happening, detail: Mapping[str, Any], *, counts: bool
    ) -> None:
        mail = self._held.pop((key, line.recipe, line.entry), None)
        if not counts or detail.get("class") != _MARKETING:
            return
        reason = str(detail.get("reason", ""))
        self._total.recipe(line.recipe).skipped[reason] += 1
        if reason == CAP and (mail is None or not mail.capped):
            self._met_a_cap(key, zone, line)

    def _is_held(self, key: str, zone: str, line: Happening, reason: str, *, counts: bool) -> None:
        run = (key, line.recipe, line.entry)
        mail = self._held.get(run)
        if mail is None or mail.template != line.subject:
            mail = self._held[run] = _Mail(line.subject, line.at, counts)
            if counts:
                self._total.recipe(line.recipe).held[reason] += 1
        if reason == CAP and not mail.capped:
            mail.capped = True
            if counts:
                self._met_a_cap(key, zone, line)

    def _met_a_cap(self, key: str, zone: str, line: Happening) -> None:
        """Whose mails stand in the window: of the cap that is full for longest."""
        self._capped += 1
        self._total.recipe(line.recipe).capped += 1
        full: list[tuple[int, list[str]]] = []
        for limit in self._caps.of_recipe(line.recipe):
            ends = [
                (limit.per.window_end(at, zone), recipe)
                for at, recipe in self._sent.get(key, [])
                if at <= line.at
            ]
            ahead = sorted(each for each in ends if each[0] > line.at)
            if len(ahead) >= limit.most:
                full.append((ahead[len(ahead) - limit.most][0], [recipe for _, recipe in ahead]))
        for winner in max(full, key=lambda each: each[0], default=(0, []))[1]:
            self._total.slots[line.recipe, winner] += 1
