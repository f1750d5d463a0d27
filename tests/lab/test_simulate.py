"""Simulations of small shops, with every figure counted by hand; and the same figures however people are played."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from autoflow.app import Project
from autoflow.lab.simulation import playing
from autoflow.lab.simulation import simulate as simulating
from autoflow.lab.simulation.assuming import Assumption
from autoflow.lab.simulation.replay import Life, Span, people
from autoflow.lab.simulation.simulate import ALL, Asked, Simulation, compare
from autoflow.lab.simulation.tally import RecipeTally
from autoflow.model.clock import VirtualClock
from autoflow.model.durations import DAY
from autoflow.model.effects import EMAIL, HELD, SENT, SKIPPED, Message
from autoflow.model.event import IDENTIFY, Event, Incoming
from autoflow.model.instants import to_iso
from autoflow.store import log
from autoflow.store.database import Database
from autoflow.store.recorded import survey
from tests.engine.sources import workspace
from tests.engine.world import START, write_files

HOUR = DAY // 24
FOLLOW_UP = """trigger: {event: purchased}
reentry: never
goal: [{did: refunded}]
actions:
  - send_email: hello
  - wait_for: {event: email_clicked, up_to: 2 days, then: [{add_tag: clicked}], otherwise: [{send_email: again}]}
  - wait: 10 days
"""
SPLIT = """trigger: {event: purchased}
goal: [{did: refunded}]
actions:
  - split:
      - {name: short, percent: 50, actions: [{send_email: hello, id: short-hello}]}
      - name: long
        percent: 50
        actions: [{wait: 1 hour, id: one}, {send_email: hello}, {wait: 1 hour, id: two}, {send_email: again}]
  - wait: 20 days
"""


class Shop:
    """A workspace with a store in which history can be written, and simulated."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = Project(folder, environment={}, clock=VirtualClock(START + 400 * DAY))
        self._database: Database | None = None

    def write(
        self, recipes: dict[str, str], segments: dict[str, str] | None = None, settings: str = ""
    ) -> None:
        files = workspace(recipes, segments or {})
        files["autoflow.yaml"] += settings
        write_files(self.folder, files)
        self.project = Project(self.folder, environment={}, clock=self.project.clock)

    @property
    def database(self) -> Database:
        if self._database is None:
            self._database = self.project.database(create=True)
        return self._database

    def past(self, *messages: Incoming) -> None:
        log.append(self.database, list(messages), START + 300 * DAY)

    def simulate(self, asked: Asked = ALL, *, applied: bool = False) -> list[Simulation]:
        found = compare(self.database, self.project.workshop(applied=applied), asked)
        assert found is not None
        for each in found[0]:
            for recipe in each.recipes:  # law L1
                assert recipe.entered + recipe.carried == recipe.running + recipe.ended.total()
        return found[0]

    def one(self, asked: Asked = ALL) -> RecipeTally:
        [recipe] = self.simulate(asked)[0].recipes
        return recipe

    def close(self) -> None:
        if self._database is not None:
            self._database.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.close()


def did(name: str, who: str, at: int, **properties: object) -> Incoming:
    return Incoming(name, who, properties=properties, occurred_at=START + at, history=True)


def known(*who: str) -> list[Incoming]:
    return [did(IDENTIFY, each, 0, email=f"{each}@example.com") for each in who]


def test_how_far_people_came_and_by_which_branch(shop: Shop) -> None:
    shop.write({"follow-up": FOLLOW_UP})
    shop.past(
        *known("ana", "bo", "cy"),
        *(did("purchased", who, DAY, order_id=who) for who in ("ana", "bo", "cy")),
        did("refunded", "bo", 2 * DAY),
        did("purchased", "ana", 2 * DAY, order_id="again"),
        did("looked", "cy", 30 * DAY),
    )
    found = shop.one()
    assert (found.entered, found.people, found.refused, found.refusals["while_running"]) == (3, 3, 1, 1)
    assert dict(found.ended) == {"goal": 1, "finished": 2}
    assert found.steps == {
        "send_email:hello": 3,
        "wait_for:email_clicked": 3,
        "send_email:again": 2,
        "wait:10 days": 2,
    }
    assert found.branches == {("wait_for:email_clicked", 1): 2}
    assert found.messages == {(EMAIL, SENT, ""): 5}
    assert found.entries.total() == 3 and found.mails.total() == 5


