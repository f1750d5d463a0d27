"""Whether values that others tell are of the types that autoflow.yaml declares (language.md, rule 2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from autoflow.ingest.refusals import RefusedError
from autoflow.ingest.typed import no_choice
from autoflow.kinds.operators import comparable
from autoflow.language.settings.declared import TYPE_WORDS, Declared
from autoflow.language.settings.settings import Settings
from autoflow.model.event import IDENTIFY, Incoming
from autoflow.model.values import fold

_LONGEST = 40
_SUCH_AS = {"date": " such as 2026-03-06", "date_time": " such as 2026-03-06 14:00"}


class Fitting:
    """Holds messages against what the settings declare; what nothing declares may be anything."""

    def __init__(self, settings: Settings) -> None:
        self._zone = settings.timezone
        self._attributes = {name: each for name, each in settings.attributes.items() if not each.computed}
        self._events: Mapping[str, Mapping[str, Declared]] = {
            name: event.properties for name, event in settings.events.items()
        }

    def check(self, message: Incoming) -> None:
        """Raise `RefusedError` for the first value that conditions could do nothing with.

        No value at all is always right, and so is an empty text, which says as little.
        """
        declared = self._attributes if message.name == IDENTIFY else self._events.get(message.name)
        if not declared:
            return
        for name, value in message.properties.items():
            of = declared.get(name)
            if of is not None and value is not None and not self._fits(value, of):
                raise RefusedError(f'"{name}": {_said(value, of)}')

    def _fits(self, value: Any, declared: Declared) -> bool:
        kind = type(value)
        if kind is str:
            if declared.type == "text" or not value.strip():
                return True
        elif kind is list:
            return declared.type == "list" and not any(isinstance(item, (list, dict)) for item in value)
        elif kind is dict:
            return False
        if declared.type == "choice":
            return fold(str(value)) in map(fold, declared.choices)
        try:
            return comparable(value, declared.type, self._zone) is not None
        except OverflowError:  # a date at the very ends of the calendar
            return False


def _said(value: Any, declared: Declared) -> str:
    shown = _shown(value)
    if declared.type == "choice":
        return f"{shown} is not one of the choices that autoflow.yaml declares: {no_choice(str(value), declared)}"
    what = TYPE_WORDS[declared.type] + _SUCH_AS.get(declared.type, "")
    if declared.type == "list" and isinstance(value, list):
        shown, what = "a list of lists or objects", "a list of texts"
    return f"{shown} is not {what}, as which autoflow.yaml declares it."


def _shown(value: Any) -> str:
    """A value as it stands in the file, or what it is."""
    if isinstance(value, str):
        return f'"{value[:_LONGEST]}…"' if len(value) > _LONGEST else f'"{value}"'
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    return json.dumps(value)
