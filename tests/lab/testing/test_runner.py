from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autoflow.lab.testing.testing import (
    CaseResult,
    Failure,
    as_json,
    load_tests,
    read_tests,
    report,
    run_tests,
)
from autoflow.language.present import as_text
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.model.effects import Message
from autoflow.model.problems import AutoflowError
from tests.lab.little_shop import SOURCES, shop

ROOT = Path(__file__).parents[3]
WELCOMED = "ana@example.com, free, got two mails"
STORY = """
tests: welcome
cases:
  - name: all the way
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 14:00, page_visited: /welcome}
      - {expect: %s}
      - {after: 2 days, expect: %s}
"""


def play(text: str) -> list[CaseResult]:
    tests, problems = read_tests({"tests/a.yaml": text}, shop())
    assert as_text(problems, {"tests/a.yaml": text}) == ""
    return run_tests(shop(), tests)


@pytest.mark.parametrize(
    ("at_once", "in_the_end"),
    [
        ("{emails: [hello], running: true, step: 'wait:2 days', ended: none}", "{emails: [hello, offer]}"),
        (
            "{sales_notices: []}",
            f"{{sales_notices: ['{WELCOMED}'], running: false, step: none, ended: finished}}",
        ),
        (
            "{tags: [], audiences: [], segments: [], skipped_emails: []}",
            "{attributes: {email: ana@example.com}}",
        ),
    ],
)
def test_what_is_as_expected_passes(at_once: str, in_the_end: str) -> None:
    (result,) = play(STORY % (at_once, in_the_end))
    assert (result.passed, result.failures, result.why) == (True, (), ())
    assert (result.file, result.line, result.recipe, result.case) == (
        "tests/a.yaml",
        4,
        "welcome",
        "all the way",
    )


@pytest.mark.parametrize(
    ("expected", "failure"),
    [
        ("{emails: [hello]}", Failure(9, "emails at 2026-03-08 14:00", ["hello"], ["hello", "offer"])),
        (
            "{emails: [offer, hello]}",
            Failure(9, "emails at 2026-03-08 14:00", ["offer", "hello"], ["hello", "offer"]),
        ),
        ("{skipped_emails: hello}", Failure(9, "skipped_emails at 2026-03-08 14:00", ["hello"], [])),
        ("{sales_notices: []}", Failure(9, "sales_notices at 2026-03-08 14:00", [], [WELCOMED])),
        ("{tags: [vip]}", Failure(9, "tags at 2026-03-08 14:00", ["vip"], [])),
        ("{audiences: [fans]}", Failure(9, "audiences at 2026-03-08 14:00", ["fans"], [])),
        ("{segments: [buyers]}", Failure(9, "segments at 2026-03-08 14:00", ["buyers"], [])),
        ("{running: true}", Failure(9, "running at 2026-03-08 14:00", True, False)),
        ("{ended: goal}", Failure(9, "ended at 2026-03-08 14:00", "goal", "finished")),
        ("{ended: none}", Failure(9, "ended at 2026-03-08 14:00", "none", "finished")),
        ("{step: send_email:offer}", Failure(9, "step at 2026-03-08 14:00", "send_email:offer", "none")),
        (
            "{attributes: {plan: pro}}",
            Failure(9, "attributes at 2026-03-08 14:00", {"plan": "pro"}, {"plan": None}),
        ),
        (
            "{attributes: {email: null}}",
            Failure(9, "attributes at 2026-03-08 14:00", {"email": None}, {"email": "ana@example.com"}),
        ),
    ],
)
def test_what_is_not_fails_with_expected_beside_actual(expected: str, failure: Failure) -> None:
    (result,) = play(STORY % ("{running: true}", expected))
    assert result.failures == (failure,)


def test_every_difference_is_told_and_the_story_goes_on() -> None:
    (result,) = play(STORY % ("{emails: [], running: false}", "{running: true}"))
    assert [(failure.line, failure.message) for failure in result.failures] == [
        (8, "emails at 2026-03-06 14:00"),
        (8, "running at 2026-03-06 14:00"),
        (9, "running at 2026-03-08 14:00"),
    ]


def test_what_falls_due_at_an_instant_has_been_done_when_it_is_looked_at() -> None:
    early, late = play(
        """
tests: welcome
cases:
  - name: a second before
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 14:00, page_visited: /welcome}
      - {at: 2026-03-08 13:59:59, expect: {emails: [hello]}}
  - name: at that second
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 14:00, page_visited: /welcome}
      - {at: 2026-03-08 14:00, expect: {emails: [hello, offer]}}
"""
    )
    assert early.passed
    assert late.passed


def test_only_the_recipe_under_test_is_live_and_those_beside_it() -> None:
    story = """
cases:
  - name: an order
    story:
      - {at: 2026-03-06 14:00, event: purchased, expect: {tags: []}}
"""
    (alone,), (beside,) = play(f"tests: welcome\n{story}"), play(f"tests: welcome\nalso: [thanks]\n{story}")
    assert alone.passed
    assert beside.failures == (Failure(7, "tags at 2026-03-06 14:00", [], ["customer"]),)
    assert beside.walked == (("thanks", "add_tag:customer"),)


def test_a_draft_is_tested_as_if_it_were_live() -> None:
    (result,) = play(
        """
tests: thanks
cases:
  - name: an order
    story: [{at: 2026-03-06 14:00, event: purchased, expect: {tags: [customer]}}]
"""
    )
    assert result.passed


