"""What to say where something stands in the place of a trigger, a condition or an action, and is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NoReturn, TypeVar

from autoflow.kinds import registry
from autoflow.kinds.base import Action, Condition, Kind, Trigger
from autoflow.kinds.fields import Cases, Length, Parts
from autoflow.kinds.operators import WORDS
from autoflow.language.field_specs import short_field, written_keys
from autoflow.language.names import Names, listed
from autoflow.language.scope import Scope
from autoflow.language.slips.elsewhere import asked, belonging, meant, turned_round
from autoflow.language.slips.sentences import likely_condition
from autoflow.language.source import Report
from autoflow.language.yaml.nodes import Entry, Node, Scalar, Sequence
from autoflow.language.yaml.nodes import Mapping as MappingNode

K = TypeVar("K", bound=Kind)
_CASE = ("otherwise",)
_UNITS = frozenset({"second", "minute", "hour", "day", "week", "month", "year"})
_WITH_NAMES = {
    "trigger": (("event", "event"), ("segment", "segment_entered")),
    "condition": (("event", "did"), ("segment", "in_segment"), ("attribute", "attribute")),
    "action": (("template", "send_email"), ("recipe", "enter_recipe")),
}


def refuse_bare(node: Node, kinds: Mapping[str, type[K]], what: str, scope: Scope) -> NoReturn:
    """Something stands where a mapping with a word belongs."""
    report = scope.report
    shown = node.text if isinstance(node, Scalar) else ""
    start, _, rest = shown.partition(" ")
    start = start.partition(":")[0]
    sentence = likely_condition(shown, "", scope.names) if what == "condition" else None
    if sentence is not None:
        message = "A condition has its subject, its operator and its value apart."
        report.fail("value", node.span, message, asked(sentence))
    if start in kinds:
        fix = f"For example {example(kinds[start])}"
        if shown.startswith(f"{start}:"):
            fix = "Put a space after the colon."
        elif rest:
            fix = f"Put a colon behind the word: {start}: {rest}"
        report.fail("value", node.span, f'"{start}" needs a value.', fix)
    if isinstance(node, Scalar) and node.value is not None:
        called = re.fullmatch(r"(\w+)\((.*)\)", shown)
        fix = _fix(shown, kinds, what, scope.names)
        if called is not None and called[1] in kinds:
            fix = f"Write {called[1]}: {called[2]}" if called[2] else f"Write {called[1]}"
        report.fail("unknown-word", node.span, f'There is no {what} called "{shown}".', fix)
    first = next(iter(kinds.values()))
    article = "An" if what == "action" else "A"
    form = "is missing here" if isinstance(node, Scalar) else "is one word with its value"
    message, fix = f"{article} {what} {form}.", f"For example {example(first)}"
    if isinstance(node, Sequence) and node.items:
        message = f"A list stands here, in the place of {article.lower()} {what}."
        dashed = report.source.text.startswith("-", node.span.start)
        fix = "Write one dash less." if dashed else "Take its brackets away."
    report.fail("value", node.span, message, fix)


def refuse_unknown(
    node: MappingNode, kinds: Mapping[str, type[K]], what: str, scope: Scope, also: tuple[str, ...] = ()
) -> NoReturn:
    """A mapping has no word that is known."""
    words = [key for key in node.entries if key not in also]
    if not words:
        fix = f"For example {example(next(iter(kinds.values())))}"
        scope.report.fail("value", node.span, f"The {what} itself is missing here.", fix)
    word, fix = _as_value(node, words, kinds)
    if not word:
        word = next((key for key in words if meant(key, kinds, what)), words[0])
        fix = _key_fix(node.entries[word], kinds, what, scope.names)
    message = f'There is no {what} called "{word}".'
    scope.report.fail("unknown-word", node.entries[word].key.span, message, fix)


def _as_value(node: MappingNode, words: Iterable[str], kinds: Mapping[str, type[K]]) -> tuple[str, str]:
    """The key behind which a word of ours stands, as in `type: wait`, and what to write; nothing where none does."""
    for key in words:
        value = node.entries[key].value
        if isinstance(value, Scalar) and value.text in kinds:
            return key, f"Write the word itself as the key, for example {example(kinds[value.text])}"
    return "", ""


def _key_fix(entry: Entry, kinds: Mapping[str, type[K]], what: str, names: Names) -> str:
    """How to mend a key that is no word, by what stands behind it as well."""
    word = entry.key.text
    value = entry.value.text if isinstance(entry.value, Scalar) and entry.value.text else "…"
    if word.startswith("-") and word[1:] in kinds:
        return "Put a space after the dash."
    numbered = re.fullmatch(r"((?:step\s*)?\d+[.):]?|[^\w\s])\s*(\w+)", word, re.IGNORECASE)
    if numbered is not None and numbered[2] in kinds:
        return f'Write a dash in place of "{numbered[1]}": - {numbered[2]}: {value}'
    turned = turned_round(word, kinds) if what == "condition" else None
    if turned is not None:
        return asked(f"none: [{{{turned}: {value}}}]")
    return _fix(word, kinds, what, names)


def refuse_key(
    entry: Entry,
    kind: type[Kind],
    word: str,
    allowed: Iterable[str],
    beside: Mapping[str, Entry],
    report: Report,
) -> None:
    """Report a key that a kind does not take."""
    key = entry.key.text
    known = tuple(allowed)
    operators = "is_set" in known
    near = meant(key, known, "operator") if operators else None
    named = [each for each in known if each != word and not (operators and each in WORDS)]
    near = near or meant(key, named, "key")
    has = listed((f'"{each}"' for each in written_keys(kind) if each != word), 20)
    has = " and ".join(part for part in (has, "an operator" if operators else "") if part)
    fix = belonging(word, key) or asked(near, f"It takes {has}." if has else "Remove it.")
    denied = isinstance(entry.value, Scalar) and entry.value.text in {"false", "no"}
    if issubclass(kind, Condition) and not operators and denied:
        subject = next((each.value for each in beside.values() if each is not entry), None)
        shown = subject.text if isinstance(subject, Scalar) else "…"
        fix = asked(f"none: [{{{word}: {shown}}}]")
    before = report.source.text[max(entry.key.span.start - 60, 0) : entry.key.span.start]
    worded = key.replace(" ", "_")
    begun = max((each for each in known if worded.startswith(f"{each}_")), key=len, default=None)
    if begun is not None and " " in key and isinstance(entry.value, Scalar) and entry.value.text == "":
        fix = asked(f"{begun}: {key[len(begun) + 1 :]}")
        report.add("unknown-key", entry.key.span, f'"{word}" takes no "{key}".', fix)
        return
    torn = re.search(r"(\w+): ([^,:{}\[\]]+),\s*$", before)
    if (
        torn is not None
        and isinstance(entry.value, Scalar)
        and entry.value.text == ""
        and not key[0].isdigit()
    ):
        whole = f"{torn[2]}, {key}"
        message = f'The comma takes "{whole}" apart.'
        write = f"[{whole}]" if torn[1] in {"in", "not_in", "between"} else f'"{whole}"'
        report.add("unknown-key", entry.key.span, message, f"Write {torn[1]}: {write}")
        return
    split = re.search(r"(\d+),\s*$", before)
    if split is not None and re.fullmatch(r"[\d.]+", key):
        message = f'The comma takes "{split[1]},{key}" apart.'
        report.add("unknown-key", entry.key.span, message, f"Write {split[1]}{key}.")
        return
    if operators and key in {"operator", "op", "comparison", "comparator"} and "value" in beside:
        value, said = beside["value"].value, entry.value
        near = meant(said.text, WORDS, "operator") if isinstance(said, Scalar) else None
        near = said.text if isinstance(said, Scalar) and said.text in WORDS else near
        written = value.text if isinstance(value, Scalar) else "…"
        fix = f"The operator itself is the key: {(near or 'is').partition(':')[0]}: {written}"
    if operators and key == "value" and {"operator", "op", "comparison", "comparator"} & set(beside):
        return  # told with the operator
    report.add("unknown-key", entry.key.span, f'"{word}" takes no "{key}".', fix)


def value_fix(written: str, otherwise: str) -> str:
    """How to mend a value that is no time and no date, or `otherwise`."""
    from autoflow.language.slips import likely

    return asked(likely.clock(written) or likely.moment(written), otherwise)


def refuse_list(kind: type[Kind], entry: Entry, what: str, report: Report) -> NoReturn:
    """A list, or a bare value, stands behind a word that takes none."""
    word, node = entry.key.text, entry.value
    texts = (
        [each.text for each in node.items if isinstance(each, Scalar)] if isinstance(node, Sequence) else []
    )
    if short_field(kind) is None or not texts:
        message = f'"{word}" takes {fields_in_words(kind)}.'
        report.fail("value", node.span, message, f"For example {example(kind)}")
    entries = ", ".join(f"{{{word}: {text}}}" for text in texts)
    fix = f"Write any: [{entries}]" if what == "condition" else f"Write one for each: {entries}"
    report.fail("value", node.span, f'"{word}" takes one value, not a list.', fix)


def refuse_units(kind: type[Kind], entries: Mapping[str, Entry], subject: Entry, report: Report) -> None:
    """Report a length of time that is written with its units as keys, `wait: {hours: 2}`."""
    short = short_field(kind)
    if short is None or not isinstance(short.mark, Length) or not entries:
        return
    units = [(key, entry.value) for key, entry in entries.items() if key.rstrip("s") in _UNITS]
    if len(units) < len(entries):
        return
    said = " ".join(f"{value.text} {key}" for key, value in units if isinstance(value, Scalar))
    message = "A length of time is one value."
    report.fail("value", subject.value.span, message, f"Write {subject.key.text}: {said}")


def refuse_named_parts(
    kind: type[Kind], entries: Mapping[str, Entry], subject: Entry, report: Report
) -> None:
    """Report parts that are written as keys with values, `split: {a: {percent: 50}, b: …}`, instead of a list."""
    short = short_field(kind)
    keys = written_keys(kind)
    if (
        short is None
        or not isinstance(short.mark, Parts)
        or not entries
        or any(key in keys for key in entries)
    ):
        return
    if all(isinstance(entry.value, MappingNode) for entry in entries.values()):
        first = next(iter(entries))
        message = "Parts are a list, each with its name inside."
        report.fail("value", subject.key.span, message, f"Write - {{name: {first}, percent: …}} for each.")


def beside_fix(extra: str, entry: Entry, kinds: Mapping[str, type[K]], report: Report) -> str:
    """How to mend a key that stands beside a word and belongs elsewhere."""
    word, value = entry.key.text, entry.value
    short = short_field(kinds[word])
    if extra in kinds:
        source = report.source
        line = source.line_number(entry.key.span.start)
        before = source.text[source.start_of(line) : entry.key.span.start]
        also = "" if before.strip() else f", and one before {word} as well"
        return f"Begin a new line with a dash for it{also}."
    if (
        short is not None
        and isinstance(short.mark, Cases)
        and "otherwise" in {extra, meant(extra, _CASE, "key")}
    ):
        return "Write it as the last case: - otherwise: …"
    known = extra in written_keys(kinds[word])
    if not known and issubclass(kinds[word], Trigger) and meant(extra, ("conditions", "if"), "key"):
        return "Write it under conditions, beside the trigger."
    if not known and issubclass(kinds[word], Action) and meant(extra, ("choose",), "action"):
        return "Write both in a choose: choose: [{if: …, actions: […]}]"
    if not known:
        return belonging(word, extra) or "Remove it."
    if isinstance(value, Scalar) and value.value is not None and short is not None:
        return f"Write {word}: {{{short.key}: {value.text}, {extra}: …}}"
    return f'Indent it, so that it belongs to "{word}".'


def _fix(word: str, kinds: Mapping[str, type[K]], what: str, names: Names) -> str:
    """What was likely meant: a word, or a name that stands where its word belongs."""
    if what == "trigger" and word in registry.conditions():
        return "It is a condition: write it under conditions, beside the trigger."
    if what == "trigger" and (rhythm := _rhythm(word)):
        return asked(rhythm)
    event, dot, name = word.partition(".")
    if what == "condition" and dot and name in (names.properties(event) or ()):
        return asked(f"sum_of: {word}")
    for of, before in _WITH_NAMES[what]:
        if word in (names.known(of) or ()):
            return f"Did you mean {before}: {word}?"
    near = meant(word, kinds, what)
    otherwise = f"The {what}s are {listed(sorted(kinds), 40)}."
    if what == "trigger" and re.fullmatch(r"\w+", word):
        otherwise = f"An event of your own is written event: {word}. {otherwise}"
    return asked(near, otherwise)


def _rhythm(written: str) -> str | None:
    """`schedule: {every: day, at: "09:00"}` of `every day at 9:00`."""
    from autoflow.language.slips import likely

    found = re.fullmatch(r"(?:every|each|on)\s+(.+?)(?:\s+at\s+(.+))?", written, re.IGNORECASE)
    day = likely.day(found[1]) if found else None
    at = likely.clock(found[2]) if found and found[2] else "09:00"
    return f'schedule: {{every: {day}, at: "{at}"}}' if day and at else None


def fields_in_words(kind: type[Kind]) -> str:
    """The keys that a kind takes, for a sentence."""
    return listed((f'"{key}"' for key in written_keys(kind)), 20) or "nothing"


def example(kind: type[Kind]) -> str:
    """A kind's example in one line, lists in brackets."""
    word, several, rest = kind.example.partition(":\n")
    if not several:
        return kind.example
    return f"{word}: [{', '.join(line.strip().removeprefix('- ') for line in rest.splitlines())}]"
