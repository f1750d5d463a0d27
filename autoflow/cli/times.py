"""Instants as people type them behind an option."""

from __future__ import annotations

import re
from datetime import timedelta

from autoflow.model.instants import from_wall, parse_instant, to_wall
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
