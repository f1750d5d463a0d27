"""The send ledger: claims, the last look, retries, what is late, and what nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import pairwise

import pytest

from autoflow.model.durations import DAY
from autoflow.model.effects import AUDIENCES, EMAIL, SALES
from autoflow.model.event import Incoming
from autoflow.post.channels.base import ChannelDown, Outgoing, Result
from autoflow.post.outgoing import MOST_ATTEMPTS
from autoflow.store import erasing, ledger
from autoflow.store.database import StoreError
from autoflow.store.failures import failures, try_again
from tests.engine.sources import MARKETING, SETTINGS, workspace
from tests.engine.world import START, World, identify, page, track

HOUR = 3_600_000_000
MAIL = "welcome/1/send_email:hello/1/u:ana"
BILL = "money-back/1/send_email:bill/1/u:ana"
Make = Callable[..., World]


def bought(make: Make, *more: Incoming, patience: str = "1 day") -> World:
    """Ana has bought, her mail is decided, and nothing was sent yet; mail is late after `patience`."""
    one = make(workspace(settings=SETTINGS.replace("not_refused}", f"not_refused, late_after: {patience}}}")))
    one.append(identify(email="ana@example.com"), track("purchased", total=5), *more)
    tick(one)
    one.clock.jump(START + 1_000)
    return one


def tick(one: World) -> None:
    while one.engine.tick():
        pass


def step(one: World) -> None:
    assert one.engine.post is not None
    while one.engine.post.step(one.clock.now()):
        pass


def state(one: World, key: str = MAIL) -> tuple[str, int, str]:
    row = one.database.one("SELECT state, attempts, result FROM outbox WHERE key = ?", key)
    assert row is not None
    return (row[0], row[1], row[2])


# ---- the last look


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (track("unsubscribed"), "unsubscribed"),
        (track("email_bounced", permanent=True), "suppressed"),
        (track("email_complained"), "suppressed"),
        (identify(email="ana@shop.example"), "deny"),
    ],
    ids=["unsubscribed", "dead", "complained", "denied"],
)
def test_what_came_after_the_decision_is_seen_on_the_last_look(
    world: Make, event: Incoming, reason: str
) -> None:
    one = bought(world)
    one.append(event)
    tick(one)
    step(one)
    assert one.channels[EMAIL].taken == []
    assert state(one) == ("refused", 0, reason)
    tick(one)
    skipped = one.database.all("SELECT properties, reacts_to FROM event WHERE name = 'email_skipped'")
    assert skipped == [(f'{{"template":"hello","recipe":"welcome","reason":"{reason}"}}', MAIL)]


def test_transactional_mail_passes_unsubscribe_and_deny_but_not_suppression(world: Make) -> None:
    one = bought(world, track("refunded", order_id="A"))
    one.append(track("unsubscribed"), identify(email="ana@shop.example"))
    tick(one)
    step(one)
    assert one.channels[EMAIL].keys == [BILL]
    two = bought(world, track("refunded", order_id="A"))
    two.append(track("email_complained"))
    tick(two)
    step(two)
    assert two.channels[EMAIL].taken == []


@pytest.mark.parametrize("event", [track("unsubscribed"), page("/")])
def test_nothing_is_claimed_for_a_contact_with_an_unread_row_in_the_log(world: Make, event: Incoming) -> None:
    one = bought(world)
    one.append(event)
    step(one)
    assert one.channels[EMAIL].taken == []
    assert state(one)[:2] == ("pending", 0)
    one.append(track("looked", "bo"))
    tick(one)
    one.append(track("looked", "bo"))  # somebody else's unread row stops nobody
    step(one)
    assert (one.channels[EMAIL].keys == [MAIL]) is (event.name != "unsubscribed")


def test_who_was_merged_into_another_is_looked_at_there(world: Make) -> None:
    """His mail was decided under the visitor's name; that he unsubscribes as a user stops it all the same."""
    one = world()
    one.append(track("looked", "ana"))
    one.append(
        Incoming("$identify", None, "visitor", {"email": "ana@example.com"}),
        Incoming("purchased", None, "visitor", {"total": 5}),
    )
    tick(one)
    one.append(Incoming("looked", "ana", "visitor"))
    tick(one)
    one.append(track("unsubscribed"))
    one.clock.jump(START + 1_000)
    step(one)
    assert one.channels[EMAIL].taken == [], "his unsubscribe is not even read yet"
    tick(one)
    step(one)
    assert one.channels[EMAIL].taken == []
    assert state(one, "welcome/1/send_email:hello/1/a:visitor") == ("refused", 0, "unsubscribed")


