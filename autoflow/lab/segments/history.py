"""How large segments were, day by day: from what the journal tells of joins and leaves, and from who is in them now.

Sizes are counted forwards from nobody, silent moves included (`lab.segment_moves`), and end at what they are now.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from autoflow.core.program import Program
from autoflow.kinds.base import SEGMENT
from autoflow.lab.periods import Step, day_of, days_between, stepped
from autoflow.lab.segments.moves import IN, OUT, Calendar, Reading, Track
from autoflow.store import populations
from autoflow.store.database import Database
from autoflow.store.populations import Move
from autoflow.store.standing import settled, standing

_TOLD = 65_536


class Period(NamedTuple):
    """Some days of a segment, both ends included: its size at the end, who joined and left meanwhile, and by how many
    it changed otherwise: by what was applied, or by merges.
    """

    first: date
    last: date
    size: int
    joined: int
    left: int
    otherwise: int


class Baseline(NamedTuple):
    """What a release did to a segment by being applied: so many `came` and `went` without joining or leaving."""

    release: int
    at: int
    came: int
    went: int


class Merges(NamedTuple):
    """How many came into a segment and went out of it because two contacts turned out to be one."""

    came: int
    went: int


@dataclass(frozen=True)
class SegmentHistory:
    """One segment's past: its size before the first day, its days, and what moved contacts without a word.

    `rough_until`: several releases changed it, and whoever one of them put in and a later one took out, without joining
    or leaving in between, has left no trace, so that sizes before this instant are an estimate. None where none is.
    """

    segment: str
    before: int
    days: list[Period]
    baselines: list[Baseline]
    merges: Merges
    rough_until: int | None

    @property
    def size(self) -> int:
        """Its size at the end."""
        return self.days[-1].size

    @property
    def joined(self) -> int:
        """How often somebody joined."""
        return sum(day.joined for day in self.days)

    @property
    def left(self) -> int:
        """How often somebody left."""
        return sum(day.left for day in self.days)

    @property
    def otherwise(self) -> int:
        """By how many it changed otherwise."""
        return sum(day.otherwise for day in self.days)

    def by(self, step: Step) -> list[Period]:
        """The days put together to weeks, months or years; the first and the last may be cut."""
        found, rest = [], iter(self.days)
        for days in stepped([day.first for day in self.days], step):
            some = [next(rest) for _ in days]
            joined, left = sum(each.joined for each in some), sum(each.left for each in some)
            otherwise = sum(each.otherwise for each in some)
            found.append(Period(days[0], days[-1], some[-1].size, joined, left, otherwise))
        return found


@dataclass(frozen=True)
class Histories:
    """The past of segments between two days of a time zone; `at` is how far the engine was.

    `erased` people have been erased: the past is told as if they had never been there.
    """

    at: int
    zone: str
    first: date
    last: date
    segments: list[SegmentHistory]
    erased: int


def histories(
    database: Database,
    segments: Mapping[str, Collection[str]],
    zone: str,
    now: int,
    start: date | None = None,
    end: date | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Histories:
    """The past of some segments by day, from `start` (else the first apply) to `end` (else how far the engine is; that
    is `now` where nothing waits for it).

    Each stands with those that it uses, itself included; something must have been applied. Days that are asked for
    beyond what is known are left out; where none is left, `first` lies behind `last` and there are no segments.
    `progress` hears how many lines were read; how many there are nobody knows (0).
    """
    with database.read():
        at = standing(database)
        releases = populations.placed_releases(database, at.release)
        upto = max(settled(database, now), at.applied_at)
        known = days_between(day_of(releases[0].at, zone), day_of(upto, zone))
        first, last = max(start or known[0], known[0]), min(end or known[-1], known[-1])
        if first > last:
            return Histories(upto, zone, first, last, [], 0)
        only = next(iter(segments)) if len(segments) == 1 else None
        reading = Reading(
            segments,
            Calendar(known, zone, releases),
            populations.last_contact(database),
            populations.merged_contacts(database),
        )
        reading.follow(_told(populations.moves(database, only), progress))
        reading.close(populations.members_since(database, only))
        found = [_history(track, first, last) for track in reading.tracks.values()]
        return Histories(upto, zone, first, last, found, populations.erased(database))


def _told(lines: Iterable[Move], progress: Callable[[int, int], None] | None) -> Iterable[Move]:
    if progress is None:
        return lines

    def counted() -> Iterator[Move]:
        for number, move in enumerate(lines):
            if number % _TOLD == 0:
                progress(number, 0)
            yield move

    return counted()


def _history(track: Track, first: date, last: date) -> SegmentHistory:
    """What was counted, cut to these days."""
    calendar, days, size, before = track.calendar, list[Period](), 0, 0
    for number, day in enumerate(calendar.days):
        joined, left, silent = track.joined[number], track.left[number], track.silent[number]
        size += joined - left + silent
        if day < first:
            before = size
        elif day <= last:
            days.append(Period(day, day, size, joined, left, silent))
    inside = slice((first - calendar.days[0]).days, (last - calendar.days[0]).days + 1)
    merges = Merges(*(sum(track.by_merge[into][inside]) for into in (IN, OUT)))
    baselines = [each for each in _baselines(track) if first <= calendar.day(each.at) <= last]
    return SegmentHistory(track.segment, before, days, baselines, merges, _rough_until(track, first))


def _baselines(track: Track) -> Iterator[Baseline]:
    came, went = track.by_release[IN], track.by_release[OUT]
    for number in sorted({*came, *went}):
        release = track.calendar.releases[number]
        yield Baseline(release.release, release.at, came[number], went[number])


def _rough_until(track: Track, first: date) -> int | None:
    moved = {each.release for each in _baselines(track)}
    edits = [
        each
        for each in track.calendar.releases
        if each.contacts and (each.release in moved or track.uses & each.segments)
    ]
    return edits[-1].at if len(edits) > 1 and track.calendar.day(edits[-1].at) >= first else None


def uses(program: Program) -> dict[str, frozenset[str]]:
    """Each segment with those that it uses, by whatever way, itself included."""
    found: dict[str, frozenset[str]] = {}
    for segment in program.segments:  # those it uses stand before it
        asked = [name for sort, name in segment.condition.topics() if sort == SEGMENT]
        found[segment.id] = frozenset({segment.id}).union(*(found.get(name, {name}) for name in asked))
    return found