def test_what_people_are_assumed_to_do_follows_and_is_the_same_each_time(shop: Shop) -> None:
    shop.write({"follow-up": FOLLOW_UP})
    shop.past(*known("ana", "bo"), did("purchased", "ana", DAY), did("purchased", "bo", DAY))
    shop.past(did("looked", "ana", 30 * DAY))
    always = Asked(assumed=(Assumption("click", "email_clicked", 1_000_000),))
    found = shop.one(always)
    assert found.branches[("wait_for:email_clicked", 0)] + found.branches[("wait_for:email_clicked", 1)] == 2
    assert found.branches[("wait_for:email_clicked", 0)] >= 1  # one answer in 24 comes after two days
    assert shop.simulate(always)[0].digest == shop.simulate(always)[0].digest
    half = Asked(assumed=(Assumption("purchase", "refunded", 1_000_000),))
    assert shop.one(half).ended["goal"] == 2


def test_one_who_unsubscribes_by_assumption_gets_nothing_more(shop: Shop) -> None:
    actions = "actions:\n  - send_email: hello\n  - wait: 5 days\n  - send_email: again\n"
    shop.write({"r": f"trigger: {{event: purchased}}\n{actions}"})
    shop.past(*known("ana"), did("purchased", "ana", DAY), did("looked", "ana", 30 * DAY))
    asked = Asked(assumed=(Assumption("unsubscribe", "unsubscribed", 1_000_000),))
    assert shop.one(asked).messages == {(EMAIL, SENT, ""): 1, (EMAIL, SKIPPED, "unsubscribed"): 1}
    assert shop.one().messages == {(EMAIL, SENT, ""): 2}


def test_who_is_under_way_at_the_start_is_taken_along_where_that_is_asked(shop: Shop) -> None:
    shop.write({"follow-up": FOLLOW_UP})
    shop.past(
        *known("ana", "bo"),
        did("purchased", "ana", DAY),
        did("purchased", "bo", 3 * DAY),
        did("looked", "bo", 40 * DAY),
    )
    late = Asked(START + 2 * DAY, keep=True)
    left_out = shop.one(late)
    assert (left_out.entered, left_out.carried, left_out.messages[EMAIL, SENT, ""]) == (1, 0, 2)
    along = shop.one(late._replace(under_way=True))
    assert (along.entered, along.carried, along.messages[EMAIL, SENT, ""]) == (1, 1, 3)
    assert along.ended == {"finished": 2}
    assert along.steps["send_email:hello"] == 1  # ana's first mail lies before the span


def test_the_parts_of_a_split_keep_their_own_figures(shop: Shop) -> None:
    shop.write({"r": SPLIT})
    names = [f"p{number}" for number in range(20)]
    shop.past(
        *known(*names),
        *(did("purchased", who, DAY) for who in names),
        *(did("refunded", who, 2 * DAY) for who in names[:5]),
        did("looked", "p0", 40 * DAY),
    )
    found = shop.one()
    parts = {key: number for key, number in found.parts.items() if number}
    assert sum(number for (_, _, what), number in parts.items() if what == "drawn") == 20
    short, long = parts["split", "short", "drawn"], parts["split", "long", "drawn"]
    assert min(short, long) > 0
    assert (parts["split", "short", EMAIL], parts["split", "long", EMAIL]) == (short, 2 * long)
    assert parts.get(("split", "short", "goal"), 0) + parts.get(("split", "long", "goal"), 0) == 5


def test_holds_of_the_gate_are_counted_once_for_each_mail(shop: Shop) -> None:
    at_most = "sending: {at_most: {emails: 1, per: 7 days}, hold_up_to: 30 days}\n"
    recipe = "trigger: {event: purchased}\nper: event.order_id\nwhile_running: parallel\n"
    shop.write({"r": f"{recipe}{at_most}actions:\n  - send_email: hello\n"})
    shop.past(
        *known("ana"),
        *(did("purchased", "ana", DAY + number * HOUR, order_id=str(number)) for number in range(3)),
        did("looked", "ana", 10 * DAY),
    )
    found = shop.one()
    assert found.holds == {"cap": 2}
    assert found.messages == {(EMAIL, SENT, ""): 2, (EMAIL, HELD, "cap"): 1}