# ---- how a message ends


@pytest.mark.parametrize(
    ("result", "expected", "event"),
    [
        (("sent", "", False), ("sent", ""), None),
        (("rejected", "550 no such user", True), ("failed", "550 no such user"), True),
        (("rejected", "550 spam", False), ("failed", "550 spam"), False),
        (("unknown", "connection lost", False), ("unknown", "connection lost"), None),
        (("unsent", "451 later", False), ("pending", "451 later"), None),
    ],
)
def test_what_becomes_of_a_mail(
    world: Make, result: tuple[str, str, bool], expected: tuple[str, str], event: bool | None
) -> None:
    one = bought(world)
    outcome, reason, dead = result
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, outcome, reason, suppress=dead)  # type: ignore[arg-type]
    step(one)
    assert state(one) == (expected[0], 1, expected[1])
    tick(one)
    bounced = one.database.all(
        "SELECT json_extract(properties, '$.permanent') FROM event WHERE name = 'email_bounced'"
    )
    assert bounced == ([] if event is None else [(int(event),)])
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "sent")
    one.happens(START + DAY, track("purchased"))  # ends the run at its goal
    one.append(track("refunded", order_id="B"))
    one.live_until(START + 2 * DAY)
    assert (BILL in one.channels[EMAIL].keys) is (not dead), "nothing passes suppression"


def test_an_unknown_transactional_mail_goes_again_and_a_marketing_mail_never(world: Make) -> None:
    one = bought(world, track("refunded", order_id="A"))
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "unknown", "lost")
    step(one)
    assert state(one) == ("unknown", 1, "lost")
    assert state(one, BILL) == ("pending", 1, "lost")
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "sent")
    one.live_until(START + HOUR)
    assert one.channels[EMAIL].keys.count(MAIL) == 1
    assert one.channels[EMAIL].keys.count(BILL) == 2
    assert state(one, BILL) == ("sent", 2, "")


def test_a_notice_whose_fate_is_unknown_goes_again(world: Make) -> None:
    one = bought(world, track("refunded", order_id="A"))
    one.channels[SALES].answer = lambda notice: Result(notice.key, "unknown")
    one.live_until(START + HOUR + 1_000)
    one.channels[SALES].answer = lambda notice: Result(notice.key, "sent")
    one.live_until(START + 2 * HOUR)
    assert len(one.channels[SALES].taken) == 2
    assert set(one.channels[SALES].keys) == {"money-back/1/notify_sales:sales/1/u:ana"}


def test_retries_back_off_with_jitter_up_to_an_hour_and_give_up(world: Make) -> None:
    one = bought(world, patience="5 days")
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "unsent", "451 busy")
    one.live_until(START + 5 * DAY)
    assert state(one)[0] == "failed"
    assert state(one)[2] == "given up: 451 busy"
    times = [when for when, mail in one.channels[EMAIL].taken if mail.key == MAIL]
    assert len(times) == MOST_ATTEMPTS
    assert 2.5 * DAY < times[-1] - times[0] < 3.5 * DAY
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert 30_000_000 <= waits[0] <= 45_000_000
    assert all(later > 1.5 * earlier for earlier, later in pairwise(waits[:6]))
    assert HOUR <= max(waits) <= 1.25 * HOUR
    assert len({wait % 1_000_000 for wait in waits}) > 3, "there is jitter"


def test_a_server_that_says_when_is_obeyed(world: Make) -> None:
    one = bought(world)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "unsent", "421", retry_after=17_000_000)
    step(one)
    assert one.engine.next_due() == one.clock.now() + 17_000_000


