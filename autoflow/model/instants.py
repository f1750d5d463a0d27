"""Instants (UTC microseconds), local time and zones.

Zones come from the `tzdata` package and never from the machine, so that every machine agrees.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

zoneinfo.reset_tzpath(to=())

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall-clock reading has no zone by nature

_INSTANT = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d{2}:?\d{2})?)?"
)


@lru_cache(maxsize=1024)
def zone(name: str) -> zoneinfo.ZoneInfo:
    """The zone of an IANA name such as `Europe/London`; raises `LookupError` where there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise LookupError(f'There is no time zone called "{name}".') from error


def zone_names() -> set[str]:
    """Every IANA zone name that `zone` knows."""
    return zoneinfo.available_timezones()


def from_datetime(moment: datetime) -> int:
    """Microseconds of an aware datetime."""
    return (moment - EPOCH) // MICRO


def to_datetime(instant: int, tz: str = "UTC") -> datetime:
    """The aware datetime of an instant in the named zone."""
    return (EPOCH + timedelta(microseconds=instant)).astimezone(zone(tz))


def to_iso(instant: int) -> str:
    """`2026-03-06T14:00:00Z`; with six decimals only where the instant is not a whole second."""
    moment = EPOCH + timedelta(microseconds=instant)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment.microsecond:06d}Z" if moment.microsecond else f"{text}Z"


def parse_instant(text: str, tz: str = "UTC") -> int:
    """Read an ISO date or date and time; without an offset it is local time in `tz`.

    Lenient as tracking clients need it (`2015-2-02T00:30:08.276Z`); raises `ValueError` otherwise.
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'"{text}" is not a date and time such as 2026-03-06 14:00.')
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    clock = (int(hour or 0), int(minute or 0), int(second or 0), micros)
    wall = datetime(int(year), int(month), int(day), *clock)  # noqa: DTZ001 - its zone is settled below
    if offset is None:
        return from_wall(wall, tz)
    if offset in {"Z", "z"}:
        return (wall - _NAIVE_EPOCH) // MICRO
    sign = -1 if offset[0] == "-" else 1
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return (wall - sign * shift - _NAIVE_EPOCH) // MICRO


def to_wall(instant: int, tz: str) -> datetime:
    """The wall-clock reading (naive) in the named zone."""
    return to_datetime(instant, tz).replace(tzinfo=None)


def from_wall(wall: datetime, tz: str) -> int:
    """The instant of a wall-clock reading (language.md, rule 8).

    A skipped local time moves forward by the gap; of a repeated one the first is meant.
    """
    # With fold=0 Python reads a time in a gap with the offset before it, which moves it forward by the gap.
    return from_datetime(wall.replace(tzinfo=zone(tz), fold=0))


def parse_date(text: str) -> date:
    """Read `2026-03-06`, or the date part of a date and time; raises `ValueError` otherwise."""
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'"{text}" is not a date such as 2026-03-06.')
    return date(int(match[1]), int(match[2]), int(match[3]))
