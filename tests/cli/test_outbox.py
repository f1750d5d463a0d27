from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.shop import DAY, Shop, ana

MAIL = """---
subject: Hello
---
{} <a href="{{{{ unsubscribe_url }}}}">Unsubscribe</a>
"""


@pytest.fixture
def late(shop: Shop, bring: Callable[..., Path]) -> Shop:
    """The engine stood still while Ana's mail fell due, so that it is ten days late and held."""
    bring(*ana())
    shop.run("run", "--until-idle")
    shop.clock.jump(shop.clock.now() + 61 * DAY)
    shop.run("run", "--until-idle")
    return shop


def test_held_mail_is_shown(late: Shop) -> None:
    assert late.mails() == []
    found = late.json("outbox")
    assert found["counts"] == {"held": 1}
    [message] = found["messages"]
    assert (message["contact"], message["name"], message["state"]) == ("ana", "win-back", "held")
    assert message["at"] == "2026-04-30T10:00:00Z"
    told = late.run("outbox").stdout.splitlines()
    assert told[1].split()[:2] == [str(message["id"]), "held"]
    assert told[-2:] == [
        "In all: 1 held.",
        "Held mail is late: `autoflow outbox release ID` or `--all` lets it go.",
    ]


@pytest.mark.parametrize("which", ["id", "--all"])
def test_released_mail_goes_out(late: Shop, which: str) -> None:
    identifier = str(late.json("outbox")["messages"][0]["id"])
    words = [identifier] if which == "id" else [which]
    assert late.run("outbox", "release", *words).stdout == "1 mail released.\n"
    late.run("run", "--until-idle")
    assert len(late.mails()) == 1
    assert late.json("outbox")["messages"] == []
    assert [each["state"] for each in late.json("outbox", "--state", "sent")["messages"]] == ["sent"]
    assert len(late.json("outbox", "--state", "all")["messages"]) == 1


@pytest.mark.parametrize("words", [[], ["1", "--all"]])
def test_release_asks_which(late: Shop, words: list[str]) -> None:
    result = late.run("outbox", "release", *words, status=1)
    assert result.stderr == "Say which: the ids of `autoflow outbox`, or --all.\n"


def test_what_is_not_held_is_not_released(late: Shop) -> None:
    result = late.run("outbox", "release", "1", "77", status=1)
    assert result.stderr.startswith("Not held: 77. Nothing was released.\n")
    assert late.json("outbox")["counts"] == {"held": 1}


def test_a_message_whose_fate_is_known_is_not_resolved(late: Shop) -> None:
    key = late.json("outbox")["messages"][0]["key"]
    assert (
        late.run("outbox", "resolve", key, status=1).stderr == "Say what became of it: --sent or --resend.\n"
    )
    result = late.run("outbox", "resolve", key, "--sent", status=1)
    assert result.stderr.startswith(f'There is no message "{key}" whose fate is unknown.')


@pytest.mark.parametrize(("word", "state"), [("--sent", "sent"), ("--resend", "pending")])
def test_an_unknown_message_is_resolved(late: Shop, word: str, state: str) -> None:
    from autoflow.store.database import open_database

    key = late.json("outbox")["messages"][0]["key"]
    database = open_database("sqlite:///.autoflow/store.db", late.folder)
    database.do("UPDATE outbox SET state = 'unknown'")
    database.close()
    assert "nobody can see whether it went out" in late.run("outbox").stdout
    late.run("outbox", "resolve", key, word)
    assert late.json("outbox", "--state", "all")["counts"] == {state: 1}


@pytest.fixture
def broken(shop: Shop, bring: Callable[..., Path]) -> Shop:
    """A mail that fell due cannot be made: its template divides by nothing."""
    shop.write("templates/win-back.html", MAIL.format("{{ 1 / contact.visits }}"))
    shop.replace("autoflow.yaml", "events:", "attributes: {visits: number}\nevents:")
    bring(*ana(), {"type": "identify", "userId": "ana", "traits": {"visits": 0}})
    shop.run("apply")
    shop.clock.jump(shop.clock.now() + 51 * DAY)
    shop.run("run", "--until-idle")
    return shop


def test_a_mail_that_could_not_be_made_goes_out_once_it_is_mended(broken: Shop) -> None:
    assert broken.json("outbox")["counts"] == {"failed": 1}
    told = broken.run("outbox").stdout
    assert told.endswith(
        "Failed: once what stands under why is mended, `autoflow outbox retry ID` or `--all` tries again.\n"
    )
    broken.write("templates/win-back.html", MAIL.format("Come back!"))
    broken.run("apply")
    identifier = broken.json("outbox")["messages"][0]["id"]
    assert broken.run("outbox", "retry", str(identifier)).stdout == "1 message will be tried again.\n"
    broken.run("run", "--until-idle")
    assert broken.json("outbox", "--state", "all")["counts"] == {"sent": 1}
    [mail] = broken.mails()
    assert "Come back!" in mail or "Q29tZSBiYWNrI" in mail


def test_what_did_not_fail_is_not_tried_again(broken: Shop) -> None:
    result = broken.run("outbox", "retry", "1", "77", status=1)
    assert result.stderr.startswith("Not failed: 77. Nothing is tried again.\n")
    assert broken.json("outbox")["counts"] == {"failed": 1}
    asked = broken.run("outbox", "retry", status=1)
    assert asked.stderr == "Say which: the ids of `autoflow outbox`, or --all.\n"


def test_of_who_was_erased_nothing_can_be_tried_again(broken: Shop) -> None:
    broken.run("contact", "erase", "ana", "--yes")
    assert broken.run("outbox", "retry", "1", status=1).stderr.startswith("Cannot be tried again: 1.")
    assert broken.run("outbox", "retry", "--all").stdout == (
        "0 messages will be tried again.\n"
        "1 cannot be: the contact was erased, or the audience has changed since.\n"
    )


def test_an_empty_outbox(shop: Shop) -> None:
    shop.run("apply")
    assert shop.run("outbox").stdout == "Nothing has been decided to be sent yet.\n"
