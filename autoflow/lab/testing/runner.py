"""Recipe tests run, file after file and case after case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from autoflow.core.compiling import compile_program
from autoflow.lab.simulation.making import Maker
from autoflow.lab.testing.line import Line
from autoflow.lab.testing.play import Failure, Play, Stage
from autoflow.lab.testing.story import RecipeTest
from autoflow.lab.testing.walked import Walked
from autoflow.lab.testing.why import why
from autoflow.language.definitions import Workspace
from autoflow.model.problems import AutoflowError


@dataclass(frozen=True)
class CaseResult:
    """The outcome of a case. `walked` are the steps that it walked, as (recipe, step), and `branches` where it went on
    from them, as (recipe, step, branch); `why` tells what may explain the failures, `timeline` all that happened.
    """

    file: str
    line: int
    recipe: str
    case: str
    failures: tuple[Failure, ...]
    walked: tuple[tuple[str, str], ...]
    why: tuple[str, ...] = ()
    branches: tuple[tuple[str, str, str], ...] = ()
    timeline: tuple[Line, ...] = ()
    zone: str = "UTC"

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.failures


def run_tests(
    workspace: Workspace, tests: Iterable[RecipeTest], maker: Maker | None = None
) -> list[CaseResult]:
    """Run every case, in the order of the files. With a `maker`, a mail that cannot be made fails its case.

    Only the recipe under test is live, and those that the file names under `also`, whatever their `status`
    says; all segments are there. A contact who is given is known from the earliest thing that he did, or from
    the story's first instant: he stands in the segments that this brings about, and nothing is started by it.
    Who is not given starts in no segment when he is first heard of (language.md, rule 6).
    Raises `AutoflowError` for a workspace with mistakes.
    """
    if not workspace.sound:
        raise AutoflowError("The workspace has mistakes.", "autoflow check tells them.")
    return [result for test in tests for result in _run_file(workspace, test, maker)]


def _run_file(workspace: Workspace, test: RecipeTest, maker: Maker | None) -> Iterable[CaseResult]:
    walked = Walked(test.recipe)
    live = {name: walked.watched(workspace.recipes[name]) for name in (test.recipe, *test.also)}
    program = compile_program(replace(workspace, recipes=live))
    stage = Stage(program, workspace.settings.scores, walked, maker)
    for case in test.cases:
        play = Play(stage, case)
        play.play()
        yield CaseResult(
            file=test.file,
            line=case.line,
            recipe=test.recipe,
            case=case.name,
            failures=tuple(play.failures),
            walked=tuple(sorted(walked.steps)),
            why=tuple(why(play.seen, program.zone)) if play.failures else (),
            branches=tuple(sorted(walked.branches)),
            timeline=tuple(play.line.lines),
            zone=program.zone,
        )
