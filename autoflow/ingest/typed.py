"""Text made into a value of the type that autoflow.yaml declares: cells of tables, and words typed by hand."""

from __future__ import annotations

import re
from typing import Any

from autoflow.ingest.dates import DateFormat
from autoflow.ingest.refusals import RefusedError
from autoflow.language.settings.declared import Declared
from autoflow.model.instants import from_wall, parse_date, parse_instant, to_iso
from autoflow.model.problems import did_you_mean
from autoflow.model.values import fold

_NUMBERS = {
    ".": re.compile(r"[-+]?(?:\d{1,3}(?:[, '’\u00a0]\d{3})+|\d+)?(?:\.\d+)?"),
    ",": re.compile(r"[-+]?(?:\d{1,3}(?:[. '’\u00a0]\d{3})+|\d+)?(?:,\d+)?"),
}
_CURRENCY = re.compile(r"^([-+]?)\s*(?:[^\W\d]{3}\s|[$£€¥₹])?\s*([-+]?)|\s*(?:\s[^\W\d]{3}|[$£€¥₹])$")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def typed(
    text: str,
    declared: Declared | None,
    *,
    zone: str,
    decimal: str = ".",
    dates: DateFormat | None = None,
) -> Any:
    """The value that `text` spells, as it is stored. What nothing declares stays text.

    `zone` is that of dates and times without an offset; `dates` their form, ISO without one. Raises
    `RefusedError` with what is wrong, without the name of what it is for.
    """
    match declared.type if declared is not None else "text":
        case "number" | "money":
            return _number(text, decimal)
        case "yes_no":
            found = _YES.get(text.lower())
            if found is None:
                raise RefusedError(f'"{text}" is neither yes nor no.')
            return found
        case "date" | "date_time" as kind:
            return _date(text, kind, zone, dates)
        case "list":
            return [part.strip() for part in text.split(",") if part.strip()]
        case "choice":
            assert declared is not None
            return _choice(text, declared)
    return text


def _number(text: str, decimal: str) -> int | float:
    bare = _CURRENCY.sub(lambda match: (match[1] or "") + (match[2] or ""), text.strip())
    if not bare or not _NUMBERS[decimal].fullmatch(bare) or not any(sign.isdigit() for sign in bare):
        raise RefusedError(f'"{text}" is not a number.')
    plain = re.sub(r"[, '’\u00a0]" if decimal == "." else r"[. '’\u00a0]", "", bare).replace(",", ".")
    return float(plain) if "." in plain else int(plain)


def _date(text: str, kind: str, zone: str, dates: DateFormat | None) -> str:
    try:
        if dates is not None:
            wall = dates.read(text)
            return wall.date().isoformat() if kind == "date" else to_iso(from_wall(wall, zone))
        if kind == "date":
            return parse_date(text).isoformat()
        return to_iso(parse_instant(text, zone))
    except (ValueError, OverflowError) as error:
        plain = str(error).startswith('"') and "such as" in str(error)
        example = "2026-03-06" if kind == "date" else "2026-03-06 14:00"
        said = str(error) if dates is not None or plain else f'"{text}" is not a date such as {example}.'
        raise RefusedError(said) from None


def _choice(text: str, declared: Declared) -> str:
    for choice in declared.choices:
        if fold(choice) == fold(text):
            return choice
    raise RefusedError(f'"{text}" is not one of the choices: {no_choice(text, declared)}')


def no_choice(text: str, declared: Declared) -> str:
    """What there is in the place of a choice that there is not, to end a sentence."""
    near = did_you_mean(text, declared.choices)
    return f'did you mean "{near}"?' if near else f"there is {', '.join(declared.choices)}."
