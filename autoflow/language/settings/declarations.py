"""`attributes` and `events` in autoflow.yaml: names with their types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from autoflow.language import scalars
from autoflow.language.scalars import attempt
from autoflow.language.settings.computed import COMPUTED
from autoflow.language.settings.declared import ATTRIBUTES, DAY, EVENTS, TYPES, Declared, EventType
from autoflow.language.slips.elsewhere import meant
from autoflow.language.source import Report, Unreadable
from autoflow.language.yaml.nodes import Entry, Node, Scalar, Sequence
from autoflow.language.yaml.nodes import Mapping as MappingNode

CHOICE = "choice"
_EVENT = r"[^\W_][\w -]{0,63}"
_LONGEST_PROPERTY = 64


@dataclass(eq=False, repr=False)
class DeclaredReader:
    """Reads both sections. `complete` turns False where something could not be read: then nobody knows what
    else is declared. `computed` are the attributes that autoflow works out, for `read_computed`, in the order
    in which they stand: they look at events, which may be declared further down.
    """

    report: Report
    complete: bool = True
    computed: dict[str, MappingNode] = field(default_factory=dict)

    def attributes(self, node: Node) -> Mapping[str, Declared]:
        """The attributes, the built-in ones as well, without the computed ones."""
        found = dict(ATTRIBUTES)
        for name, entry in self._mapping(node, '"attributes"').items():
            if name in ATTRIBUTES:
                self._built_in(entry, f'The attribute "{name}"')
            elif self._usable(entry, "attribute"):
                if isinstance(entry.value, MappingNode) and not entry.value.entries.keys().isdisjoint(
                    COMPUTED
                ):
                    self.computed[name] = entry.value
                else:
                    self._declare(found, name, entry, (CHOICE, *COMPUTED))
        return MappingProxyType(found)

    def events(self, node: Node) -> Mapping[str, EventType]:
        """The events with their properties, the built-in ones as well."""
        found = dict(EVENTS)
        for name, entry in self._mapping(node, '"events"').items():
            if not re.fullmatch(_EVENT, name):
                message = f'"{name}" cannot be the name of an event.'
                fix = "Use letters, digits, spaces, - and _, with a letter or digit first."
                self.report.add("file-name", entry.key.span, message, fix)
                continue
            found[name] = self._event(name, entry, found.get(name, EventType()))
        return MappingProxyType(found)

    def _event(self, name: str, entry: Entry, known: EventType) -> EventType:
        properties, within = dict(known.properties), known.triggers_within
        what = f'The event "{name}"'
        nothing: Mapping[str, Entry] = {}
        for key, inner in attempt(lambda: self._mapping(entry.value, what), nothing).items():
            if key == "triggers_within":
                within = attempt(
                    lambda inner=inner: scalars.duration(inner.value, self.report, '"triggers_within"'),  # type: ignore[misc]
                    DAY,
                )
            elif key == "properties" and isinstance(inner.value, MappingNode):
                message = "Properties stand behind the event itself."
                shown = ", ".join(f"{each}: …" for each in inner.value.entries)
                self.report.add("value", inner.key.span, message, f"Write {name}: {{{shown}}}")
                self.complete = False
            elif key in known.properties:
                self._built_in(inner, f'The property "{key}"')
            elif self._usable(inner, "property"):
                self._declare(properties, key, inner, (CHOICE,))
        return EventType(MappingProxyType(properties), within, known.built_in)

    def _declare(self, found: dict[str, Declared], name: str, entry: Entry, words: tuple[str, ...]) -> None:
        """Take in a name with its type; where that cannot be read, nobody knows what goes with the name."""
        try:
            found[name] = self._type(entry.value, words)
        except Unreadable:
            self.complete = False

    def _mapping(self, node: Node, what: str) -> Mapping[str, Entry]:
        if isinstance(node, Scalar) and node.text == "":
            return {}
        if isinstance(node, MappingNode):
            return node.entries
        scalars.refuse_reported(node, self.report)
        fix = "For example {total: money, category: text}."
        message = f"{scalars.capital(what)} is written as names with types."
        return self.report.fail("value", node.span, message, fix)

    def _built_in(self, entry: Entry, what: str) -> None:
        self.report.add("reserved-name", entry.key.span, f"{what} is built in.", "Remove this line.")

    def _usable(self, entry: Entry, what: str) -> bool:
        name = entry.key.text
        if name.isidentifier() and len(name) <= _LONGEST_PROPERTY and name != "id":
            return True
        message = f'"{name}" cannot be the name of a{"n" if what[0] in "aeiou" else ""} {what}.'
        near = scalars.slug(name).replace("-", "_")
        near = near if near.isidentifier() and near != "id" else f"own_{near}"
        if name == "id":
            message = 'The name "id" is taken: it is the contact\'s own.'
        self.report.add("bad-name", entry.key.span, message, f"Write {near}, for example.")
        return False

    def _type(self, node: Node, words: tuple[str, ...]) -> Declared:
        if isinstance(node, MappingNode):
            return self._choice(node, words)
        if isinstance(node, Sequence):
            fix = f"A choice is written {{choice: [{', '.join(_shown(node))}]}}."
            self.report.fail("value", node.span, "A type takes one value, not a list.", fix)
        found = scalars.scalar(node, self.report, "a type").text
        if found not in TYPES or found == CHOICE:
            near = meant(found, TYPES, "value") or next(
                (each for each in TYPES if each == found.split()[0]), None
            )
            fix = (
                f'Did you mean "{near}"?' if near and near != CHOICE else f"The types are {', '.join(TYPES)}."
            )
            if CHOICE in {found, near}:
                fix = "A choice names what can be chosen: {choice: [free, pro]}."
            self.report.fail("not-one-of", node.span, f'There is no type called "{found}".', fix)
        return Declared(found)

    def _choice(self, node: MappingNode, words: tuple[str, ...]) -> Declared:
        for word, entry in node.entries.items():
            if word in COMPUTED:
                message = f'"{word}" works out an attribute, and this is a property of an event.'
                self.report.fail("out-of-place", entry.key.span, message, 'Move it to "attributes".')
            if word == "type" and isinstance(entry.value, Scalar):
                fix = f"Write {entry.value.text} alone, behind the name."
                self.report.fail(
                    "unknown-key", entry.key.span, "A type stands behind its name, without a key.", fix
                )
            if word not in words:
                scalars.unknown_key(self.report, entry.key, f'There is no "{word}" in a type.', words)
                self.report.give_up()
        listed = node.entries[CHOICE].value if node.entries else node
        if not isinstance(listed, Sequence) or not listed.items:
            fix = "For example {choice: [free, pro]}."
            self.report.fail("value", listed.span, "A choice names what can be chosen.", fix)
        return Declared(CHOICE, tuple(scalars.name(item, self.report, "a choice") for item in listed.items))


def _shown(node: Sequence) -> list[str]:
    """The first entries of a list as they are written."""
    return [each.text for each in node.items[:6] if isinstance(each, Scalar)]
