"""The guide as Markdown, for a wiki or a repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autoflow.cli.guide import words
from autoflow.cli.output import clean, count, local, share
from autoflow.lab.segments.guide import Entry, Guide
from autoflow.language.explain.told import Line, ended

_ACTIVE = re.compile(r"[\\`*_{}<>\[\]|#~&@!]")  # what Markdown would make something else of
_BEGINS = re.compile(r"^(\d*)([-+=.)])(?=\s|$)")  # a list, or a line under a heading


def render_markdown(guide: Guide, about: words.About) -> str:
    """The text. Whatever comes from files means nothing in Markdown."""
    return "\n\n".join(_blocks(guide, about)) + "\n"


def _blocks(guide: Guide, about: words.About) -> Iterator[str]:
    yield f"# Segment guide: {_said(about.name)}"
    yield words.MEANS
    if guide.at is not None and guide.contacts is not None:
        yield f"As of {local(guide.at, about.zone)} ({about.zone}), of {count(guide.contacts, 'contact')}."
    if dated := words.dated(guide):
        yield dated
    yield _table(
        ["segment", "kind", "owner", *(["members"] if guide.contacts is not None else [])],
        [
            [f"[{_said(each.told.name)}](#{each.told.name})", _said(each.told.kind), _said(each.told.owner)]
            + ([_members(each)] if guide.contacts is not None else [])
            for each in guide.entries
        ],
    )
    if kinds := words.kinds_of(guide):
        yield "\n".join(f"- *{kind}*: {means}" for kind, means in kinds)
    for each in guide.entries:
        yield from _segment(each, guide)


def _members(entry: Entry) -> str:
    return "–" if entry.counted is None else f"{entry.counted.members:,}"


def _segment(entry: Entry, guide: Guide) -> Iterator[str]:
    told = entry.told
    yield f"## {told.name}"
    if told.description:
        yield _said(ended(told.description))
    facts = {"Kind": told.kind, "Owner": told.owner, "Size": words.size_of(entry, guide)}
    if any(facts.values()):
        yield "\n".join(f"- {what}: {_said(value)}" for what, value in facts.items() if value)
    if note := words.stands(entry, guide):
        yield f"*{note}*"
    yield "### Who is in it"
    yield _said(told.conditions.says)
    if told.conditions.lines:
        yield "\n".join(_listed(told.conditions.lines))
    for line in told.beside:
        yield _said(line.says)
    if told.named:
        yield "\n".join(_listed(told.named))
    yield from _shared(entry)
    yield "### Where it is used"
    yield "\n".join(f"- {_said(use)}" for use in words.uses_of(entry, guide)) or "Nowhere."


def _shared(entry: Entry) -> Iterator[str]:
    if entry.counted is None or not entry.counted.shares:
        return
    shares = entry.counted.shares
    yield "### Whom it shares"
    yield _table(
        ["segment", "in both", f"of {_said(entry.told.name)}"],
        [
            [
                f"[{_said(each.segment)}](#{each.segment})",
                f"{each.both:,}",
                share(each.both, entry.counted.members),
            ]
            for each in shares[: words.MOST_SHARED]
        ],
    )
    if len(shares) > words.MOST_SHARED:
        yield f"And {count(len(shares) - words.MOST_SHARED, 'more segment')}."


def _listed(lines: Iterable[Line], depth: int = 0) -> Iterator[str]:
    for line in lines:
        yield f"{'  ' * depth}- {_said(line.says)}"
        yield from _listed(line.lines, depth + 1)


def _table(headings: list[str], rows: Iterable[list[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _said(text: str) -> str:
    one = clean(" ".join(text.split()))
    return _BEGINS.sub(r"\1\\\2", _ACTIVE.sub(r"\\\g<0>", one))
