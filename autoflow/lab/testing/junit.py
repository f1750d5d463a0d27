"""The outcome of recipe tests as JUnit XML, which CI systems read."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree as ET

from autoflow.lab.testing.line_text import printable
from autoflow.lab.testing.play import Failure
from autoflow.lab.testing.report import Report
from autoflow.lab.testing.runner import CaseResult
from autoflow.lab.testing.text import case_text, in_one_line
from autoflow.model.problems import Problem


def as_junit(outcome: Report) -> bytes:
    """A `testsuite` for each file and a `testcase` for each case, whose `classname` is the recipe; one that failed has
    one `failure`, with every difference in its message and the time line below. No time is measured.
    """
    root = ET.Element("testsuites")
    for file, cases in groupby(outcome.cases, key=lambda case: case.file):
        suite = ET.SubElement(root, "testsuite", name=printable(file))
        for case in cases:
            _add_case(suite, case)
        _count(suite)
    return _written(root)


def mistakes_as_junit(problems: Iterable[Problem]) -> bytes:
    """The same where nothing could be run: an `error` for each mistake, in the suite of its file."""
    root = ET.Element("testsuites")
    for file, found in groupby(sorted(problems), key=lambda problem: problem.file):
        suite = ET.SubElement(root, "testsuite", name=printable(file))
        for problem in found:
            case = _testcase(suite, file, problem.line, problem.code, problem.message)
            error = ET.SubElement(case, "error", message=printable(problem.message), type=problem.code)
            error.text = printable(f"{file}:{problem.line}:{problem.column}: {problem.message} {problem.fix}")
        _count(suite)
    return _written(root)


def _add_case(suite: ET.Element, case: CaseResult) -> None:
    element = _testcase(suite, case.file, case.line, case.recipe, case.case)
    if case.passed:
        return
    message = "; ".join(_difference(failure) for failure in case.failures)
    failed = ET.SubElement(element, "failure", message=printable(message), type="expectation")
    failed.text = "\n".join(case_text(case))


def _testcase(suite: ET.Element, file: str, line: int, of: str, name: str) -> ET.Element:
    return ET.SubElement(
        suite,
        "testcase",
        classname=printable(of),
        name=printable(name),
        file=printable(file),
        line=str(line),
        time="0",
    )


def _difference(failure: Failure) -> str:
    if failure.expected is None:
        return f"{failure.message}: {failure.actual}"
    expected, actual = in_one_line(failure.expected), in_one_line(failure.actual)
    return f"{failure.message}: expected {expected}, actual {actual}"


def _count(element: ET.Element) -> None:
    """Write into a suite, or into all of them, how many cases there are and how they came out."""
    element.set("tests", str(len(element.findall(".//testcase"))))
    element.set("failures", str(len(element.findall(".//failure"))))
    element.set("errors", str(len(element.findall(".//error"))))
    element.set("time", "0")


def _written(root: ET.Element) -> bytes:
    _count(root)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
