"""The names of a project as schemas: insisted on where each must exist, offered where any will do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from autoflow.kinds import registry
from autoflow.kinds.fields import Name
from autoflow.language.definitions import Workspace
from autoflow.language.field_specs import short_field, specs_of
from autoflow.language.names import SETTINGS_FILE, Names
from autoflow.language.schema.values import Schema, offered, one_of
from autoflow.language.settings.declared import Declared
from autoflow.language.source import Report, Source
from autoflow.language.yaml.nodes import plain_data, read_yaml

FREE = ("tag", "audience", "topic")  # names that exist by being used


@dataclass(frozen=True)
class Known:
    """What may be named, and the tags, audiences and topics that some file uses already."""

    names: Names
    used: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def name(self, mark: Name) -> Schema:
        """A name of that sort; of attributes only those of the types that are asked for."""
        known = self.names.known(mark.of)
        if known is None:
            return offered(self.used.get(mark.of, ()))
        if mark.of == "attribute" and mark.types:
            known = [name for name in known if self.attributes[name].type in mark.types]
        return one_of(sorted(known))

    @property
    def attributes(self) -> Mapping[str, Declared]:
        """The attributes with their types, the built-in ones as well."""
        return self.names.settings.attributes

    @property
    def events(self) -> Mapping[str, Mapping[str, Declared]]:
        """The properties of each event; nothing where autoflow.yaml could not be read."""
        if not self.names.declared:
            return {}
        return {name: event.properties for name, event in sorted(self.names.settings.events.items())}

    @property
    def properties(self) -> list[str]:
        """The properties that some event has."""
        return sorted({name for properties in self.events.values() for name in properties})

    def paths(self, event: str, *, any_type: bool) -> list[str]:
        """Each `EVENT.PROPERTY` of an event, of numbers alone unless `any_type`."""
        return [
            f"{event}.{name}"
            for name, declared in self.events[event].items()
            if any_type or declared.type in {"number", "money"}
        ]


def known_names(workspace: Workspace) -> Known:
    """The names that the files of a workspace may use, those of files with mistakes included."""
    stems = {
        folder: frozenset(
            path.rpartition("/")[2].rpartition(".")[0]
            for path in workspace.sources
            if path.startswith(f"{folder}/") and path.endswith(ending)
        )
        for folder, ending in (("recipes", ".yaml"), ("segments", ".yaml"))
    }
    settings = SETTINGS_FILE, "error"
    names = Names(
        settings=workspace.settings,
        segments=frozenset(workspace.segments) | stems["segments"],
        templates=frozenset(workspace.templates) | frozenset(_templates(workspace.sources)),
        recipes=frozenset(workspace.recipes) | stems["recipes"],
        declared=all((problem.file, problem.severity) != settings for problem in workspace.problems),
    )
    used: dict[str, set[str]] = {of: set() for of in FREE}
    used["audience"] |= workspace.settings.mirrors.keys()
    for path, text in workspace.sources.items():
        if path.startswith(("recipes/", "segments/")):
            for of, name in _used(_data(path, text)):
                used[of].add(name)
    return Known(names, {of: tuple(sorted(found)) for of, found in used.items()})


def _templates(sources: Mapping[str, str]) -> Iterator[str]:
    for path in sources:
        name = path.rpartition("/")[2]
        if path.startswith("templates/") and name.endswith(".html") and not name.startswith("_"):
            yield name.removesuffix(".html")


def _data(path: str, text: str) -> Any:
    root = read_yaml(Report(Source(path, text)))
    return None if root is None else plain_data(root)


def _words() -> dict[str, set[tuple[str, str]]]:
    """Word → the keys under which it names something that exists by being used, with what that is."""
    found: dict[str, set[tuple[str, str]]] = {}
    for kinds in (registry.triggers(), registry.conditions(), registry.actions()):
        for word, kind in kinds.items():
            for spec in specs_of(kind):
                if isinstance(spec.mark, Name) and spec.mark.of in FREE:
                    keys = {spec.key} | ({""} if spec is short_field(kind) else set())
                    found.setdefault(word, set()).update((key, spec.mark.of) for key in keys)
    return found


def _used(data: Any) -> Iterator[tuple[str, str]]:
    """Each such name in a file, as (what it is, name)."""
    words = _words()
    waiting = [data]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting += found
        if not isinstance(found, dict):
            continue
        waiting += found.values()
        for word in words.keys() & found.keys():
            behind = found[word]
            for key, of in words[word]:
                yield from ((of, name) for name in _texts(behind, key))


def _texts(behind: Any, key: str) -> Iterable[str]:
    value = behind if key == "" else behind.get(key) if isinstance(behind, dict) else None
    return [
        each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str) and each
    ]