def test_what_is_given_starts_nothing() -> None:
    (result,) = play(
        """
tests: welcome
cases:
  - name: was here before
    given:
      contact: {email: ana@example.com}
      tags: [b, a]
      audiences: [fans]
      events:
        - {at: 2026-03-06 13:00, page_visited: /welcome}
        - {at: 2026-03-06 13:30, event: purchased}
    story:
      - at: 2026-03-06 14:00
        expect: {emails: [], running: false, segments: [buyers], tags: [a, b], audiences: [fans]}
"""
    )
    assert result.failures == ()


def test_why_it_came_out_otherwise() -> None:
    refused, skipped, failed, again = play(
        """
tests: welcome
cases:
  - name: nobody to write to
    story:
      - {at: 2026-03-06 14:00, page_visited: /welcome, expect: {emails: [hello]}}
  - name: somebody who wants no mail
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 13:00, event: unsubscribed}
      - {at: 2026-03-06 14:00, page_visited: /welcome, expect: {emails: [hello]}}
  - name: the address is lost on the way
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 13:00, page_visited: /welcome}
      - {after: 1 day, set: {email: null}}
      - {after: 1 day, expect: {ended: finished}}
  - name: twice
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 13:00, page_visited: /welcome}
      - {after: 1 day, page_visited: /welcome, expect: {emails: [hello, hello]}}
"""
    )
    assert refused.why == (
        "welcome was not entered at 2026-03-06 14:00: this condition did not hold: email is set.",
    )
    assert skipped.why == ("hello was skipped at 2026-03-06 14:00: the contact has unsubscribed.",)
    assert failed.why[0] == "offer was skipped at 2026-03-08 13:00: the contact has no email address."
    assert failed.why[1].startswith("welcome failed at 2026-03-08 13:00: ")
    assert "contact.email" in failed.why[1]
    assert failed.why[1].endswith("no value for 'email'.")
    assert again.why == ("welcome was not entered at 2026-03-07 13:00: the contact is in it already.",)


def test_a_mail_that_cannot_be_made_is_told_once_at_the_step_by_which_it_was_decided() -> None:
    text = (
        STORY % ("{emails: [hello]}", "{emails: [hello, offer]}")
        + """
  - name: a mail that is skipped is not made
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 13:00, event: unsubscribed}
      - {after: 1 hour, page_visited: /welcome, expect: {skipped_emails: [hello]}}
"""
    )
    tests, _ = read_tests({"tests/a.yaml": text}, shop())
    asked: list[str] = []

    def maker(message: Message) -> str:
        asked.append(message.name)
        return "templates/offer.html:4: Nothing." if message.name == "offer" else ""

    made, skipped = run_tests(shop(), tests, maker)
    assert made.failures == (
        Failure(
            9, "the mail offer of 2026-03-08 14:00 cannot be made", None, "templates/offer.html:4: Nothing."
        ),
    )
    assert skipped.passed
    assert asked == ["hello", "offer"]


def test_of_one_mistake_in_two_mails_the_first_is_told() -> None:
    text = """
tests: welcome
cases:
  - name: twice
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 14:00, page_visited: /welcome}
      - {after: 4 days, page_visited: /welcome, expect: {running: true}}
      - {after: 4 days, expect: {emails: [hello, offer, hello, offer]}}
"""
    tests, _ = read_tests({"tests/a.yaml": text}, shop())
    [result] = run_tests(shop(), tests, lambda message: f"No {message.name}.")
    assert [(each.line, each.message) for each in result.failures] == [
        (7, "the mail hello of 2026-03-06 14:00 cannot be made"),
        (8, "the mail offer of 2026-03-08 14:00 cannot be made"),
    ]


def test_cases_do_not_touch_one_another() -> None:
    one = """
  - name: {}
    given: {{contact: {{email: ana@example.com}}}}
    story:
      - {{at: 2026-03-06 14:00, page_visited: /welcome}}
      - {{after: {}, expect: {{running: true}}}}
"""
    first, second, third = play(
        f"tests: welcome\ncases:{one.format('a', '3 days')}{one.format('b', '1 day')}{one.format('c', '3 days')}"
    )
    assert [result.passed for result in (first, second, third)] == [False, True, False]
    assert first.walked == third.walked
    assert second.walked == (("welcome", "send_email:hello"), ("welcome", "wait:2 days"))


def test_a_workspace_with_mistakes_is_not_run() -> None:
    broken = read_workspace({**SOURCES, "recipes/thanks.yaml": "trigger: {}\n"}, {})
    with pytest.raises(AutoflowError, match=r"The workspace has mistakes. autoflow check tells them."):
        run_tests(broken, [])


def test_the_shipped_recipes_pass_their_tests() -> None:
    workspace = read_workspace(load_sources(ROOT), {})
    sources = load_tests(ROOT)
    tests, problems = read_tests(sources, workspace)
    assert as_text(problems, sources) == ""
    outcome = report(workspace, run_tests(workspace, tests))
    assert (outcome.failed, outcome.passed > 20) == (0, True), as_json(outcome)


def test_the_store_is_not_touched_and_hashing_changes_nothing() -> None:
    script = """
import sys
from tests.lab.little_shop import shop
from autoflow.lab.testing.testing import as_json, read_tests, report, run_tests
tests, _ = read_tests({"tests/a.yaml": sys.argv[1]}, shop())
print(as_json(report(shop(), run_tests(shop(), tests))))
print([name for name in sys.modules if name.startswith(("autoflow.store", "sqlalchemy", "sqlmodel"))])
"""
    story = STORY % ("{tags: [b, a], attributes: {plan: pro, income: 3}}", "{segments: [buyers]}")
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, story],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1")
    }
    (output,) = outputs
    assert '"failed": 1' in output
    assert output.endswith("\n[]\n")
