"""The outcome of recipe tests, summed up and for programs."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from autoflow.lab.testing.coverage import Coverage, coverage, together
from autoflow.lab.testing.line import Line
from autoflow.lab.testing.runner import CaseResult
from autoflow.lab.testing.walked import empty_branches
from autoflow.language.definitions import Workspace
from autoflow.model.instants import to_iso


class Unwalked(NamedTuple):
    """A step that no case walked; with `branch`, one of its branches on which no step stands."""

    recipe: str
    step: str
    branch: str = ""


@dataclass(frozen=True)
class Report:
    """All cases, and what of which recipe they walked; `untested` recipes have no case at all."""

    cases: tuple[CaseResult, ...]
    unwalked: tuple[Unwalked, ...]
    untested: tuple[str, ...]
    recipes: tuple[Coverage, ...] = ()

    @property
    def coverage(self) -> Coverage:
        """How much the cases walked of all recipes together."""
        return together(self.recipes)

    @property
    def failed(self) -> int:
        """How many cases came out otherwise than expected."""
        return sum(not case.passed for case in self.cases)

    @property
    def passed(self) -> int:
        """How many cases came out as expected."""
        return len(self.cases) - self.failed


def report(
    workspace: Workspace, results: Iterable[CaseResult], recipes: Collection[str] | None = None
) -> Report:
    """Sum up results; `recipes` are those whose steps should have been walked (all of the workspace)."""
    cases = tuple(results)
    steps = {place for case in cases for place in case.walked}
    branches = {place for case in cases for place in case.branches}
    walked = {(*place, "") for place in steps} | branches
    asked = sorted(workspace.recipes if recipes is None else recipes)
    unwalked = tuple(
        Unwalked(name, step.id, branch)
        for name in asked
        for step in workspace.recipes[name].steps
        for branch in ("", *(empty_branches(step.action) if (name, step.id, "") in walked else ()))
        if (name, step.id, branch) not in walked
    )
    tested = {case.recipe for case in cases}
    return Report(
        cases,
        unwalked,
        tuple(name for name in asked if name not in tested),
        tuple(coverage(workspace.recipes[name], steps, branches) for name in asked),
    )


def as_json(outcome: Report, *, verbose: bool = False) -> str:
    """`{"passed", "failed", "cases": [{"file", "line", "recipe", "case", "passed", "failures", "why", "timeline"}],
    "unwalked", "coverage"}`.

    A failure is `{"line", "message", "expected", "actual"}`, a line of the time line `{"at", "kind", "recipe", "run",
    "text", "failed"}`, an entry of `unwalked` `{"recipe", "step", "branch"}`, where `branch` is empty for the step
    itself. `coverage` has the counts of all recipes, and under `recipes` those of each. With `verbose` the time lines
    of cases that passed are there as well.
    """
    return json.dumps(
        {
            "passed": outcome.passed,
            "failed": outcome.failed,
            "cases": [_case_row(case, verbose=verbose) for case in outcome.cases],
            "unwalked": [each._asdict() for each in outcome.unwalked],
            "coverage": {
                **_counts(outcome.coverage),
                "recipes": [{"recipe": each.recipe, **_counts(each)} for each in outcome.recipes],
            },
        },
        indent=2,
        ensure_ascii=False,
    )


def _counts(found: Coverage) -> dict[str, int]:
    _, *counts = found
    return {"percent": found.percent, **dict(zip(Coverage._fields[1:], counts, strict=True))}


def _case_row(case: CaseResult, *, verbose: bool) -> dict[str, Any]:
    return {
        "file": case.file,
        "line": case.line,
        "recipe": case.recipe,
        "case": case.case,
        "passed": case.passed,
        "failures": [failure._asdict() for failure in case.failures],
        "why": list(case.why),
        "timeline": [_line_row(line) for line in case.timeline] if verbose or not case.passed else [],
    }


def _line_row(line: Line) -> dict[str, Any]:
    return {
        "at": to_iso(line.at),
        "kind": line.kind,
        "recipe": line.recipe,
        "run": line.run,
        "text": line.text,
        "failed": line.failed,
    }
