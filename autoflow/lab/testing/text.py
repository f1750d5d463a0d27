"""The outcome of recipe tests, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from autoflow.lab.testing.coverage import Coverage
from autoflow.lab.testing.line_text import printable, timeline_text
from autoflow.lab.testing.report import Report
from autoflow.lab.testing.runner import CaseResult
from autoflow.model.values import Value, plain

_WIDEST = 76
_PASSED, _FAILED = "✓", "✗"


def as_text(outcome: Report, *, verbose: bool = False) -> str:
    """A line a case, of those that failed the differences and the time line, what no case walked, and the sum in the
    last line. With `verbose` every case has its time line, and a long one is not shortened.
    """
    lines: list[str] = []
    file = ""
    for case in outcome.cases:
        if case.file != file:
            file = case.file
            lines.append(f"{case.recipe} ({file})")
        lines.append(f"  {_PASSED if case.passed else _FAILED} {case.case}")
        lines += (f"      {line}" for line in case_text(case, verbose=verbose))
    lines += _walked(outcome, verbose=verbose)
    total = (
        f"{outcome.passed} passed, {outcome.failed} failed" if outcome.failed else f"{outcome.passed} passed"
    )
    return "\n".join([*lines, total]) + "\n"


def case_text(case: CaseResult, *, verbose: bool = False) -> Iterator[str]:
    """What a case that failed was to be and was, and its time line; of one that passed nothing, unless `verbose`.

    Lines without anything that could move a cursor, or that XML does not take.
    """
    return map(printable, _case_lines(case, verbose=verbose))


def _case_lines(case: CaseResult, *, verbose: bool) -> Iterator[str]:
    for failure in case.failures:
        yield f"{case.file}:{failure.line}: {failure.message}"
        if failure.expected is None:
            yield f"  {failure.actual}"
            continue
        yield from _beside("expected", failure.expected)
        yield from _beside("actual", failure.actual)
    if verbose or case.failures:
        yield from timeline_text(case.timeline, case.zone, whole=verbose)


def _beside(word: str, value: Value) -> Iterable[str]:
    first, *others = _shown(value)
    yield f"  {word:<10}{first}"
    yield from (f"  {'':<10}{other}" for other in others)


def in_one_line(value: Value) -> str:
    """What was expected or is, for a message that has one line."""
    return "; ".join(_shown(value))


def _shown(value: Value) -> Sequence[str]:
    """A value in one line where it fits, else an entry a line."""
    if isinstance(value, dict):
        value = [f"{name}: {plain(each)}" for name, each in value.items()]
    if not isinstance(value, list):
        return [printable(plain(value))]
    if value and all(isinstance(each, dict) for each in value):
        return [f"{number}. {_run(each)}" for number, each in enumerate(value, start=1)]
    parts = [printable(plain(each)) for each in value]
    line = ", ".join(parts)
    if len(line) <= _WIDEST and not any(", " in part for part in parts):
        return [line or "nothing"]
    return parts


def _run(run: Mapping[str, Value]) -> str:
    told = (f"{key}: {printable(plain(value)) or 'nothing'}" for key, value in run.items())
    return "; ".join(told) or "a run"


def _walked(outcome: Report, *, verbose: bool) -> Iterable[str]:
    """How much was walked, and of what was not wholly walked (with `verbose`, of all) each recipe, and what is left."""
    if not outcome.recipes:
        return
    total = outcome.coverage
    if total.walked == total.all and not verbose:
        yield "Every step and branch was walked"
        return
    yield f"Walked: {_share(total)} of steps and branches"
    for recipe in outcome.recipes:
        if recipe.walked == recipe.all and not verbose:
            continue
        untested = recipe.recipe in outcome.untested
        yield f"  {recipe.recipe}: {_share(recipe)}" + (", no case tests it" if untested else "")
        left = [each for each in outcome.unwalked if each.recipe == recipe.recipe and not untested]
        for each in left:
            yield f"    not {each.step}" + (f", {each.branch}" if each.branch else "")


def _share(found: Coverage) -> str:
    return f"{found.percent}% ({found.walked} of {found.all})"
