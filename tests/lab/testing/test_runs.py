"""`runs` in `expect`: each run of the recipe under test by itself."""

from __future__ import annotations

from functools import cache

import pytest

from autoflow.lab.testing.testing import CaseResult, as_text, read_tests, report, run_tests
from autoflow.language.definitions import Workspace
from autoflow.language.present import as_text as told
from autoflow.language.workspace import read_workspace
from tests.lab.little_shop import SOURCES

RECIPES = {
    "recipes/review.yaml": """
recipe: review
trigger: {event: purchased}
per: event.order_id
while_running: parallel
exit: {did: page_visited, where: {path: "/{{ event.order_id }}"}}
actions:
  - wait: 10 days
  - send_email: hello
  - notify_sales: "{{ event.order_id }} was asked."
  - wait: 2 days
""",
    "recipes/again.yaml": """
recipe: again
trigger: {event: purchased}
while_running: restart
actions:
  - wait: 10 days
  - create_task: "Ring after {{ event.order_id }}"
""",
}
STORY = """
tests: {recipe}
also: [{also}]
cases:
  - name: two orders
    given: {{contact: {{email: ana@example.com}}}}
    story:
      - {{at: 2026-03-02 10:00, event: purchased, with: {{order_id: A1}}}}
      - {{after: 1 day, event: purchased, with: {{order_id: A2}}}}
      - {{after: 1 day, page_visited: /A1}}
      - {{after: 10 days, expect: {{runs: {runs}}}}}
"""


@cache
def shop() -> Workspace:
    found = read_workspace({**SOURCES, **RECIPES}, {})
    assert told(found.problems, found.sources) == ""
    return found


def play(runs: str, recipe: str = "review", also: str = "") -> CaseResult:
    text = STORY.format(recipe=recipe, also=also, runs=runs)
    tests, problems = read_tests({"tests/a.yaml": text}, shop())
    assert told(problems, {"tests/a.yaml": text}) == ""
    [result] = run_tests(shop(), tests)
    return result


@pytest.mark.parametrize(
    "runs",
    [
        "[{per: A1}, {per: A2}]",
        "[{}, {}]",
        "[{entered: 2026-03-02 10:00}, {entered: 2026-03-03T10:00:00Z}]",
        "[{ended: exited, running: false, step: none}, {ended: none, running: true, step: 'wait:2 days'}]",
        "[{emails: [], sales_notices: []}, {emails: [hello], sales_notices: [A2 was asked.]}]",
        "[{skipped_emails: [], held_emails: [], tasks: [], webhooks: []}, {}]",
    ],
)
def test_each_run_is_asked_by_itself(runs: str) -> None:
    assert play(runs).failures == ()


@pytest.mark.parametrize(
    ("runs", "actual"),
    [
        ("[{per: A2}, {per: A1}]", [{"per": "A1"}, {"per": "A2"}]),
        ("[{ended: goal}, {}]", [{"ended": "exited"}, {}]),
        ("[{emails: [hello]}, {emails: []}]", [{"emails": []}, {"emails": ["hello"]}]),
        (
            "[{step: none}]",
            [
                {"step": "none"},
                {"entered": "2026-03-03 10:00", "per": "A2", "running": True, "emails": ["hello"]},
            ],
        ),
        ("[{}, {}, {}]", [{}, {}]),
        (
            "[]",
            [
                {"entered": "2026-03-02 10:00", "per": "A1", "ended": "exited", "emails": []},
                {"entered": "2026-03-03 10:00", "per": "A2", "running": True, "emails": ["hello"]},
            ],
        ),
    ],
)
def test_what_is_otherwise_is_told_run_by_run(runs: str, actual: object) -> None:
    [failure] = play(runs).failures
    assert (failure.message, failure.actual) == ("runs at 2026-03-14 10:00", actual)


def test_a_run_that_was_begun_anew_is_told_from_the_one_before() -> None:
    runs = (
        "[{ended: exited, tasks: []}, {entered: 2026-03-03 10:00, ended: finished, tasks: [Ring after A2]}]"
    )
    assert play(runs, recipe="again").failures == ()


def test_runs_of_recipes_beside_it_are_others() -> None:
    assert play("[{tasks: []}, {tasks: []}]", also="again").failures == ()


def test_for_people_each_run_has_a_line() -> None:
    outcome = report(shop(), [play("[{ended: goal, emails: [hello, offer]}]")], recipes=())
    assert """\
      tests/a.yaml:11: runs at 2026-03-14 10:00
        expected  1. ended: goal; emails: hello, offer
        actual    1. ended: exited; emails: nothing
                  2. entered: 2026-03-03 10:00; per: A2; running: yes; emails: hello
""" in as_text(outcome)
