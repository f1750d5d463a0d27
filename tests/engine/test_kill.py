"""kill -9 at every commit, before and after, and around every send: L1-L6 hold after a restart, with no help."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.post.content.mime import Sender, message_id
from autoflow.store.database import open_database
from tests.engine import laws
from tests.engine.nursery import ACKNOWLEDGED
from tests.engine.sinks import Mailserver, maildir_ids, notices
from tests.engine.sources import SETTINGS, workspace
from tests.engine.world import write_files

ROOT = Path(__file__).resolve().parents[2]
SENDER = Sender("Test shop", "hello@shop.example", "1 High Street")
SIGKILLED = -9
MOMENTS = ("before-commit", "after-commit", "before-send", "after-send")


class Nursery:
    """The process that forks children; `at` plays the scenario in a new folder and kills it there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._made = 0

    def folder(self, email_channel: str) -> Path:
        self._made += 1
        made = self._folder / str(self._made)
        channels = f"channels: {{email: {email_channel}}}\n"
        write_files(made, workspace(settings=SETTINGS + channels))
        return made

    def play(self, folder: Path, moment: str = "never", number: int = 0) -> int:
        """Returns the exit code of the child: -9 where it was killed, 0 where it came to the end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{folder} {moment} {number}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=30)


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    made = Nursery(tmp_path_factory.mktemp("nursery"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def mailserver() -> Iterator[Mailserver]:
    with Mailserver() as server:
        yield server


class Ended:
    """What a scenario left: the store and what arrived, by effect key."""

    def __init__(self, folder: Path, arrived_ids: list[str]) -> None:
        self.folder = folder
        with closing(open_database("sqlite:///.autoflow/store.db", folder)) as database:
            rows = database.all("SELECT key, state, channel, klass FROM outbox ORDER BY at, key")
            by_id = {message_id(key, SENDER): key for key, *_ in rows}
            self.states = {key: state for key, state, *_ in rows}
            self.marketing = {key for key, _, _, klass in rows if klass == "marketing"}
            self.mails = [by_id[each] for each in arrived_ids]
            self.decided = database.all(
                "SELECT key, at, outcome, reason, payload FROM outbox ORDER BY at, key"
            )
            self.runs = database.all(
                "SELECT c.key, r.recipe, r.entry, r.state, r.entered_at, r.ended_at FROM run r"
                " JOIN contact c ON c.id = r.contact ORDER BY 1, 2, 3"
            )
            self.events = database.all("SELECT seq, contact, at, name, properties FROM event ORDER BY seq")
            path = folder / ACKNOWLEDGED
            acknowledged = {int(line) for line in path.read_text().split()}
            arrived = {
                "email": self.mails,
                "sales": [each["key"] for each in notices(folder / ".autoflow" / "sales.ndjson")],
            }
            laws.check(database, arrived, acknowledged=acknowledged)
            assert arrived["sales"] == list(dict.fromkeys(arrived["sales"])), "a notice twice"
            assert database.one("SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')") == (0,)
            assert database.one("PRAGMA integrity_check") == ("ok",)


def audience(folder: Path) -> str:
    path = folder / ".autoflow" / "audiences" / "fans.csv"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def same_decisions(killed: Ended, whole: Ended) -> None:
    """A restart decides nothing anew: the log, every run and every message are those of a life without a kill."""
    assert killed.events == whole.events
    assert killed.runs == whole.runs
    assert killed.decided == whole.decided
    assert audience(killed.folder) == audience(whole.folder)


def times_met(folder: Path) -> dict[str, int]:
    met = (folder / "met").read_text(encoding="utf-8").split()
    return dict(zip(MOMENTS, map(int, met), strict=True))


def kill_everywhere(nursery: Nursery, mailserver: Mailserver | None, *, every: int, offset: int = 0) -> int:
    """Kill at every moment (or each `every`-th) of every sort; returns how often."""
    setting = (
        f"{{smtp: {{host: localhost, port: {mailserver.port}, security: none}}}}"
        if mailserver
        else "{mailbox: .autoflow/mailbox}"
    )

    def ended(folder: Path) -> Ended:
        return Ended(
            folder, mailserver.ids() if mailserver else maildir_ids(folder / ".autoflow" / "mailbox")
        )

    def fresh() -> Path:
        if mailserver:
            mailserver.clear()
        return nursery.folder(setting)

    untouched = fresh()
    assert nursery.play(untouched) == 0
    whole = ended(untouched)
    assert set(whole.states.values()) == {"sent", "skipped"}
    killed = 0
    for moment, times in times_met(untouched).items():
        assert times > 5
        for number in range(1 + offset % every, times + 1, every):
            folder = fresh()
            assert nursery.play(folder, moment, number) == SIGKILLED, f"{moment} {number}"
            assert nursery.play(folder) == 0, f"no restart after {moment} {number}"
            after = ended(folder)
            same_decisions(after, whole)
            unknown = {key for key, state in after.states.items() if state == "unknown"}
            assert unknown <= after.marketing, "only what may go once and no more stays unknown"
            if moment in {"before-send", "after-send"} and mailserver is None:
                assert set(after.mails) >= set(whole.mails) - unknown
            killed += 1
    return killed


def test_killed_at_any_commit_mail_over_smtp(nursery: Nursery, mailserver: Mailserver) -> None:
    assert kill_everywhere(nursery, mailserver, every=8) > 20


def test_killed_at_any_commit_mail_into_the_local_mailbox(nursery: Nursery) -> None:
    assert kill_everywhere(nursery, None, every=8, offset=4) > 20


@pytest.mark.stress
def test_killed_at_every_commit(nursery: Nursery, mailserver: Mailserver) -> None:
    assert kill_everywhere(nursery, mailserver, every=1) > 100
    assert kill_everywhere(nursery, None, every=1) > 100


def test_killed_twice_in_a_row(nursery: Nursery, mailserver: Mailserver) -> None:
    mailserver.clear()
    folder = nursery.folder(f"{{smtp: {{host: localhost, port: {mailserver.port}, security: none}}}}")
    for number in (3, 2, 4, 1, 6):
        assert nursery.play(folder, "after-commit", number) == SIGKILLED
    assert nursery.play(folder) == 0
    Ended(folder, mailserver.ids())


def test_killed_between_the_sending_and_the_settling_leaves_unknown_and_sends_nothing_twice(
    nursery: Nursery, mailserver: Mailserver
) -> None:
    mailserver.clear()
    folder = nursery.folder(f"{{smtp: {{host: localhost, port: {mailserver.port}, security: none}}}}")
    assert nursery.play(folder, "after-send", 1) == SIGKILLED
    sent = mailserver.ids()
    assert sent
    assert nursery.play(folder) == 0
    after = Ended(folder, mailserver.ids())
    unknown = [key for key, state in after.states.items() if state == "unknown"]
    assert sorted(message_id(key, SENDER) for key in unknown) == sorted(sent)
    assert all(after.mails.count(key) == 1 for key in unknown)


def test_a_transactional_mail_on_its_way_goes_again_under_the_same_message_id(
    nursery: Nursery, mailserver: Mailserver
) -> None:
    mailserver.clear()
    setting = f"{{smtp: {{host: localhost, port: {mailserver.port}, security: none}}}}"
    untouched = nursery.folder(setting)
    assert nursery.play(untouched) == 0
    bill = message_id("money-back/1/send_email:bill/1/u:bo", SENDER)
    assert mailserver.ids().count(bill) == 1
    doubles = 0
    for number in range(1, times_met(untouched)["after-send"] + 1):
        mailserver.clear()
        folder = nursery.folder(setting)
        assert nursery.play(folder, "after-send", number) == SIGKILLED
        assert nursery.play(folder) == 0
        after = Ended(folder, mailserver.ids())
        assert after.states["money-back/1/send_email:bill/1/u:bo"] == "sent"
        doubles += mailserver.ids().count(bill) == 2
    assert doubles == 1
