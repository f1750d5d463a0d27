"""Files kept in one shape: what stands where, never what it says.

The text itself is edited, line by line, by the tokens of the YAML parser; so comments, quotes that say something, and
the author's choice between `{a: b}` and lines of their own stay. Whatever comes out is read again: where it would not
say exactly the same, with the same comments, nothing is changed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import yaml

from autoflow.language.formatting.indents import indented
from autoflow.language.formatting.tokens import Edit, edited, protected, visible
from autoflow.language.recipe import RECIPE_KEYS
from autoflow.language.segment import SEGMENT_KEYS
from autoflow.language.source import Report, Source
from autoflow.language.yaml.nodes import Broken, Mapping, Node, Scalar, read_yaml
from autoflow.language.yaml.nodes import Sequence as SequenceNode

_ORDERS = {"recipes": RECIPE_KEYS, "segments": SEGMENT_KEYS, "tests": ("tests", "also", "cases")}
_WORDS = re.compile(r"[A-Za-z][\w-]*(?: [\w-]+)*", re.ASCII)
# To us some of them are text. To whatever reads YAML by its older rules they are not, so they keep their quotes.
_QUOTED = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_COMMENT = re.compile(r"(?:^|\s)(#.*?)\s*$")
_OTHER_ENDS = re.compile("[\x85\u2028\u2029]")  # ends of lines for YAML, and hardly for an editor


def in_shape(path: str, text: str) -> str | None:
    """The file in its usual shape; None where that would change what it says, so that it is better left alone.

    `path` is relative to the workspace. The text must be free of mistakes.
    """
    found = _once(path, text)
    if found is None or _once(path, found) != found:
        return None
    return found


def _once(path: str, text: str) -> str | None:
    if _OTHER_ENDS.search(text):
        return None
    text = _one_end(text)
    try:
        shaped = _blanks(text)
        shaped = edited(shaped, _gaps(shaped))
        shaped = indented(shaped)
        shaped = _blanks(_ordered(shaped, _ORDERS.get(path.partition("/")[0], ())))
    except yaml.YAMLError:
        return None
    return shaped if _says(path, shaped) == _says(path, text) else None


def _one_end(text: str) -> str:
    """The text as an editor shows it: no mark at its beginning, and one sort of line end."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _says(path: str, text: str) -> Any:
    """What a file says to our reader, and its comments, in no order."""
    report = Report(Source(path, text))
    root = read_yaml(report)
    spans = [(token.start_mark.index, token.end_mark.index) for token in visible(text)]
    without = list(text)
    for start, end in spans:
        without[start:end] = " " * (end - start)
    rest = "".join("\n" if old == "\n" else new for old, new in zip(text, without, strict=True))
    comments = Counter(found[1] for line in rest.splitlines() if (found := _COMMENT.search(line)))
    return None if root is None else _plain(root), comments, [each.code for each in report.problems]


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.text, repr(node.value)
    if isinstance(node, Mapping):
        return {key: _plain(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.items]
    assert isinstance(node, Broken)
    return None


def _blanks(text: str) -> str:
    """No spaces at the ends of lines, no two blank lines together, none at the start, one end of line at the end."""
    kept = protected(text)
    found: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if number in kept:
            found.append(line)
        elif line.strip():
            found.append(line.rstrip())
        elif found and found[-1] != "":
            found.append("")
    return "\n".join(found).rstrip("\n") + "\n"


def _gaps(text: str) -> list[Edit]:
    """One space behind a colon and a comma, none inside brackets, no quotes around plain words."""
    edits: list[Edit] = []
    tokens = visible(text)
    for token in tokens:
        if isinstance(token, yaml.ScalarToken) and not token.plain:
            start, end = token.start_mark.index, token.end_mark.index
            simple = _WORDS.fullmatch(token.value) and token.value.lower() not in _QUOTED
            if simple and text[start + 1 : end - 1] == token.value:
                edits.append((start, end, token.value))
    for one, other in pairwise(tokens):
        start, end = one.end_mark.index, other.start_mark.index
        if one.end_mark.line != other.start_mark.line or text[start:end].strip():
            continue
        wanted = _gap(one, other)
        if wanted is not None and text[start:end] != wanted:
            edits.append((start, end, wanted))
    return sorted(edits)


_OPENING = (yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken)
_CLOSING = (yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


def _gap(one: yaml.Token, other: yaml.Token) -> str | None:
    """What belongs between two tokens of one line; None where either will do."""
    ending = isinstance(other, (*_CLOSING, yaml.FlowEntryToken))
    if isinstance(one, yaml.ValueToken):
        return None if ending else " "
    if ending or isinstance(one, _OPENING) or isinstance(other, yaml.ValueToken):
        return ""
    return " " if isinstance(one, yaml.FlowEntryToken) else None


def _ordered(text: str, order: Sequence[str]) -> str:
    """The sections of a file in the order of the documentation, each with the comment above it."""
    kept = protected(text)
    lines = text.rstrip("\n").split("\n")
    starts = [
        (number, line.partition(":")[0].strip("\"'"))
        for number, line in enumerate(lines)
        if number not in kept and re.match(r"[\"'\w]", line) and ":" in line
    ]
    names = [name for _, name in starts]
    if not set(names) <= set(order) or names == sorted(names, key=list(order).index):
        return text
    begins = [_with_comment(lines, number, starts[0][0]) for number, _ in starts]
    ends = [*begins[1:], len(lines)]
    parts = {name: lines[begin:end] for name, begin, end in zip(names, begins, ends, strict=True)}
    found = lines[: begins[0]]
    for name in sorted(names, key=list(order).index):
        found += parts[name]
    return "\n".join(found)


def _with_comment(lines: list[str], number: int, first: int) -> int:
    """Where a section begins; comments above the first one are those of the file."""
    while number > first and lines[number - 1].startswith("#"):
        number -= 1
    return number
