"""Small workspaces lived through by the core alone, in the words of tests/oracle/making.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoflow.core.compiling import compile_program
from autoflow.language.workspace import read_workspace
from tests.engine.sources import SETTINGS, TEMPLATES, workspace
from tests.oracle.decided import Decided
from tests.oracle.engine import Engine
from tests.oracle.making import at, clock


def play(
    messages: list[dict[str, Any]],
    *,
    until: str,
    recipes: Mapping[str, str] | None = None,
    segments: Mapping[str, str] | None = None,
    consent: str = "not_refused",
    settings: str = "",
) -> Decided:
    """What the core decides; recipes and segments are the YAML below their first line."""
    told = SETTINGS.replace("not_refused", consent) + settings
    read = read_workspace(workspace(dict(recipes or {}), dict(segments or {}), told, TEMPLATES), {})
    assert read.sound, [problem for problem in read.problems if problem.severity == "error"]
    return Engine(compile_program(read)).run(messages, at(until))


def runs(decided: Decided, recipe: str = "r") -> list[tuple[str, str, str]]:
    """(entered, state, ended or nothing) of one recipe's runs."""
    return [
        (clock(run.at), run.state, clock(run.ended_at) if run.ended_at else "")
        for run in decided.runs
        if run.recipe == recipe
    ]


def said(decided: Decided, channel: str) -> list[tuple[str, str]]:
    """(when, reason or nothing) of a channel's messages."""
    return [(clock(each.at), each.reason) for each in decided.messages if each.channel == channel]
