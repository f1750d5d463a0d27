"""What a value was likely meant to be, that is written as people and other programs write it.

Each function takes the text and gives it as it is written here, or None where it cannot be told. It is asked only where
a value is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from autoflow.model.clock_times import DAY_NAMES, parse_clock, parse_day
from autoflow.model.durations import parse_duration
from autoflow.model.instants import parse_date
from autoflow.model.problems import did_you_mean

Likely = Callable[[str], str | None]

_COUNTS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        start=1,
    )
} | {"a": 1, "an": 1, "once": 1, "twice": 2, "thrice": 3}
_UNITS = {
    "second": "s sec secs sekunde sekunden",
    "minute": "m min mins minuten",
    "hour": "h hr hrs stunde stunden heure heures",
    "day": "d dy tag tage tagen jour jours",
    "week": "w wk wks woche wochen semaine semaines",
    "month": "mo mon mos mth mths monat monate monaten mois",
    "year": "y yr yrs jahr jahre jahren",
}
_SHORT = {short: unit for unit, shorts in _UNITS.items() for short in shorts.split()}
_MULTIPLES = {"quarter": (3, "month"), "fortnight": (2, "week")}
_LITTLE = {
    "for",
    "after",
    "in",
    "the",
    "last",
    "past",
    "ago",
    "about",
    "within",
    "every",
    "of",
    "and",
    "than",
}
_ISO = re.compile(r"p(?:\d+[ymwd])*(?:t(?:\d+[hms])+)?", re.IGNORECASE)
_COLONS = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{1,2}))?(?::\d{2})?\s*(am|pm|a\.m\.|p\.m\.|uhr|h|o'clock)?")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_AMOUNT = re.compile(r"[-+]?\d[\d., '\u00a0\u202f]*")


def length(text: str) -> str | None:
    """`2 days` of `2d`, `48h`, `P2D`, `00:30:00`, `two days`, `last 2 Days`, `2 dasy`."""
    words = re.sub(r"\bhalf an? ", "0.5 ", text.strip().lower().replace("_", " "))
    words = "1 day" if words == "tomorrow" else words
    colons = _COLONS.fullmatch(words)
    if colons is not None:
        hours, minutes, seconds = (int(part or 0) for part in colons.groups())
        words = f"{hours} hours {minutes} minutes {seconds} seconds"
    elif _ISO.fullmatch(words) and len(words) > 2:
        before, _, clock = words[1:].partition("t")
        words = f"{before.replace('m', ' months ')} {clock}"
    found: list[str] = []
    if re.search(r"\d\s*[-–]\s*\d", words):
        return None
    for count, unit in re.findall(r"(\d+(?:[.,]\d+)?|[^\W\d]+)[\s-]*([^\W\d]*)", _without(words)):
        number = str(_COUNTS.get(count, count.replace(",", ".")))
        known = _unit(unit)
        if known is None or not number[0].isdigit():
            return None
        times, name = _MULTIPLES.get(known, (1, known))
        found.append(f"{number if times == 1 else int(float(number)) * times} {name}s")
    try:
        return str(parse_duration(" ".join(found)))
    except ValueError:
        return None


def _without(words: str) -> str:
    """The words that say how long."""
    return " ".join(word for word in words.split() if word not in _LITTLE)


def _unit(word: str) -> str | None:
    single = word if word in _SHORT else word.removesuffix("s")
    if single in _SHORT:
        return _SHORT[single]
    return did_you_mean(single, (*_UNITS, *_MULTIPLES))


def clock(text: str) -> str | None:
    """`09:00` of `9am`, `9.00`, `9`, `9 o'clock`, `noon`."""
    words = text.strip().lower()
    words = {"noon": "12:00", "midday": "12:00", "midnight": "00:00", "24:00": "00:00"}.get(words, words)
    found = _CLOCK.fullmatch(words)
    if found is None:
        return None
    hour, half = int(found[1]), (found[3] or "")[:1]
    if half in {"a", "p"} and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    said = f"{hour:02d}:{(found[2] or '0').rjust(2, '0')}"
    try:
        parse_clock(said)
    except ValueError:
        return None
    return said


def day(text: str) -> str | None:
    """`monday` of `Mon` and `Mondays`, `weekdays` of `monday-friday`, `day` of `daily`."""
    word = text.strip().lower().removeprefix("every ").removeprefix("on ")
    if word in {"daily", "everyday", "1 day", "days", "all", "always"}:
        return "day"
    if word in {"monthly", "1 month", "months"}:
        return "month"
    if re.fullmatch(r"mo\w*\s*(?:-|–|to|until)\s*fr\w*", word) or word.startswith(("business", "work")):
        return "weekdays"
    try:
        parse_day(word.removesuffix("s"))
    except ValueError:
        begun = [name for name in DAY_NAMES if len(word) > 1 and name.startswith(word.rstrip("."))]
        return begun[0] if len(begun) == 1 else did_you_mean(word, DAY_NAMES)
    return word.removesuffix("s")


def moment(text: str) -> str | None:
    """`2026-12-24` of `24.12.2026`, `12/24/2026` and `24 December 2026`, with a time of the day where one follows.

    Nothing of `03/06/2026`, which is read in two ways.
    """
    words = text.strip().lower().replace(",", " ")
    if _either(words):
        return None
    for pattern, order in (
        (r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", "dmy"),
        (r"(\d{1,2})/(\d{1,2})/(\d{4})", "mdy"),
        (r"(\d{4})[./](\d{1,2})[./](\d{1,2})", "ymd"),
        (r"(\d{1,2})\.?(?:st|nd|rd|th)?\s+([a-z]{3,})\.?\s+(\d{4})", "dmy"),
        (r"([a-z]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?\s+(\d{4})", "mdy"),
    ):
        found = re.match(rf"{pattern}(?:\s+(?:at\s+)?(.+))?$", words)
        said = _date(dict(zip(order, found.groups(), strict=False))) if found else None
        if found is None or said is None:
            continue
        at = clock(found[4]) if found[4] else ""
        return None if at is None else f"{said} {at}".strip()
    return None


def _either(words: str) -> bool:
    """Whether day and month could be told apart by nobody: 03/06/2026."""
    found = re.match(r"(\d{1,2})/(\d{1,2})/", words)
    return found is not None and int(found[1]) <= 12 and int(found[2]) <= 12


def _date(parts: dict[str, str]) -> str | None:
    month = parts["m"]
    if not month.isdigit():
        month = str(_MONTHS.index(month[:3]) + 1) if month[:3] in _MONTHS else ""
    said = f"{parts['y']}-{month.rjust(2, '0')}-{parts['d'].rjust(2, '0')}"
    try:
        parse_date(said)
    except ValueError:
        return None
    return said


def number(text: str) -> str | None:
    """`1000` of `£1,000`, `99.50` of `99,50 EUR`."""
    bare = re.sub(r"^[^\W\d]{3}(?=[\s\d])|[^\W\d]{3}$|[$€£¥%]", "", text.strip()).strip()
    if not _AMOUNT.fullmatch(bare):
        return None
    bare = re.sub(r"[ '\u00a0\u202f]", "", bare)
    last = max(bare.rfind(","), bare.rfind("."))
    if last >= 0:
        whole, fraction = re.sub(r"[.,]", "", bare[:last]), bare[last + 1 :]
        thousands = len(fraction) == 3 and (bare[last] == "," or bare.count(".") > 1)
        bare = whole + fraction if thousands else f"{whole}.{fraction}"
    return bare.rstrip(".") or None


def count(text: str) -> str | None:
    """`3 times` of `3x`, `>=3`, `three`, `once`."""
    word = text.strip().lower().lstrip("<>=~ ")
    found = re.fullmatch(r"(\w+?)\s*(?:x|×|times?)?", word)
    many = str(_COUNTS.get(found[1], found[1])) if found else ""
    return f"{many} time{'' if many == '1' else 's'}" if re.fullmatch(r"[0-9]{1,6}", many) else None
