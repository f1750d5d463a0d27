"""YAML read into nodes that know their place.

YAML 1.2's core schema: `on`, `no`, `21:00` and dates stay text. Nothing is ever built but text, numbers, yes
and no, lists and mappings; anchors, aliases and tags are mistakes. Size and depth are bounded, and the nodes
are made from the parser's events without recursion, so no file can crash the reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import yaml

from autoflow.language.source import FIRST, Report, Span, Unreadable

MOST_CHARACTERS = 256 * 1024
MOST_DEPTH = 64
_LONGEST_NUMBER = 40
_QUOTES = frozenset("'\"")
_QUOTED = _QUOTES | frozenset("|>")
_CLOSING = frozenset("}]")
_CURLED = frozenset("“”„‘’\u201a«»")

# Alternatives instead of one class, which would take a third of the module's loading to compile.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]|[\ud800-\udfff]|\ufeff|\ufffe|\uffff")
_HARD = re.compile("[\u00a0\u2007\u202f\u3000]")
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


@dataclass(slots=True, eq=False)
class Scalar:
    """A single value: `text` as it is written, `value` what YAML 1.2 makes of it."""

    span: Span
    text: str
    value: bool | int | float | str | None


@dataclass(slots=True, eq=False)
class Sequence:
    """A list."""

    span: Span
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Entry:
    """A key with its value."""

    key: Scalar
    value: Node


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys with values; of a key that stands twice the first one is kept.

    `spoilt` says that it has keys which are no words, and have been reported.
    """

    span: Span
    entries: dict[str, Entry] = field(default_factory=dict)
    spoilt: bool = False


@dataclass(slots=True, eq=False)
class Broken:
    """Something that has been reported already."""

    span: Span


Node = Scalar | Sequence | Mapping | Broken


def read_yaml(report: Report) -> Node | None:
    """The file's only document; None where it is empty or cannot be read, which has then been reported."""
    text = report.source.text
    if len(text) > MOST_CHARACTERS:
        limit = f"Split it up: a file may have up to {MOST_CHARACTERS // 1024} KB."
        report.add("too-large", FIRST, "The file is too large.", limit)
        return None
    strange = _NO_TEXT.search(text)
    if strange is not None:
        report.add("not-text", Span(strange.start(), strange.end()), *no_text(text, strange[0]))
        return None
    builder = _Builder(report)
    parser = yaml.CSafeLoader(text)
    try:
        while (event := parser.get_event()) is not None:
            builder.take(event)
    except Unreadable:
        return None
    except yaml.MarkedYAMLError as error:
        _errors().report_syntax(error, report)
        return None
    finally:
        parser.dispose()
    if builder.root is None or (isinstance(builder.root, Scalar) and builder.root.value is None):
        comments = "The file holds nothing but comments." if text.strip() else "The file is empty."
        report.add("empty-file", FIRST, comments, "Write what it is to say, or remove the file.")
        return None
    return builder.root


def no_text(text: str, strange: str) -> tuple[str, str]:
    """The sentence and the fix for a file that is no text, by the first sign that shows it."""
    if text.startswith(("\udcff\udcfe", "\udcfe\udcff")) or "\x00" in text[:4]:
        return "The file is saved as UTF-16.", "Save the file anew, with UTF-8 as its encoding."
    if "\udc80" <= strange <= "\udcff":
        message = "This character is not saved as UTF-8, in which files are read."
        return message, "Save the file anew, with UTF-8 as its encoding."
    return "The file holds a character that no text file holds here.", "Delete it, or type the value anew."


