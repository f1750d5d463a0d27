"""What a starter needs declared, put into autoflow.yaml as text: comments and layout stay as they are.

Nothing is believed of the edit itself: the new text is read again, and must say what the old one said and the
addition, neither more nor less. Where it does not, the file is left alone, and the lines are told instead.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from autoflow.language.names import SETTINGS_FILE
from autoflow.language.source import Report, Source
from autoflow.language.yaml.nodes import Entry, Node, Scalar, Sequence, plain_data, read_yaml
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.problems import AutoflowError
from autoflow.starters.inserting import Inserting, in_one_line

_EVENTS = "events"
_NUMBERS = {"number", "money"}  # each does where the other is asked for


class Need(NamedTuple):
    """Something to be declared in a section: a name, of an event also a property, and as what (YAML in one line).

    Of a list, such as the stages, `value` is "".
    """

    section: str
    name: str
    value: str
    inner: str = ""

    def said(self) -> str:
        """What it is, in a sentence: `the event cart_updated`, `category of purchased`."""
        if self.inner:
            return f"{self.inner} of {self.name}"
        return f"the {self.section.removesuffix('s')} {self.name}"


class Declared(NamedTuple):
    """The new text of autoflow.yaml, what it says in addition, and what it goes on saying otherwise."""

    text: str
    added: tuple[Need, ...] = ()
    kept: tuple[Need, ...] = ()


def declare(text: str, wanted: str, *, keep: bool = False) -> Declared:
    """autoflow.yaml with everything declared that `wanted`, a part of such a file, declares.

    Raises `AutoflowError` where it has mistakes; where it declares something otherwise, unless its own word is to be
    kept (`keep`); and, with the very lines to put in by hand, where nothing can be put in safely.
    """
    ended = text if text.endswith("\n") else text + ("\r\n" if "\r\n" in text else "\n")
    source = Source(SETTINGS_FILE, ended)
    root, part = _read(source), _read(Source(SETTINGS_FILE, wanted)) if wanted else None
    if part is None:
        return Declared(text)
    if root is None:
        raise AutoflowError(f"{SETTINGS_FILE} has mistakes.", "`autoflow check` shows them.")
    merging = _Merging(source, Source(SETTINGS_FILE, wanted))
    merging.file(root, part)
    kept = tuple(need for need, _ in merging.otherwise)
    if kept and not keep:
        raise _otherwise(merging.otherwise)
    if not merging.added:
        return Declared(text, (), kept)
    changed = ended.removesuffix(source.text) + merging.inserting.text()
    again = _read(Source(SETTINGS_FILE, changed))
    if again is None or plain_data(again) != _together(plain_data(root), plain_data(part)):
        raise _by_hand(merging.added)
    return Declared(changed, tuple(merging.added), kept)


class _Merging:
    """One file put into the other: what is missing is inserted, what is there is compared."""

    def __init__(self, source: Source, given: Source) -> None:
        self.source = source
        self.given = given
        self.inserting = Inserting(source, given)
        self.added: list[Need] = []
        self.otherwise: list[tuple[Need, str]] = []

    def file(self, here: MappingNode, there: MappingNode) -> None:
        for section, wanted in there.entries.items():
            found = here.entries.get(section)
            if found is None:
                self.inserting.section(wanted)
            elif _is_nothing(found.value):
                self.inserting.value(found, wanted.value)
            else:
                self.section(section, found.value, wanted.value)
                continue
            self.added += self.needs(section, wanted.value)

    def section(self, section: str, found: Node, wanted: Node) -> None:
        if isinstance(found, Sequence) and isinstance(wanted, Sequence):
            known = plain_data(found)
            for item in wanted.items:
                if plain_data(item) not in known:
                    self.inserting.item(found, item)
                    self.added.append(self.need(section, item))
        elif isinstance(found, MappingNode) and isinstance(wanted, MappingNode):
            for name, entry in wanted.entries.items():
                if name not in found.entries:
                    self.inserting.entry(found, entry, wanted)
                    self.added.append(self.need(section, entry))
                elif section == _EVENTS:
                    self.event(name, found.entries[name], entry.value)
                else:
                    self.compare(self.need(section, entry), found.entries[name].value, entry.value)

    def event(self, name: str, found: Entry, wanted: Node) -> None:
        assert isinstance(wanted, MappingNode)
        if _is_nothing(found.value) and wanted.entries:
            self.inserting.value(found, wanted)
        for key, entry in wanted.entries.items():
            need = Need(_EVENTS, name, self.line(entry.value), key)
            if _is_nothing(found.value):
                self.added.append(need)
            elif isinstance(found.value, MappingNode) and key not in found.value.entries:
                self.inserting.entry(found.value, entry, wanted)
                self.added.append(need)
            elif isinstance(found.value, MappingNode):
                self.compare(need, found.value.entries[key].value, entry.value)

    def compare(self, need: Need, found: Node, wanted: Node) -> None:
        here, there = plain_data(found), plain_data(wanted)
        if here != there and not (isinstance(here, str) and {here, there} <= _NUMBERS):
            self.otherwise.append((need, in_one_line(found, self.source)))

    def needs(self, section: str, wanted: Node) -> list[Need]:
        if isinstance(wanted, MappingNode):
            return [self.need(section, entry) for entry in wanted.entries.values()]
        return [self.need(section, item) for item in getattr(wanted, "items", ())]

    def need(self, section: str, of: Entry | Node) -> Need:
        if isinstance(of, Entry):
            return Need(section, of.key.text, self.line(of.value))
        return Need(section, self.line(of), "")

    def line(self, node: Node) -> str:
        return in_one_line(node, self.given)


def _read(source: Source) -> MappingNode | None:
    """The file's keys with values; None where it has none or cannot be read."""
    report = Report(source)
    root = read_yaml(report)
    return root if isinstance(root, MappingNode) and not report.problems else None


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _together(here: Any, there: Any, *, section: str = "", depth: int = 0) -> Any:
    """What both files say: of each section the names of both, of an event the properties of both."""
    if here is None:
        return there or None
    if isinstance(here, list) and isinstance(there, list) and depth == 1:
        return here + [each for each in there if each not in here]
    if not isinstance(here, dict) or not isinstance(there, dict) or depth > (2 if section == _EVENTS else 1):
        return here
    both = dict(here)
    for key, value in there.items():
        inside = section or key
        both[key] = _together(here[key], value, section=inside, depth=depth + 1) if key in here else value
    return both