def test_a_channel_that_is_down_is_left_alone_and_its_mail_kept(world: Make) -> None:
    one = bought(world)
    asked: list[int] = []

    def down(mail: Outgoing) -> Result:
        asked.append(one.clock.now())
        raise ChannelDown("The server refuses the login.")

    one.channels[EMAIL].answer = down
    step(one)
    step(one)
    assert len(asked) == 1
    assert state(one)[::2] == ("pending", "The server refuses the login.")
    one.append(track("purchased", "bo"))
    tick(one)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "sent")
    one.live_until(START + HOUR)
    assert state(one)[0] == "sent"
    assert one.channels[EMAIL].keys == [MAIL]


def test_a_poisoned_mail_fails_alone(world: Make) -> None:
    one = world()
    names = [f"c{n}" for n in range(25)]
    for who in names:
        traits = {"first_name": "A\r\nBcc: x@example.com"} if who == "c7" else {}
        one.append(identify(who, email=f"{who}@example.com", **traits), track("purchased", who))
    one.live_until(START + HOUR)
    failed = [message for message in one.messages() if message.state != "sent"]
    assert [(message.contact, message.state) for message in failed] == [("c7", "failed")]
    assert "Subject" in failed[0].result
    assert len(one.channels[EMAIL].taken) == len(names) - 1


# ---- what failed, tried again


def failed(one: World) -> list[int]:
    return [message.id for message in one.messages("failed")]


def again(one: World, **templates: str) -> int:
    return try_again(one.database, failed(one), one.clock.now(), templates)


def test_a_mail_that_failed_is_tried_again_by_a_persons_word_alone(world: Make) -> None:
    one = bought(world)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "rejected", "550 spam")
    step(one)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "sent")
    one.live_until(START + 4 * DAY)
    assert (state(one), one.channels[EMAIL].keys.count(MAIL)) == (("failed", 1, "550 spam"), 1)
    assert again(one) == 1
    assert (state(one)[0], again(one)) == ("pending", 0)
    step(one)
    assert state(one) == ("sent", 2, "")
    assert (again(one), one.channels[EMAIL].keys.count(MAIL)) == (0, 2)


@pytest.mark.parametrize("kept", ["sent", "unknown", "held", "refused", "skipped", "pending", "sending"])
def test_nothing_else_is_tried_again(world: Make, kept: str) -> None:
    one = bought(world)
    one.database.do("UPDATE outbox SET state = ?", kept)
    (message,) = one.messages(kept)
    assert try_again(one.database, [message.id], one.clock.now(), {}) == 0
    assert state(one)[0] == kept


def test_who_unsubscribed_since_is_not_mailed(world: Make) -> None:
    one = bought(world)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "rejected", "550 spam")
    step(one)
    one.append(track("unsubscribed"))
    assert again(one) == 1
    step(one)
    tick(one)
    step(one)
    assert state(one)[::2] == ("refused", "unsubscribed")
    assert one.channels[EMAIL].keys.count(MAIL) == 1


def test_every_bounce_is_told(world: Make) -> None:
    one = bought(world)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "rejected", "550 spam")
    for _ in range(2):
        step(one)
        tick(one)
        again(one)
    assert one.database.one("SELECT count(*) FROM event WHERE name = 'email_bounced'") == (2,)


def test_it_gets_as_many_attempts_as_at_first(world: Make) -> None:
    one = bought(world, patience="9 days")
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "unsent", "451 busy")
    one.live_until(START + 5 * DAY)
    assert state(one) == ("failed", MOST_ATTEMPTS, "given up: 451 busy")
    again(one)
    one.live_until(START + 12 * DAY)
    assert state(one) == ("failed", 2 * MOST_ATTEMPTS, "given up: 451 busy"), (
        "and it was not held for being late"
    )


