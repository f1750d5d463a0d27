"""Single values and sections of keys, read with plain sentences for what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from autoflow.language.names import listed
from autoflow.language.slips.elsewhere import asked, belonging, meant
from autoflow.language.slips.hints import bare_name, comment_hint, form_hint, length_fix
from autoflow.language.source import Report, Span, Unreadable
from autoflow.language.yaml.nodes import Broken, Entry, Node, Scalar, Sequence
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.durations import Duration, parse_duration
from autoflow.model.problems import did_you_mean

S = TypeVar("S")
T = TypeVar("T")
NAME = re.compile(r"[a-z0-9_-]{1,64}")
_COUNT = re.compile(r"(\d{1,6})(?:\s*times?)?")
_YES = {"yes": True, "true": True, "no": False, "false": False}
_LONGEST_NAME = 120


def attempt(read: Callable[[], T], otherwise: T) -> T:
    """What `read` gives, or `otherwise` where it could not be read (and that is reported)."""
    try:
        return read()
    except Unreadable:
        return otherwise


def each(values: Iterable[S], read: Callable[[S], T], report: Report) -> list[T]:
    """`read` of every value; all are read before it gives up where one could not be."""
    found: list[T] = []
    broken = False
    for value in values:
        if report.full:
            report.give_up()
        try:
            found.append(read(value))
        except Unreadable:
            broken = True
    return report.give_up() if broken else found


def section(node: Node, report: Report, what: str, keys: Iterable[str]) -> Mapping[str, Entry]:
    """The entries of a mapping that may have `keys`; reports the others. `what` names it: "a recipe"."""
    if not isinstance(node, MappingNode):
        refuse_reported(node, report)
        fix = form_hint(node) or f"It may have {listed(keys, 20)}."
        report.fail("value", node.span, f"{capital(what)} is written as keys with values.", fix)
    above: Entry | None = None
    for key, entry in node.entries.items():
        if key not in keys:
            elsewhere = belonging(what, key)
            if elsewhere:
                report.add("unknown-key", entry.key.span, f'There is no "{key}" in {what}.', elsewhere)
                continue
            unknown_key(report, entry.key, f'There is no "{key}" in {what}.', keys, node.entries, above)
        else:
            above = entry
    return {key: entry for key, entry in node.entries.items() if key in keys}


def strangers(node: Node, entries: Mapping[str, Entry]) -> bool:
    """Whether a mapping has more keys than those that are known: what is missing may stand there, and is reported."""
    return isinstance(node, MappingNode) and (node.spoilt or len(entries) < len(node.entries))


def unknown_key(
    report: Report,
    key: Scalar,
    message: str,
    keys: Iterable[str],
    beside: Mapping[str, Entry] | None = None,
    above: Entry | None = None,
) -> None:
    """Report a key that is not known, with the nearest one or all there are.

    `beside` are all keys that stand there, `above` is the last of them before it that is known.
    """
    if report.full:
        return
    known = list(keys)
    near = meant(key.text, known, "key")
    fix = asked(near) if near else f"It may have {listed(known, 20)}."
    if key.text.startswith("-"):
        fix = "Put a space after the dash."
    elif beside and near is not None and near in beside and did_you_mean(key.text, known) != near:
        fix = f"It may have {listed(known, 20)}."
    elif beside and near is not None and near in beside:
        line = report.source.line_number(beside[near].key.span.start)
        fix = f'Remove it: "{near}" stands in line {line}.'
    elif near is None and above is not None and _empty(above.value):
        fix = f'Indent it, so that it belongs to "{above.key.text}".'
        report.meant.add(above.key.text)
    report.add("unknown-key", key.span, message, fix)
    report.meant.add(near or "")


def _empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def scalar(node: Node, report: Report, what: str) -> Scalar:
    """A single value that is not empty."""
    if isinstance(node, Scalar):
        if node.value is None:
            fix = comment_hint(node, report) or "Write one behind the colon."
            report.fail("value", node.span, f"{capital(what)} has no value.", fix)
        return node
    refuse_reported(node, report)
    form = "a list" if isinstance(node, Sequence) else "keys with values"
    fix = "Write one value behind the colon."
    if isinstance(node, Sequence) and len(node.items) == 1 and isinstance(node.items[0], Scalar):
        fix = f"Write it without brackets: {node.items[0].text}"
    return report.fail("value", node.span, f"{capital(what)} takes one value, not {form}.", fix)


def text(node: Node, report: Report, what: str, *, empty: bool = False) -> str:
    """A text as it is written, without placeholders; with `empty`, a key without a value gives ""."""
    if empty and isinstance(node, Scalar) and node.value is None and not comment_hint(node, report):
        return ""
    found = scalar(node, report, what)
    if "{{" in found.text:
        report.fail(
            "placeholder-here",
            found.span,
            f"A placeholder cannot stand in {what}.",
            (what.startswith("the name of") and bare_name(found.text)) or "Write the text itself.",
        )
    return found.text


def optional_text(entries: Mapping[str, Entry], key: str, report: Report, default: str = "") -> str:
    """The text under a key; `default` where there is none or it could not be read."""
    entry = entries.get(key)
    if entry is None:
        return default
    return attempt(lambda: text(entry.value, report, f'"{key}"', empty=not default), default)


def name(node: Node, report: Report, what: str) -> str:
    """A text of one line and at most 120 characters."""
    found = text(node, report, what)
    if not found.strip():
        report.fail("value", node.span, f"{capital(what)} is empty.", "Write a word or a few.")
    if found != found.strip() and found.isprintable():
        message = f"{capital(what)} begins or ends with a space."
        report.fail("not-one-line", node.span, message, f'Write "{found.strip()}".')
    if len(found) > _LONGEST_NAME or not found.isprintable():
        message = f"{capital(what)} must be one line of at most {_LONGEST_NAME} characters."
        report.fail("not-one-line", node.span, message, "Shorten it.")
    return found


def plain_name(node: Node, report: Report, what: str) -> str:
    """A name that may also be a file's: a-z, 0-9, - and _."""
    found = name(node, report, what)
    if not NAME.fullmatch(found):
        message = f'"{found}" cannot be {what}: use small letters, digits, - and _, at most 64.'
        report.fail("bad-name", node.span, message, f"Write {slug(found)}, for example.")
    return found


