"""Charts as inline SVG: pure functions of what they show.

Lengths across are percentages and heights are pixels, so that a chart is as wide as its place, and its letters keep
their size on a phone and on paper. Colours are the page's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import count, pairwise
from typing import NamedTuple, TypeVar

from markupsafe import Markup

HEIGHT = 120
_HEAD, _FOOT = 22, 24  # for what the upright axis counts, and for the dates
_GROUND = _HEAD + HEIGHT
_MOST_TICKS = 4
_MOST_LABELS, _MOST_MONTHS = 7, 13
_CROWDED = 130  # from so many bars on there is no room between two
_GAP = 0.15
_FORTNIGHT, _QUARTER = 15, 100  # days
_Any = TypeVar("_Any")


class Series(NamedTuple):
    """What was counted from each date on, without gaps; `unit` says for how long: a day, a week or a month."""

    unit: str
    counted: Sequence[tuple[date, int]]

    @property
    def numbers(self) -> list[int]:
        """What was counted, without the dates."""
        return [number for _, number in self.counted]


def chart(ident: str, title: str, what: str, drawn: Series, behind: Series | None = None) -> Markup:
    """A bar for each date; `behind` it, in another tone and where it differs, the same by what is applied.

    `ident` is the chart's own on the page, `title` is what it shows in a few words, `what` is what it counts.
    """
    numbers, others = drawn.numbers, behind.numbers if behind is not None else []
    differs = behind is not None and others != numbers
    ticks = _ticks(max([*numbers, *others], default=0))
    says = described(what, drawn)
    if behind is not None and differs:
        says += f" Behind them those by what is applied. {described(what, behind)}"
    return Markup().join(
        [
            Markup('<svg class="chart" role="img" aria-labelledby="{0}-title {0}-desc" height="{1}">').format(
                ident, _GROUND + _FOOT
            ),
            Markup('<title id="{0}-title">{1}</title>').format(ident, title),
            Markup('<desc id="{0}-desc">{1}</desc>').format(ident, says),
            Markup('<text class="of" x="0" y="11">{} a {}</text>').format(what, drawn.unit),
            *(_rule(tick, ticks[-1]) for tick in ticks),
            *(_behind(others, ticks[-1]) if differs else ()),
            _bars("bars", numbers, ticks[-1]),
            *_dates([day for day, _ in drawn.counted]),
            Markup("</svg>"),
        ]
    )


def described(what: str, drawn: Series) -> str:
    """A chart in words, for whoever hears it."""
    total = sum(drawn.numbers)
    if not total:
        return f"No {what}."
    busy, on = sum(number > 0 for number in drawn.numbers), "on" if drawn.unit == "day" else "in"
    day, most = max(drawn.counted, key=lambda pair: pair[1])
    when = day_says(day) if drawn.unit == "day" else f"the {drawn.unit} from {day_says(day)}"
    units = drawn.unit if len(drawn.counted) == 1 else f"{drawn.unit}s"
    days = f"{on} {busy:,} of {len(drawn.counted):,} {units}"
    return f"{what.capitalize()} in all: {total:,}, {days}; the most: {most:,}, {on} {when}."


def bar(value: float, most: float) -> Markup:
    """A bar as long as `value` is of `most`; whatever is more than nothing shows. The figure stands beside it."""
    share = min(100.0, 100 * value / most) if most > 0 else 0.0
    wide = "" if share <= 0 else f"{share:.1f}%" if share >= 1 else "2"
    drawn = Markup('<rect width="{}" height="100%"/>').format(wide) if wide else ""
    return Markup('<svg class="bar" aria-hidden="true">{}</svg>').format(drawn)


def spark(numbers: Sequence[int], width: int = 52) -> Markup:
    """Bars with no axes, of so many at most: neighbours are added up."""
    bars = min(width, len(numbers)) or 1
    edges = [place * len(numbers) // bars for place in range(bars + 1)]
    added = [sum(numbers[first:last]) for first, last in pairwise(edges)]
    return Markup(
        '<svg class="spark" aria-hidden="true" viewBox="0 0 {} 20" preserveAspectRatio="none"><path d="{}"/></svg>'
    ).format(bars, _path(added, max(added), 20))


def day_says(day: date) -> str:
    """`4 August 2025`."""
    return f"{day.day} {day:%B %Y}"


def _ticks(most: int) -> list[int]:
    """Round numbers from 0 to one that nothing exceeds."""
    steps = (base * 10**power for power in count() for base in (1, 2, 5))
    step = next(step for step in steps if step * _MOST_TICKS >= most)
    return list(range(0, -(-max(most, 1) // step) * step + 1, step))


def _rule(tick: int, top: int) -> Markup:
    at = _GROUND - HEIGHT * tick / top
    return Markup(
        '<line class="{0}" x1="0" x2="100%" y1="{1:g}" y2="{1:g}"/><text class="y" x="-8" y="{2:g}">{3:,}</text>'
    ).format("rule" if tick else "ground", at, at + 4, tick)


def _bars(tone: str, numbers: Sequence[int], top: int) -> Markup:
    if not any(numbers):
        return Markup()
    return Markup(
        '<svg y="{0}" width="100%" height="{1}" viewBox="0 0 {2} {1}" preserveAspectRatio="none">'
        '<path class="{3}" d="{4}"/></svg>'
    ).format(_HEAD, HEIGHT, len(numbers), tone, _path(numbers, top, HEIGHT))


def _behind(numbers: Sequence[int], top: int) -> tuple[Markup, Markup]:
    key = Markup('<text class="key" x="100%" y="11">grey: by what is applied</text>')
    return key, _bars("behind", numbers, top)


def _path(numbers: Sequence[int], top: int, height: int) -> str:
    gap = _GAP if len(numbers) < _CROWDED else 0
    return "".join(
        f"M{place + gap:g} {height}v{-tall:.4g}h{1 - 2 * gap:g}v{tall:.4g}z"
        for place, number in enumerate(numbers)
        if number > 0 and (tall := max(1.0, height * number / top))
    )


def _dates(days: Sequence[date]) -> list[Markup]:
    """Dates below the bars; on a phone every other of them where they are many."""
    chosen = _chosen(days)
    return [
        Markup(
            '<line class="tick" x1="{0:.4g}%" x2="{0:.4g}%" y1="{1}" y2="{2}"/>'
            '<text class="{3}" x="{0:.4g}%" y="{4}">{5}</text>'
        ).format(100 * place / len(days), _GROUND, _GROUND + 5, kind, _GROUND + 19, text)
        for number, (place, text) in enumerate(chosen)
        for kind in ("x wide" if number % 2 and len(chosen) > _MOST_LABELS else "x",)
    ]


def _chosen(days: Sequence[date]) -> list[tuple[int, str]]:
    """Where a date stands, and how it is said: few enough to stand beside each other."""
    span = (days[-1] - days[0]).days + 1
    if span <= _QUARTER:
        places = [place for place, day in enumerate(days) if span <= _FORTNIGHT or day.weekday() == 0]
        return [(place, f"{days[place].day} {days[place]:%b}") for place in _thinned(places)]
    months = [
        (place, day)
        for place, day in enumerate(days)
        if not place or (day.year, day.month) != (days[place - 1].year, days[place - 1].month)
    ]
    if len(months) <= _MOST_MONTHS + 1:
        return [(place, f"{day:%b}") for place, day in _apart(months, len(days))]
    quarters = [(place, day) for place, day in months if day.month in {1, 4, 7, 10}]
    if len(quarters) > _MOST_MONTHS:
        quarters = _thinned([(place, day) for place, day in quarters if day.month == 1])
    return [
        (place, f"{day.year}" if day.month == 1 else f"{day:%b}")
        for place, day in _apart(quarters, len(days))
    ]


def _apart(found: list[tuple[int, date]], places: int) -> list[tuple[int, date]]:
    """Without the first, where only the last days of its month are there and the next stands too near."""
    return found[1:] if len(found) > 1 and found[1][0] - found[0][0] < places / 30 else found


def _thinned(found: list[_Any]) -> list[_Any]:
    return found[:: -(-len(found) // _MOST_LABELS) or 1]
