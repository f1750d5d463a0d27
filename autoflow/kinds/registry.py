"""Finds the words of the language: every file in triggers/, conditions/ and actions/."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TypeVar

from autoflow.kinds import actions as action_files
from autoflow.kinds import conditions as condition_files
from autoflow.kinds import triggers as trigger_files
from autoflow.kinds.base import Action, Condition, Kind, Trigger

K = TypeVar("K", bound=Kind)


@cache
def triggers() -> dict[str, type[Trigger]]:
    """Every trigger by its word."""
    return _words(trigger_files.__path__, trigger_files.__name__, Trigger)


@cache
def conditions() -> dict[str, type[Condition]]:
    """Every condition by its subject, groups included."""
    return _words(condition_files.__path__, condition_files.__name__, Condition)


@cache
def actions() -> dict[str, type[Action]]:
    """Every action by its word."""
    return _words(action_files.__path__, action_files.__name__, Action)


def _words(path: list[str], package: str, base: type[K]) -> dict[str, type[K]]:
    found: dict[str, type[K]] = {}
    for info in sorted(pkgutil.iter_modules(path), key=lambda info: info.name):
        module = importlib.import_module(f"{package}.{info.name}")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, base) and kind.__module__ == module.__name__:
                found[kind.word] = kind
    return found
