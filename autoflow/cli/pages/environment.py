"""What the templates of pages can say, and how: numbers, dates and texts of foreign origin."""

from __future__ import annotations

import re

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autoflow.cli.output import clean, count
from autoflow.cli.pages import svg
from autoflow.model.instants import to_wall

_LONGEST = 300
_SPACE = re.compile(r"\s+")


def environment(package: str) -> Environment:
    """What the pages of a package are made with: its own templates, and the frame and the sheet of styles of all.

    Everything that a template prints is escaped, unless it is markup of ours; a misspelt name is an error.
    """
    found = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("autoflow.cli.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    found.filters.update(
        count=count, n=_number, signed=_signed, day=_day, moment=_moment, hour=_hour, short=_short
    )
    return found


def _shown(value: object) -> object:
    """Text that comes from anywhere, on one line and without characters that could move what stands around it."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(_SPACE.sub(" ", value))
    return value


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _signed(value: int) -> str:
    return f"+{value:,}" if value > 0 else f"\N{MINUS SIGN}{-value:,}" if value else "0"


def _day(instant: int, zone: str) -> str:
    return svg.day_says(to_wall(instant, zone).date())


def _moment(instant: int, zone: str) -> str:
    wall = to_wall(instant, zone)
    return f"{svg.day_says(wall.date())}, {wall:%H:%M}"


def _hour(instant: int, zone: str) -> str:
    wall = to_wall(instant, zone)
    return f"{svg.day_says(wall.date())}, {wall.hour:02d}:00 to {wall.hour:02d}:59"


def _short(text: str, most: int = _LONGEST) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
