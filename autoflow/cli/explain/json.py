"""An explanation for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autoflow.language.explain.told import Line, RecipeTold, SegmentTold, StepTold, WayTold
from autoflow.model.problems import Problem


def recipe_row(told: RecipeTold, warnings: Iterable[Problem]) -> dict[str, Any]:
    """A recipe, part by part."""
    return {
        "kind": "recipe",
        "name": told.name,
        "description": told.description,
        "owner": told.owner,
        "status": told.status,
        "short": told.short,
        "entry": _lines(told.entry),
        "steps": _steps(told.steps),
        "leaving": _lines(told.leaving),
        "sending": _lines(told.sending),
        "named": _lines(told.named),
        "warnings": _warnings(warnings),
    }


def segment_row(told: SegmentTold, warnings: Iterable[Problem]) -> dict[str, Any]:
    """A segment, part by part."""
    return {
        "kind": "segment",
        "name": told.name,
        "description": told.description,
        "owner": told.owner,
        "segment_kind": told.kind,
        "color": told.color,
        "conditions": _line(told.conditions),
        "beside": _lines(told.beside),
        "used": [each._asdict() for each in told.used],
        "named": _lines(told.named),
        "warnings": _warnings(warnings),
    }


def _lines(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [_line(each) for each in lines]


def _line(line: Line) -> dict[str, Any]:
    return {"says": line.says, "lines": _lines(line.lines)}


def _steps(steps: Iterable[StepTold]) -> list[dict[str, Any]]:
    return [
        {
            "number": step.number,
            "id": step.id,
            "action": step.word,
            "says": step.says,
            "beside": list(step.beside),
            "ways": [_way(way) for way in step.ways],
        }
        for step in steps
    ]


def _way(way: WayTold) -> dict[str, Any]:
    return {
        "says": way.says,
        "conditions": _lines(way.conditions),
        "steps": _steps(way.steps),
        "goes": way.goes,
    }


def _warnings(warnings: Iterable[Problem]) -> list[dict[str, Any]]:
    return [
        {"line": each.line, "code": each.code, "says": each.message, "fix": each.fix} for each in warnings
    ]
