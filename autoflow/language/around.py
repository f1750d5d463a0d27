"""The kind that is being read, as the readers of its fields see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from autoflow.kinds.base import Kind
from autoflow.kinds.fields import Name, PropertyPath
from autoflow.language.field_specs import Spec, specs_of
from autoflow.language.scope import Scope
from autoflow.language.source import Span
from autoflow.language.yaml.nodes import Entry, Node


@dataclass(eq=False, repr=False)
class Around:
    """The kind that is being read: its keys, its place, and the values read so far."""

    kind: type[Kind]
    entries: Mapping[str, Entry]
    span: Span
    scope: Scope
    values: dict[str, Any] = field(default_factory=dict)

    def what(self, spec: Spec) -> str:
        """A field in a sentence."""
        return f'"{self.kind.word}"' if spec.name == self.kind.short else f'"{spec.key}"'

    def events(self) -> tuple[str, ...]:
        """The events that this kind looks at, as far as it has been read."""
        found: list[str] = []
        for spec in specs_of(self.kind):
            value = self.values.get(spec.name)
            if value is None:
                continue
            if isinstance(spec.mark, Name) and spec.mark.of == "event":
                found += value if isinstance(value, tuple) else (value,)
            elif isinstance(spec.mark, PropertyPath):
                found.append(value.partition(".")[0])
        return tuple(found)


Reader = Callable[[Spec, Node, Around], Any]
