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

from autoflow.kinds import registry
from autoflow.kinds.base import Kind
from autoflow.kinds.fields import Operators, TypeOf
from autoflow.kinds.operators import OF_TYPE
from autoflow.language.field_specs import Spec, short_field, specs_of
from autoflow.language.settings.declared import ATTRIBUTES, EVENTS
from autoflow.language.taken import operand_in_words, taken

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
        return f"- an operator: {operand_in_words(spec.mark)}"
    what = taken(spec)
    if short and spec.key == word:
        return f"- `{spec.key}`: {what}"
    told = "" if spec.required else " (optional)"
    alone = f"; alone it may stand right behind the word, `{word}: …`" if short else ""
    return f"- `{spec.key}`: {what}{told}{alone}"


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
