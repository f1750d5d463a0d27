"""The figures of one recipe, line by line, as the page shows them. Long lists are cut, and say how much more there
is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

from autoflow.cli.pages.svg import Series
from autoflow.cli.simulate import outcomes
from autoflow.lab.simulation.findings import days
from autoflow.lab.simulation.tally import RecipeTally
from autoflow.model.effects import HELD
from autoflow.model.reasons import in_short

_MOST_LINES = 8
_MOST_DAYS, _MOST_WEEKS = 400, 160  # so many bars are drawn at most
_Item = TypeVar("_Item")


class Cut(NamedTuple, Generic[_Item]):
    """The first of a list, and how many more there are."""

    shown: Sequence[_Item]
    more: int


class Line(NamedTuple):
    """A figure, and what it counts."""

    says: str
    number: int


class FailingLine(NamedTuple):
    """Mails of one template that cannot be made, for one reason, and whose one of them is."""

    template: str
    reason: str
    number: int
    contact: str


def cut(found: Iterable[_Item], most: int) -> Cut[_Item]:
    """No more than so many of them."""
    listed = list(found)
    return Cut(listed[:most], max(0, len(listed) - most))


def series(counts: Mapping[int, int], start: int, end: int, zone: str) -> Series:
    """What was counted by day; of a longer span by week (from Monday on), and of a very long one by month."""
    by_day = days(counts, start, end, zone)
    if len(by_day) <= _MOST_DAYS:
        return Series("day", by_day)
    weeks = _together(by_day, weekly=True)
    if len(weeks) <= _MOST_WEEKS:
        return Series("week", weeks)
    return Series("month", _together(by_day, weekly=False))


def _together(by_day: Sequence[tuple[date, int]], *, weekly: bool) -> list[tuple[date, int]]:
    def begins(pair: tuple[date, int]) -> date:
        day = pair[0]
        return day - timedelta(days=day.weekday()) if weekly else day.replace(day=1)

    first = by_day[0][0]
    return [(max(day, first), sum(number for _, number in of)) for day, of in groupby(by_day, begins)]


def ends(tally: RecipeTally) -> list[Line]:
    """How its runs ended, or that they are under way."""
    return [Line(*each) for each in outcomes.ends(tally)]


def turned_away(tally: RecipeTally) -> Cut[Line]:
    """Who did not get in, by what kept them out."""
    refused = outcomes.most(tally.refusals)
    return cut((Line(outcomes.why_refused(why, number), number) for why, number in refused), _MOST_LINES)


def gone_out(tally: RecipeTally) -> list[Line]:
    """What went out, by what it is."""
    return [Line(*each) for each in outcomes.gone_out(tally)]


def not_sent(tally: RecipeTally) -> Cut[Line]:
    """What did not go out, by what it is and why."""
    found = {
        (channel, reason): number
        for channel, reasons in outcomes.not_made(tally).items()
        for reason, number in reasons.items()
    }
    lines = (
        Line(f"{outcomes.thing(channel, number)}: {in_short(reason)}", number)
        for (channel, reason), number in outcomes.most(found)
    )
    return cut(lines, _MOST_LINES)


def waited(tally: RecipeTally) -> list[Line]:
    """Mails that had to wait, by what for, and those that still do."""
    held = [Line(outcomes.why_held(reason), number) for reason, number in outcomes.most(tally.holds)]
    still = tally.count(outcome=HELD)
    return [*held, Line("still held back at the end", still)] if still else held


def failing(tally: RecipeTally) -> Cut[FailingLine]:
    """Mails that cannot be made, the most of one kind first."""
    lines = [
        FailingLine(template, reason, each.count, each.contact)
        for (template, reason), each in tally.failing.items()
    ]
    return cut(sorted(lines, key=lambda line: (-line.number, line.template, line.reason)), _MOST_LINES)


def happened(tally: RecipeTally) -> bool:
    """Whether there is anything to tell of it."""
    return bool(tally.entered or tally.carried or tally.refused or tally.messages)
