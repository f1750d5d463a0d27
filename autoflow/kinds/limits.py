"""Limits that roll with time, `2 emails per 7 days`, and shares of the time before, `50% of before`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from autoflow.kinds.memory import LastTimes
from autoflow.kinds.operators import Test
from autoflow.kinds.view import View
from autoflow.kinds.where import Where
from autoflow.model.contact import Times
from autoflow.model.durations import Duration
from autoflow.model.inside import EMAIL_SENT
from autoflow.model.values import MILLION, from_millionths


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in any window of the length `per`."""

    most: int
    per: Duration

    def says(self) -> str:
        """As it is written."""
        return f"{self.most} per {self.per}"


@dataclass(frozen=True, slots=True)
class LimitOn:
    """A limit with what it must remember: at least the last `limit.most` instants."""

    limit: Limit
    memory: LastTimes

    def free_at(self, view: View) -> int | None:
        """None where one more may follow now; else the first instant at which one may, as things stand."""
        cell = view.record.memory.get(self.memory.key)
        times = cell.times if isinstance(cell, Times) else []
        ends = sorted(self.limit.per.window_end(at, view.zone) for at in times)
        ahead = [end for end in ends if end > view.now]
        return ahead[len(ahead) - self.limit.most] if len(ahead) >= self.limit.most else None


def mail_limit(limit: Limit) -> LimitOn:
    """A limit on the marketing mail that a contact gets, over all recipes."""
    where = Where((("class", Test("is", "marketing", "text")),))
    return LimitOn(limit, LastTimes((EMAIL_SENT,), where, limit.most))


class OfBefore(NamedTuple):
    """A share, in millionths of a percent, of what the window of the same length directly before held."""

    percent: int

    def of(self, before: int) -> int:
        """The threshold, a hundred million times as large as what it is compared with."""
        return self.percent * before

    def scaled(self, now: int) -> int:
        """What is compared with `of`."""
        return now * 100 * MILLION

    def __str__(self) -> str:
        return f"{from_millionths(self.percent)}% of the time before"


def compares(word: str, now: int, before: int, share: OfBefore) -> bool:
    """`now` against a share of `before`, by one of the operators of order."""
    left, right = share.scaled(now), share.of(before)
    return {
        "at_least": left >= right,
        "at_most": left <= right,
        "more_than": left > right,
        "less_than": left < right,
    }[word]