def test_a_mail_that_is_held_right_after_another_went_out_is_held_at_the_end(shop: Shop) -> None:
    at_most = "sending: {at_most: {emails: 1, per: 7 days}, hold_up_to: 30 days}\n"
    steps = ["  - send_email: hello\n", "  - send_email: again\n", "  - id: third\n    send_email: hello\n"]
    shop.write({"r": f"trigger: {{event: purchased}}\n{at_most}actions:\n{''.join(steps)}"})
    shop.past(*known("ana"), did("purchased", "ana", DAY), did("looked", "ana", 10 * DAY))
    found = shop.simulate()[0]
    assert found.recipes[0].messages == {(EMAIL, SENT, ""): 2, (EMAIL, HELD, "cap"): 1}
    assert [(row["step"], row["outcome"]) for row in found.rows()] == [
        ("send_email:hello", "sent"),
        ("send_email:again", "sent"),
        ("third", "held"),
    ]


def test_mails_that_cannot_be_made_are_counted_each(shop: Shop) -> None:
    recipe = "trigger: {event: purchased}\nper: event.order_id\nwhile_running: parallel\n"
    shop.write({"r": f"{recipe}actions:\n  - send_email: bill\n"})
    (shop.folder / "templates/bill.html").write_text(
        "---\nsubject: Bill\nclass: transactional\n---\n<p>{{ event.category }}</p>\n"
    )
    shop.past(
        *known("ana"),
        *(did("purchased", "ana", DAY + number * HOUR, order_id=str(number)) for number in range(3)),
        did("purchased", "ana", 2 * DAY, order_id="x", category="tea"),
        did("purchased", "ana", 3 * DAY, order_id="y", category="coffee"),
    )
    found = shop.one()
    [((template, reason), failing)] = found.failing.items()
    assert (template, failing.count, failing.contact, found.tried) == ("bill", 3, "ana", 4)
    assert "event.category" in reason
    assert next(message.values["event"] for _, _, message in found.samples["bill"])["category"] in {
        "tea",
        "coffee",
    }


def test_two_programs_over_the_same_people(shop: Shop) -> None:
    once = "trigger: {event: purchased}\nactions:\n  - send_email: hello\n"
    shop.write({"r": once})
    shop.past(*known("ana", "bo"), did("purchased", "ana", DAY), did("looked", "bo", 2 * DAY))
    shop.project.apply(shop.database)
    shop.write(
        {
            "r": f"{once}  - send_email: again\n",
            "s": "trigger: {event: looked}\nactions:\n  - send_email: hello\n",
        }
    )
    found = compare(shop.database, shop.project.workshop(applied=True))
    assert found is not None
    [applied, files], compared = found
    assert [sum(each.count(EMAIL, SENT) for each in one.recipes) for one in (applied, files)] == [1, 3]
    assert (compared.more, compared.fewer) == (2, 0)
    assert sorted(each[1:] for each in compared.examples["more"]) == [("ana", 1, 2), ("bo", 0, 1)]


@pytest.fixture
def crowd(shop: Shop) -> Shop:
    """Visitors who turn out to be customers, and customers who answer what the replay sends, or did not send."""
    shop.write({"follow-up": FOLLOW_UP, "split": SPLIT})
    for number in range(12):
        who, visitor = f"p{number}", f"v{number}"
        shop.past(
            Incoming("looked", None, visitor, occurred_at=START + number, history=True),
            did(IDENTIFY, who, number * HOUR, email=f"{who}@example.com"),
            did("purchased", who, DAY + number * HOUR, order_id=who),
            *(
                [Incoming("looked", who, visitor, occurred_at=START + 2 * DAY, history=True)]
                if number % 3
                else []
            ),
            Incoming(
                *("email_clicked", who),
                properties={"template": "hello"},
                occurred_at=START + 2 * DAY,
                history=True,
                reacts_to=f"follow-up/{1 + number % 2}/send_email:hello/1/u:{who}",
            ),
            did("refunded", who, 5 * DAY),
        )
    shop.past(did("looked", "p1", 40 * DAY))
    return shop


def told(found: Simulation) -> tuple[object, ...]:
    return (
        *(found.digest, found.contacts, found.mailed, found.segments),
        found.recipes,
        list(found.rows()),
    )


