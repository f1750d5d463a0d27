"""Placeholders: `"{{ contact.first_name }}"` wherever a value stands.

They see `contact` and `event`, are compiled when the file is read, and run in Jinja's immutable sandbox.
Data is never compiled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from autoflow.model.values import Value, plain

_SIMPLE = re.compile(r"\s*\{\{\s*(contact|event)\.(\w+)\s*\}\}\s*")
_WHOLE = re.compile(r"\s*\{\{((?:(?!\}\}).)*)\}\}\s*", re.DOTALL)


class PlaceholderError(Exception):
    """A placeholder could not be filled for one contact; the message is for people."""


class PlaceholderSyntaxError(ValueError):
    """A placeholder is written wrongly."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """A mapping has its keys alone: `event.items` is what the event says, never a method."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if not isinstance(obj, dict):
            return super().getattr(obj, attribute)
        return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self.getattr(obj, argument) if isinstance(obj, dict) else super().getitem(obj, argument)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    environment = _Sandbox(undefined=StrictUndefined, finalize=_finalize)
    for unsafe in ("lipsum", "range", "cycler", "joiner", "namespace"):
        environment.globals.pop(unsafe, None)
    environment.filters.pop("random")  # the same inputs give the same value, always
    return environment


def _finalize(value: object) -> object:
    return plain(value) if value is None or isinstance(value, (bool, list, float)) else value


@dataclass(frozen=True)
class Text:
    """Text, or any plain value, in which placeholders may stand."""

    source: Any

    @property
    def constant(self) -> bool:
        """Whether it is the same for everybody."""
        return not (isinstance(self.source, str) and "{{" in self.source)

    @cached_property
    def _fill(self) -> Callable[[Mapping[str, Any]], Value]:
        whole = _WHOLE.fullmatch(self.source)
        try:
            if whole is not None:
                expression = _environment().compile_expression(whole[1], undefined_to_none=False)
                return lambda scope: _native(expression(**scope))
            template = _environment().from_string(self.source)
        except TemplateSyntaxError as error:
            said = (error.message or "it breaks off").rstrip(".")
            raise PlaceholderSyntaxError(f"The placeholder is written wrongly: {said}.") from error
        except (RecursionError, SyntaxError) as error:  # from Python, into which Jinja translates
            raise PlaceholderSyntaxError("The placeholder is nested too deeply.") from error
        return lambda scope: template.render(**scope)

    def compile(self) -> None:
        """Raise `PlaceholderSyntaxError` where it is written wrongly."""
        if not self.constant:
            _ = self._fill

    def value(self, scope: Mapping[str, Any]) -> Value:
        """The value for one contact; a text that is one placeholder gives its value, not its spelling."""
        if self.constant:
            return self.source
        try:
            return self._fill(scope)
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
            raise PlaceholderError(f'"{self.source}" could not be filled: {_reason(error)}.') from error

    def says(self) -> str:
        """It in plain words: `his first_name`, `the order_id he entered with`; what is less simple as it is written."""
        found = _SIMPLE.fullmatch(self.source) if isinstance(self.source, str) else None
        if found is None:
            return plain(self.source)
        return f"his {found[2]}" if found[1] == "contact" else f"the {found[2]} he entered with"

    def text(self, scope: Mapping[str, Any]) -> str:
        """The value as text."""
        value = self.value(scope)
        return value if isinstance(value, str) else plain(value)


def _native(value: Any) -> Value:
    if isinstance(value, StrictUndefined):
        str(value)  # raises, with the name that is missing
    return value


def _reason(error: Exception) -> str:
    return str(error).rstrip(".").replace("'dict object' has no attribute", "there is no value for")
