"""Contacts over whom the engine stumbled, as `status`, `contact show`, `retry` and `run` tell of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autoflow.app import Project
from autoflow.core.walk import Walk
from autoflow.model.event import Event
from autoflow.store import set_aside
from autoflow.store.lease import Lease
from tests.cli.shop import Shop, ana, message

Bring = Callable[..., Path]


@pytest.fixture
def mend(shop: Shop, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The engine has stumbled over Ana, and does so until this is called."""
    take = Walk.take

    def stumbling(walk: Walk, item: Event) -> None:
        take(walk, item)
        if walk.record.key == "u:ana":
            raise ZeroDivisionError("ana@example.com")

    monkeypatch.setattr(Walk, "take", stumbling)
    bring(*ana(), message("ben", "purchased", "2026-03-01T10:00:00Z", order_id="B1", total=9, items=1))
    said = shop.run("run", "--until-idle").stdout
    assert "Stumbled over 1 contact, and went on without: `autoflow status` tells who and why." in said
    return lambda: monkeypatch.setattr(Walk, "take", take)


def test_status_names_him_and_says_why(shop: Shop, mend: Callable[[], None]) -> None:
    found = shop.json("status")
    assert found["set_aside"] == [
        {"contact": "ana", "since": "2026-03-10T12:00:00Z", "reason": found["set_aside"][0]["reason"]}
    ]
    told = shop.run("status").stdout.splitlines()
    assert told[-2] == (
        "The engine stumbled over 1 contact, who is set aside: what comes in waits. `autoflow retry` tries again."
    )
    assert told[-1].startswith("  ana (since 2026-03-10 12:00): ZeroDivisionError in ")
    assert "@" not in told[-1]


def test_his_own_page_says_so_too(shop: Shop, mend: Callable[[], None]) -> None:
    story = shop.json("contact", "show", "ana")
    assert story["set_aside"]["since"] == "2026-03-10T12:00:00Z"
    assert shop.json("contact", "show", "ben")["set_aside"] is None
    shown = shop.run("contact", "show", "ana")
    assert "Set aside since 2026-03-10 12:00, for the engine stumbled: ZeroDivisionError in " in shown.stdout
    assert shown.stderr == ""


def test_tried_again_he_catches_up(shop: Shop, mend: Callable[[], None]) -> None:
    said = shop.run("retry").stdout
    assert said == "0 contacts caught up, 1 set aside still: `autoflow status` tells why.\n"
    mend()
    assert shop.run("retry").stdout == "1 contact caught up, 0 set aside still.\n"
    assert shop.json("status")["set_aside"] == []
    assert shop.json("contact", "show", "ana")["events"] == 2
    assert shop.run("retry").stdout == "Nobody is set aside.\n"


def test_an_engine_that_starts_tries_again(shop: Shop, mend: Callable[[], None]) -> None:
    mend()
    shop.run("run", "--until-idle")
    assert shop.json("status")["set_aside"] == []


def test_an_engine_that_runs_is_asked_to_try_again(shop: Shop, mend: Callable[[], None]) -> None:
    database = Project(shop.folder, environment={}, clock=shop.clock).database()
    lease = Lease(database, "the daemon", 0)
    assert (
        shop.run("retry").stdout == "The engine that runs tries 1 contact again; `autoflow status` tells.\n"
    )
    assert set_aside.asked(database)
    lease.release()
    database.close()


def test_a_simulation_leaves_him_out_and_says_so(shop: Shop, mend: Callable[[], None]) -> None:
    found = shop.json("simulate")
    assert [each["contact"] for each in found["set_aside"]] == ["ana"]
    assert found["segments"] == {}
    told = shop.run("simulate").stdout
    assert "\nLeft out, for the engine would stumble over ana: ZeroDivisionError in " in told
    mend()
    assert shop.json("simulate")["set_aside"] == []
