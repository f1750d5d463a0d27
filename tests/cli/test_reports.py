"""`status`, `segments`, `contact show` and `preview` on a store that the engine has worked on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autoflow.store.database import open_database
from tests.cli.shop import DAY, Shop, ana, message

Bring = Callable[..., Path]


@pytest.fixture
def lapsed(shop: Shop, bring: Bring) -> Shop:
    """Ana falls silent while the engine runs; the mail to her has gone out."""
    bring(*ana(), message("ben", "purchased", "2026-03-01T10:00:00Z", order_id="B1", total=9, items=1))
    shop.run("run", "--until-idle")
    shop.clock.jump(shop.clock.now() + 51 * DAY)  # 2026-04-30 12:00, two hours after her 90 days
    shop.run("run", "--until-idle")
    return shop


def test_status_for_programs(lapsed: Shop) -> None:
    found = lapsed.json("status")
    assert list(found) == [
        *(
            "contacts",
            "events",
            "runs",
            "outbox",
            "next_due",
            "lag_seconds",
            "undeclared",
            "release",
            "applied",
            "store",
        ),
        "building",
        "erasing",
        "set_aside",
        "halted",
    ]
    assert found == {
        "contacts": 2,
        "events": 3,
        "runs": {"running": 1},
        "outbox": {"sent": 1},
        "next_due": found["next_due"],
        "lag_seconds": 0,
        "undeclared": {},
        "release": 1,
        "applied": 1,
        "store": str(lapsed.folder / ".autoflow/store.db"),
        "building": None,
        "erasing": 0,
        "set_aside": [],
        "halted": {},
    }
    assert found["next_due"].endswith("Z")


def test_status_tells_what_is_applied_and_yet_to_be_reached(shop: Shop) -> None:
    shop.run("apply")
    told = "Release  none is in force; 1 is applied, and `autoflow run` comes to it\n"
    assert told in shop.run("status").stdout
    shop.run("run", "--until-idle")
    assert "Release  1\n" in shop.run("status").stdout
    shop.run("pause", "win-back")
    assert (
        "Release  1 is in force; 2 is applied, and `autoflow run` comes to it\n" in shop.run("status").stdout
    )
    found = shop.json("status")
    assert (found["release"], found["applied"]) == (1, 2)


def test_lag_is_the_age_of_the_oldest_row_that_was_not_read(lapsed: Shop) -> None:
    lapsed.run("track", "ben", "purchased")
    lapsed.clock.jump(lapsed.clock.now() + 90_500_000)
    lapsed.run("track", "ben", "purchased")
    found = lapsed.json("status")
    assert found["lag_seconds"] == pytest.approx(90.5, abs=0.001)
    assert (
        "Unread   2 rows, the oldest for 1 minute: `autoflow run` reads them" in lapsed.run("status").stdout
    )


def test_status_for_people(lapsed: Shop) -> None:
    lapsed.run("track", "ben", "asked")
    assert lapsed.run("status").stdout.splitlines()[:3] == [
        "2 contacts, 4 events.",
        "Runs     1 running",
        "Outbox   1 sent",
    ]
    assert lapsed.run("status").stdout.endswith("  asked (1)\n")


def test_segments_for_programs(lapsed: Shop) -> None:
    found = lapsed.json("segments")
    assert list(found) == ["at", "segments", "building"]
    assert found["segments"] == [{"segment": "lapsed-buyers", "members": 1}]
    assert found["at"].startswith("2026-04-30T12:00:00")


def test_members_for_programs(lapsed: Shop) -> None:
    found = lapsed.json("segments", "lapsed-buyers", "--members")
    assert found["contacts"] == ["ana"]
    assert found["segments"] == [{"segment": "lapsed-buyers", "members": 1, "contacts": ["ana"]}]


def test_a_segment_without_members_is_listed_too(lapsed: Shop) -> None:
    lapsed.write(
        "segments/rich.yaml", "segment: rich\nconditions: [{sum_of: purchased.total, at_least: 1000}]\n"
    )
    assert lapsed.json("segments")["segments"] == [
        {"segment": "lapsed-buyers", "members": 1},
        {"segment": "rich", "members": 0},
    ]
    assert lapsed.json("segments", "rich", "--members")["contacts"] == []


def test_segments_for_people(lapsed: Shop) -> None:
    assert lapsed.run("segments").stdout == (
        "segment        members  description\n"
        "lapsed-buyers        1  Bought twice or more, and nothing for 90 days.\n"
    )
    assert lapsed.run("segments", "lapsed-buyers", "--members").stdout == "ana\n"
    assert lapsed.run("segments", "--members").stdout == "lapsed-buyers (1)\n  ana\n"


def test_segments_say_when_the_engine_is_behind(lapsed: Shop) -> None:
    assert lapsed.run("segments").stderr == ""
    lapsed.run("track", "ben", "purchased")
    assert lapsed.run("segments", "--json").stderr == (
        "The engine has not read 1 row yet: `autoflow run --until-idle` does.\n"
    )


def test_what_is_being_built_is_said(lapsed: Shop) -> None:
    """The engine stopped after the first of two contacts."""
    assert lapsed.json("segments")["building"] is None
    assert "Building" not in lapsed.run("status").stdout
    database = open_database("sqlite:///.autoflow/store.db", lapsed.folder)
    database.do("UPDATE state SET built_to = 1")
    database.close()
    for command in ("segments", "status"):
        assert lapsed.json(command)["building"] == {"done": 1, "contacts": 2}
    told = lapsed.run("segments")
    assert told.stderr == "Building: 1 of 2 contacts are counted by what is new so far.\n"
    assert "Building 1 of 2 contacts are brought to what is new in it\n" in lapsed.run("status").stdout
    lapsed.run("run", "--until-idle")
    assert lapsed.json("status")["building"] is None


def test_a_segment_that_is_not_there(lapsed: Shop) -> None:
    result = lapsed.run("segments", "lapsed-buyer", status=1)
    assert result.stderr == 'There is no segment called "lapsed-buyer".\n  Did you mean "lapsed-buyers"?\n'


def test_a_contact_for_programs(lapsed: Shop) -> None:
    story: dict[str, Any] = lapsed.json("contact", "show", "ana@example.com")
    assert story["contact"] == "ana"
    assert story["attributes"] == {"email": "ana@example.com", "first_name": "Ana"}
    assert story["segments"] == ["lapsed-buyers"]
    assert story["events"] == 2
    assert [(each["recipe"], each["state"]) for each in story["runs"]] == [("win-back", "running")]
    assert [(each["name"], each["state"]) for each in story["messages"]] == [("win-back", "sent")]
    assert [each["kind"] for each in story["timeline"]] == [
        *("$identify", "purchased", "purchased", "segment_entered", "entered", "email_sent")
    ]
    assert story["timeline"][0]["at"] == "2026-01-10T10:00:00Z"


def test_a_contact_for_people(lapsed: Shop) -> None:
    told = lapsed.run("contact", "show", "ana").stdout
    assert told.startswith("ana  (times in Europe/London)\n  email: ana@example.com\n  first_name: Ana\n")
    assert [line.split("  ", 1) for line in told.splitlines()[-6:]] == [
        ["2026-01-10 10:00", "identify (email: ana@example.com, first_name: Ana)"],
        ["2026-01-10 10:00", "purchased (order_id: A1, total: 24, items: 2)"],
        ["2026-01-30 10:00", "purchased (order_id: A2, total: 31.5, items: 3)"],
        ["2026-04-30 11:00", "came into the segment lapsed-buyers"],
        ["2026-04-30 11:00", "entered the recipe win-back"],
        ["2026-04-30 11:00", "mail win-back (win-back)"],
    ]


def test_what_customers_wrote_cannot_move_the_cursor(shop: Shop, bring: Bring) -> None:
    bring(message("ana", "purchased", "2026-01-10T10:00:00Z", order_id="\x1b[2J\x07", total=1))
    told = shop.run("contact", "show", "ana").stdout
    assert "order_id: \ufffd[2J\ufffd" in told


def test_a_contact_who_is_not_there(lapsed: Shop) -> None:
    result = lapsed.run("contact", "show", "anna@example.com", status=1)
    assert result.stderr == 'There is no contact "anna@example.com".\n  Did you mean "ana@example.com"?\n'


def test_a_preview_is_the_mail_as_it_would_be_now(lapsed: Shop, tmp_path: Path) -> None:
    told = lapsed.run("preview", "win-back", "--contact", "ana").stdout
    assert told.startswith("Subject: Ana, it has been a while\n\n")
    assert "Hello Ana," in told
    for name, expected in (
        ("a.html", "<p>Hello Ana,</p>"),
        ("a.txt", "Hello Ana,"),
        ("a.eml", "To: ana@example.com"),
    ):
        file = tmp_path / name
        lapsed.run("preview", "win-back", "--contact", "ana", "--out", file)
        content = file.read_text(encoding="utf-8")
        assert expected in content or "Hello Ana," in content
    assert lapsed.json("status")["outbox"] == {"sent": 1}


def test_a_preview_takes_the_event_that_the_template_speaks_of(lapsed: Shop) -> None:
    lapsed.write(
        "templates/thanks.html",
        "---\nsubject: Order {{ event.order_id }}\nclass: transactional\n---\n<p>{{ event.total | money }}</p>\n",
    )
    result = lapsed.run("preview", "thanks", "--contact", "ana")
    assert result.stdout.startswith("Subject: Order A2\n")
    assert "£31.50" in result.stdout
    assert result.stderr == "Taking the event purchased.\n"
    lapsed.run("track", "cleo", "identify", "first_name=Cleo")
    assert lapsed.run("preview", "thanks", "--contact", "cleo", status=1).stderr.splitlines()[-2:] == [
        "No event is recorded that tells order_id and total, of which this mail speaks.",
        "  Say what it would tell: --with order_id=… --with total=…",
    ]


def test_a_preview_of_what_was_never_recorded(shop: Shop) -> None:
    """A mail is looked at before there is a contact, an event or a store."""
    shop.run("add", "abandoned-cart")
    told = shop.run(
        *("preview", "cart-reminder", "--with", "items=2", "--with", "total=49.90", "--with", "cart_id=c1"),
        *("--with", "contact.first_name=Ana"),
    )
    assert "Hello Ana," in told.stdout
    assert "You put 2 things into your cart" in told.stdout
    assert "£49.90" in told.stdout
    assert told.stderr == ""
    assert not (shop.folder / ".autoflow/store.db").exists()
    assert shop.run("preview", "cart-reminder", status=1).stderr == (
        "No event is recorded that tells cart_id, items and total, of which this mail speaks.\n"
        "  Say what it would tell: --with cart_id=… --with items=… --with total=…\n"
    )
    assert shop.run("preview", "cart-reminder", "--with", "items", status=1).stderr == (
        '"items" is not KEY=VALUE.\n  For example total=24.50.\n'
    )
    assert shop.run("preview", "cart-reminder", "--with", "items=two", status=1).stderr.startswith("items: ")


def test_a_preview_shows_a_contact_as_he_might_be(lapsed: Shop) -> None:
    told = lapsed.run("preview", "win-back", "--contact", "ana", "--with", "contact.first_name=")
    assert told.stdout.startswith("Subject: Hello, it has been a while\n")
    assert lapsed.json("contact", "show", "ana")["attributes"]["first_name"] == "Ana"


def test_a_template_that_is_not_there(lapsed: Shop) -> None:
    result = lapsed.run("preview", "winback", "--contact", "ana", status=1)
    assert result.stderr == 'There is no template called "winback".\n  Did you mean "win-back"?\n'


CARED_FOR = """
recipe: care
trigger: {event: purchased}
actions:
  - give_consent: {topic: news}
  - set_stage: regular
  - adjust_score: {score: lead, by: 15}
  - split:
      - {name: letter, percent: 99, actions: [{send_email: letter}]}
      - {name: rest, percent: 1}
  - send_email: thanks
  - withdraw_consent: offers
  - create_task: Ring him
