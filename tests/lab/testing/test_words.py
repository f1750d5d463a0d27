"""What a case may give, what may happen in it, what it may expect, and which branches it walked."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from autoflow.kinds.scores import Rule, score
from autoflow.kinds.where import EVERY
from autoflow.lab.testing.testing import CaseResult, Coverage, as_text, read_tests, report, run_tests
from autoflow.language.definitions import Workspace
from autoflow.language.present import as_text as told
from autoflow.language.workspace import read_workspace
from autoflow.model.durations import DAY
from tests.lab.little_shop import SOURCES

RECIPES = {
    "recipes/trial.yaml": """
recipe: trial
trigger: [manual, {event: purchased}]
actions:
  - id: halves
    split:
      - {name: mail, percent: 50, actions: [{send_email: hello}, {create_task: "Ring {{ contact.email }}"}]}
      - {name: none, percent: 40}
      - {name: out, percent: 10, holdout: true}
  - choose: {if: [{has_tag: vip}], actions: [{add_tag: called}]}
  - wait_for: {event: page_visited, up_to: 1 day}
  - id: again
    wait_for: {event: page_visited, up_to: 1 day, then: [{add_tag: back}], otherwise: [{add_tag: away}]}
""",
    "recipes/at-night.yaml": """
recipe: at-night
trigger: {event: purchased}
sending: {quiet_hours: {from: "21:00", to: "08:00"}}
actions: [{send_email: offer}, {add_tag: told}]
""",
}
CASE = """
tests: {recipe}
cases:
  - name: a
    given: {{contact: {{email: ana@example.com}}, {given}}}
    story:
{story}
"""


@cache
def shop() -> Workspace:
    found = read_workspace({**SOURCES, **RECIPES}, {})
    assert told(found.problems, found.sources) == ""
    lead = score("lead", (Rule("purchased", EVERY, 8_000_000),), 0, 10 * DAY)
    settings = replace(found.settings, scores={"lead": lead}, stages=("prospect", "buyer"))
    return replace(found, settings=settings)


def play(story: str, given: str = "", recipe: str = "trial") -> CaseResult:
    lines = "\n".join(f"      - {line}" for line in story.strip().splitlines())
    text = CASE.format(recipe=recipe, given=given, story=lines)
    tests, problems = read_tests({"tests/a.yaml": text}, shop())
    assert told(problems, {"tests/a.yaml": text}) == ""
    (result,) = run_tests(shop(), tests)
    return result


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("mail", "{emails: [hello], skipped_emails: [], tasks: [Ring ana@example.com]}"),
        ("none", "{emails: [], skipped_emails: [], tasks: []}"),
        ("out", "{emails: [], skipped_emails: [hello], tasks: []}"),
    ],
)
def test_the_part_that_is_given_is_walked(part: str, expected: str) -> None:
    result = play(f"{{at: 2026-03-06 14:00, enter: true, expect: {expected}}}", f"parts: {{halves: {part}}}")
    assert result.failures == ()


def test_without_a_given_part_the_draw_is_the_engines() -> None:
    # int(sha256("trial/halves/u:ana@example.com")[:8]) % 10,000 is 8,558: the second part ends at 9,000
    result = play("{at: 2026-03-06 14:00, enter: true}")
    assert ("trial", "halves", "none") in result.branches


def test_a_stage_consent_and_scores_are_given_and_expected() -> None:
    given = "stage: prospect, consent: [offers, news], scores: {lead: 20}"
    result = play(
        """
{at: 2026-03-06 14:00, expect: {stage: prospect, consent: [news, offers], scores: {lead: 20}}}
{after: 10 days, expect: {scores: {lead: 10}}}
{event: purchased, expect: {scores: {lead: 18}}}
{event: unsubscribed, with: {topic: news}, expect: {consent: [offers]}}
{event: unsubscribed, expect: {consent: []}}
""",
        given,
    )
    assert result.failures == ()


def test_consent_comes_and_goes_by_events_that_everybody_knows() -> None:
    result = play(
        """
{at: 2026-03-06 14:00, event: consent_given, with: {topic: news}, expect: {consent: [news]}}
{event: consent_given, expect: {consent: ["*", news]}}
{event: consent_withdrawn, with: {topic: news}, expect: {consent: ["*"]}}
{event: consent_withdrawn, expect: {consent: []}}
"""
    )
    assert result.failures == ()


def test_a_given_score_is_what_it_stands_at_whatever_was_done_before() -> None:
    given = "scores: {lead: 20}, events: [{at: 2026-02-06 14:00, event: purchased}]"
    assert play("{at: 2026-03-06 14:00, expect: {scores: {lead: 20}}}", given).failures == ()


def test_nothing_is_known_of_a_stage_or_of_consent_where_nothing_is_given() -> None:
    result = play("{at: 2026-03-06 14:00, expect: {stage: none, consent: [], scores: {lead: 0}}}")
    assert result.failures == ()


@pytest.mark.parametrize(
    ("expected", "message", "actual"),
    [
        ("{stage: buyer}", "stage at 2026-03-06 14:00", "prospect"),
        ("{consent: [news, offers]}", "consent at 2026-03-06 14:00", ["news"]),
        ("{scores: {lead: 19}}", "scores at 2026-03-06 14:00", {"lead": 20}),
        ("{tasks: [Ring]}", "tasks at 2026-03-06 14:00", []),
        ("{webhooks: []}", "", None),
        ("{held_emails: [offer]}", "held_emails at 2026-03-06 14:00", []),
    ],
)
def test_what_is_otherwise_is_told(expected: str, message: str, actual: object) -> None:
    given = "stage: prospect, consent: [news], scores: {lead: 20}"
    result = play(f"{{at: 2026-03-06 14:00, expect: {expected}}}", given)
    assert [(each.message, each.actual) for each in result.failures] == [(message, actual)] * bool(message)


def test_what_the_gate_holds_is_seen_and_why() -> None:
    result = play(
        """
{at: 2026-03-06 23:00, event: purchased, expect: {held_emails: [offer], emails: [], step: "send_email:offer"}}
{at: 2026-03-07 07:59, expect: {emails: [offer]}}
{at: 2026-03-07 08:00, expect: {held_emails: [], emails: [offer], tags: [told]}}
""",
        recipe="at-night",
    )
    assert [each.line for each in result.failures] == [8]
    assert result.why == ("offer was held at 2026-03-06 23:00: these are quiet hours where the contact is.",)


def test_a_recipe_is_entered_by_hand_only_by_the_trigger_for_that() -> None:
    result = play("{at: 2026-03-06 14:00, enter: true, expect: {running: true}}")
    assert result.failures == ()


def test_branches_that_nobody_walked_are_named_where_no_step_of_theirs_can_tell() -> None:
    one = play(
        """
{at: 2026-03-06 14:00, enter: true}
{after: 1 hour, page_visited: /}
{after: 3 days, expect: {tags: [away], ended: finished}}
""",
        "parts: {halves: mail}",
    )
    outcome = report(shop(), [one], recipes=["trial"])
    assert [(each.step, each.branch) for each in outcome.unwalked] == [
        ("halves", "none"),
        ("halves", "out"),
        ("add_tag:called", ""),
        ("wait_for:page_visited", "otherwise"),
        ("add_tag:back", ""),
    ]
    # the ways: three parts of the split, a case or none of them, and twice then or otherwise
    assert outcome.coverage == Coverage("", 9, 7, 9, 4)
    assert as_text(outcome).endswith(
        """\
