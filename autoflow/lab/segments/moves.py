"""Joins and leaves as the journal tells them, and what must have happened silently in between.

What was applied puts contacts in and takes them out without anybody's joining or leaving (a baseline), and so does a
merge. Each contact's lines show where that happened: who leaves without having joined must have been put in before.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from autoflow.core.segments import ENTERED
from autoflow.lab.periods import begins
from autoflow.model.effects import MERGED
from autoflow.store.populations import Move, Placed

IN, OUT = True, False
_MOST_RELEASES = 0x7FFF  # that fit beside the lowest bit
_MEMBER = 1  # the lowest bit of a state; above it stands how many releases came before his last line


class Calendar:
    """Instants put into place: on which day, and behind how many releases."""

    def __init__(self, days: list[date], zone: str, releases: list[Placed]) -> None:
        self.days, self.releases = days, releases
        midnights = [begins(day, zone) for day in days[1:]]
        places = [release.at for release in releases]
        self._bounds = sorted({*midnights, *places})
        starts = [0, *self._bounds]
        self._day = [bisect_right(midnights, start) for start in starts]
        self._behind = [min(bisect_right(places, start), _MOST_RELEASES) for start in starts]

    def place(self, instant: int) -> tuple[int, int]:
        """The day, counted from the first, and how many releases stand at the instant or before."""
        slot = bisect_right(self._bounds, instant)
        return self._day[slot], self._behind[slot]

    def day(self, instant: int) -> date:
        """The day that it is at an instant."""
        return self.days[self.place(instant)[0]]

    def cause(self, uses: frozenset[str], contact: int, after: int, upto: int) -> int | None:
        """Which of the releases behind `after` of them, up to `upto`, moved a contact; None where there is none.

        Where there are several since he is known, the first that changed one of `uses`, or else the first.
        """
        between = [number for number in range(after, upto) if contact <= self.releases[number].contacts]
        own = (number for number in between if uses & self.releases[number].segments)
        return next(own, next(iter(between), None))


@dataclass
class Merged:
    """The days of a contact's merges, and how many there had been at his last line of each segment."""

    days: list[int]
    known: dict[str, int] = field(default_factory=dict)

    def first_since(self, segment: str) -> int | None:
        """The day of the first merge behind his last line of a segment."""
        known = self.known.get(segment, 0)
        return self.days[known] if known < len(self.days) else None


class Track:
    """One segment while the journal is read: where everybody stands, and what was counted on each day."""

    def __init__(self, segment: str, uses: Collection[str], calendar: Calendar, contacts: int) -> None:
        self.segment, self.uses, self.calendar = segment, frozenset(uses), calendar
        self.states = array("H", bytes(2 * (contacts + 1)))
        days = len(calendar.days)
        self.joined, self.left = [0] * days, [0] * days
        self.silent = [0] * days
        self.by_release = {IN: Counter[int](), OUT: Counter[int]()}
        self.by_merge = {IN: [0] * days, OUT: [0] * days}

    def move(self, contact: int, day: int, behind: int, merged: Merged | None, *, into: bool) -> None:
        """A line: he joins or leaves. Where he stands there already, he was moved silently before."""
        state = self.states[contact]
        if bool(state & _MEMBER) is into:
            self.moved_silently(contact, day, (state >> 1, behind), merged, into=not into)
        self.states[contact] = behind << 1 | into
        (self.joined if into else self.left)[day] += 1

    def moved_silently(
        self, contact: int, day: int, releases: tuple[int, int], merged: Merged | None, *, into: bool
    ) -> None:
        """He was moved with no line: by a merge, by one of the `releases`, or, who knows why, on that day."""
        merge = merged.first_since(self.segment) if merged is not None else None
        if merge is not None:
            self.by_merge[into][merge] += 1
            day = merge
        elif (release := self.calendar.cause(self.uses, contact, *releases)) is not None:
            self.by_release[into][release] += 1
            day = self.calendar.place(self.calendar.releases[release].at)[0]
        self.silent[day] += 1 if into else -1


class Reading:
    """The journal, read once from its beginning."""

    def __init__(
        self,
        segments: Mapping[str, Collection[str]],
        calendar: Calendar,
        contacts: int,
        merged: Mapping[str, int],
    ) -> None:
        self.tracks = {name: Track(name, uses, calendar, contacts) for name, uses in segments.items()}
        self.calendar = calendar
        self._keys = merged
        self._merged: dict[int, Merged] = {}
        self._gone: dict[int, int] = {}

    def follow(self, lines: Iterable[Move]) -> None:
        """Take every line in, each contact's in order."""
        place, tracks, merged = self.calendar.place, self.tracks, self._merged
        for contact, at, kind, subject in lines:
            day, behind = place(at)
            if kind == MERGED:
                merged.setdefault(contact, Merged([])).days.append(day)
                if subject in self._keys:
                    self._gone[self._keys[subject]] = day
                continue
            track = tracks.get(subject)
            if track is None:
                continue
            merges = merged.get(contact) if merged else None
            track.move(contact, day, behind, merges, into=kind == ENTERED)
            if merges is not None:
                merges.known[subject] = len(merges.days)

    def close(self, members: Iterable[tuple[str, int, int]]) -> None:
        """Compare what came of it with who is in the segments now: the rest was silent as well."""
        for segment, contact, since in members:
            track = self.tracks.get(segment)
            if track is None:
                continue
            if track.states[contact] & _MEMBER:
                track.states[contact] = 0
            else:
                self._came(track, contact, since)
        for track in self.tracks.values():
            for contact, state in enumerate(track.states):
                if state & _MEMBER:
                    self._went(track, contact, state >> 1)

    def _came(self, track: Track, contact: int, since: int) -> None:
        """He is in it since an instant at which no line says so: that of a release, or else of a merge."""
        day, behind = self.calendar.place(since)
        at_release = behind > 0 and self.calendar.releases[behind - 1].at == since
        merged = None if at_release else Merged([day])
        track.moved_silently(contact, day, (behind - 1, behind), merged, into=True)

    def _went(self, track: Track, contact: int, after: int) -> None:
        """He is out of it, and no line says so."""
        gone = self._gone.get(contact)
        merged = Merged([gone]) if gone is not None else self._merged.get(contact)
        days, releases = len(self.calendar.days), len(self.calendar.releases)
        track.moved_silently(contact, days - 1, (after, releases), merged, into=False)
