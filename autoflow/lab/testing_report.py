"""The outcome of recipe tests, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from autoflow.lab.testing_runner import CaseResult
from autoflow.lab.testing_walked import empty_branches
from autoflow.language.definitions import Workspace
from autoflow.model.values import Value, plain

_WIDEST = 76
_PASSED, _FAILED = "✓", "✗"


class Unwalked(NamedTuple):
    """A step that no case walked; with `branch`, one of its branches on which no step stands."""

    recipe: str
    step: str
    branch: str = ""


@dataclass(frozen=True)
class Report:
    """All cases, and the branches that none of them walked: `untested` recipes have no case at all."""

    cases: tuple[CaseResult, ...]
    unwalked: tuple[Unwalked, ...]
    untested: tuple[str, ...]

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
    walked = {(*place, "") for case in cases for place in case.walked}
    walked |= {place for case in cases for place in case.branches}
    asked = sorted(workspace.recipes if recipes is None else recipes)
    unwalked = tuple(
        Unwalked(name, step.id, branch)
        for name in asked
        for step in workspace.recipes[name].steps
        for branch in ("", *(empty_branches(step) if (name, step.id, "") in walked else ()))
        if (name, step.id, branch) not in walked
    )
    tested = {case.recipe for case in cases}
    return Report(cases, unwalked, tuple(name for name in asked if name not in tested))


def as_json(outcome: Report) -> str:
    """`{"passed", "failed", "cases": [{"file", "line", "recipe", "case", "passed", "failures", "why"}], "unwalked"}`.

    A failure is `{"line", "message", "expected", "actual"}`, an entry of `unwalked` `{"recipe", "step", "branch"}`,
    where `branch` is empty for the step itself.
    """
    return json.dumps(
        {
            "passed": outcome.passed,
            "failed": outcome.failed,
            "cases": [_case_row(case) for case in outcome.cases],
            "unwalked": [each._asdict() for each in outcome.unwalked],
        },
        indent=2,
        ensure_ascii=False,
    )


def _case_row(case: CaseResult) -> dict[str, Any]:
    return {
        "file": case.file,
        "line": case.line,
        "recipe": case.recipe,
        "case": case.case,
        "passed": case.passed,
        "failures": [failure._asdict() for failure in case.failures],
        "why": list(case.why),
    }


def as_text(outcome: Report) -> str:
    """A line a case, the differences of those that failed, what no case walked, and the sum in the last line."""
    lines: list[str] = []
    file = ""
    for case in outcome.cases:
        if case.file != file:
            file = case.file
            lines.append(f"{case.recipe} ({file})")
        lines.append(f"  {_PASSED if case.passed else _FAILED} {case.case}")
        lines += _told(case)
    lines += _not_walked(outcome)
    total = (
        f"{outcome.passed} passed, {outcome.failed} failed" if outcome.failed else f"{outcome.passed} passed"
    )
    return "\n".join([*lines, total]) + "\n"


def _told(case: CaseResult) -> Iterable[str]:
    for failure in case.failures:
        yield f"      {case.file}:{failure.line}: {failure.message}"
        if failure.expected is None:
            yield f"        {_printable(str(failure.actual))}"
            continue
        yield from _beside("expected", failure.expected)
        yield from _beside("actual", failure.actual)
    yield from (f"      {sentence}" for sentence in case.why)


def _beside(word: str, value: Value) -> Iterable[str]:
    first, *others = _shown(value)
    yield f"        {word:<10}{first}"
    yield from (f"        {'':<10}{other}" for other in others)


def _shown(value: Value) -> Sequence[str]:
    """A value in one line where it fits, else an entry a line."""
    if isinstance(value, dict):
        value = [f"{name}: {plain(each)}" for name, each in value.items()]
    if not isinstance(value, list):
        return [_printable(plain(value))]
    parts = [_printable(plain(each)) for each in value]
    line = ", ".join(parts)
    if len(line) <= _WIDEST and not any(", " in part for part in parts):
        return [line or "nothing"]
    return parts


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _not_walked(outcome: Report) -> Iterable[str]:
    steps = [each for each in outcome.unwalked if each.recipe not in outcome.untested]
    if steps:
        yield "No case walks"
        for each in steps:
            yield f"  {each.recipe}: {each.step}" + (f", {each.branch}" if each.branch else "")
    if outcome.untested:
        yield f"No case tests {', '.join(outcome.untested)}"
