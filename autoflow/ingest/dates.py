"""Dates written in one explicit form, such as `DD/MM/YYYY HH:mm`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_TOKENS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short_year>\d{2})",
    "MMMM": r"(?P<name>[A-Za-z]+)\.?",
    "MMM": r"(?P<name>[A-Za-z]+)\.?",
    "MM": r"(?P<month>\d{1,2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
    "D": r"(?P<day>\d{1,2})",
    "HH": r"(?P<hour>\d{1,2})",
    "H": r"(?P<hour>\d{1,2})",
    "hh": r"(?P<hour>\d{1,2})",
    "h": r"(?P<hour>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})(?:[.,]\d+)?",
    "A": r"(?P<half>[AaPp])\.?[Mm]\.?",
}
TOKENS = tuple(_TOKENS)
_PIECE = re.compile("|".join([*_TOKENS, r"\s+", "."]), re.DOTALL)


@dataclass(frozen=True)
class DateFormat:
    """How a column writes its dates; made by `parse_format`."""

    written: str
    pattern: re.Pattern[str]

    def read(self, text: str) -> datetime:
        """The wall-clock reading (naive); a date alone is midnight. Raises `ValueError` with a plain sentence."""
        match = self.pattern.fullmatch(text.strip())
        if match is None:
            raise ValueError(f'"{text}" is not a date of the form {self.written}.')
        parts = match.groupdict()
        try:
            return datetime(  # noqa: DTZ001 - its zone is settled by the caller
                _year(parts),
                _month(parts),
                int(parts["day"]),
                _hour(parts),
                int(parts.get("minute") or 0),
                int(parts.get("second") or 0),
            )
        except ValueError:
            raise ValueError(f'"{text}" is a day or an hour that does not exist.') from None


def parse_format(text: str) -> DateFormat:
    """Read a form: YYYY or YY, MM, MMM or MMMM, DD, and HH or hh with A, mm, ss. Raises `ValueError`."""
    names: set[str] = set()
    pattern = ""
    for piece in _PIECE.findall(text):
        if piece not in _TOKENS:
            if piece.isalpha() and piece != "T":
                raise ValueError(f'"{piece}" means nothing in a form of dates; there is {", ".join(TOKENS)}.')
            pattern += r"\s+" if piece.isspace() else re.escape(piece)
            continue
        made = _TOKENS[piece]
        name = made[4 : made.index(">")]
        if name in names:
            raise ValueError(f'"{piece}" says twice what is the {name}.')
        names.add(name)
        pattern += made
    if not (names & {"year", "short_year"} and names & {"month", "name"} and "day" in names):
        raise ValueError("A form of dates has a year, a month and a day.")
    return DateFormat(text, re.compile(pattern))


def _year(parts: dict[str, str | None]) -> int:
    if parts.get("year"):
        return int(parts["year"] or 0)
    short = int(parts["short_year"] or 0)
    return short + (1900 if short >= 69 else 2000)


def _month(parts: dict[str, str | None]) -> int:
    if parts.get("month"):
        return int(parts["month"] or 0)
    name = (parts["name"] or "").lower()
    found = [number for number, month in enumerate(_MONTHS, 1) if len(name) >= 3 and month.startswith(name)]
    return found[0] if found else 0


def _hour(parts: dict[str, str | None]) -> int:
    hour = int(parts.get("hour") or 0)
    half = parts.get("half")
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError
    return hour % 12 + (12 if half in "Pp" else 0)
