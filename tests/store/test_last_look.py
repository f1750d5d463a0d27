"""The wall clock has its say before anything leaves the house: what is too late, and how much is too much."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autoflow.model.durations import DAY, parse_duration
from autoflow.model.effects import EMAIL
from autoflow.model.event import Incoming
from autoflow.post import outgoing
from autoflow.post.channels.base import Result
from autoflow.store import ledger
from autoflow.store.last_look import CAPS_AFTER, Cap
from tests.engine.sources import SETTINGS, workspace
from tests.engine.world import START, World, identify, track
from tests.store.queries import seen

HOUR = 3_600_000_000
MINUTE = 60_000_000
PATIENT = SETTINGS.replace("not_refused}", "not_refused, late_after: 90 days}")
MAILS = {"mails": "trigger: {event: looked}\nactions: [{send_email: hello}]\n"}
MAILS["more"] = MAILS["mails"].replace("looked", "purchased")
MAILS["bills"] = MAILS["mails"].replace("looked", "refunded").replace("hello", "bill")
Make = Callable[..., World]


def cap(most: int, window: str, recipe: str = "") -> Cap:
    return (recipe, most, parse_duration(window))


def opened(make: Make, *caps: Cap, settings: str = PATIENT) -> World:
    """Ana and Bo are known; each `looked` mails by one recipe, each `purchased` by another, `refunded` bills."""
    one = make(workspace(MAILS, {}, settings))
    one.append(identify(email="ana@example.com"), identify("bo", email="bo@example.com"))
    tick(one)
    assert one.engine.post is not None
    one.engine.post.start(one.engine.lease.fence, (), caps)
    return one


def tick(one: World) -> None:
    while one.engine.tick():
        pass


def decide(one: World, *events: Incoming, late: int = 0) -> None:
    """Their mails are decided now, and nobody sends anything until they are so late."""
    one.append(*events)
    tick(one)
    one.clock.jump(one.clock.now() + late + 1_000)


def step(one: World) -> None:
    assert one.engine.post is not None
    while one.engine.post.step(one.clock.now()):
        pass


def states(one: World, who: str = "ana") -> list[tuple[str, int, str]]:
    return [(each.state, each.attempts, each.result) for each in one.messages() if each.contact == who]


def names(one: World, who: str = "ana") -> list[str]:
    return [each.state for each in one.messages() if each.contact == who]


def looks(count: int, who: str = "ana") -> list[Incoming]:
    return [track("looked", who)] * count


# ---- not worth sending after a while


def worth_sending_for(one: World, micros: int) -> int:
    """As `if_late: skip after` has the core write it; returns when the mail was decided."""
    one.database.do("UPDATE outbox SET payload = json_set(payload, '$.skip_after', ?)", micros)
    (message,) = one.messages()
    return message.at


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (20 * MINUTE, ("sent", 1, "")),
        (20 * MINUTE + 1, ("refused", 0, "late")),
        (2 * DAY, ("refused", 0, "late")),
    ],
)
def test_mail_that_says_after_how_long_it_is_not_worth_sending(
    world: Make, late: int, expected: tuple[str, int, str]
) -> None:
    one = opened(world, settings=SETTINGS)
    decide(one, *looks(1))
    one.clock.jump(worth_sending_for(one, 20 * MINUTE) + late)
    step(one)
    assert states(one) == [expected]
    tick(one)
    skipped = one.database.all(
        "SELECT json_extract(properties, '$.reason'), reacts_to FROM event WHERE name = 'email_skipped'"
    )
    assert skipped == ([("late", "mails/1/send_email:hello/1/u:ana")] if expected[0] == "refused" else [])


def test_it_is_refused_as_late_while_it_is_tried_again(world: Make) -> None:
    one = opened(world, settings=SETTINGS)
    decide(one, *looks(1))
    decided = worth_sending_for(one, 20 * MINUTE)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "unsent", "451 busy")
    one.live_until(decided + 20 * MINUTE)
    assert states(one)[0][0] == "pending"
    one.live_until(decided + HOUR)
    assert states(one)[0][::2] == ("refused", "late")


# ---- caps by the real time


def test_several_late_mails_in_one_group_do_not_slip_through_together(world: Make) -> None:
    one = opened(world, cap(2, "7 days"))
    decide(one, *looks(5), *looks(1, "bo"), late=2 * HOUR)
    sent_at = one.clock.now()
    step(one)
    assert states(one) == [("sent", 1, "")] * 2 + [("pending", 0, "cap")] * 3
    assert names(one, "bo") == ["sent"]
    assert one.engine.next_due() == sent_at + 7 * DAY, "the first instant at which one more may pass"
    one.clock.jump(sent_at + 7 * DAY - 1)
    step(one)
    assert names(one).count("sent") == 2
    one.clock.jump(sent_at + 7 * DAY)
    step(one)
    assert states(one) == [("sent", 1, "")] * 4 + [("pending", 0, "cap")]
    one.live_until(sent_at + 14 * DAY)
    assert names(one) == ["sent"] * 5


def test_what_counts_is_when_mail_really_went_out(world: Make) -> None:
    """Decided over a week, sent in one night: the next one waits for a week from that night."""
    one = opened(world, cap(2, "2 days"))
    decide(one, *looks(1), late=3 * DAY)
    decide(one, *looks(1), late=3 * DAY)
    step(one)
    sent_at = one.clock.now()
    assert names(one) == ["sent", "sent"]
    decide(one, *looks(1), late=2 * HOUR)
    step(one)
    assert states(one)[2] == ("pending", 0, "cap")
    assert one.engine.next_due() == sent_at + 2 * DAY


def test_each_mail_passes_as_one_before_it_leaves_the_window(world: Make) -> None:
    one = opened(world, cap(2, "7 days"))
    for _ in range(3):
        decide(one, *looks(1), late=MINUTE)
        step(one)
        one.clock.jump(one.clock.now() + DAY)
    assert names(one) == ["sent"] * 3, "what is not late was judged by the gate alone"
    first = one.database.all("SELECT settled_at FROM outbox ORDER BY id")
    decide(one, *looks(1), late=2 * HOUR)
    step(one)
    assert one.engine.next_due() == first[1][0] + 7 * DAY, "with three in the window two must leave it"


@pytest.mark.parametrize(("late", "looked_at"), [(CAPS_AFTER, False), (CAPS_AFTER + 1, True)])
def test_caps_are_looked_at_again_for_what_is_over_an_hour_late(
    world: Make, late: int, looked_at: bool
) -> None:
    one = opened(world, cap(1, "7 days"))
    decide(one, *looks(1))
    step(one)
    one.append(*looks(1))
    tick(one)
    one.clock.jump(one.messages()[1].at + late)
    step(one)
    assert (names(one) == ["sent", "pending"]) is looked_at


def test_a_cap_of_one_recipe_concerns_its_mail_and_counts_that_of_all(world: Make) -> None:
    one = opened(world, cap(1, "7 days", "more"), cap(3, "7 days"))
    decide(one, *looks(1), track("purchased"), *looks(1), late=2 * HOUR)
    step(one)
    assert [(each.recipe, each.state) for each in one.messages()] == [
        ("mails", "sent"),
        ("more", "pending"),
        ("mails", "sent"),
    ]


def test_transactional_mail_neither_counts_nor_waits(world: Make) -> None:
    one = opened(world, cap(1, "7 days"))
    decide(one, track("refunded"), track("refunded"), *looks(1), track("refunded"), late=2 * HOUR)
    step(one)
    assert names(one) == ["sent"] * 4


@pytest.mark.parametrize(
    ("outcome", "counts"), [("sent", True), ("unknown", True), ("rejected", False), ("unsent", False)]
)
def test_what_went_out_or_may_have_counts(world: Make, outcome: str, counts: bool) -> None:
    one = opened(world, cap(1, "7 days"))
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, outcome, "so", retry_after=30 * DAY)  # type: ignore[arg-type]
    decide(one, *looks(1))
    step(one)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "sent")
    decide(one, *looks(1), late=2 * HOUR)
    step(one)
    assert names(one)[1] == ("pending" if counts else "sent")


def test_what_is_on_its_way_in_another_group_counts(world: Make) -> None:
    """A group is settled when the next one starts: until then its mails are `sending`."""
    one = opened(world, cap(1, "7 days"))
    decide(one, *looks(1))
    one.database.do("UPDATE outbox SET state = 'sending', attempts = 1")
    decide(one, *looks(1), late=2 * HOUR)
    step(one)
    assert states(one)[1] == ("pending", 0, "cap")
    assert one.engine.next_due() == one.clock.now() + 7 * DAY


def test_mail_to_a_visitor_counts_for_the_person_he_turned_out_to_be(world: Make) -> None:
    one = opened(world, cap(1, "7 days"))
    one.append(Incoming("$identify", None, "v", {"email": "ana@example.com"}))
    decide(one, Incoming("looked", None, "v"))
    step(one)
    decide(one, Incoming("purchased", "ana", "v"), late=2 * HOUR)
    step(one)
    assert [(each.recipe, each.state) for each in one.messages()] == [("mails", "sent"), ("more", "pending")]


def test_a_month_is_one_of_the_contacts_calendar(world: Make) -> None:
    one = opened(world, cap(1, "1 month"))
    one.append(identify(timezone="America/New_York"))
    decide(one, *looks(1))
    step(one)
    (sent_at,) = one.database.all("SELECT settled_at FROM outbox")[0]
    decide(one, *looks(1), late=2 * HOUR)
    step(one)
    assert one.engine.next_due() == parse_duration("1 month").window_end(sent_at, "America/New_York")
    assert one.engine.next_due() != sent_at + 31 * DAY, "the clocks change in between"


def test_who_is_let_go_is_put_off_and_not_held_again(world: Make) -> None:
    one = opened(world, cap(1, "7 days"), settings=SETTINGS)
    decide(one, *looks(2), late=2 * DAY)
    step(one)
    assert names(one) == ["held", "held"]
    ledger.release(one.database, [each.id for each in one.messages("held")], one.clock.now())
    step(one)
    assert states(one) == [("sent", 1, ""), ("pending", 0, "released; cap")]
    one.live_until(one.clock.now() + 7 * DAY)
    assert names(one) == ["sent", "sent"]


def test_mail_put_off_until_it_is_late_is_held(world: Make) -> None:
    one = opened(world, cap(1, "7 days"), settings=SETTINGS)
    decide(one, *looks(2), late=2 * HOUR)
    step(one)
    one.live_until(one.clock.now() + 7 * DAY)
    assert states(one)[1] == ("held", 0, "late")


@pytest.mark.parametrize("where", ["project", "recipe", "another recipe"])
def test_the_caps_are_those_of_project_and_recipe(world: Make, where: str) -> None:
    """Three days apart by the gate's clock; the engine stood still, and both would go in one night."""
    cap = "at_most: {emails: 1, per: 2 days}"
    two = "trigger: {event: looked}\nactions: [{send_email: hello}, {wait: 3 days}, {send_email: again}]\n"
    recipes = {"two": two, "other": two.replace("looked", "refunded")}
    settings = PATIENT
    if where == "project":
        settings = PATIENT.replace("90 days}", f"90 days, {cap}}}")
    else:
        name = "two" if where == "recipe" else "other"
        recipes[name] += f"sending: {{{cap}}}\n"
    one = world(workspace(recipes, {}, settings))
    one.append(identify(email="ana@example.com"), track("looked"))
    one.clock.jump(START + 4 * DAY)
    one.engine.settle()
    assert names(one) == (["sent", "sent"] if where == "another recipe" else ["sent", "pending"])
    one.live_until(START + 6 * DAY + 1_000)
    assert names(one) == ["sent", "sent"]


