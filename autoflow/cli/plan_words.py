"""A plan in sentences that can be read aloud, as plain text or as Markdown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from autoflow.cli.output import clean, count
from autoflow.lab.plan import Plan
from autoflow.lab.plan_changes import Changed, Reach
from autoflow.language.names import listed

_ACTIVE = re.compile(r"[\\*_<>\[\]|#~&@]")  # what Markdown would make something else of


class Line(NamedTuple):
    """A line of a plan: a heading (depth 0), or a point under one."""

    depth: int
    text: str


def as_text(lines: Iterable[Line]) -> str:
    """For a terminal or a pipe."""
    said = []
    for depth, text in lines:
        said.append(f"{'  ' * depth}- {text}" if depth else f"\n{text}")
    return "\n".join(said).strip()


def as_markdown(lines: Iterable[Line]) -> str:
    """For a comment of a pull request; what customers are called cannot be read as anything else."""
    said, under = [], 0
    for depth, text in lines:
        blank = "" if depth and under else "\n"
        said.append(blank + (f"{'  ' * (depth - 1)}- {_escaped(text)}" if depth else f"**{_escaped(text)}**"))
        under = depth
    return "\n".join(said).strip()


def _escaped(text: str) -> str:
    """Text between backticks is left alone."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _ACTIVE.sub(r"\\\g<0>", text.replace("`", "'"))
    return "`".join(
        part if number % 2 else _ACTIVE.sub(r"\\\g<0>", part) for number, part in enumerate(parts)
    )


def words(found: Plan) -> Iterator[Line]:
    """The whole plan."""
    yield Line(0, _summary(found))
    for each in found.changes:
        yield from changed_words(each)


def _summary(found: Plan) -> str:
    if not found.applied:
        return "Nothing was applied yet, so everything is new."
    if not found.changes:
        return f"Nothing has changed since release {found.applied} was applied."
    return f"Changed since release {found.applied} was applied: {summary_words(found.changes)}."


def summary_words(changes: Collection[Changed]) -> str:
    """What changed, counted: `1 recipe, 2 templates`."""
    numbers = {word: sum(each.kind == word for each in changes) for word in ("recipe", "segment", "template")}
    told = [count(number, word) for word, number in numbers.items() if number]
    told += ["autoflow.yaml"] if any(each.kind == "settings" for each in changes) else []
    return listed(told)


def changed_words(each: Changed) -> Iterator[Line]:
    """What is otherwise of one thing, and whom each change reaches."""
    name = each.name if each.kind == "settings" else f"{each.kind} {each.name}"
    how = {"added": "new", "removed": "removed", "changed": "changed"}[each.how]
    if each.how == "changed" and each.version != each.applied:
        how = f"changed, version {each.version} after version {each.applied}"
    if each.how == "changed" and not each.changes:
        how = "comments or layout changed, and nothing else"
    yield Line(0, clean(f"{_capital(name)}: {how}"))
    if each.kind != "recipe" or each.how != "changed":
        yield from (Line(1, clean(one.says)) for one in each.changes)
        return
    for reach in ("everybody", "entering", "nobody"):
        some = [one for one in each.changes if one.reaches == reach]
        if some:
            yield Line(1, _WHOM[reach].format(version=each.applied))
            yield from (Line(2, clean(one.says)) for one in some)


_WHOM: dict[Reach, str] = {
    "everybody": "for everybody at once, those under way too:",
    "entering": "for who enters from then on; those under way stay on version {version}, or what they entered:",
    "nobody": "for people to read:",
}


def _capital(text: str) -> str:
    return text if text.startswith("autoflow") else text[:1].upper() + text[1:]
