from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from autoflow.demo import course
from autoflow.demo.facts import machines
from autoflow.demo.outcome import Outcome
from autoflow.demo.telling import closing
from autoflow.demo.weeks import Message
from autoflow.store.database import open_database

UNSUBSCRIBED: Message = {"type": "track", "event": "unsubscribed", "timestamp": "2025-01-01T00:00:00Z"}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """What a small demo has to tell of."""
    seen: list[Outcome] = []

    def closing_kept(found: Outcome) -> Iterator[str]:
        seen.append(found)
        return closing(found)

    folder = tmp_path_factory.mktemp("demo") / "shop"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(course, "closing", closing_kept)
        assert course.run_demo(folder, contacts=60, say=lambda _: None) == 0
    database = open_database(seen[0].workspace.settings.store, folder, create=False)
    yield replace(seen[0], database=database)
    database.close()


def told(found: Outcome) -> str:
    return "\n".join(closing(found))


def test_what_is_told_is_what_the_ledger_holds(lived: Outcome) -> None:
    counts: dict[str, int] = dict(
        lived.database.all("SELECT channel, count(*) FROM outbox WHERE state = 'sent' GROUP BY channel")
    )
    assert f"  {counts['email']:,} mails went out, {counts['sales']:,} notices" in told(lived)
    entered = lived.database.one("SELECT count(*) FROM run WHERE recipe = 'win-back'")
    assert entered is not None
    [line] = [line for line in told(lived).splitlines() if line.startswith("  win-back ")]
    assert line.split()[1] == str(entered[0])
    assert "; 0 slipped through." in told(lived)


def test_a_simulation_that_differs_is_told_as_a_bug(lived: Outcome) -> None:
    assert lived.agrees
    other = replace(lived, again=replace(lived.again, messages=lived.again.messages[1:]))
    assert not other.agrees
    assert "That is a bug" in told(other)


def test_a_mail_to_somebody_unsubscribed_would_be_told(lived: Outcome) -> None:
    late = replace(lived, year=[{**UNSUBSCRIBED, "userId": lived.marketing_mails[0].contact}, *lived.year])
    assert "; 0 slipped through." not in told(late)


def test_whoever_looked_before_he_signed_up_has_looked(lived: Outcome) -> None:
    page: Message = {"type": "page", "anonymousId": "v", "properties": {"path": "/products/x200-pro"}}
    known: Message = {"type": "identify", "anonymousId": "v", "userId": "ana"}
    bought: Message = {
        "type": "track",
        "event": "purchased",
        "userId": "ana",
        "properties": {"category": "machines"},
    }
    assert machines(replace(lived, year=[page, known, bought])) == (1, 0)
    assert machines(replace(lived, year=[known, bought, page])) == (1, 1)
