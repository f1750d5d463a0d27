"""The time line of a case: each thing that happened, at its instant, with the run that it belongs to."""

from __future__ import annotations

from functools import cache

from autoflow.lab.testing.line import with_entries
from autoflow.lab.testing.seen import ENDED
from autoflow.lab.testing.story import local_time
from autoflow.lab.testing.testing import CaseResult, Line, as_text, read_tests, report, run_tests
from autoflow.lab.testing.walked import DID, WAITED, Stride
from autoflow.language.definitions import Workspace
from autoflow.language.present import as_text as told
from autoflow.language.workspace import read_workspace
from autoflow.model.effects import Effects, Happening, Message
from tests.lab.little_shop import SOURCES

SETTINGS = (
    SOURCES["autoflow.yaml"]
    + "  asked: {by: text}\nstages: [prospect, buyer]\nscores: {lead: {rules: [{when: page_visited, add: 1}]}}\n"
)
RECIPES = {
    "recipes/trial.yaml": """
recipe: trial
trigger: [manual, {event: purchased}]
per: event.order_id
while_running: parallel
conditions: [{did: purchased, at_most: 2 times}, {any: [{has_tag: vip}, {attribute: plan, is_not: pro}]}]
actions:
  - choose: {if: [{has_tag: vip}], actions: [{add_tag: vip}]}
  - wait_for: {event: asked, up_to: 1 day, then: [{add_tag: asked}], otherwise: [{remove_tag: nothing}]}
  - id: out
    split: [{name: all, percent: 1, actions: [{send_email: hello}]}, {name: held, percent: 99, holdout: true}]
  - notify_sales: Call.
""",
    "recipes/deeds.yaml": """
recipe: deeds
trigger: manual
actions:
  - set_attribute: {plan: pro}
  - {id: clear, set_attribute: {plan: null}}
  - set_stage: buyer
  - adjust_score: {score: lead, by: 8}
  - add_to_audience: fans
  - give_consent: news
  - withdraw_consent: news
  - record_event: {name: asked, with: {by: phone}}
  - create_task: {title: Ring, to: sam@shop.example}
  - notify_sales: "{{ contact.email }} is here."
  - remove_from_audience: fans
  - enter_recipe: thanks
""",
    "recipes/night.yaml": """
recipe: night
trigger: {event: purchased}
reentry: after 7 days
sending: {quiet_hours: {from: "21:00", to: "08:00"}}
actions: [{send_email: offer}]
""",
}
FILES = {**SOURCES, **RECIPES, "autoflow.yaml": SETTINGS}


@cache
def shop() -> Workspace:
    found = read_workspace(FILES, {})
    assert told([each for each in found.problems if each.severity == "error"], found.sources) == ""
    return found


def play(
    recipe: str, story: str, given: str = "", *, zone: str = "Europe/London", no_mail: str = ""
) -> CaseResult:
    lines = "\n".join(f"      - {line}" for line in story.strip().splitlines())
    text = f"tests: {recipe}\nalso: [thanks]\ncases:\n  - name: a\n"
    text += f"    given: {{contact: {{email: ana@example.com, timezone: {zone}}}, {given}}}\n    story:\n{lines}\n"
    tests, problems = read_tests({"tests/a.yaml": text}, shop())
    assert told(problems, {"tests/a.yaml": text}) == ""

    def maker(message: Message) -> str:
        return "Nothing." if message.name == no_mail else ""

    [result] = run_tests(shop(), tests, maker)
    return result


def shown(lines: tuple[Line, ...], zone: str = "Europe/London") -> list[str]:
    return [
        f"{'✗ ' * line.failed}{local_time(line.at, zone)[5:]} {line.clock} {line.recipe}{line.run or ''}: {line.text}"
        for line in lines
    ]


