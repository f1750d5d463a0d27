"""The front matter of a template: between two lines of `---`, each field one line of text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial

import yaml

from autoflow.language.slips.elsewhere import asked, meant
from autoflow.language.templates.names import Mistake

_OPENED = re.compile(r"\w+\s*:\s*(?:\"[^\"]*|'[^']*)")
FENCE = "---"
MOST_CHARACTERS = 8_000
_FIELDS = ("subject", "preheader", "class", "topic")
_ONE_LINE = "Each field is one line of text, such as  subject: We kept your basket"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_mistake = partial(Mistake, code="template-head")


@dataclass(slots=True)
class FrontMatter:
    """Field → (text, line of the file), the body with the line it begins on, and what is wrong."""

    fields: dict[str, tuple[str, int]] = field(default_factory=dict)
    body: str = ""
    body_line: int = 1
    mistakes: list[Mistake] = field(default_factory=list)


def read_front_matter(source: str) -> FrontMatter:
    """Take a template apart; its line endings are line feeds alone."""
    lines = source.split("\n")
    if lines[0].rstrip() != FENCE:
        message, fix = (
            "The template has no subject.",
            "Begin the file with the lines  ---  and  subject: …  and  ---",
        )
        if re.match(r"(?:subject|preheader|class|topic)\s*:", lines[0]):
            message = "The fields of a template stand between two lines of  ---."
            fix = "Put  ---  on a line above the first field and on one behind the last."
        return FrontMatter(body=source, mistakes=[_mistake(1, message, fix)])
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        return FrontMatter(
            mistakes=[
                _mistake(1, "The first lines are not closed.", "Put  ---  on a line behind the last field.")
            ]
        )
    found = FrontMatter(body="\n".join(lines[end + 1 :]), body_line=end + 2)
    text = "\n".join(lines[1:end])
    if len(text) > MOST_CHARACTERS:
        found.mistakes.append(_mistake(2, f"The front matter is longer than {MOST_CHARACTERS:,} characters."))
        return found
    try:
        _read_fields(text, found)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 2
        opened = next((n for n, each in enumerate(lines[1:end], 2) if _OPENED.fullmatch(each)), None)
        if opened is not None:
            quote = lines[opened - 1].partition(":")[2].strip()[0]
            told = (
                "The quote that opens here is never closed.",
                f"Put {quote} at the end of the value.",
                quote,
            )
            found.mistakes.append(_mistake(opened, *told))
        else:
            found.mistakes.append(_mistake(line, *_told(lines[line - 1])))
    _check(found)
    return found


def _read_fields(text: str, found: FrontMatter) -> None:
    """Walk YAML's events: nothing is built, so nothing can be large, deep or anything but text."""
    depth = 0
    key: str | None = None
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 2 if event.start_mark else 2
        if isinstance(event, yaml.MappingStartEvent):
            depth += 1
        plain = isinstance(event, yaml.ScalarEvent) and event.anchor is None and event.tag is None
        if depth > 1 or (isinstance(event, yaml.NodeEvent) and not plain and not _is_root(event, depth)):
            shown = text.split("\n")[line - 2]
            found.mistakes.append(_mistake(line, *_told(shown)))
            return
        if isinstance(event, yaml.ScalarEvent):
            if depth == 0:
                found.mistakes.append(_mistake(line, *_told(text.split("\n")[line - 2])))
                return
            if key is None:
                key = event.value
                if key in found.fields:
                    found.mistakes.append(
                        _mistake(line, f'"{key}" stands here twice.', "Remove one of the two.", key)
                    )
            else:
                found.fields[key] = (event.value.strip(), line)
                key = None


def _is_root(event: yaml.Event, depth: int) -> bool:
    return isinstance(event, yaml.MappingStartEvent) and depth == 1 and not event.anchor and not event.tag


def _told(line: str) -> tuple[str, str, str]:
    """The sentence, the fix and the value at fault, of a line that cannot be read."""
    from autoflow.language.yaml.values import in_quotes

    _, colon, value = line.partition(":")
    value = value.strip()
    if colon and value.startswith(("{{", "{%")):
        return f"A value that begins with {value[:2]} needs quotes.", in_quotes(value), value
    if colon and ": " in value:
        return "A colon followed by a space stands inside this value.", in_quotes(value), value
    if colon and value[:1] in set("*&!|>@`%[{,?-"):
        return f'A value cannot begin with "{value[0]}" without quotes.', in_quotes(value), value
    assigned = re.fullmatch(r"\s*(\w+)\s*=\s*(\S.*)", line)
    if assigned is not None:
        return (
            "A key and its value are parted by a colon.",
            f"Write {assigned[1]}: {assigned[2]}",
            line.strip(),
        )
    return "These lines cannot be read as fields with values.", _ONE_LINE, ""


def _check(found: FrontMatter) -> None:
    for name, (text, line) in found.fields.items():
        if name not in _FIELDS:
            near = meant(name, _FIELDS, "key")
            fix = asked(near, "It may have subject, preheader, class and topic.")
            found.mistakes.append(_mistake(line, f'There is no "{name}" in a template.', fix, name))
        elif any(ord(character) < 32 or ord(character) == 127 for character in text):
            found.mistakes.append(_mistake(line, f"The {name} must be one line.", _ONE_LINE, name))
    if not found.fields.get("subject", ("", 0))[0] and not found.mistakes:
        found.mistakes.append(_mistake(1, "The template has no subject.", "Add a line  subject: …"))
    klass, line = found.fields.get("class", ("marketing", 0))
    if klass not in {"marketing", "transactional"}:
        fix = "Write marketing, or transactional for mail about something that the contact did himself."
        message = f'"class" is marketing or transactional, not "{klass}".'
        found.mistakes.append(_mistake(line, message, fix, klass))
