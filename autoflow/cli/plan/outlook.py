"""What the week to come may bring, in sentences that can be read aloud."""

from __future__ import annotations

from collections.abc import Iterator

from autoflow.cli.plan.points import Line
from autoflow.lab.plan.plan import Outlook
from autoflow.lab.plan.weekly import Expected

_WHOLE = 10
_ONE = {"mails": "mail", "entries": "entry"}


def outlook_words(outlook: Outlook | None) -> Iterator[Line]:
    """Mails and entries now and after: of all recipes, and of those that would bring others."""
    if outlook is None:
        return
    now, after = outlook
    weeks, first, last = len(after.mondays), after.mondays[0], after.mondays[-1]
    by = f"the week from Monday {last}" if weeks == 1 else f"the {weeks} weeks from Monday {first}"
    yield Line(0, f"Expected of the seven days to come, by {by}")
    yield Line(1, _both("mails", now.mails, after.mails))
    yield Line(1, _both("entries", now.entries, after.entries))
    capped = [sum(each.capped) / weeks for each in (now, after)]
    if any(capped):
        yield Line(
            1, f"people of whom a mail meets a cap: {number(capped[0])} a week now, {number(capped[1])} after"
        )
    for recipe in sorted({*now.by_recipe, *after.by_recipe}):
        old, new = now.by_recipe.get(recipe), after.by_recipe.get(recipe)
        told = [
            _both(what, *(each[place] if each is not None else None for each in (old, new)))
            for place, what in enumerate(("entries", "mails"))
            if _mean(old, place) != _mean(new, place)
        ]
        if told:
            yield Line(1, f"{recipe}: {'; '.join(told)}")
    yield Line(1, "as if the recipes had been in force all along, and people did as they did in those weeks")


def _mean(pair: tuple[Expected, Expected] | None, place: int) -> float:
    return pair[place].mean if pair is not None else 0


def _both(what: str, now: Expected | None, after: Expected | None) -> str:
    if after is None:
        return f"no {what} after, {number(now.mean if now is not None else 0)} now"
    what = _ONE[what] if after.mean == 1 else what
    between = f" (between {after.low:,} and {after.high:,})" if after.low != after.high else ""
    if now is None:
        return f"{number(after.mean)} {what}{between}"
    if now.mean == after.mean:
        return f"{number(after.mean)} {what}{between}, as now"
    return f"{number(after.mean)} {what}{between} after, {number(now.mean)} now{more(now.mean, after.mean)}"


def number(value: float) -> str:
    """A mean: with a decimal only where it is small."""
    return f"{value:,.0f}" if value >= _WHOLE or value == int(value) else f"{value:,.1f}"


def more(now: float, after: float) -> str:
    """By how much that is more or less, where it can be said as a share."""
    return f" ({after / now - 1:+.0%})" if now and now != after else ""
