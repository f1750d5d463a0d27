"""Runs moved to a new version of their recipe: at the step that stands for theirs, with what they waited credited."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoflow.core.adopt import adopt
from autoflow.core.advance import advance
from autoflow.core.compiling import compile_program
from autoflow.core.fresh import compare
from autoflow.lab.plan.words import steps_paired
from autoflow.language.definitions import Recipe
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record
from autoflow.model.durations import DAY
from autoflow.model.effects import SENT, Effects
from autoflow.model.event import IDENTIFY, Event
from tests.engine.sources import SETTINGS, TEMPLATES, workspace
from tests.engine.world import START

HOUR = DAY // 24
HEAD = "trigger: {event: purchased}\n"
OLD = """actions:
  - send_email: hello
  - wait: 6 days
  - send_email: again
"""


class Mover:
    """Ana enters at the start; a release comes at some instant, and moves her."""

    def __init__(self, old: str, new: str, release: int, *, moves: bool = True, head: str = HEAD) -> None:
        self.release = START + release
        first, second = self._recipe(head + old, 1), self._recipe(head + new, 2)
        read = read_workspace(workspace({"r": head + new}, {}, SETTINGS, TEMPLATES), {})
        self.before = compile_program(replace(read, recipes={"r": first}))
        program = compile_program(replace(read, recipes={"r": second}), {("r", 1): first})
        pairs = {("r", 1): steps_paired(first.steps, second.steps)}
        self.after = replace(program, moves=pairs) if moves else program
        self.record = Record("u:ana", "ana")
        self.effects: list[Effects] = []

    @staticmethod
    def _recipe(text: str, version: int) -> Recipe:
        read = read_workspace(workspace({"r": text}, {}, SETTINGS, TEMPLATES), {})
        assert read.sound, [each.message for each in read.problems]
        return replace(read.recipes["r"], version=version)

    def live(self, *later: Event) -> Mover:
        items = [
            Event(1, START - 1, START - 1, IDENTIFY, {"email": "ana@example.com"}),
            Event(2, START, START, "purchased", {"order_id": "A"}),
        ]
        self.effects.append(advance(self.before, self.record, items, self.release - 1))
        self.effects.append(
            adopt(self.after, self.record, (), self.release, 2, compare(self.before, self.after))
        )
        self.effects.append(advance(self.after, self.record, later, START + 60 * DAY))
        return self

    @property
    def mails(self) -> list[tuple[str, float]]:
        """What was sent, each with the days since the start."""
        return [
            (each.name, (each.at - START) / DAY)
            for effects in self.effects
            for each in effects.messages
            if each.outcome == SENT
        ]

    @property
    def keys(self) -> list[str]:
        return [each.key for effects in self.effects for each in effects.messages]

    @property
    def ended(self) -> list[tuple[str, int]]:
        return [
            (row.state, row.version)
            for effects in self.effects
            for row in effects.runs.values()
            if row.ended_at is not None
        ]


@pytest.mark.parametrize(
    ("wait", "release", "again"),
    [
        ("10 days", 3 * DAY, 10),  # three of them are credited
        ("4 days", 3 * DAY, 4),
        ("2 days", 3 * DAY, 3),  # long enough already: on at the release
        ("60 hours", 3 * DAY, 3),
        ("100 hours", 3 * DAY, 100 / 24),
        ("6 days", 3 * DAY, 6),
    ],
)
def test_what_was_waited_counts_for_the_new_wait(wait: str, release: int, again: float) -> None:
    found = Mover(OLD, OLD.replace("6 days", wait), release).live()
    assert found.mails == [("hello", 0), ("again", again)]
    assert found.ended == [("finished", 2)]


def test_without_a_move_everybody_stays_on_the_version_that_he_entered() -> None:
    found = Mover(OLD, OLD.replace("6 days", "10 days"), 3 * DAY, moves=False).live()
    assert (found.mails, found.ended) == ([("hello", 0), ("again", 6)], [("finished", 1)])


def test_a_step_that_comes_in_behind_is_done_and_one_before_is_not() -> None:
    behind = OLD + "  - wait: 1 day\n  - send_email: bill\n"
    assert Mover(OLD, behind, 3 * DAY).live().mails == [("hello", 0), ("again", 6), ("bill", 7)]
    before = OLD.replace("  - wait: 6 days\n", "  - send_email: bill\n  - wait: 6 days\n")
    assert Mover(OLD, before, 3 * DAY).live().mails == [("hello", 0), ("again", 6)]


def test_a_step_that_was_deleted_ahead_is_not_done() -> None:
    found = Mover(OLD, "actions:\n  - send_email: hello\n  - wait: 6 days\n", 3 * DAY).live()
    assert (found.mails, found.ended) == ([("hello", 0)], [("finished", 2)])


def test_who_stands_on_a_step_that_was_deleted_stays_on_his_version() -> None:
    found = Mover(OLD, "actions:\n  - send_email: hello\n  - send_email: bill\n", 3 * DAY).live()
    assert (found.mails, found.ended) == ([("hello", 0), ("again", 6)], [("finished", 1)])


def test_a_mail_that_was_sent_is_sent_no_more_wherever_it_stands_now() -> None:
    later = "actions:\n  - wait: 6 days\n  - send_email: hello\n  - send_email: again\n"
    assert Mover(OLD, later, 3 * DAY).live().mails == [("hello", 0), ("again", 6)]
    renamed = OLD.replace("send_email: hello", "send_email: hello\n    id: first")
    moved = (
        renamed.replace("  - send_email: hello\n    id: first\n", "")
        + "  - send_email: hello\n    id: first\n"
    )
    assert Mover(renamed, moved, 3 * DAY).live().mails == [("hello", 0), ("again", 6)]


def test_a_mail_is_known_by_its_template_also_where_another_has_taken_its_id_or_its_place() -> None:
    old = OLD.replace("send_email: hello", "send_email: hello\n    id: first")
    new = (
        OLD.replace("  - send_email: hello\n", "")
        + "  - send_email: bill\n    id: first\n  - send_email: hello\n"
    )
    assert Mover(old, new, 3 * DAY).live().mails == [("hello", 0), ("again", 6), ("bill", 6)]
    place = "actions:\n  - send_email: bill\n  - wait: 6 days\n  - send_email: hello\n    id: later\n"
    assert Mover(OLD, place, 3 * DAY).live().mails == [("hello", 0)]


def test_two_mails_that_change_places_are_sent_once_each() -> None:
    old = "actions:\n  - send_email: hello\n    id: a\n  - wait: 6 days\n  - send_email: again\n    id: b\n"
    new = "actions:\n  - send_email: again\n    id: a\n  - wait: 6 days\n  - send_email: hello\n    id: b\n"
    assert Mover(old, new, 3 * DAY).live().mails == [("hello", 0)]


def test_a_mail_that_comes_twice_in_a_recipe_comes_twice() -> None:
    twice = OLD.replace("send_email: again", "send_email: hello\n    id: once more")
    found = Mover(twice, twice.replace("6 days", "9 days"), 3 * DAY).live()
    assert found.mails == [("hello", 0), ("hello", 9)]


def test_a_step_that_takes_over_the_id_of_another_kind_of_step_is_another_step() -> None:
    """And what it sends has a key of its own."""
    old = OLD.replace("send_email: hello", "send_email: hello\n    id: first")
    new = OLD.replace("  - send_email: hello\n", "") + "  - notify_sales: {message: call}\n    id: first\n"
    found = Mover(old, new, 3 * DAY).live()
    assert found.mails == [("hello", 0), ("again", 6), ("sales", 6)]
    assert found.keys == ["r/1/first/1/u:ana", "r/1/send_email:again/1/u:ana", "r/1/first/2/u:ana"]


def test_a_mail_that_is_held_bears_a_free_number_where_its_new_id_was_in_use() -> None:
    quiet = 'sending: {quiet_hours: {from: "08:00", to: "20:00"}}\n'
    old = "actions:\n  - notify_sales: {message: call}\n    id: x\n  - send_email: hello\n"
    new = "actions:\n  - send_email: hello\n    id: x\n"
    found = Mover(old, new, HOUR, head=HEAD + quiet).live()
    assert found.keys == ["r/1/x/1/u:ana", "r/1/x/2/u:ana"]


def test_a_step_that_was_renamed_is_the_same_step() -> None:
    old, new = (OLD.replace("wait: 6 days", f"wait: 6 days\n    id: {name}") for name in ("pause", "breath"))
    found = Mover(old, new, 3 * DAY).live()
    assert (found.mails, found.ended) == ([("hello", 0), ("again", 6)], [("finished", 2)])


WAITS = """actions:
  - wait_for: {{event: looked, up_to: {up_to}, then: [{{send_email: hello}}], otherwise: [{{send_email: again}}]}}