def slug(text_: str) -> str:
    """The nearest plain name."""
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text_ = text_.lower().replace(letter, plain)
    text_ = "".join(each for each in unicodedata.normalize("NFKD", text_) if not unicodedata.combining(each))
    return re.sub(r"[^a-z0-9_]+", "-", text_).strip("-")[:64] or "a-name"


def whole_number(node: Node, report: Report, what: str, low: int, high: int) -> int:
    """A whole number in a range."""
    found = scalar(node, report, what)
    value = found.value
    if isinstance(value, bool) or not isinstance(value, int):
        message = f'{capital(what)} is a whole number, not "{found.text}".'
        fix = (
            f"Write {found.text}, without quotes." if found.text.isdigit() else f"For example {max(low, 1)}."
        )
        report.fail("value", found.span, message, fix)
    if not low <= value <= high:
        message = f"{capital(what)} is not between {low:,} and {high:,}."
        report.fail("value", found.span, message, "Write a number in that range.")
    return value


def yes_no(node: Node, report: Report, what: str) -> bool:
    """Yes or no, true or false."""
    found = scalar(node, report, what)
    value = _YES.get(found.text.lower())
    if value is None:
        message = f'{capital(what)} is true or false, not "{found.text}".'
        report.fail("value", found.span, message, "Write true or false.")
    return value


def one_of(node: Node, report: Report, what: str, words: Iterable[str], explained: str = "") -> str:
    """One of a few words; `explained` says what they mean."""
    found = scalar(node, report, what)
    known = list(words)
    if found.text not in known:
        near = meant(found.text, known, "value")
        fix = f'Did you mean "{near}"?' if near else explained or "Write one of them."
        fix = fix if len(known) > 1 else f"Write {known[0]}."
        allowed = f"{', '.join(known[:-1])} or {known[-1]}" if len(known) > 1 else known[0]
        report.fail("not-one-of", found.span, f'{capital(what)} is {allowed}, not "{found.text}".', fix)
    return found.text


def times(node: Node, report: Report, what: str) -> int:
    """A count: `2 times`, or a bare whole number."""
    found = scalar(node, report, what)
    match = _COUNT.fullmatch(found.text.strip())
    if match is None:
        from autoflow.language.slips import likely

        fix = asked(likely.count(found.text), "For example 2 times.")
        report.fail("value", found.span, f'{capital(what)} is a count, not "{found.text}".', fix)
    return int(match[1])


def duration(node: Node, report: Report, what: str) -> Duration:
    """A length of time above nothing."""
    found = scalar(node, report, what)
    if isinstance(found.value, (int, float)) and not isinstance(found.value, bool):
        fix = f"For example {found.text} hours or {found.text} days."
        report.fail("duration", found.span, f"{capital(what)} needs a unit of time.", fix)
    try:
        length = parse_duration(found.text)
    except ValueError as error:
        too_long = "hundred years" in str(error)
        fix = "Write a shorter one." if too_long else length_fix(found.text)
        report.fail("duration", found.span, str(error), fix)
    if length.months < 0 or length.days < 0 or length.micros < 0 or length == Duration(0, 0, 0):
        message = f"{capital(what)} must be longer than nothing."
        report.fail("duration", found.span, message, "For example 3 days.")
    return length


def items(node: Node, report: Report) -> list[Node]:
    """The entries of a list; of anything else, that one; of nothing, or of what could not be read, none."""
    if isinstance(node, Broken):
        report.broken = True
        return []
    if isinstance(node, Sequence):
        return node.items
    if isinstance(node, Scalar) and node.value is None:
        return []
    return [node]


def capital(sentence: str) -> str:
    """With a large first letter, unless it begins with a quote or a file's name."""
    return (
        sentence
        if sentence.split(" ", maxsplit=1)[0].endswith(".yaml")
        else sentence[:1].upper() + sentence[1:]
    )


def inside(span: Span, report: Report, part: str) -> Span:
    """Where `part` stands within a span; the whole span where it is not found."""
    found = report.source.text.find(part, span.start, span.end)
    return Span(found, found + len(part)) if found >= 0 else span


def refuse_reported(node: Node, report: Report) -> None:
    """Give up on a part that the YAML reader has reported already."""
    if isinstance(node, Broken):
        report.give_up()
