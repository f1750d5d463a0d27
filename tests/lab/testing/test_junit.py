from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from autoflow.lab.testing.testing import CaseResult, Failure, Line, Report, as_junit, mistakes_as_junit
from autoflow.model.problems import Problem
from tests.lab.testing.test_report import outcome

# Whatever may stand in a file or come from it: half surrogate pairs, control characters, what is no character at all.
ANYTHING = st.text(st.characters(codec=None), max_size=30)


def test_suites_per_file_with_their_cases() -> None:
    root = ET.fromstring(as_junit(outcome("tests/a.yaml", "tests/b.yaml")))
    assert (root.tag, root.attrib) == (
        "testsuites",
        {"tests": "3", "failures": "2", "errors": "0", "time": "0"},
    )
    assert [suite.attrib for suite in root] == [
        {"name": "tests/a.yaml", "tests": "2", "failures": "1", "errors": "0", "time": "0"},
        {"name": "tests/b.yaml", "tests": "1", "failures": "1", "errors": "0", "time": "0"},
    ]
    passed, _, alone = root.iter("testcase")
    assert passed.attrib == {
        "classname": "welcome",
        "name": "two mails",
        "file": "tests/a.yaml",
        "line": "4",
        "time": "0",
    }
    assert list(passed) == []
    [failure] = alone
    assert failure.attrib == {
        "message": "running at 2026-03-06 14:00: expected yes, actual no",
        "type": "expectation",
    }
    assert failure.text == (
        """\
tests/b.yaml:6: running at 2026-03-06 14:00
  expected  yes
  actual    no
What happened (times in Europe/London):
  2026-03-06 14:00           page_visited (path: /welcome)
                    welcome  not entered: this condition did not hold: email is set (seen: nothing)
✗                            otherwise than expected (line 6): running"""
    )


def test_all_differences_of_a_case_stand_in_one_failure() -> None:
    root = ET.fromstring(as_junit(outcome("tests/a.yaml")))
    [failure] = root.iter("failure")
    assert failure.attrib["message"].split("; ")[:3] == [
        "emails at 2026-03-06 15:00:30: expected nothing, actual hello",
        "ended at 2026-03-06 15:00:30: expected exited, actual goal",
        "attributes at 2026-03-06 15:00:30: expected plan: pro, actual plan: nothing",
    ]


def test_a_mail_that_cannot_be_made_tells_why() -> None:
    sentence = "templates/a.html:3: “x” has no value here."
    case = CaseResult(
        "tests/a.yaml", 1, "a", "b", (Failure(2, "the mail a cannot be made", None, sentence),), ()
    )
    [failure] = ET.fromstring(as_junit(Report((case,), (), ()))).iter("failure")
    assert failure.attrib["message"] == f"the mail a cannot be made: {sentence}"


def test_without_cases_it_is_empty_and_valid() -> None:
    assert ET.fromstring(as_junit(Report((), (), ()))).attrib["tests"] == "0"


def test_mistakes_are_errors_of_their_files() -> None:
    problems = [
        Problem("tests/b.yaml", 2, 3, "value", "Not so."),
        Problem("recipes/a.yaml", 1, 1, "missing-key", "Something is missing.", "Add it."),
    ]
    root = ET.fromstring(mistakes_as_junit(problems))
    assert root.attrib == {"tests": "2", "failures": "0", "errors": "2", "time": "0"}
    assert [suite.attrib["name"] for suite in root] == ["recipes/a.yaml", "tests/b.yaml"]
    assert [each.text for each in root.iter("error")] == [
        "recipes/a.yaml:1:1: Something is missing. Add it.",
        "tests/b.yaml:2:3: Not so. ",
    ]


@given(
    ANYTHING,
    ANYTHING,
    st.none() | st.lists(ANYTHING, max_size=3) | st.dictionaries(ANYTHING, ANYTHING, max_size=2),
)
def test_whatever_stands_in_a_case_the_report_is_valid(name: str, text: str, expected: object) -> None:
    line = Line(0, "arrived", text, recipe=name, run=1, failed=True)
    failure = Failure(1, text, expected, text)
    case = CaseResult(name, 1, name, text, (failure, failure), (), timeline=(line,))
    root = ET.fromstring(as_junit(Report((case,), (), ())))
    assert root.attrib["failures"] == "1"
    ET.fromstring(mistakes_as_junit([Problem(name, 1, 1, "value", text, name)]))
