"""What autoflow.yaml says otherwise, key by key, in the file's own words; secrets are never shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autoflow.language.names import SETTINGS_FILE
from autoflow.language.source import Report, Source
from autoflow.language.wording import instead
from autoflow.language.yaml.nodes import plain_data, read_yaml
from autoflow.model.values import plain

_SECRET = frozenset({"password", "secret", "token", "url", "store"})
_DECLARED = frozenset({"events", "attributes", "scores", "stages", "audiences"})
"""Sections of names and types, where a property called `url` is nobody's secret."""
_NOTHING = object()


def settings_changed(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Each key that differs, as a dotted path with a sentence, in the order of the file."""
    yield from _compared("", _read(before), _read(after))


def _read(text: str) -> Any:
    root = read_yaml(Report(Source(SETTINGS_FILE, text))) if text.strip() else None
    return plain_data(root) if root is not None else {}


def _compared(path: str, before: Any, after: Any) -> Iterator[tuple[str, str]]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**after, **before}:
            inner = f"{path}.{key}" if path else key
            yield from _compared(inner, before.get(key, _NOTHING), after.get(key, _NOTHING))
        return
    keys = path.split(".")
    secret = _SECRET if keys[0] not in _DECLARED else frozenset[str]()
    hidden = not secret.isdisjoint(keys)
    if before is _NOTHING:
        says = "new" if hidden else f"new, {_said(after, secret)}"
    elif after is _NOTHING:
        says = "removed" if hidden else f"removed, it was {_said(before, secret)}"
    else:
        says = "changed" if hidden else instead(_said(before, secret), _said(after, secret))
    yield path, f"{path}: {says}"


def _said(value: Any, secret: frozenset[str]) -> str:
    """A value as it could be written in one line; what stands under a `secret` key is left out."""
    if isinstance(value, dict):
        inner = (f"{key}: {'…' if key in secret else _said(each, secret)}" for key, each in value.items())
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_said(each, secret) for each in value)}]"
    return plain(value)