def test_runs_beside_each_other_keep_their_numbers_through_waits_and_ways() -> None:
    result = play(
        "trial",
        """
{at: 2026-03-06 14:00, event: purchased, with: {order_id: A}}
{after: 1 hour, event: purchased, with: {order_id: B}}
{after: 1 hour, event: asked}
{after: 22 hours, event: purchased, with: {order_id: C}}
{expect: {running: false, tags: [asked]}}
""",
    )
    assert [line for line in shown(result.timeline) if "thanks" not in line] == [
        "03-06 14:00  : purchased (order_id: A)",
        "03-06 14:00  : came into the segment buyers",
        "03-06 14:00  trial1: entered",
        "03-06 14:00  trial1: goes on by “otherwise” (choose)",
        "03-06 14:00  trial1: waits until 2026-03-07 14:00 at the latest (wait_for:asked)",
        "03-06 15:00  : purchased (order_id: B)",
        "03-06 15:00  trial2: entered",
        "03-06 15:00  trial2: goes on by “otherwise” (choose)",
        "03-06 15:00  trial2: waits until 2026-03-07 15:00 at the latest (wait_for:asked)",
        "03-06 16:00  : asked",
        "03-06 16:00  trial1: goes on by “then” (wait_for:asked)",
        "03-06 16:00  trial1: tagged asked",
        "03-06 16:00  trial1: fell into the part held",
        "03-06 16:00  trial1: mail hello skipped: the contact is in a part that is held out",
        "03-06 16:00  trial1: notice to sales skipped: the contact is in a part that is held out",
        "03-06 16:00  trial1: ended: finished",
        "03-06 16:00  trial2: goes on by “then” (wait_for:asked)",
        "03-06 16:00  trial2: nothing to do (add_tag:asked)",
        "03-06 16:00  trial2: fell into the part held",
        "03-06 16:00  trial2: mail hello skipped: the contact is in a part that is held out",
        "03-06 16:00  trial2: notice to sales skipped: the contact is in a part that is held out",
        "03-06 16:00  trial2: ended: finished",
        "03-07 14:00  : purchased (order_id: C)",
        (
            "03-07 14:00  trial: not entered: this condition did not hold: "
            "has done purchased at most 2 times (seen: 3 times, last 2026-03-07 14:00)"
        ),
        "✗ 03-07 14:00  : otherwise than expected (line 11): tags",
    ]


def test_a_wait_that_is_over_belongs_to_the_run_that_goes_on() -> None:
    result = play(
        "trial",
        """
{at: 2026-03-06 14:00, event: purchased, with: {order_id: A}}
{after: 1 hour, event: purchased, with: {order_id: B}}
{after: 2 days, expect: {running: false}}
""",
        "tags: [vip]",
    )
    assert [line for line in shown(result.timeline) if "goes on" in line] == [
        "03-06 14:00  trial1: goes on by “case 1” (choose)",
        "03-06 15:00  trial2: goes on by “case 1” (choose)",
        "03-07 14:00  trial1: goes on by “otherwise” (wait_for:asked)",
        "03-07 15:00  trial2: goes on by “otherwise” (wait_for:asked)",
    ]


def test_what_steps_do_by_a_contact_who_lives_by_another_clock() -> None:
    result = play(
        "deeds", "{at: 2026-03-06 03:00, enter: true, expect: {stage: buyer}}", zone="America/New_York"
    )
    assert shown(result.timeline)[:2] == [
        "03-06 03:00 2026-03-05 22:00 : let into deeds by hand",
        "03-06 03:00 2026-03-05 22:00 deeds1: entered",
    ]
    assert [(line.recipe, line.text) for line in result.timeline[2:]] == [
        ("deeds", "plan set to pro"),
        ("deeds", "plan taken away"),
        ("deeds", "moved to the stage buyer"),
        ("deeds", "score lead: +8"),
        ("deeds", "joined the audience fans"),
        ("deeds", "agreed to news"),
        ("deeds", "took back the consent to news"),
        ("deeds", "recorded asked (by: phone)"),
        ("deeds", "task: Ring, for sam@shop.example"),
        ("deeds", "notice to sales: ana@example.com is here."),
        ("deeds", "left the audience fans"),
        ("deeds", "put into thanks (enter_recipe:thanks)"),
        ("deeds", "ended: finished"),
        ("thanks", "entered"),
        ("thanks", "tagged customer"),
        ("thanks", "ended: finished"),
        ("", "as expected (line 7): stage"),
    ]