"""
DECLARED = (
    "stages: [prospect, regular]\n"
    "scores: {lead: {rules: [{when: page_visited, add: 5}]}}\n"
    "attributes: {orders: {count_of: purchased}, spent: {sum_of: purchased.total}, card: text}\n"
    "events:"
)


def cared_for(shop: Shop) -> None:
    """Ana walks a recipe with a step of nearly every kind, and one of her mails cannot be made."""
    shop.replace("autoflow.yaml", "\nevents:", f"\n{DECLARED}")
    shop.write("recipes/care.yaml", CARED_FOR)
    mail = "---\nsubject: Hello\nclass: transactional\n---\n<p>{}</p>\n"
    shop.write("templates/thanks.html", mail.format("Thank you"))
    shop.write("templates/letter.html", mail.format("{{ contact.card }}"))
    shop.run("run", "--until-idle")
    shop.run("track", "ana", "identify", "email=ana@example.com")
    shop.run("track", "ana", "purchased", "order_id=A1", "total=24")
    for _ in range(2):
        shop.run("run", "--until-idle")
        shop.clock.jump(shop.clock.now() + 1_000_000)


def test_a_contact_is_shown_with_stage_scores_consent_and_what_is_worked_out(shop: Shop) -> None:
    cared_for(shop)
    told = shop.run("contact", "show", "ana").stdout.splitlines()
    assert told[1:4] == ["  email: ana@example.com", "  orders: 1 (worked out)", "  spent: 24 (worked out)"]
    for line in ("Stage      regular", "Scores     lead 15", "Agreed to  news", "Unsubscribed from offers"):
        assert line in told
    story = shop.json("contact", "show", "ana")
    assert {name: story[name] for name in ("computed", "stage", "scores", "consent")} == {
        "computed": {"orders": 1, "spent": 24},
        "stage": "regular",
        "scores": {"lead": 15},
        "consent": ["news"],
    }


def test_each_line_of_the_timeline_is_a_sentence(shop: Shop) -> None:
    cared_for(shop)
    told = [line.split("  ", 1)[1] for line in shop.run("contact", "show", "ana").stdout.splitlines()[-11:]]
    why = "templates/letter.html:5: “contact.card” has no value here. Give it a stand-in, as in  "
    assert told == [
        "purchased (order_id: A1, total: 24)",
        "entered the recipe care",
        "agreed to news (care)",
        "moved to the stage regular (care)",
        "score lead: 15 points (care)",
        "fell into the part letter (care)",
        "mail letter could not be made or delivered (care): " + why + "{{ contact.card | default('…') }}",
        "mail thanks (care)",
        "took back the consent to offers (care)",
        "task: Ring him (care)",
        "care: went through to the end",
    ]


def test_who_was_turned_away_is_told_by_which_condition(shop: Shop) -> None:
    shop.write(
        "recipes/big-orders.yaml",
        "recipe: big-orders\ntrigger: {event: purchased}\nreentry: never\n"
        "conditions: [{event_property: order_id, is: A_1}]\nactions: [{add_tag: big}]\n",
    )
    shop.run("run", "--until-idle")
    shop.run("track", "ana", "identify", "email=ana@example.com")
    for order in ("A_2", "A_1", "A_1"):
        shop.run("track", "ana", "purchased", f"order_id={order}")
    shop.run("run", "--until-idle")
    told = [line[line.find("  ") + 2 :] for line in shop.run("contact", "show", "ana").stdout.splitlines()]
    assert (
        "was turned away from big-orders: this did not hold: order_id of the event is A_1 (seen: A_2)" in told
    )
    assert "was turned away from big-orders: had been in it too recently" in told


def test_a_preview_goes_into_files_that_it_knows(lapsed: Shop, tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    result = lapsed.run("preview", "win-back", "--contact", "ana", "--out", file, status=1)
    assert result.stderr == (
        f"A mail cannot be written to {file}.\n  Write to a file that ends in .html, .txt or .eml.\n"
    )
    assert not file.exists()
