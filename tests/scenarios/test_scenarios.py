"""Every folder here is a workspace with recipe tests: they pin the rules of the language, one folder a rule."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from autoflow.kinds import registry
from autoflow.kinds.base import Condition, Kind
from autoflow.lab.testing.play import Play
from autoflow.lab.testing.testing import (
    Case,
    CaseResult,
    Expected,
    Moment,
    RecipeTest,
    as_json,
    as_text,
    load_tests,
    read_tests,
    report,
    run_tests,
)
from autoflow.language.definitions import Workspace
from autoflow.language.present import as_text as told
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.starters.catalogue import starters
from tests.starters.workspaces import with_starters

HERE = Path(__file__).parent
WITH_STARTERS = "automations"
FOLDERS = sorted(path.parent.name for path in HERE.glob("*/autoflow.yaml"))


@cache
def files(folder: str) -> dict[str, str]:
    """A folder's files; one is what becomes of a workspace to which all starter recipes are added."""
    found = {**load_sources(HERE / folder), **load_tests(HERE / folder)}
    return with_starters(found, starters().values()) if folder == WITH_STARTERS else found


@cache
def workspace(folder: str) -> Workspace:
    sources = {path: text for path, text in files(folder).items() if not path.startswith("tests/")}
    return read_workspace(sources, {})


@cache
def read(folder: str) -> tuple[list[RecipeTest], str]:
    sources = {path: text for path, text in files(folder).items() if path.startswith("tests/")}
    tests, problems = read_tests(sources, workspace(folder))
    return tests, told(problems, sources)


def single_cases() -> list[object]:
    found: list[object] = []
    for folder in FOLDERS:
        for test in read(folder)[0]:
            for case in test.cases:
                one = replace(test, cases=(case,))
                found.append(pytest.param(folder, one, id=f"{folder}: {test.recipe}: {case.name}"))
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_files_are_sound(folder: str) -> None:
    errors = [problem for problem in workspace(folder).problems if problem.severity == "error"]
    assert told(errors, workspace(folder).sources) == ""
    assert read(folder)[1] == ""


@pytest.mark.parametrize(("folder", "test"), single_cases())
def test_case(folder: str, test: RecipeTest) -> None:
    outcome = report(workspace(folder), run_tests(workspace(folder), [test]), recipes=())
    assert outcome.failed == 0, as_text(outcome)


@pytest.mark.parametrize("folder", FOLDERS)
def test_outcome_is_the_same_every_time(folder: str) -> None:
    first, second = (
        as_json(report(workspace(folder), run_tests(workspace(folder), read(folder)[0]))) for _ in "12"
    )
    assert first == second


@pytest.mark.parametrize("folder", FOLDERS)
def test_how_time_is_cut_into_ticks_changes_nothing(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tests = read(folder)[0]
    looked_at = [replace(test, cases=tuple(with_looks(case) for case in test.cases)) for test in tests]
    each_at_its_own, looked = (decided(folder, several) for several in (tests, looked_at))
    monkeypatch.setattr(Play, "pass_time", lambda play, horizon: play.advance([], horizon, horizon))
    assert each_at_its_own == looked == decided(folder, tests)


def decided(folder: str, tests: list[RecipeTest]) -> list[CaseResult]:
    """The outcome without the time line, which tells how time was cut."""
    return [replace(result, timeline=()) for result in run_tests(workspace(folder), tests)]


def with_looks(case: Case) -> Case:
    """The case with a tick more in the middle of every stretch of time, and one right after what arrives."""
    nothing = (Expected(0, "attributes", {}),)
    story: list[Moment] = []
    for moment, following in zip(case.story, (*case.story[1:], None), strict=True):
        story.append(moment)
        if following is not None and following.at > moment.at:
            middle = (moment.at + following.at) // 2
            story += [Moment(at, 0, None, nothing) for at in (moment.at, middle, following.at - 1)]
    return replace(case, story=tuple(story))


def test_every_word_of_the_language_is_used() -> None:
    used: set[type[Kind]] = set()
    for folder in FOLDERS:
        read_here = workspace(folder)
        for segment in read_here.segments.values():
            used |= kinds_in(segment.conditions)
        for recipe in read_here.recipes.values():
            used |= {type(trigger) for trigger in recipe.triggers} | {
                type(step.action) for step in recipe.steps
            }
            for condition in (recipe.conditions, recipe.keep_while, recipe.goal, recipe.exit):
                used |= kinds_in(condition)
    words = {*registry.triggers().values(), *registry.conditions().values(), *registry.actions().values()}
    assert {kind.word for kind in words - used} == set()


def kinds_in(condition: Condition | None) -> set[type[Kind]]:
    if condition is None:
        return set()
    return {type(condition)}.union(*(kinds_in(part) for part in condition.parts()))
