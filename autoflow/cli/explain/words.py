"""An explanation for people: paragraphs, lists and numbered steps, as wide as whoever reads."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from autoflow.cli.drawing import columns
from autoflow.cli.output import clean
from autoflow.language.explain.told import (
    Line,
    RecipeTold,
    SegmentTold,
    StepTold,
    WayTold,
    ended,
    sentence,
)
from autoflow.model.problems import Problem

_WIDEST = 100
_IN = 2
_KEPT = "\N{NO-BREAK SPACE}"  # inside a placeholder, which stays in one piece
_PLACEHOLDER = re.compile(r"\{\{.{1,60}?\}\}")


def recipe_text(told: RecipeTold, warnings: Iterable[Problem] = ()) -> str:
    """The whole of a recipe."""
    return _blocks(
        _headed(told.name, told.description),
        [*_wrapped(f"{told.stands}{_belongs(told.owner)}"), *_wrapped(f"In short: {told.short}")],
        ["Who enters", *_lines(told.entry)],
        ["What happens", *_steps(told.steps, _IN), *_wrapped(told.end, _IN)],
        ["Who leaves before the end", *_lines(told.leaving)],
        ["When its mail goes", *_lines(told.sending)] if told.sending else [],
        ["What is named here", *_lines(told.named)] if told.named else [],
        _warned(warnings),
    )


def segment_text(told: SegmentTold, warnings: Iterable[Problem] = ()) -> str:
    """The whole of a segment."""
    kind = f"It is of the kind {told.kind}." if told.kind else ""
    used = [Line(f"{each.kind} {each.name}: {each.says}") for each in told.used] or [Line("Nowhere.")]
    return _blocks(
        _headed(told.name, told.description),
        _wrapped(f"{kind}{_belongs(told.owner)}".strip()),
        ["Who is in it", *_lines((told.conditions, *told.beside))],
        ["Where it is used", *_lines(used)],
        ["What is named here", *_lines(told.named)] if told.named else [],
        _warned(warnings),
    )


def _headed(name: str, description: str) -> list[str]:
    return _wrapped(f"{name}: {ended(description)}" if description else name)


def _belongs(owner: str) -> str:
    return f" It belongs to {owner}." if owner else ""


def _warned(warnings: Iterable[Problem]) -> list[str]:
    lines = [Line(f"Line {each.line}: {each.message} {each.fix}".strip()) for each in warnings]
    return ["What `autoflow check` warns of", *_lines(lines)] if lines else []


def _blocks(*blocks: list[str]) -> str:
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _lines(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        yield from _wrapped(line.says, _IN)
        yield from _listed(line.lines, 2 * _IN)


def _listed(lines: Iterable[Line], indent: int) -> Iterator[str]:
    for line in lines:
        yield from _wrapped(line.says, indent, mark="- ")
        yield from _listed(line.lines, indent + _IN)


def _steps(steps: Iterable[StepTold], indent: int) -> Iterator[str]:
    for step in steps:
        mark = f"{step.number}. "
        below = indent + len(mark)
        yield from _wrapped(step.says, indent, mark=mark)
        for beside in step.beside:
            yield from _wrapped(beside, below)
        for way in step.ways:
            yield from _way(way, below)
        leads = {way.goes for way in step.ways if way.steps and way.goes}
        if any(each.startswith("on ") for each in leads):
            yield from _wrapped(f"Then {leads.pop()}.", below)


def _way(way: WayTold, indent: int) -> Iterator[str]:
    opening, listed = sentence(way.says).removesuffix("."), way.conditions
    if len(listed) == 1 and not listed[0].lines:
        opening, listed = f"{opening} {listed[0].says}", ()
    elif listed:
        opening = f"{opening} all of this holds"
    if way.steps or listed:
        yield from _wrapped(f"{opening}:", indent)
    else:
        yield from _wrapped(ended(f"{opening}: {way.goes}"), indent)
    yield from _listed(listed, indent + _IN)
    yield from _steps(way.steps, indent + _IN)
    if listed and not way.steps:
        yield from _wrapped(sentence(way.goes), indent + _IN)


def _wrapped(text: str, indent: int = 0, *, mark: str = "") -> list[str]:
    told = _PLACEHOLDER.sub(lambda found: found[0].replace(" ", _KEPT), clean(" ".join(text.split())))
    lines = textwrap.wrap(
        told,
        min(columns(), _WIDEST),
        initial_indent=" " * indent + mark,
        subsequent_indent=" " * (indent + len(mark)),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_KEPT, " ") for line in lines]
