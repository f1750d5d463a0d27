"""When something happened, as clients say it."""

from __future__ import annotations

from datetime import UTC, datetime

from autoflow.ingest.refusals import RefusedError
from autoflow.model.instants import from_datetime, parse_instant

LATEST = 253_402_300_799_999_999  # the last microsecond of the year 9999


def read_time(told: object) -> int:
    """The instant (UTC microseconds) of an ISO date and time; without an offset it is UTC. Raises `RefusedError`."""
    if isinstance(told, str):
        try:
            instant = _iso(told)
        except (ValueError, OverflowError):
            instant = None
        if instant is not None and 0 <= instant <= LATEST:
            return instant
        if instant is not None:
            raise RefusedError(f'The time "{told}" does not lie between 1970 and 9999.')
    shown = str(told)[:40]
    raise RefusedError(f'"{shown}" is not a date and time such as 2026-03-06T14:00:00Z.')


def _iso(text: str) -> int:
    if len(text) >= 19 and text[4] == text[7] == "-" and text[10] in "T ":  # the common form, read in C
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return parse_instant(text)
        return from_datetime(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))
    return parse_instant(text)
