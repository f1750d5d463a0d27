"""Traces are kept for a time: lines of the journal that no memory, replay or report needs, in slices between ticks.

Everything else in the journal is kept for good: it is what a new condition's memory is built from, how the past is
rebuilt, and how segments grew. A line that is let go leaves a gap in a contact's numbers, which nothing minds.
"""

from __future__ import annotations

from autoflow.core.admission import REFUSED
from autoflow.model.durations import DAY, Duration
from autoflow.model.inside import EMAIL_HELD
from autoflow.store.database import Database
from autoflow.store.lease import verify
from autoflow.store.log import CHUNK

TRACES = (REFUSED, EMAIL_HELD)
ROWS = 5_000
_NAME = "traces"


class Retention:
    """Lets old traces go, a slice at a time, once a day. Killed anywhere, it goes on at its chunk of the journal."""

    def __init__(self, database: Database, fence: int) -> None:
        self._database = database
        self._fence = fence
        self._place = (0, 0)
        self._youngest = 0
        self.due = 0
        """When there is something to look at again."""

    def slice(self, kept: Duration, now: int, rows: int = ROWS) -> bool:
        """Look at the next lines, and let those traces go that are older; returns whether there is more to look at.

        A chunk is done for good when its youngest line is older. Before `due` nothing is looked at.
        """
        if now < self.due:
            return False
        before = ago(kept, now)
        with self._database.write():
            verify(self._database, self._fence)
            chunk, last = self._chunks()
            found = self._database.all(
                "SELECT contact, n, at, kind FROM journal WHERE chunk = ? AND (contact, n) > (?, ?)"
                " ORDER BY contact, n LIMIT ?",
                *(chunk, *self._place, rows),
            )
            old = [(chunk, row[0], row[1]) for row in found if row[3] in TRACES and row[2] < before]
            self._database.many("DELETE FROM journal WHERE chunk = ? AND contact = ? AND n = ?", old)
            self._youngest = max((self._youngest, *(row[2] for row in found)))
            if len(found) == rows:
                self._place = found[-1][:2]
                return True
            done = self._youngest < before and chunk < last
            if done:
                self._database.do("INSERT OR REPLACE INTO retention VALUES (?, ?)", _NAME, chunk + 1)
        self._place, self._youngest = (0, 0), 0
        if not done:
            self.due = now + DAY
        return done

    def _chunks(self) -> tuple[int, int]:
        """The chunk that is looked at, and the one that is being written."""
        row = self._database.one(
            "SELECT coalesce((SELECT chunk FROM retention WHERE name = ?), 0), journal_rows FROM state", _NAME
        )
        assert row is not None
        return row[0], row[1] // CHUNK


def ago(kept: Duration, now: int) -> int:
    """The instant before which traces are let go."""
    return Duration(-kept.months, -kept.days, -kept.micros).window_end(now, "UTC")