def test_a_mail_that_could_not_be_made_is_made_by_its_mended_template(world: Make) -> None:
    broken = MARKETING.replace("We have news.", "{{ contact.first_name | upper }}: we have news.")
    files = workspace()
    one = world({**files, "templates/hello.html": broken})
    one.append(identify(email="ana@example.com"), track("purchased", total=5))
    one.live_until(START + HOUR)
    assert "first_name" in state(one)[2]
    again(one)
    step(one)
    assert state(one)[0] == "failed", "nothing has been mended"
    one.release(files)
    version = one.database.one("SELECT max(release), version FROM version WHERE name = 'hello'")
    assert version is not None
    again(one, hello=version[1])
    step(one)
    assert state(one)[0] == "sent"
    assert one.channels[EMAIL].keys == [MAIL]


def test_an_erased_contact_has_nothing_left_to_be_tried(world: Make) -> None:
    one = bought(world)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "rejected", "550 spam")
    step(one)
    [(contact,)] = one.database.all("SELECT id FROM contact")
    erasing.request(one.database, [contact], b"secret", one.clock.now())
    one.live_until(START + HOUR)
    assert list(failures(one.database).values()) == [False]
    assert again(one) == 0


def test_a_change_of_an_audience_that_a_later_one_has_overtaken_is_not_made_any_more(world: Make) -> None:
    one = world()
    one.append(identify(email="ana@example.com"))
    one.channels[AUDIENCES].answer = lambda change: Result(change.key, "rejected", "full")
    one.append(page("/products/x"))
    one.live_until(START + HOUR)
    (joined,) = failed(one)
    assert failures(one.database) == {joined: True}
    one.live_until(START + 31 * HOUR)
    _, left = failed(one)
    assert failures(one.database) == {joined: False, left: True}
    assert again(one) == 1
    assert [each.id for each in one.messages("pending")] == [left]


# ---- late mail


def test_late_mail_is_held_until_a_person_lets_it_go(world: Make) -> None:
    one = bought(world, track("refunded", order_id="A"))
    one.clock.jump(START + DAY + HOUR)
    step(one)
    assert one.channels[EMAIL].taken == []
    assert state(one) == ("held", 0, "late")
    assert state(one, BILL) == ("held", 0, "late")
    (held,) = [message for message in one.messages("held") if message.key == MAIL]
    assert ledger.release(one.database, [held.id], one.clock.now()) == 1
    assert ledger.release(one.database, [held.id], one.clock.now()) == 0
    step(one)
    assert one.channels[EMAIL].keys == [MAIL]
    assert state(one)[0] == "sent"


def test_mail_is_late_only_after_a_day(world: Make) -> None:
    one = bought(world)
    (decided,) = [message.at for message in one.messages() if message.key == MAIL]
    one.clock.jump(decided + DAY)
    step(one)
    assert one.channels[EMAIL].keys == [MAIL]


def test_mail_that_is_tried_again_and_again_is_held_once_it_is_late(world: Make) -> None:
    one = bought(world)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "unsent", "451 busy")
    (decided,) = [message.at for message in one.messages() if message.key == MAIL]
    one.live_until(decided + DAY)
    assert state(one)[::2] == ("pending", "451 busy")
    one.live_until(decided + DAY + 2 * HOUR)
    assert state(one)[::2] == ("held", "late")
    tries = one.channels[EMAIL].keys.count(MAIL)
    one.live_until(decided + 2 * DAY)
    assert one.channels[EMAIL].keys.count(MAIL) == tries
    (held,) = [each for each in one.messages("held") if each.key == MAIL]
    ledger.release(one.database, [held.id], one.clock.now())
    one.live_until(decided + 3 * DAY)
    assert state(one)[::2] == ("pending", "released; 451 busy"), "somebody let it go: it is held no more"
    assert one.channels[EMAIL].keys.count(MAIL) > tries + 10
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "sent")
    one.live_until(decided + 4 * DAY)
    assert state(one)[0] == "sent"