Walked: 61% (11 of 18) of steps and branches
  trial: 61% (11 of 18)
    not halves, none
    not halves, out
    not add_tag:called
    not wait_for:page_visited, otherwise
    not add_tag:back
1 passed
"""
    )
    other = play(
        """
{at: 2026-03-06 14:00, enter: true}
{after: 30 hours, page_visited: /}
{after: 3 days, expect: {tags: [back, called, vip], ended: finished}}
""",
        "parts: {halves: out}, tags: [vip]",
    )
    both = report(shop(), [one, other], recipes=["trial"])
    assert [(each.step, each.branch) for each in both.unwalked] == [("halves", "none")]
    assert (both.coverage.walked, both.coverage.all, both.coverage.percent) == (17, 18, 94)


def test_that_none_of_the_cases_held_is_a_branch() -> None:
    only = play("{at: 2026-03-06 14:00, enter: true}", "tags: [vip]")
    assert ("choose", "otherwise") in [
        (each.step, each.branch) for each in report(shop(), [only], recipes=["trial"]).unwalked
    ]


@pytest.mark.parametrize(
    ("given", "message", "fix"),
    [
        ("parts: {halfs: mail}", 'The recipe "trial" has no split called "halfs".', 'Did you mean "halves"?'),
        (
            "parts: {halves: mails}",
            'The split "halves" has no part called "mails".',
            'Did you mean "mail"?',
        ),
        (
            "parts: {halves: left}",
            'The split "halves" has no part called "left".',
            "It has mail, none and out.",
        ),
        ("scores: {leed: 2}", 'There is no score called "leed".', 'Did you mean "lead" (autoflow.yaml)?'),
        ("scores: {lead: much}", '"much" is not a number.', "For example lead: 80."),
        (
            "stage: prospects",
            'There is no stage called "prospects".',
            'Did you mean "prospect" (autoflow.yaml)?',
        ),
    ],
)
def test_mistakes(given: str, message: str, fix: str) -> None:
    text = CASE.format(recipe="trial", given=given, story="      - {at: 2026-03-06 14:00, enter: true}")
    _, problems = read_tests({"tests/a.yaml": text}, shop())
    assert [(each.message, each.fix) for each in problems] == [(message, fix)]