def test_those_who_are_turned_away_hide_nobody_behind_them(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "AHEAD", 3)
    one = opened(world, cap(1, "7 days"))
    decide(one, *looks(1))
    step(one)
    decide(one, *looks(5), *looks(2, "bo"), late=2 * HOUR)
    one.engine.settle()
    assert names(one, "bo") == ["sent", "pending"]


def test_the_count_is_found_by_its_index(world: Make) -> None:
    one = opened(world, cap(1, "7 days"))
    decide(one, *looks(1), late=2 * HOUR)
    assert one.engine.post is not None
    with seen(one.engine.post._database) as statements:
        step(one)
    (asked,) = {each for each in statements if "settled_at >" in each}
    plan = [row[3] for row in one.database.all(f"EXPLAIN QUERY PLAN {asked}")]
    searches = [line for line in plan if "outbox" in line]
    assert len(searches) == 2
    assert "USING INDEX outbox_mailed (contact=? AND settled_at>?)" in searches[0]
    assert "outbox_mailed (contact=? AND settled_at=?)" in searches[1]


def test_settings_without_caps_ask_nothing(world: Make) -> None:
    one = opened(world)
    decide(one, *looks(3), late=2 * HOUR)
    assert one.engine.post is not None
    with seen(one.engine.post._database) as statements:
        step(one)
    assert not any("settled_at >" in each for each in statements)
    assert names(one) == ["sent"] * 3
