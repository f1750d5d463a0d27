"""What conditions say is missing: word for word, and that what can come true no more never does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoflow.core.advance import advance
from autoflow.kinds import registry
from autoflow.kinds.base import Condition, Trigger
from autoflow.kinds.view import View
from autoflow.language.workspace import read_workspace
from autoflow.model.event import IDENTIFY, Event
from autoflow.model.instants import parse_instant
from tests.docs.test_yaml import ENVIRONMENT, WRAPPED, shipped
from tests.kinds.lives import DAY, ZONE, lived, lives
from tests.kinds.test_judging import LEAVES, SLOW, condition, program

AT = parse_instant("2026-03-01 12:00")
NOW = AT + 4 * DAY


def bought(*days: int, **more: Any) -> list[Event]:
    known = [Event(0, AT, AT, IDENTIFY, {"email": "ana@example.com"})]
    did = {"total": 20, "category": "tea", **more}
    return known + [Event(day, AT + day * DAY, AT + day * DAY, "purchased", did) for day in days]


def view_of(name: str, items: list[Event], now: int = NOW) -> View:
    return View(lived(program(name), items, now)[0], now, ZONE)


WORDS = [
    ("twice", (1,), "purchased 1 more time", 0.5),
    ("twice", (), "purchased 2 times", 0.0),
    ("exactly", (1, 2, 3), "purchased was done, and that stays so", None),
    ("exactly", (1,), "purchased 1 more time, and not more often", 0.5),
    ("exactly in days", (1, 2), "purchased at most once within 5 days", None),
    ("hours", (), "purchased 2 times within 30 hours", 0.0),
    ("not in days", (2,), "3 days without purchased", None),
    ("never", (2,), "purchased was done, and that stays so", None),
    ("twice longer ago", (1,), "purchased 1 more time, and 4 days after that", 0.5),
    ("longer ago", (3,), "2 days since then", None),
    ("where not", (1,), "purchased where category is not tea 2 times", 0.0),
    ("soon after", (1,), "purchased and then refunded within 6 hours", None),
    ("less than before", (3,), "purchased less often than before", None),
    ("sum", (1,), "30 more of purchased.total", 0.4),
    ("sum in days", (1,), "over 10 more of purchased.total within 4 days", 0.6667),
    ("small sum", (1,), "10 less of purchased.total within 4 days", None),
    ("sum in a month", (), "20 more of purchased.total within 1 month", 0.0),
    (
        "sum against before",
        (),
        "the sum of purchased.total within 2 days would have to be more than 100%",
        None,
    ),
    ("average", (), "the average of purchased.total would have to be at least 10", None),
    (
        "average in days",
        (3,),
        "the average of purchased.total within 3 days would have to be less than 13",
        None,
    ),
    ("different", (1,), "1 more different value of purchased.category", 0.5),
    ("tag", (), 'the tag "vip" would have to be put on', None),
    ("plan", (), 'plan would have to be "pro"', None),
    ("birthday", (), "birthday would have to have its anniversary within 3 days", None),
    ("score", (), '3 more of the score "lead"', 0.0),
    (
        "over midnight",
        (),
        "it would have to be between 22:00 and 06:00 on weekdays where the contact is",
        None,
    ),
    ("weekend", (), "it would have to be any time on weekend where the contact is", None),
    ("received", (), 'the mail "hello" would have to be sent', 0.0),
    ("entered", (), 'the recipe "t" would have to be entered at least 2 times', 0.0),
    ("in recipe", (), 'would have to be under way in the recipe "t"', None),
    ("audience", (), 'would have to be in the audience "fans"', None),
    ("stage", (), "would have to stand at warm", None),
    ("consent", (), 'consent to "news" would have to be given', None),
    ("any", (1,), 'purchased 2 more times, or plan would have to be "pro", or refunded once', 0.3333),
    ("none", (2,), "3 days without purchased", None),
]


@pytest.mark.parametrize(("name", "days", "words", "share"), WORDS, ids=str)
def test_what_is_missing_is_told(name: str, days: tuple[int, ...], words: str, share: float | None) -> None:
    view = view_of(name, bought(*days))
    assert not condition(name).holds(view)
    lack = condition(name).lacks(view)
    assert lack.words.startswith(words)
    assert (None if lack.share is None else round(lack.share, 4)) == share


@pytest.mark.parametrize("name", LEAVES)
@settings(max_examples=15, suppress_health_check=SLOW)
@given(lives(), st.floats(0, 1))
def test_what_nothing_can_change_never_changes(
    name: str, story: tuple[list[Event], int], part: float
) -> None:
    """Told at some point of a life, it is true until its end, whatever the contact did."""
    items, end = story
    told = items[: 1 + int(part * len(items))]
    record, _ = lived(program(name), told, told[-1].at)
    view = View(record, told[-1].at, ZONE)
    holds = condition(name).holds(view)
    if not condition(name).lacks(view, wanted=not holds).never:
        return
    for item in items[len(told) :]:
        advance(program(name), record, [item], item.at, spill=False)
        assert condition(name).holds(View(record, item.at, ZONE)) is holds
    assert condition(name).holds(View(record, end + 400 * DAY, ZONE)) is holds


@pytest.mark.parametrize(
    ("name", "days", "missing"),
    [("twice", (), 2), ("twice", (1,), 1), ("exactly", (1,), 1), ("hours", (), 2), ("forty", (1, 2), 38)],
    ids=str,
)
def test_so_many_more_are_enough_and_one_less_is_not(name: str, days: tuple[int, ...], missing: int) -> None:
    view = view_of(name, bought(*days))
    assert f" {missing} " in condition(name).lacks(view).words
    for number in range(missing):
        assert not condition(name).holds(view)
        event = Event(100 + number, NOW, NOW, "purchased", {"total": 20, "category": "tea"})
        advance(program(name), view.record, [event], NOW, spill=False)
    assert condition(name).holds(view)


SEEN = [
    ("twice", (1, 3), AT + 3 * DAY),
    ("month", (1, 3), AT + 3 * DAY),
    ("twice longer ago", (1, 3), AT + 3 * DAY),
    ("sum", (1, 3), None),
    ("sum in days", (1, 3), AT + 3 * DAY),
    ("different", (1, 3), AT + 3 * DAY),
    ("highest", (1,), AT + 1 * DAY),
    ("again", (1, 2), AT + 2 * DAY),
    ("score", (1, 3), AT + 3 * DAY),
    ("never", (), None),
    ("plan", (1,), None),
]


@pytest.mark.parametrize(("name", "days", "at"), SEEN)
def test_when_it_was_seen_is_known(name: str, days: tuple[int, ...], at: int | None) -> None:
    assert condition(name).seen_at(view_of(name, bought(*days))) == at


def test_tags_and_memberships_say_since_when() -> None:
    items = [*bought(1), Event(9, AT + 2 * DAY, AT + 2 * DAY, "looked", {})]
    for name in ("tag", "audience", "in recipe"):
        view = view_of(name, items)
        held = condition(name).seen_at(view)
        assert held == (AT + 2 * DAY if condition(name).holds(view) else None), name
    refused = Event(10, AT + 3 * DAY, AT + 3 * DAY, "unsubscribed", {})
    assert condition("consent").seen_at(view_of("consent", [*items, refused])) == AT + 3 * DAY


def examples(family: str) -> dict[str, str]:
    kinds = registry.conditions() if family == "condition" else registry.triggers()
    return {word: kind.example for word, kind in kinds.items()}


def read(family: str, example: str) -> Any:
    indented = example.replace("\n", "\n    ")
    sources = {**shipped(), "recipes/example.yaml": WRAPPED[family].format(indented)}
    workspace = read_workspace(sources, ENVIRONMENT)
    recipe = workspace.recipes["example"]
    if family == "trigger":
        return recipe.triggers[0]
    assert recipe.conditions is not None
    return recipe.conditions


@pytest.mark.parametrize("word", examples("condition"))
def test_every_condition_tells_what_it_lacks_of_somebody_of_whom_nothing_is_known(word: str) -> None:
    found: Condition = read("condition", examples("condition")[word])
    view = View(lived(program("ever"), bought(), NOW)[0], NOW, ZONE)
    holds = found.holds(view)
    for wanted in (True, False):
        words = found.lacks(view, wanted=wanted).words
        assert bool(words) or wanted is holds
    assert "hold no more" not in found.lacks(view, wanted=not holds).words
    assert found.seen_at(view) is None


@pytest.mark.parametrize("word", examples("trigger"))
def test_every_trigger_says_when_it_fires(word: str) -> None:
    found: Trigger = read("trigger", examples("trigger")[word])
    assert TRIGGERS[word] == found.says()


TRIGGERS = {
    "attribute_changed": "account_type changes to business",
    "audience_joined": 'the contact comes into the audience "x200-visitors"',
    "audience_left": 'the contact leaves the audience "x200-visitors"',
    "consent_given": "consent to news is given",
    "consent_withdrawn": "consent to news is taken back",
    "contact_created": "the contact is first heard of",
    "date": "it is 3 days before his created_at, at 09:00, each year",
    "event": "purchased comes in, where total is at least 80",
    "inactivity": "the contact has done none of page_visited, purchased for 30 days",
    "manual": "somebody puts the contact in by hand",
    "page_visited": "a page is visited, where path matches /products/x200",
    "schedule": 'the clock comes to 09:00 on Monday, for whoever is in the segment "vip"',
    "score_reached": 'the score "lead" comes up to 50',
    "segment_entered": 'the contact comes into the segment "lapsed-buyers"',
    "segment_left": 'the contact leaves the segment "vip" and stays out of it for 7 days',
    "stage_entered": "the contact comes to the stage repeat buyer",
    "stage_left": "the contact leaves the stage prospect",
    "tag_added": 'the tag "vip" is put on',
    "tag_removed": 'the tag "vip" is taken off',
}
