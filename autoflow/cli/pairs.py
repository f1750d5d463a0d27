"""KEY=VALUE as people type it behind a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoflow.cli.output import clean
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.language.settings.declared import Declared


def split(pair: str) -> tuple[str, str]:
    """The key, and what stands behind the sign; raises `AutoflowError` where it is no such pair."""
    key, sign, text = pair.partition("=")
    if not sign or not key:
        raise AutoflowError(f'"{clean(pair)}" is not KEY=VALUE.', "For example total=24.50.")
    return key, text


def value(key: str, text: str, declared: Declared | None, zone: str) -> Any:
    """The value by its declared type, text where none is declared; None where nothing stands there."""
    from autoflow.ingest.refusals import RefusedError
    from autoflow.ingest.typed import typed

    try:
        return typed(text, declared, zone=zone) if text else None
    except RefusedError as error:
        raise AutoflowError(f"{clean(key)}: {error}") from None