@pytest.mark.parametrize("size", [1, 5])
def test_how_many_are_played_at_a_time_changes_nothing(
    crowd: Shop, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = told(crowd.simulate()[0])
    monkeypatch.setattr(playing, "_LEAST", size)
    found = crowd.simulate()[0]
    assert [each.tried for each in found.recipes] >= [2, 2]  # of each shape one in every batch
    for recipe in found.recipes:
        recipe.tried = 2
    for recipe in expected[4]:  # type: ignore[attr-defined]
        recipe.tried = 2
    assert told(found) == expected
    assert found.contacts == 16  # twelve, and four visitors who never said who they are


def test_two_processes_say_the_same_as_one(
    crowd: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(playing, "_LEAST", 5)
    monkeypatch.setattr(simulating, "WORTH_PROCESSES", 1)
    workshop = crowd.project.workshop()
    seen: list[tuple[int, int]] = []
    alone = compare(crowd.database, workshop)
    shared = compare(
        crowd.database, workshop, processes=2, progress=lambda done, total: seen.append((done, total))
    )
    assert alone is not None and shared is not None
    assert told(shared[0][0]) == told(alone[0][0])
    assert seen[-1][0] == seen[-1][1] > 5
    assert pickle.loads(pickle.dumps(workshop)).make is not None


def test_a_reaction_counts_only_where_the_replay_sent_what_was_reacted_to(crowd: Shop) -> None:
    follow_up, _ = crowd.simulate()[0].recipes
    assert follow_up.branches == {("wait_for:email_clicked", 0): 6, ("wait_for:email_clicked", 1): 6}


def test_whoever_got_a_mail_is_counted_once_however_many_recipes_write_to_him(crowd: Shop) -> None:
    found = crowd.simulate()[0]
    assert [each.people for each in found.recipes] == [12, 12]
    assert (found.contacts, found.mailed) == (16, 12)


@pytest.mark.parametrize("hours", [30, 36.5, 49, 70])
def test_whoever_comes_along_does_what_he_would_have_done_anyway(crowd: Shop, hours: float) -> None:
    start = START + int(hours * HOUR)
    whole = [row for row in crowd.simulate()[0].rows() if str(row["at"]) >= to_iso(start)]
    assert list(crowd.simulate(Asked(start, under_way=True))[0].rows()) == whole
    assert len(whole) > 3


def test_time_taken_in_the_smallest_steps_decides_the_same(crowd: Shop) -> None:
    """Where answers are assumed, the replay stops at each due instant; here nobody answers."""
    slowly = Asked(assumed=(Assumption("click", "email_clicked", 0),))
    assert told(crowd.simulate(slowly)[0]) == told(crowd.simulate()[0])


def test_whoever_begins_anew_is_told_apart_from_who_left_by_an_exit(shop: Shop) -> None:
    actions = "actions:\n  - wait: 5 days\n"
    shop.write(
        {"r": f"trigger: {{event: purchased}}\nwhile_running: restart\nexit: [{{did: refunded}}]\n{actions}"}
    )
    shop.past(*known("ana", "bo"), did("purchased", "ana", DAY), did("purchased", "ana", 2 * DAY))
    shop.past(did("purchased", "bo", DAY), did("refunded", "bo", 2 * DAY), did("looked", "bo", 30 * DAY))
    found = shop.one()
    assert (found.entered, found.ended, found.restarts) == (3, {"exited": 2, "finished": 1}, 1)


def test_a_mail_before_a_split_belongs_to_none_of_its_parts(shop: Shop) -> None:
    part = "- {name: all, percent: 99.99, actions: [{send_email: again}]}"
    split = f"  - split:\n      {part}\n      - {{name: none, percent: 0.01}}\n"
    shop.write({"r": f"trigger: {{event: purchased}}\nactions:\n  - send_email: hello\n{split}"})
    shop.past(*known("ana"), did("purchased", "ana", DAY))
    found = shop.one()
    assert found.count(EMAIL, SENT) == 2
    assert found.parts["split", "all", EMAIL] == 1


def test_what_happened_at_one_instant_is_played_in_the_order_of_its_receipt(shop: Shop) -> None:
    """Each at an instant of its own, as the engine would have received it, whoever it is about."""
    shop.write({"r": "trigger: {event: purchased}\nactions:\n  - send_email: hello\n"})
    shop.past(*known("ana", "bo"), *(did("purchased", who, DAY) for who in ("bo", "ana", "cy")))
    rows = [(row["contact"], row["at"]) for row in shop.simulate()[0].rows()]
    at = START + DAY
    assert rows == [(who, to_iso(at + place)) for place, who in enumerate(("bo", "ana", "cy"))]


def visited(name: str, at: int, who: str | None = None, visitor: str = "v") -> Incoming:
    return Incoming(name, who, visitor, occurred_at=START + at, history=True)


def states(found: RecipeTally) -> dict[str, int]:
    """How those who fell into the parts of a split stand."""
    sums: dict[str, int] = {}
    for (_, _, what), number in found.parts.items():
        if what != EMAIL:
            sums[what] = sums.get(what, 0) + number
    return sums


def test_a_run_that_goes_on_under_the_elder_walks_the_part_that_it_drew(shop: Shop) -> None:
    shop.write({"r": SPLIT})
    shop.past(visited("looked", 0), *known("ana"), did("purchased", "ana", HOUR))
    shop.past(visited("looked", DAY, "ana"), did("refunded", "ana", 3 * DAY))
    found = shop.one()
    assert (found.entered, found.ended) == (2, {"merged": 1, "goal": 1})
    assert states(found) == {"drawn": 1, "goal": 1}


def test_a_run_that_a_merge_ended_is_under_way_no_more(shop: Shop) -> None:
    shop.write({"r": SPLIT})
    shop.past(visited("purchased", 0), *known("ana"), did("purchased", "ana", HOUR))
    shop.past(visited("looked", DAY, "ana"))
    found = shop.one()
    assert (found.running, found.ended) == (1, {"merged": 1})
    assert states(found) == {"drawn": 2, "merged": 1, "running": 1}


def test_a_mail_that_is_held_over_a_merge_is_held_once(shop: Shop) -> None:
    at_most = "sending: {at_most: {emails: 1, per: 7 days}, hold_up_to: 30 days}\n"
    actions = "actions:\n  - send_email: hello\n  - send_email: again\n"
    shop.write({"r": f"trigger: {{event: purchased}}\n{at_most}{actions}"})
    shop.past(visited("looked", 0), *known("ana"), did("purchased", "ana", HOUR))
    shop.past(visited("looked", DAY, "ana"), did("looked", "ana", 3 * DAY))
    found = shop.simulate()[0]
    assert found.recipes[0].messages == {(EMAIL, SENT, ""): 1, (EMAIL, HELD, "cap"): 1}
    assert found.recipes[0].holds == {"cap": 1}
    assert [row["contact"] for row in found.rows() if row["outcome"] == HELD] == ["ana"]


@pytest.mark.parametrize("size", [1, 200])
def test_who_is_merged_before_anything_else_is_recorded_of_him(
    shop: Shop, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """History comes in any order: here the span ends after the merge and before the visit."""
    monkeypatch.setattr(playing, "_LEAST", size)
    shop.write({"follow-up": FOLLOW_UP})
    shop.past(visited("looked", 5 * DAY), did("looked", "ana", 4 * DAY), visited("purchased", DAY, "ana"))
    found = shop.simulate(Asked(end=START + 3 * DAY))[0]
    assert (found.aside, found.contacts, found.recipes[0].entered) == ([], 1, 1)


def test_what_is_assumed_before_the_span_is_done_before_it(shop: Shop) -> None:
    waits = "wait_for: {event: email_clicked, up_to: 4 days, then: [{wait: 5 days}, {send_email: again}]}"
    shop.write({"r": f"trigger: {{event: purchased}}\nactions:\n  - send_email: hello\n  - {waits}\n"})
    shop.past(*known("ana"), did("purchased", "ana", DAY), did("looked", "ana", 30 * DAY))
    asked = Asked(START + 6 * DAY, under_way=True, assumed=(Assumption("click", "email_clicked", 1_000_000),))
    late = shop.simulate(asked)[0]
    assert [row["step"] for row in late.rows()] == ["send_email:again"]
    assert list(shop.simulate(asked._replace(start=None))[0].rows())[1:] == list(late.rows())


def test_two_answers_at_one_instant(shop: Shop) -> None:
    def twice(message: Message) -> Sequence[Event]:
        at = message.at + HOUR
        return [Event(number, at, at, "looked", {}) for number in (1 << 52, (1 << 52) + 1)]

    shop.write({"follow-up": FOLLOW_UP})
    shop.past(*known("ana"), did("purchased", "ana", DAY), did("looked", "ana", 30 * DAY))
    recorded = survey(shop.database)
    assert recorded is not None
    [program] = shop.project.workshop().programs(shop.database)
    [person] = people(shop.database, recorded, range(1, 2))
    lived = list(Life(program, person, Span(recorded.first, recorded.last), twice).play())
    assert [message.name for each in lived for message in each.effects.messages] == ["hello", "again"]
