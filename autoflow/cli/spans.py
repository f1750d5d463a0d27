"""`--from` and `--to` where whole days are meant."""

from __future__ import annotations

from datetime import date

from autoflow.model.instants import parse_date
from autoflow.model.problems import AutoflowError


def days_asked(start: str | None, end: str | None) -> tuple[date | None, date | None]:
    """The first and the last day that are asked for; raises `AutoflowError` where one is none, or they are crossed."""
    first, last = _day(start, "--from"), _day(end, "--to")
    if first is not None and last is not None and last < first:
        raise AutoflowError("--to lies before --from.", "Turn the two round.")
    return first, last


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return parse_date(text)
    except ValueError:
        raise AutoflowError(f'{option}: "{text}" is not a day.', "Write 2011-03-01.") from None
