"""What the names in files stand for, and what to say where one stands for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from autoflow.language.settings.declared import Declared
from autoflow.language.settings.settings import Settings
from autoflow.language.slips.elsewhere import meant
from autoflow.model.problems import did_you_mean

SETTINGS_FILE = "autoflow.yaml"
FOLDERS = {"segment": "segments", "template": "templates", "recipe": "recipes"}
_ENDINGS = {"segment": ".yaml", "template": ".html", "recipe": ".yaml"}
_SECTIONS = {  # with a line that declares one
    "attribute": ("attributes", "{name}: {type}"),
    "event": ("events", "{name}: {{total: money}}"),
    "sales channel": ("channels", "{name}: {{file: .autoflow/{name}.ndjson}}"),
    "score": ("scores", "{name}: {{rules: [{{when: page_visited, add: 1}}]}}"),
    "stage": ("stages", ""),
    "webhook": ("channels, webhooks", '{name}: {{url: "{url}", secret: "${{CRM_SECRET}}"}}'),
}
_DECLARABLE = re.compile(r"[^\W\d][\w -]*")


@dataclass(eq=False, repr=False)
class Names:
    """Everything that a file may name. `declared` is False where autoflow.yaml could not be read: then nobody
    knows which attributes and events there are, and none is missed. `handed` are the events with which other recipes
    let contacts into a recipe.
    """

    settings: Settings
    segments: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    recipes: frozenset[str] = frozenset()
    declared: bool = True
    handed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def known(self, of: str) -> Iterable[str] | None:
        """The names of a sort (see `kinds.fields.Name`), or None where any name will do."""
        files = {"segment": self.segments, "template": self.templates, "recipe": self.recipes}
        if of in files:
            return files[of]
        settings = self.settings
        declared: Mapping[str, Iterable[str]] = {
            "attribute": settings.attributes,
            "event": settings.events,
            "sales channel": settings.sales,
            "score": settings.scores,
            "stage": settings.stages,
            "webhook": settings.webhooks,
        }
        return declared.get(of) if self.declared else None

    def properties(self, event: str) -> Mapping[str, Declared] | None:
        """The properties of an event, or None where nothing is known of it."""
        found = self.settings.events.get(event)
        return found.properties if found is not None and self.declared else None

    def missing(self, of: str, name: str, types: Iterable[str] = ("text",)) -> tuple[str, str]:
        """The sentence and the fix for a name that stands for nothing, and would have one of these types."""
        known = self.known(of) or ()
        bare = name
        if of in FOLDERS:  # a file's name is not what it is called
            bare = name.rpartition(f"{FOLDERS[of]}/")[2].removesuffix(_ENDINGS[of])
        elif of == "attribute":
            bare = name.removeprefix("contact.")
        near = self._near(of, bare, known)
        message = f'There is no {of} called "{name}".'
        return message, self.suggest(of, near) if near else self._make(of, name, known, next(iter(types)))

    def _near(self, of: str, name: str, known: Iterable[str]) -> str | None:
        if of == "event":
            return meant(name, known, "event")
        near = did_you_mean(name, known)
        if of == "attribute" and near is None:
            path = meant(name, [f"contact.{each}" for each in known], "root")
            near = path.removeprefix("contact.") if path else None
        return near

    def suggest(self, of: str, near: str) -> str:
        """`Did you mean …?` with the file that defines it, where a file does."""
        where = ""
        if of in FOLDERS:
            where = f" ({FOLDERS[of]}/{near}{_ENDINGS[of]})"
        elif not self._built_in(of, near):
            where = f" ({SETTINGS_FILE})"
        return f'Did you mean "{near}"{where}?'

    def _built_in(self, of: str, name: str) -> bool:
        if of == "attribute":
            return self.settings.attributes[name].built_in
        return of == "event" and self.settings.events[name].built_in

    def missing_property(self, event: str, name: str) -> tuple[str, str]:
        """The same for a property of an event."""
        known = self.properties(event) or {}
        message = f'The event "{event}" has no property called "{name}".'
        near = did_you_mean(name, known)
        if near:
            return message, f'Did you mean "{near}"?'
        has = f"It has {listed(known)}. " if known else ""
        return message, f'{has}Properties are declared under "events" in {SETTINGS_FILE}.'

    def _make(self, of: str, name: str, known: Iterable[str], type_: str) -> str:
        if of in FOLDERS:
            others = f", or use one that exists: {listed(sorted(known))}" if known else ""
            return f"Write {FOLDERS[of]}/{name}{_ENDINGS[of]}{others}."
        section, line = _SECTIONS[of]
        url = name if name.startswith("https://") else "https://crm.example/hook"
        name = "crm" if of == "webhook" and url == name else name
        example = f", for example {line.format(name=name, url=url, type=type_)}" if line else ""
        example = example if _DECLARABLE.fullmatch(name) else ""
        own = [] if of == "attribute" else [each for each in sorted(known) if not self._built_in(of, each)]
        others = f", or use one that exists: {listed(own)}" if own else ""
        return f'Declare it under "{section}" in {SETTINGS_FILE}{example}{others}.'


def listed(words: Iterable[str], most: int = 12) -> str:
    """Words in a row for a sentence, the last two joined by `and`; after `most` of them it breaks off."""
    found = list(words)
    if len(found) > most:
        return ", ".join(found[:most]) + ", …"
    return " and ".join(part for part in (", ".join(found[:-1]), found[-1] if found else "") if part)