@pytest.mark.parametrize("let_go", [False, True])
def test_mail_that_a_server_kept_waiting_is_held_when_it_comes_back(world: Make, let_go: bool) -> None:
    one = bought(world)

    def down(mail: Outgoing) -> Result:
        raise ChannelDown("The server refuses the login.")

    one.channels[EMAIL].answer = down
    step(one)
    if let_go:
        one.clock.jump(START + 2 * DAY)
        step(one)
        ledger.release(one.database, [each.id for each in one.messages("held")], one.clock.now())
        step(one)
        assert state(one)[::2] == ("pending", "released; The server refuses the login.")
    one.clock.jump(START + 3 * DAY)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "sent")
    step(one)
    assert state(one)[0] == ("sent" if let_go else "held")


def test_what_a_person_wants_sent_again_is_not_held(world: Make) -> None:
    one = bought(world)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "unknown", "lost")
    step(one)
    one.clock.jump(START + 3 * DAY)
    ledger.resolve(one.database, MAIL, one.clock.now(), sent=False)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "sent")
    step(one)
    assert state(one)[0] == "sent"


def test_notices_are_never_held(world: Make) -> None:
    one = bought(world, track("refunded", order_id="A"))
    one.clock.jump(START + 30 * DAY)
    tick(one)
    step(one)
    assert one.channels[EMAIL].taken == []
    assert one.channels[SALES].keys == ["money-back/1/notify_sales:sales/1/u:ana"]


def test_thirty_days_of_downtime_decide_in_order_and_flood_nobody(world: Make) -> None:
    one = bought(world)
    other = world()
    other.append(identify(email="ana@example.com"), track("purchased", total=5))
    other.live_until(START + 30 * DAY)
    one.clock.jump(START + 30 * DAY)
    tick(one)
    step(one)
    decided = [(message.key, message.at, message.outcome) for message in one.messages()]
    assert decided == [(message.key, message.at, message.outcome) for message in other.messages()]
    assert len(decided) == 3
    assert {message.state for message in one.messages()} == {"held"}


# ---- what nobody knows


@pytest.mark.parametrize(("sent", "expected"), [(True, "sent"), (False, "pending")])
def test_a_person_says_what_became_of_an_unknown_mail(world: Make, sent: bool, expected: str) -> None:
    one = bought(world)
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "unknown", "lost")
    step(one)
    ledger.resolve(one.database, MAIL, one.clock.now(), sent=sent)
    assert state(one)[0] == expected
    one.channels[EMAIL].answer = lambda mail: Result(mail.key, "sent")
    step(one)
    assert one.channels[EMAIL].keys.count(MAIL) == (1 if sent else 2)
    with pytest.raises(StoreError, match=f'There is no message "{MAIL}" whose fate is unknown'):
        ledger.resolve(one.database, MAIL, one.clock.now(), sent=True)


def test_what_was_on_its_way_when_the_engine_stopped_is_unknown(world: Make) -> None:
    one = bought(world, track("refunded", order_id="A"))
    one.database.do("UPDATE outbox SET state = 'sending', attempts = 1")
    one.reopen()
    assert one.engine.unknown == 1
    assert state(one) == ("unknown", 1, "stopped while sending")
    assert state(one, BILL)[0] == "pending"
    step(one)
    assert one.channels[EMAIL].keys == [BILL]


def test_the_intent_is_committed_before_the_channel_sees_the_mail(world: Make) -> None:
    one = bought(world)
    seen: list[tuple[str, int]] = []

    def look(mail: Outgoing) -> Result:
        with closing(one.project.database()) as other:
            seen.extend(other.all("SELECT state, attempts FROM outbox WHERE key = ?", mail.key))
        return Result(mail.key, "sent")

    one.channels[EMAIL].answer = look
    step(one)
    assert seen == [("sending", 1)]


def test_nothing_is_sent_where_the_intent_cannot_be_written(world: Make) -> None:
    one = bought(world)
    assert one.engine.post is not None
    with closing(one.project.database()) as other:
        one.engine.post._database.do("PRAGMA busy_timeout=1")
        with other.write(), pytest.raises(StoreError):
            one.engine.post.step(one.clock.now())
        assert one.channels[EMAIL].taken == []
    step(one)
    assert one.channels[EMAIL].keys == [MAIL]