"""


def test_what_is_waited_for_keeps_its_beginning() -> None:
    new = WAITS.format(up_to="10 days")
    assert Mover(WAITS.format(up_to="6 days"), new, 3 * DAY).live().mails == [("again", 10)]
    at = START + 8 * DAY
    looked = Event(3, at, at, "looked", {"n": 1})
    assert Mover(WAITS.format(up_to="6 days"), new, 3 * DAY).live(looked).mails == [("hello", 8)]
    short = WAITS.format(up_to="2 days")
    assert Mover(WAITS.format(up_to="6 days"), short, 3 * DAY).live().mails == [("again", 3)]


def test_a_mail_that_is_held_is_decided_anew_under_the_new_version() -> None:
    quiet = 'sending: {quiet_hours: {from: "08:00", to: "20:00"}}\n'
    new = "actions:\n  - send_email: hello\n  - send_email: bill\n"
    found = Mover("actions:\n  - send_email: hello\n", new, HOUR, head=HEAD + quiet).live()
    assert [name for name, _ in found.mails] == ["hello", "bill"]
    assert found.ended == [("finished", 2)]


def test_a_clock_time_that_came_while_he_waited_lets_him_go_on_at_the_release() -> None:
    new = OLD.replace("wait: 6 days", 'wait: {until: "11:00"}')
    assert Mover(OLD, new, 3 * DAY).live().mails == [("hello", 0), ("again", 3)]


def test_the_journal_says_so() -> None:
    found = Mover(OLD, OLD.replace("6 days", "10 days"), 3 * DAY).live()
    lines = [each for effects in found.effects for each in effects.journal if each.kind == "moved"]
    assert [(each.subject, each.version, each.step, each.detail) for each in lines] == [
        ("r", 2, "wait:10 days", {"before": 1})
    ]


def arrived(**attributes: object) -> list[Event]:
    who = {"email": "ana@example.com", **attributes}
    return [
        Event(1, START - 1, START - 1, IDENTIFY, who),
        Event(2, START, START, "purchased", {"order_id": "A"}),
    ]


def test_whom_a_pause_has_held_since_his_wait_was_over_waits_as_long_as_the_new_version_says() -> None:
    one = Mover(OLD, OLD.replace("6 days", "20 days"), 10 * DAY)
    recipe = replace(one.before.recipes["r"], status="paused")
    paused = replace(one.before, recipes={"r": recipe})
    one.effects += [
        advance(one.before, one.record, arrived(), START + 3 * DAY - 1),
        adopt(paused, one.record, (), START + 3 * DAY, 2, compare(one.before, paused)),
        advance(paused, one.record, (), one.release - 1),
        adopt(one.after, one.record, (), one.release, 3, compare(paused, one.after)),
        advance(one.after, one.record, (), START + 60 * DAY),
    ]
    assert one.mails == [("hello", 0), ("again", 20)]


BIRTHDAY = "{attribute: birthday, anniversary_within: 1 days}"


def test_time_alone_meets_what_the_new_version_waits_for() -> None:
    waits = "actions:\n  - wait_for: {{conditions: [{0}], up_to: 30 days, then: [{{send_email: hello}}]}}\n"
    one = Mover(waits.format("{has_tag: keen}"), waits.format(BIRTHDAY), 3 * DAY)
    one.effects += [
        advance(one.before, one.record, arrived(birthday="1980-03-12"), one.release - 1),
        adopt(one.after, one.record, (), one.release, 2, compare(one.before, one.after)),
        advance(one.after, one.record, (), START + 60 * DAY),
    ]
    [(name, day)] = one.mails
    assert name == "hello"
    assert 8 < day < 10  # START is the morning of the second


def test_time_alone_meets_an_exit_that_came_while_he_was_under_way() -> None:
    """Goals and exits reach all, on whichever version they are."""
    one = Mover(OLD, OLD, 2 * DAY, moves=False)
    first = one.before.recipes["r"]
    leaves = Mover(OLD, OLD, DAY, head=f"{HEAD}exit: [{BIRTHDAY}]\n").after.recipes["r"]
    after = replace(one.before, recipes={"r": leaves}, pinned={("r", 1): first})
    assert after.meaning() != one.before.meaning()  # so that everybody is looked at
    one.effects += [
        advance(one.before, one.record, arrived(birthday="1980-03-06"), one.release - 1),
        adopt(after, one.record, (), one.release, 2, compare(one.before, after)),
        advance(after, one.record, (), START + 60 * DAY),
    ]
    [ended] = [row for each in one.effects for row in each.runs.values() if row.ended_at is not None]
    assert (ended.state, one.mails) == ("exited", [("hello", 0)])
    assert (ended.ended_at or 0) - START < 4 * DAY  # and not as late as his next step


def test_nobody_gets_what_comes_behind_a_moment_that_had_gone_by_when_he_began_to_wait() -> None:
    """By the new version he would not have waited; so `then` is left out."""
    waits = """actions:
  - wait: {{until: "{{{{ contact.birthday }}}}", offset: {0}, then: [{{send_email: hello}}]}}
    id: day
  - send_email: again
"""
    one = Mover(waits.format("0 days"), waits.format("-5 days"), DAY)
    one.effects += [
        advance(one.before, one.record, arrived(birthday="2026-03-06"), one.release - 1),
        adopt(one.after, one.record, (), one.release, 2, compare(one.before, one.after)),
        advance(one.after, one.record, (), START + 60 * DAY),
    ]
    assert one.mails == [("again", 1)]


def test_who_would_not_have_waited_goes_on_with_the_branch_that_he_would_have_taken() -> None:
    waits = "actions:\n  - wait_for: {{conditions: [{0}], up_to: 9 days, then: [{{send_email: hello}}]}}\n    id: w\n"
    one = Mover(
        waits.format("{has_tag: keen}"), waits.format("{local_time: {between: ['08:00', '10:00']}}"), DAY // 2
    )
    assert one.live().mails == [("hello", 0.5)]