def _otherwise(found: list[tuple[Need, str]]) -> AutoflowError:
    told = [f"{need.said()} is {here}, and this recipe takes it for {need.value}" for need, here in found]
    message = f"{SETTINGS_FILE} says something else already: {'; '.join(told)}. Nothing was copied."
    fix = "Give one of the two another name, or copy it all the same with --force: what you declare stays as it is."
    return AutoflowError(message, fix)


def _by_hand(needs: list[Need]) -> AutoflowError:
    message = f"{SETTINGS_FILE} is written so that nothing can be put in safely. Nothing was copied."
    return AutoflowError(message, f"Put in these lines yourself, and run this again:\n\n{_lines(needs)}")


def _lines(needs: list[Need]) -> str:
    """What is missing, as it stands in autoflow.yaml."""
    lines: list[str] = []
    for section in dict.fromkeys(need.section for need in needs):
        of = [need for need in needs if need.section == section]
        if not of[0].value:
            lines.append(f"{section}: [{', '.join(need.name for need in of)}]")
            continue
        lines.append(f"{section}:")
        lines += [f"  {need.name}: {need.value}" for need in of if not need.inner]
        for event in dict.fromkeys(need.name for need in of if need.inner):
            inner = (f"{need.inner}: {need.value}" for need in of if need.inner and need.name == event)
            lines.append(f"  {event}: {{{', '.join(inner)}}}")
    return "\n".join(lines)
