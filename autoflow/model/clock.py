"""The clock as a port: the one place of the program that reads the time."""

from __future__ import annotations

import time
from typing import Protocol

MICROS = 1_000_000


class Clock(Protocol):
    """Tells the instant as UTC microseconds since 1970-01-01."""

    def now(self) -> int:
        """The instant now, in UTC microseconds."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        return time.time_ns() // 1_000


class VirtualClock:
    """A clock that stands still until it is moved.

    >>> clock = VirtualClock(5)
    >>> clock.jump(9)
    >>> clock.now()
    9
    """

    def __init__(self, start: int) -> None:
        self._now = start

    def now(self) -> int:
        return self._now

    def jump(self, instant: int) -> None:
        """Move to `instant`; a clock never goes back, so an earlier instant changes nothing."""
        self._now = max(self._now, instant)
