"""The log read back: what conditions may remember of it, and what a replay begins with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autoflow.model.event import Event, Incoming
from autoflow.store import log
from autoflow.store.database import Database
from autoflow.store.history import changes_inside
from autoflow.store.past import histories
from tests.store.queries import seen

ANA = 1
AT = 1_000


def line(database: Database, n: int, kind: str, subject: str, contact: int = ANA, **detail: Any) -> None:
    """A line of the journal, at the instant 1,000 times its number."""
    database.do(
        "INSERT INTO journal VALUES (0, ?, ?, 0, ?, ?, ?, 'welcome', 1, 1, 'step', ?)",
        contact,
        n,
        n * AT,
        kind,
        subject,
        json.dumps(detail) if detail else None,
    )


def told(events: list[Event]) -> list[tuple[str, dict[str, Any], bool]]:
    return [(event.name, event.properties, event.inside) for event in events]


@pytest.fixture
def lived(database: Database) -> Database:
    """Ana bought at 1,500, and a line of every kind stands in her journal."""
    log.append(database, [Incoming("purchased", "ana", properties={"total": 5})], 1_500)
    line(database, 1, "email_sent", "hello", reason="", order="A")
    line(database, 2, "email_skipped", "again", reason="cap")
    line(database, 3, "entered", "welcome", per="A")
    line(database, 4, "recorded", "purchased", properties={"total": 7})
    line(database, 5, "score_adjusted", "lead", points=3_000_000)
    line(database, 6, "sales_notified", "slack", to="sam")
    line(database, 7, "consent_given", "news")
    line(database, 8, "consent_withdrawn", "*")
    line(database, 9, "tag_added", "vip")
    line(database, 10, "recorded", "looked")
    line(database, 11, "entered", "goodbye", merged="a:visitor")
    line(database, 12, "ended", "finished")
    return database


BOUGHT = ("purchased", {"total": 5}, False)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"purchased"}, [BOUGHT, ("purchased", {"total": 7}, True)]),
        ({"*"}, [BOUGHT]),
        ({"*", "looked"}, [BOUGHT, ("looked", {}, True)]),
        (
            {"email_sent", "email_skipped"},
            [
                ("email_sent", {"template": "hello", "recipe": "welcome", "reason": "", "order": "A"}, True),
                ("email_skipped", {"template": "again", "recipe": "welcome", "reason": "cap"}, True),
            ],
        ),
        ({"$recipe_entered"}, [("$recipe_entered", {"recipe": "welcome"}, True)]),
        ({"$score_adjusted"}, [("$score_adjusted", {"score": "lead", "points": 3_000_000}, True)]),
        ({"$sales_notified"}, [("$sales_notified", {"channel": "slack"}, True)]),
        ({"consent_given"}, [("consent_given", {"topic": "news"}, True)]),
        ({"consent_withdrawn"}, [("consent_withdrawn", {"topic": "*"}, True)]),
        ({"tag_added"}, []),
        ({"entered", "recorded"}, []),
        (set(), []),
    ],
)
def test_a_history_holds_the_events_that_were_asked_for_by_name(
    lived: Database, names: set[str], expected: list[tuple[str, dict[str, Any], bool]]
) -> None:
    assert told(histories(lived, [ANA], names, 1 << 40).get(ANA, [])) == expected


def test_a_history_ends_before_its_instant_and_stands_in_order(lived: Database) -> None:
    names = {"purchased", "email_sent", "email_skipped"}
    assert [event.at for event in histories(lived, [ANA], names, 4 * AT)[ANA]] == [1_000, 1_500, 2_000]
    assert [event.at for event in histories(lived, [ANA], names, 4 * AT + 1)[ANA]][-1] == 4 * AT


def test_what_came_inside_to_a_visitor_belongs_to_the_person_he_turned_out_to_be(lived: Database) -> None:
    log.append(lived, [Incoming("looked", None, "v")], 2_000)
    line(lived, 1, "email_sent", "for the visitor", contact=2)
    log.append(lived, [Incoming("looked", "ana", "v")], 3_000)
    found = histories(lived, [ANA], {"email_sent"}, 1 << 40)
    assert [event.properties["template"] for event in found[ANA]] == ["hello", "for the visitor"]


@pytest.mark.parametrize(
    ("names", "reads"), [({"*"}, False), ({"purchased"}, True), ({"$recipe_entered"}, True)]
)
def test_the_journal_is_left_alone_where_nothing_inside_is_asked_for(
    lived: Database, names: set[str], reads: bool
) -> None:
    with seen(lived) as statements:
        histories(lived, [ANA], names, 1 << 40)
    assert any("FROM journal" in statement for statement in statements) is reads


def test_a_replay_begins_with_what_steps_changed_and_with_what_is_remembered(lived: Database) -> None:
    found = [
        (contact, event.seq, event.name, event.inside)
        for contact, event in changes_inside(lived, [ANA], 1 << 40)
    ]
    assert found == [
        (ANA, 1, "email_sent", True),
        (ANA, 2, "email_skipped", True),
        (ANA, 3, "$entered", False),
        (ANA, 3, "$recipe_entered", True),
        (ANA, 4, "purchased", True),
        (ANA, 5, "$score_adjusted", True),
        (ANA, 6, "$sales_notified", True),
        (ANA, 7, "consent_given", True),
        (ANA, 8, "consent_withdrawn", True),
        (ANA, 9, "$tag_added", False),
        (ANA, 10, "looked", True),
        (ANA, 11, "$entered", False),
    ]
    assert [event.properties for _, event in changes_inside(lived, [ANA], 4 * AT)][2] == {
        "subject": "welcome",
        "per": "A",
    }
