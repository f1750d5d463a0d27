"""The filters that templates have beside Jinja's own: they show values as a reader of the mail expects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jinja2 import Undefined, pass_eval_context
from jinja2.exceptions import FilterArgumentError
from jinja2.filters import do_replace, sync_do_join
from jinja2.nodes import EvalContext

from autoflow.model.instants import parse_instant, to_wall
from autoflow.model.values import MILLION, millionths

# With a space, so that no template can name them.
COUNTED = "counted loop"
JOINED = "joined text"

MOST_JOINED = 1_000_000

_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "INR": "₹", "AUD": "A$", "CAD": "C$"}
_WHOLE = frozenset(["JPY", "KRW", "VND", "CLP", "ISK"])  # currencies without a smaller coin
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def money(value: Any, currency: str) -> str:
    """`£1,234.50`: the currency's sign (or its code and a space), thousands apart, two decimals, half up."""
    amount = None if isinstance(value, bool) else millionths(value)
    if amount is None:
        raise FilterArgumentError(f"“{value}” is not a number, so it cannot be shown as money")
    step = Decimal(1) if currency in _WHOLE else Decimal("0.01")
    shown = (Decimal(abs(amount)) / MILLION).quantize(step, ROUND_HALF_UP)
    sign = "-" if amount < 0 and shown else ""
    return f"{sign}{_SYMBOLS.get(currency, currency + ' ')}{shown:,}"


def date(value: Any, pattern: str, timezone: str) -> str:
    """An instant (UTC microseconds), or ISO text, by a pattern of `%` codes, in English on every machine."""
    try:
        instant = value if isinstance(value, int) and not isinstance(value, bool) else None
        wall = to_wall(parse_instant(str(value), timezone) if instant is None else instant, timezone)
    except (ValueError, OverflowError) as error:
        raise FilterArgumentError(f"“{value}” is not a date") from error
    codes = _codes(wall)
    shown: list[str] = []
    rest = pattern
    while rest:
        before, percent, rest = rest.partition("%")
        shown.append(before)
        if percent:
            code = rest[:2] if rest.startswith("-") else rest[:1]
            rest = rest[len(code) :]
            if code not in codes:
                raise FilterArgumentError(f"“%{code}” is not a code for dates; use those of %d %B %Y %H:%M")
            shown.append(codes[code])
    return "".join(shown)


def _codes(wall: datetime) -> dict[str, str]:
    month, day = _MONTHS[wall.month - 1], _DAYS[wall.weekday()]
    numbers = {"d": wall.day, "m": wall.month, "H": wall.hour, "I": wall.hour % 12 or 12, "M": wall.minute}
    return {
        **{code: f"{number:02}" for code, number in numbers.items()},
        **{f"-{code}": str(number) for code, number in numbers.items()},
        "e": str(wall.day),
        "Y": f"{wall.year:04}",
        "y": f"{wall.year % 100:02}",
        "B": month,
        "b": month[:3],
        "A": day,
        "a": day[:3],
        "p": "AM" if wall.hour < 12 else "PM",
        "%": "%",
    }


def default(value: Any, instead: Any = "", blank: Any = False) -> Any:  # noqa: FBT002 - Jinja's own signature
    """`value`, or `instead` where it is missing or blank; with `blank`, also where it is 0 or no."""
    missing = isinstance(value, Undefined) or value is None or (isinstance(value, str) and not value.strip())
    return instead if missing or (blank and not value) else value


def rounded(value: Any, precision: int = 0) -> int | float:
    """A number, half up, to 0 to 6 decimals; a whole number where there are none."""
    amount = None if isinstance(value, bool) else millionths(value)
    if amount is None:
        raise FilterArgumentError(f"“{value}” is not a number, so it cannot be rounded")
    places = min(max(int(precision), 0), 6)
    shown = (Decimal(amount) / MILLION).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return float(shown) if places else int(shown)


@pass_eval_context
def replace(context: EvalContext, text: str, old: str, new: str, count: int | None = None) -> str:
    """Jinja's `replace`, refused before it could make more than a mail may hold."""
    if len(text) + (text.count(old) if old else len(text) + 1) * len(new) > MOST_JOINED:
        raise FilterArgumentError("it would make a text longer than a mail may be")
    return do_replace(context, text, old, new, count)


@pass_eval_context
def join(context: EvalContext, items: Any, between: str = "", attribute: str | None = None) -> str:
    """Jinja's `join`, refused before it could make more than a mail may hold."""
    listed = list(items)
    if attribute is None and sum(len(str(item)) + len(between) for item in listed) > MOST_JOINED:
        raise FilterArgumentError("it would make a text longer than a mail may be")
    return sync_do_join(context, listed, between, attribute)


def template_filters(currency: str, timezone: str) -> dict[str, Callable[..., Any]]:
    """Name → filter, with the project's currency and time zone laid in."""

    def money_filter(value: Any, code: str = currency) -> str:
        return money(value, code)

    def date_filter(value: Any, pattern: str = "%-d %B %Y", zone: str = timezone) -> str:
        return date(value, pattern, zone)

    return {
        "money": money_filter,
        "date": date_filter,
        "default": default,
        "d": default,
        "round": rounded,
        "replace": replace,
        "join": join,
    }
