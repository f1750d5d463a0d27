"""`contact erase` asks, tells what goes and what stays, and erases all of them or nobody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.app import Project
from autoflow.store.database import Database
from autoflow.store.lease import Lease
from tests.cli.shop import Shop, ana, message

Bring = Callable[..., Path]
STAYS = (
    "Gone: what they told us and did, what was written to them, their tasks, and what lies of them in the local\n"
    "mailbox and in the files of audiences, notices and webhooks.\n"
    "What stays: that there was a contact, with when how many events, runs and messages there were; and a keyed\n"
    "hash of the addresses and user ids, by which mail to them is refused.\n"
    "Backups and files that were imported are yours to look after.\n"
)


@pytest.fixture(autouse=True)
def two(shop: Shop, bring: Bring) -> None:
    bring(*ana(), message("ben", "purchased", "2026-03-01T10:00:00Z", order_id="B1", total=9, items=1))
    shop.run("run", "--until-idle")
    (shop.folder / "history.ndjson").unlink()


def stored(shop: Shop) -> Database:
    return Project(shop.folder, environment={}, clock=shop.clock).database()


def test_it_tells_what_goes_and_what_stays(shop: Shop) -> None:
    said = shop.run("contact", "erase", "ana@example.com", "ana", "--yes").stdout
    assert (
        said == f"ana (ana@example.com): 2 events, 0 runs, 0 messages, 0 tasks.\nErased 1 contact.\n{STAYS}"
    )
    assert shop.json("status")["contacts"] == 1
    assert shop.json("status")["erasing"] == 0
    assert "ana" not in shop.run("outbox", "--state", "all").stdout


def test_somebody_unknown_and_nobody_is_erased(shop: Shop) -> None:
    result = shop.run("contact", "erase", "ben", "anna@example.com", "--yes", status=1)
    assert result.stderr == (
        'There is no contact "anna@example.com". Nobody was erased.\n  Did you mean "ana@example.com"?\n'
    )
    assert shop.json("contact", "show", "ben")["events"] == 1


def test_somebody_who_was_erased_already(shop: Shop) -> None:
    shop.run("contact", "erase", "ana", "--yes")
    for who in ("ana", "ANA@example.com"):
        result = shop.run("contact", "erase", "ben", who, "--yes", status=1)
        assert result.stderr.startswith(
            f'"{who}" was erased already, on 2026-03-10. Nobody was erased now.\n'
        )
    assert shop.json("contact", "show", "ben")["events"] == 1


def test_without_a_terminal_it_asks_for_the_word(shop: Shop) -> None:
    result = shop.run("contact", "erase", "ana", status=1)
    assert result.stderr == "Nobody is here to be asked. Nobody was erased.\n  Say --yes.\n"
    assert shop.json("contact", "show", "ana")["events"] == 2


@pytest.mark.parametrize("answer", ["y", "n"])
def test_on_a_terminal_it_asks(shop: Shop, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    asked: list[str] = []

    def confirm(text: str) -> bool:
        asked.append(text)
        return answer == "y"

    monkeypatch.setattr("autoflow.cli.erase._somebody_is_here", lambda: True)
    monkeypatch.setattr("click.confirm", confirm)
    shop.run("contact", "erase", "ana", "ben", status=int(answer == "n"))
    assert asked == ["Erase these 2 contacts for good? It cannot be undone."]
    assert shop.json("status")["contacts"] == (0 if answer == "y" else 2)


def test_an_engine_that_runs_does_it(shop: Shop) -> None:
    with closing(stored(shop)) as database:
        lease = Lease(database, "the daemon", 0)
        said = shop.run("contact", "erase", "ana", "--yes").stdout.splitlines()
        lease.release()
    assert said[1:3] == [
        "Nothing goes out to him any more.",
        "The engine that runs erases 1 contact now; `autoflow status` shows it until it is done.",
    ]
    assert shop.json("status")["erasing"] == 1
    assert "Erasing  1 contact: nothing goes out any more" in shop.run("status").stdout
    shop.run("contact", "show", "ana", status=1)
    shop.run("run", "--until-idle")
    assert shop.json("status")["erasing"] == 0


def test_what_went_to_other_systems_is_named(shop: Shop) -> None:
    shop.clock.jump(shop.clock.now() + 51 * 86_400_000_000)
    shop.run("run", "--until-idle")
    assert len(shop.mails()) == 1
    shop.replace("autoflow.yaml", "email: {mailbox: .autoflow/mailbox}", "email: {smtp: {host: mail.test}}")
    said = shop.run("contact", "erase", "ana", "ben", "--yes").stdout.splitlines()
    assert said[:3] == [
        "ana (ana@example.com): 2 events, 1 run, 1 message, 0 tasks.",
        "ben: 1 event, 0 runs, 0 messages, 0 tasks.",
        "Erased 2 contacts.",
    ]
    assert "Out of reach, in other systems: 1 mail. Ask there." in said


def test_the_store_is_made_anew_once_for_several(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(Database, "make_anew", lambda _: made.append("anew"))
    shop.run("contact", "erase", "ana", "ben", "--yes")
    assert made == ["anew"]