def test_what_is_held_refused_late_and_never_made() -> None:
    result = play(
        "night",
        """
{at: 2026-03-06 22:00, event: purchased}
{after: 11 hours, event: purchased, occurred: 2026-03-07 08:30}
{set: {plan: pro, timezone: Asia/Tokyo}, expect: {emails: [offer]}}
""",
        "events: [{at: 2026-03-01 10:00, event: purchased}]",
        no_mail="offer",
    )
    assert [line for line in shown(result.timeline) if "thanks" not in line] == [
        "03-06 22:00  : is in the segment buyers",
        "03-06 22:00  : purchased",
        "03-06 22:00  night1: entered",
        "03-06 22:00  night1: mail offer held until 2026-03-07 08:00: these are quiet hours where the contact is",
        "✗ 03-07 08:00  night1: mail offer cannot be made",
        "03-07 08:00  night1: ended: finished",
        "03-07 09:00  : purchased, occurred at 2026-03-07 08:30",
        (
            "03-07 09:00  night: not entered: `reentry` does not let the contact in again yet "
            "(last entered 2026-03-06 22:00, again from 2026-03-13 22:00)"
        ),
        "03-07 09:00  : set (plan: pro, timezone: Asia/Tokyo)",
        "03-07 09:00 18:00 : as expected (line 9): emails",
    ]


def test_a_group_that_did_not_hold_tells_each_part() -> None:
    result = play(
        "trial",
        """
{at: 2026-03-06 14:00, set: {plan: pro}}
{event: purchased, expect: {running: false}}
""",
    )
    assert "not entered: this condition did not hold" in result.timeline[-2].text
    assert result.timeline[-2].text.endswith('(seen: has the tag "vip": no; plan is not pro: no, pro)')


def test_a_long_line_is_shortened_to_what_lies_about_the_failure_and_to_what_was_refused() -> None:
    pages = "{after: 1 hour, page_visited: /}\n" * 30
    bought = "{at: 2026-03-06 14:00, event: purchased}\n", "{after: 1 hour, event: purchased}\n"
    story = f"{bought[0]}{pages}{bought[1]}{pages}{{expect: {{running: true}}}}\n{{after: 1 hour, page_visited: /end}}"
    outcome = report(shop(), [play("night", story)], recipes=())
    text = as_text(outcome).splitlines()
    heading = text.index("      What happened (times in Europe/London):")
    assert [" ".join(line.split())[:46].rstrip() for line in text[heading + 1 : heading + 6]] == [
        "2026-03-06 14:00 purchased",
        "… 38 more lines, which -v shows",
        "2026-03-07 21:00 night not entered: `reentry`",
        "… 21 more lines, which -v shows",
        "2026-03-08 16:00 page_visited (path: /)",
    ]
    assert [" ".join(line.split())[:46].rstrip() for line in text[-4:-1]] == [
        "2026-03-09 03:00 page_visited (path: /)",
        "✗ otherwise than expected (line 69): running",
        "2026-03-09 04:00 page_visited (path: /end)",
    ]
    assert len(text) == heading + 1 + 4 + 12 + 2 + 1
    assert "more lines" not in as_text(outcome, verbose=True)


def test_what_the_case_tells_cannot_move_the_cursor() -> None:
    result = play("night", '{at: 2026-03-06 14:00, page_visited: "/a\\e[2J", expect: {running: true}}')
    assert "page_visited (path: /a\\x1b[2J)" in as_text(report(shop(), [result], recipes=()))


def test_the_run_of_a_wait_that_is_over_is_that_of_what_its_own_recipe_does_next() -> None:
    over = Stride(3, "a", 0, "wait_for:asked", WAITED)
    ended = Happening(4, 0, ENDED, "finished", "a", 1, 2, "wait_for:asked")
    beside = Stride(4, "b", 1, "add_tag:seen", DID)
    assert with_entries([over, beside], Effects(journal=[ended])) == [over._replace(entry=2), beside]
