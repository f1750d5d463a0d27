"""Writes the words of the language into docs/language.md, between the two marks there.

    python tools/language_reference.py            writes the page
    python tools/language_reference.py --check    exit status 1 where the page is out of date

Whatever stands outside the marks is written by hand.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args, get_origin

from autoflow.kinds import registry
from autoflow.kinds.base import Condition, Kind
from autoflow.kinds.fields import (
    Assignments,
    Cases,
    Clock,
    ClockOrMoment,
    ClockSpan,
    Days,
    Glob,
    Length,
    Moment,
    Name,
    Number,
    Offset,
    OneOrMore,
    Operators,
    Parts,
    Payload,
    Properties,
    PropertyPath,
    Rate,
    Steps,
    Times,
    TypeOf,
)
from autoflow.kinds.operators import OF_TYPE
from autoflow.kinds.text import Text
from autoflow.kinds.where import Where
from autoflow.language.declared import ATTRIBUTES, EVENTS
from autoflow.language.field_specs import Spec, short_field, specs_of
from autoflow.model.durations import Duration

PAGE = Path(__file__).parents[1] / "docs" / "language.md"
BEGIN = "<!-- words: made by tools/language_reference.py from the code, not by hand -->"
END = "<!-- end of words -->"


def words() -> str:
    """Every word of the language as Markdown: what it does, what may stand beside it, an example."""
    families: tuple[tuple[str, str, Mapping[str, type[Kind]]], ...] = (
        ("Triggers", "trigger", registry.triggers()),
        ("Conditions", "condition", registry.conditions()),
        ("Actions", "action", registry.actions()),
    )
    lines: list[str] = []
    for heading, family, kinds in families:
        lines += [f"## {heading}", ""]
        for word, kind in sorted(kinds.items()):
            lines += _word(word, kind, family)
    lines += [*_operators(), *_built_in()]
    return "\n".join(lines)


def page(text: str) -> str:
    """The page with its words made anew."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{PAGE.name} lacks the marks between which the words stand.")
    return f"{before}{begin}\n\n{words()}\n{end}{after}"


def _word(word: str, kind: type[Kind], family: str) -> Iterator[str]:
    yield f"### `{word}`"
    yield ""
    yield inspect.getdoc(kind) or ""
    yield ""
    short = short_field(kind)
    written = (spec for spec in specs_of(kind) if not isinstance(spec.mark, TypeOf))
    for spec in sorted(written, key=lambda spec: not spec.required):
        yield _field(word, spec, spec is short)
    yield ""
    yield f"```yaml {family}"
    yield kind.example
    yield "```"
    yield ""


def _field(word: str, spec: Spec, short: bool) -> str:  # noqa: FBT001 - a private helper
    if isinstance(spec.mark, Operators):
        return f"- an operator: {_operand(spec.mark)}"
    taken = _taken(spec)
    if short and spec.key == word:
        return f"- `{spec.key}`: {taken}"
    told = "" if spec.required else " (optional)"
    alone = f"; alone it may stand right behind the word, `{word}: …`" if short else ""
    return f"- `{spec.key}`: {taken}{told}{alone}"


def _operand(mark: Operators) -> str:
    if mark.of == "number":
        more = ", or for `at_least`, `at_most`, `more_than`, `less_than` a share of the time before, `50% of before`"
        return "one of those for numbers" + (more if mark.share else "")
    return f"one that goes with the type of the {mark.subject}"


def _taken(spec: Spec) -> str:
    match spec.mark:
        case Name(of=of) if spec.several:
            return f"a list of {of}s"
        case Name(of=of):
            return f"the name of {'an' if of[0] in 'aeiou' else 'a'} {of}"
        case Times(share=True):
            return "how often, `2 times`, or with `within_last` a share of the time before, `50% of before`"
        case PropertyPath(any_type=True):
            return "an event and a property of it, `EVENT.PROPERTY`"
        case Properties(event=event):
            return f"properties of the event in `{event}` with their values"
        case Days(months=True):
            return f"{_MARKS[Days]}, or `month`, the first of each"
    return _MARKS.get(type(spec.mark)) or _plain(spec)


_MARKS: dict[type, str] = {
    Glob: "text, in which `*` stands for anything",
    Times: "how often, `2 times`",
    PropertyPath: "an event and a number of it, `EVENT.PROPERTY`",
    Assignments: "attributes with their values",
    Payload: "names with values",
    OneOrMore: "a value, or a list of which any will do",
    Steps: "a list of actions",
    Cases: "a list of `if` with `actions`, and at its end, if need be, an `otherwise`",
    Parts: "a list of parts, each with `percent`, and if need be `name`, `actions` and `holdout: true`",
    Clock: "a time of the day, `09:30`",
    ClockSpan: 'two times of the day, `["09:00", "17:00"]`',
    Days: "`weekdays`, `weekend`, `day`, a day such as `monday`, or a list of days",
    Offset: "a duration, also one before, `-3 days`",
    Rate: "how many in which time, `1 per 7 days`",
    Moment: "with `every` a time of the day, `09:30`; alone a date and time, `2026-11-27 09:00`",
    Number: "a number",
    Length: "a duration, or a placeholder that gives one",
    ClockOrMoment: "a time of the day, or a placeholder that gives a date or a date and time",
}


def _plain(spec: Spec) -> str:
    base = spec.base
    if get_origin(base) is Literal:
        return " or ".join(f"`{word}`" for word in get_args(base))
    if Condition in get_args(base):
        return "a list of conditions"
    told = {
        Duration: "a duration, `2 hours`, `30 days`, `1 month`",
        Where: "only events with such properties",
        Text: "text, which may hold placeholders",
        str: "text",
    }
    return told[base]


def _operators() -> Iterator[str]:
    yield "## Operators"
    yield ""
    yield "Which operators go with a type:"
    yield ""
    yield "| type | operators |"
    yield "| --- | --- |"
    for of, operators in OF_TYPE.items():
        yield f"| {of} | {', '.join(f'`{each}`' for each in operators)} |"
    yield ""


def _built_in() -> Iterator[str]:
    yield "## Built-in names"
    yield ""
    yield "Attributes that need no declaration: " + ", ".join(
        f"`{name}` ({declared.type})" if declared.type != "text" else f"`{name}`"
        for name, declared in ATTRIBUTES.items()
    )
    yield ""
    yield "| event | properties, each a text |"
    yield "| --- | --- |"
    for name, event in EVENTS.items():
        yield f"| `{name}` | {', '.join(f'`{each}`' for each in event.properties)} |"
    yield ""


def main() -> None:
    """Write the page, or with --check say whether it is up to date."""
    text = PAGE.read_text(encoding="utf-8")
    made = page(text)
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if made == text else "docs/language.md is out of date: python tools/language_reference.py")
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