def plain_data(node: Node) -> Any:
    """The node as plain values, for hashing what a file means."""
    if isinstance(node, Mapping):
        return {key: plain_data(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain_data(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else None


class _Builder:
    """Puts events together; `stack` holds the open lists and mappings, `keys` a mapping's waiting key."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.text = report.source.text
        self.root: Node | None = None
        self.documents = 0
        self.stack: list[Sequence | Mapping | Broken] = []
        self.keys: list[Scalar | Broken | None] = []
        self.steps: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self.scalar,
            yaml.MappingStartEvent: self.open,
            yaml.SequenceStartEvent: self.open,
            yaml.MappingEndEvent: self.close,
            yaml.SequenceEndEvent: self.close,
            yaml.AliasEvent: self.alias,
            yaml.DocumentStartEvent: self.document,
        }

    def take(self, event: yaml.Event) -> None:
        step = self.steps.get(type(event))
        if step is not None:
            step(event)
        if self.report.full:
            self.report.give_up()

    def document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            self.report.fail(
                "yaml-document",
                _span(event),
                "A second document begins here.",
                "Give it a file of its own, or remove the line of dashes.",
            )

    def scalar(self, event: yaml.ScalarEvent) -> None:
        span = _span(event)
        if self.marked(event):
            self.add(Broken(span))
            return
        if event.style in _QUOTED:
            if event.style in _QUOTES and "\n" in self.text[span.start : span.end]:
                _errors().look_at_lines(self.report, span)
            self.add(Scalar(span, event.value, event.value))
            return
        if _HARD.search(event.value) and _errors().hard_space(self.report, span):
            self.add(Broken(span))
            return
        if event.value[:1] in _CURLED and _errors().curled_quotes(self.report, span):
            self.add(Broken(span))
            return
        if event.value[-1:] in _CLOSING:
            _errors().closes_nothing(self.report, span)
        if self.text.startswith(" #", span.end):
            _errors().look_at_comment(self.report, span)
        self.add(Scalar(span, event.value, self.resolve(event.value, span)))

    def resolve(self, text: str, span: Span) -> bool | float | str | None:
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in "+-.0123456789" or not (
            _FLOAT.fullmatch(text) or _OCTAL.fullmatch(text) or _HEX.fullmatch(text)
        ):
            return text
        if len(text) > _LONGEST_NUMBER:
            fix = "Put quotes around it if it is a name or a code."
            self.report.add("too-large", span, "This number is too long.", fix)
            return text
        if _INT.fullmatch(text):
            return int(text)
        if text[:2] in {"0o", "0x"}:
            return int(text[2:], 8 if text[1] == "o" else 16)
        return float(text)

    def open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if len(self.stack) >= MOST_DEPTH:
            message = f"Lists and keys are nested more than {MOST_DEPTH} deep here."
            self.report.fail("too-deep", _span(event), message, "Take the inner part out.")
        marked = self.marked(event)
        span = _span(event)
        inside_broken = marked or (bool(self.stack) and isinstance(self.stack[-1], Broken))
        if inside_broken or self.text.startswith("{{", span.start):
            if not inside_broken:
                _errors().needs_quotes(self.report, span.start)
            self.stack.append(Broken(span))
        elif isinstance(event, yaml.MappingStartEvent):
            self.stack.append(Mapping(span))
        else:
            self.stack.append(Sequence(span))
        self.keys.append(None)

    def close(self, event: yaml.MappingEndEvent | yaml.SequenceEndEvent) -> None:
        node = self.stack.pop()
        self.keys.pop()
        end = event.end_mark.index if event.end_mark else node.span.end
        if self.text.startswith(("{", "["), node.span.start):
            node.span = Span(node.span.start, end)
        elif isinstance(node, Mapping) and node.entries:
            node.span = next(iter(node.entries.values())).key.span
        else:
            node.span = Span(node.span.start, node.span.start + 1)
        unreadable = isinstance(node, Mapping) and not node.entries and node.spoilt
        self.add(Broken(node.span) if unreadable else node)

    def alias(self, event: yaml.AliasEvent) -> None:
        _errors().needs_quotes(self.report, _span(event).start)
        self.add(Broken(_span(event)))

    def add(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        holder = self.stack[-1]
        if isinstance(holder, Sequence):
            holder.items.append(node)
        elif isinstance(holder, Mapping):
            self.add_entry(holder, node)

    def add_entry(self, holder: Mapping, node: Node) -> None:
        key = self.keys[-1]
        if key is not None:
            self.keys[-1] = None
            empty = isinstance(node, Scalar) and node.span.start == node.span.end
            if isinstance(key, Scalar) and not (empty and self.glued(key, holder, alone=True)):
                holder.entries.setdefault(key.text, Entry(key, node))
            return
        if isinstance(node, (Mapping, Sequence)):
            self.report.add("yaml-key", node.span, *_errors().no_key(node.span, self.text))
            node = Broken(node.span)
        elif isinstance(node, Scalar) and node.text in holder.entries:
            first = self.report.source.line_number(holder.entries[node.text].key.span.start)
            message = f'"{node.text}" stands here twice, first in line {first}.'
            fix = "Put what both say under one of them, or remove the other."
            self.report.add("duplicate-key", node.span, message, fix)
            node = Broken(node.span)
        elif isinstance(node, Scalar) and self.glued(node, holder, alone=False):
            node = Broken(node.span)
        holder.spoilt = holder.spoilt or isinstance(node, Broken)
        self.keys[-1] = node

    def glued(self, key: Scalar, holder: Mapping, *, alone: bool) -> bool:
        """Report a key with a value behind its colon and no space between; `alone` says that nothing else follows."""
        if not (":" in key.text or key.text.startswith("-")) or self.text[key.span.start] in _QUOTES:
            return False
        found: bool = _errors().glued_key(self.report, key.span, alone=alone)
        holder.spoilt = holder.spoilt or found
        return found

    def marked(self, event: yaml.NodeEvent) -> bool:
        """Report anchors and tags; whether there was one."""
        if event.anchor is not None:
            message = "A value that begins with & is an anchor for YAML, and anchors are not used here."
            span = _marker(self.text, _span(event), "&")
            self.report.add("yaml-alias", span, message, _errors().marker_fix(self.report.source, span))
        tag: str | None = getattr(event, "tag", None)
        if (
            tag is not None
            and tag.startswith("!=")
            and _errors().sign_instead(self.report, _span(event).start)
        ):
            return True
        if tag is not None:
            message = "A value that begins with ! is a tag for YAML, and tags are not used here."
            span = _marker(self.text, _span(event), "!")
            self.report.add("yaml-tag", span, message, _errors().marker_fix(self.report.source, span))
        return event.anchor is not None or tag is not None


def _errors() -> ModuleType:
    """The explanations, loaded only where there is something to explain: `check` starts faster."""
    from autoflow.language.yaml import errors as yaml_errors

    return yaml_errors


def _span(event: yaml.Event) -> Span:
    assert event.start_mark is not None  # the C parser gives every event its marks
    assert event.end_mark is not None
    return Span(event.start_mark.index, event.end_mark.index)


def _marker(text: str, span: Span, sign: str) -> Span:
    """The anchor or tag itself: the word that begins with the sign."""
    start = text.find(sign, span.start)
    start = span.start if start < 0 else start
    word = re.compile(r"[^\s,\]}]+").match(text, start)
    return Span(start, word.end() if word else start + 1)
