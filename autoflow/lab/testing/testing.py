"""Tests of recipes: `tests/**/*.yaml` of a workspace, with given, story and expect.

    tests, problems = read_tests(load_tests(folder), workspace)
    print(as_text(report(workspace, run_tests(workspace, tests))))

They run through the engine that the daemon runs, in memory and in virtual time; nothing is stored or sent.
"""

from __future__ import annotations

from autoflow.lab.testing.coverage import Coverage
from autoflow.lab.testing.expect import EXPECT
from autoflow.lab.testing.files import load_tests
from autoflow.lab.testing.junit import as_junit, mistakes_as_junit
from autoflow.lab.testing.line import Line
from autoflow.lab.testing.play import Failure
from autoflow.lab.testing.reader import read_tests
from autoflow.lab.testing.report import Report, Unwalked, as_json, report
from autoflow.lab.testing.runner import CaseResult, run_tests
from autoflow.lab.testing.story import Arrival, Case, Expected, Given, Moment, RecipeTest
from autoflow.lab.testing.text import as_text

__all__ = [
    "EXPECT",
    "Arrival",
    "Case",
    "CaseResult",
    "Coverage",
    "Expected",
    "Failure",
    "Given",
    "Line",
    "Moment",
    "RecipeTest",
    "Report",
    "Unwalked",
    "as_json",
    "as_junit",
    "as_text",
    "load_tests",
    "mistakes_as_junit",
    "read_tests",
    "report",
    "run_tests",
]
