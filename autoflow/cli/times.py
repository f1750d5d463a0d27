"""Instants as people type them behind an option."""

from __future__ import annotations

import re
from datetime import date, timedelta

from autoflow.model.instants import from_wall, parse_date, parse_instant, to_wall
from autoflow.model.problems import AutoflowError

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


def typed_instant(text: str, zone: str, option: str, *, end: bool = False) -> int:
    """A date, or a date and time, in the zone; with `end` a date means the last instant of that day."""
    try:
        instant = parse_instant(text, zone)
        if end and _DATE.fullmatch(text.strip()):
            return from_wall(to_wall(instant, zone) + timedelta(days=1), zone) - 1
    except (ValueError, OverflowError):
        raise AutoflowError(
            f'{option}: "{text}" is not a date.', 'Write 2011-03-01, or "2011-03-01 14:00".'
        ) from None
    return instant


def typed_days(start: str | None, end: str | None) -> tuple[date | None, date | None]:
    """--from and --to where whole days are meant; raises `AutoflowError` where one is none, or they are crossed."""
    first, last = _day(start, "--from"), _day(end, "--to")
    if first is not None and last is not None and last < first:
        raise crossed()
    return first, last


def crossed() -> AutoflowError:
    """--from and --to the wrong way round."""
    return AutoflowError("--to lies before --from.", "Turn the two round.")


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return parse_date(text)
    except ValueError:
        raise AutoflowError(f'{option}: "{text}" is not a day.', "Write 2011-03-01.") from None
