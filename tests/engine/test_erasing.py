"""Somebody is erased after a busy life: no file of ours holds a byte of him, and the sums still add up."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.app import Engine, Project, open_post, secret, work_off
from autoflow.daemon import running as daemon
from autoflow.ingest.forgetting import look
from autoflow.lab.simulation.simulate import Asked, simulate
from autoflow.model.clock import VirtualClock
from autoflow.model.durations import DAY
from autoflow.model.event import IDENTIFY, Incoming
from autoflow.model.problems import AutoflowError
from autoflow.store import erasing, ledger, log, reports, set_aside
from autoflow.store.database import Database, StoreError, listed
from autoflow.store.definitions import load_release
from autoflow.store.last_look import Rules
from autoflow.store.ledger import Settlement
from tests.engine import laws
from tests.engine.poison import poison
from tests.engine.sources import SEGMENTS, workspace
from tests.engine.world import START, page, track, write_files

HOUR = 3_600_000_000
SETTINGS = """
name: Test shop
timezone: Europe/London
sender: {name: Test shop, email: hello@shop.example, postal_address: 1 High Street}
sending: {consent: not_refused}
attributes: {plan: {choice: [free, pro]}, nickname: text}
events:
  purchased: {order_id: text, total: money, item: text, n: number}
  refunded: {order_id: text, n: number}
  looked: {of: text}
channels: {webhooks: {crm: {file: .autoflow/crm.ndjson}}}
audiences: {buying: {segment: buyers}}
"""
RECIPES = {
    "busy": """trigger: {event: purchased}
reentry: always
while_running: parallel
conditions: [{attribute: email, is_set: true}]
actions:
  - send_email: hello
  - notify_sales: {message: "{{ contact.first_name }} bought {{ event.item }}", to: "{{ contact.email }}"}
  - create_task: {title: "Call {{ contact.first_name }}", note: "{{ contact.email }}"}
  - webhook: {to: crm, send: {who: "{{ contact.email }}", what: "{{ event.item }}"}}
  - add_to_audience: fans
  - set_attribute: {nickname: "{{ contact.first_name }} the buyer"}
  - add_tag: buyer
  - record_event: {name: looked, with: {of: "{{ contact.first_name }}"}}
  - wait: 1 day
  - send_email: again
  - wait: 30 days
""",
    "back": """trigger: {event: refunded}
per: event.order_id
reentry: after 1 day
actions:
  - send_email: bill
  - wait: 1 hour
  - set_attribute: {nickname: "{{ event.n }}"}
""",
}
ERASED = {
    "ana@example.com",
    "Ana.Old@example.com",
    "u-4711",
    "cookie-17",
    "Anastasia",
    "Zauberlampe",
    "+44 20 555",
}


class Life:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = VirtualClock(START)
        write_files(folder, workspace(RECIPES, SEGMENTS, SETTINGS))
        self.project = Project(folder, environment={}, clock=self.clock)
        self.run()

    def run(self) -> None:
        assert daemon.run(self.project, until_idle=True, say=lambda _: None) == 0

    def database(self) -> Database:
        return self.project.database()

    def happens(self, *messages: Incoming) -> None:
        with closing(self.database()) as database:
            log.append(database, messages, self.clock.now())

    def lives(self, time: int) -> None:
        self.clock.jump(self.clock.now() + time)
        self.run()

    def erase(self, *who: str, finish: bool = True) -> None:
        with closing(self.database()) as database:
            key = secret(self.folder)
            found = [each.contact for each in look(database, who, key)]
            erasing.request(database, found, key, self.clock.now())
            if finish:
                assert work_off(self.project, database)

    def found(self, *words: str) -> list[tuple[str, str]]:
        """Where the bytes of a word stand, in whatever form we write text."""
        where = []
        for path in sorted((self.folder / ".autoflow").rglob("*")):
            if path.is_file():
                content = path.read_bytes().lower()
                for word in words:
                    forms = {
                        word.encode(),
                        json.dumps(word)[1:-1].encode(),
                        word.replace("@", "=40").encode(),
                    }
                    where += [(path.name, word) for form in forms if form.lower() in content][:1]
        return where


@pytest.fixture
def life(tmp_path: Path) -> Life:
    """Ana and Bo have lived through everything that leaves a trace."""
    one = Life(tmp_path)
    one.happens(
        Incoming("purchased", None, "cookie-17", {"item": "Zauberlampe", "total": 3}),
        Incoming(IDENTIFY, "u-4711", None, {"email": "Ana.Old@example.com", "first_name": "Anastasia"}),
        Incoming(IDENTIFY, "bo", None, {"email": "bo@shop.test", "first_name": "Bodo"}),
        *(
            track("purchased", who, item="Zauberlampe" if who != "bo" else "Besen", total=5)
            for who in ("u-4711", "bo")
        ),
    )
    one.lives(HOUR)
    one.happens(
        Incoming("looked", "u-4711", "cookie-17"),
        Incoming(IDENTIFY, "u-4711", None, {"email": "ana@example.com", "phone": "+44 20 555"}),
        *(page("/products/Zauberlampe", "u-4711") for _ in range(70)),
        *(track("purchased", "u-4711", item="Zauberlampe", total=n, n=n) for n in range(80)),
        track("refunded", "u-4711", order_id="Zauberlampe-1"),
        track("refunded", "bo", order_id="B"),
    )
    one.lives(HOUR)
    with closing(one.database()) as database:
        key = reports.contact_story(database, "u-4711").messages[0].key
    one.happens(Incoming("email_opened", "u-4711", None, {"template": "hello"}, reacts_to=key))
    one.lives(2 * HOUR)
    with closing(one.database()) as database:  # as a mail server would have said
        database.do(
            "UPDATE outbox SET result = '250 ana@example.com' WHERE id = (SELECT max(id) FROM outbox"
            " WHERE contact = 1 AND state = 'sent')"
        )
    one.happens(track("refunded", "u-4711", order_id="Zauberlampe-2"), track("refunded", "bo", order_id="C"))
    return one


def test_before_it_he_stands_everywhere(life: Life) -> None:
    files = {name.partition(".")[2] or name for name, _ in life.found(*ERASED)}
    assert {"db", "eml", "csv", "ndjson"} <= files


def test_no_byte_of_him_is_left_in_any_file(life: Life) -> None:
    bo = life.found("bo@shop.test", "Bodo")
    life.erase("u-4711")
    assert life.found(*ERASED) == []
    assert set(life.found("bo@shop.test", "Bodo")) >= {each for each in bo if not each[0].endswith("-wal")}
    life.lives(40 * DAY)
    assert life.found(*ERASED) == []
    mails = [file.name for file in (life.folder / ".autoflow/mailbox").rglob("*.eml")]
    with closing(life.database()) as database:
        kept = database.all(
            "SELECT key FROM outbox WHERE channel = 'email' AND attempts > 0 AND key LIKE '%/u:bo'"
        )
    assert len(mails) == len(kept)


@pytest.mark.parametrize("anew", [True, False])
def test_nothing_rests_on_how_sqlite_was_built(
    life: Life, monkeypatch: pytest.MonkeyPatch, anew: bool
) -> None:
    """Some builds write zeroes over what they delete, others leave it where it was until the file is made anew."""
    opened = Project.database

    def leaving_it(project: Project, **how: bool) -> Database:
        database = opened(project, **how)
        database.all("PRAGMA secure_delete=OFF")
        return database

    monkeypatch.setattr(Project, "database", leaving_it)
    if not anew:
        monkeypatch.setattr(Database, "make_anew", lambda _: None)
    life.erase("u-4711")
    assert {name for name, _ in life.found(*ERASED)} == (set() if anew else {"store.db"})


def test_the_laws_hold_and_the_sums_are_those_of_before(life: Life) -> None:
    def sums(database: Database) -> list[object]:
        counts = reports.counts(database)
        return [
            counts.events,
            sum(counts.runs.values()),
            database.one(
                "SELECT count(*), max(seq), sum(at), sum(occurred_at) FROM event WHERE name != '$erase'"
            ),
            database.all(
                "SELECT recipe, step, channel, count(*) FROM outbox WHERE recipe NOT LIKE 'audience:%' GROUP BY 1, 2, 3"
            ),
            database.one("SELECT count(*) FROM task"),
            database.all(
                "SELECT kind, count(*) FROM journal WHERE kind IN ('entered', 'email_sent') GROUP BY 1"
            ),
        ]

    life.run()
    with closing(life.database()) as database:
        before = sums(database)
        assert database.one("SELECT count(*) > 0 FROM window_entry WHERE contact = 1") == (1,)
        acknowledged = [
            row[0] for row in database.all("SELECT json_extract(properties, '$.n') FROM event") if row[0]
        ]
        life.erase("ana@example.com")
        assert sums(database) == before
        laws.check(database, {}, acknowledged=acknowledged)
        runs: dict[str, int] = dict(
            database.all("SELECT state, count(*) FROM run WHERE contact != 3 GROUP BY 1")
        )
        assert set(runs) == {"erased", "failed", "merged"}
        assert database.one("SELECT count(*) FROM identity") == (1,)
        assert database.one("SELECT count(*) FROM window_entry WHERE contact = 1") == (0,)
        assert database.all("SELECT key FROM contact WHERE id != 3 AND key NOT LIKE 'x:%'") == []
        assert reports.counts(database).contacts == 1


def test_whoever_comes_again_is_new_and_gets_no_mail_under_an_erased_address(life: Life) -> None:
    life.erase("u-4711")
    life.clock.jump(life.clock.now() + HOUR)
    life.happens(
        Incoming(IDENTIFY, "u-4711", "cookie-17", {"email": "ANA.old@example.com"}),
        track("refunded", "u-4711", order_id="D"),
        track("purchased", "u-4711", total=1, item="Kerze"),
    )
    life.lives(HOUR)
    with closing(life.database()) as database:
        story = reports.contact_story(database, "u-4711")
        mails = [each for each in story.messages if each.channel == "email"]
        assert {(each.state, each.result) for each in mails} == {("refused", "erased")}
        assert len(mails) == 2 and story.events[0].name == IDENTIFY
        assert {each.name for each in story.events} >= {"email_skipped"}
    another = Incoming(IDENTIFY, "u-4711", None, {"email": "ana@new.test"})
    life.happens(another, track("refunded", "u-4711", order_id="E"))
    life.lives(HOUR)
    with closing(life.database()) as database:
        story = reports.contact_story(database, "u-4711")
        assert [each.state for each in story.messages if each.name == "bill"] == ["refused", "sent"]


def test_from_the_request_on_nothing_starts(life: Life) -> None:
    """Before the engine has read of it: what was claimed is left, whoever comes under the id is somebody else."""
    life.clock.jump(life.clock.now() + 20 * HOUR)
    with closing(life.database()) as database:
        engine = Engine(life.project, database, open_post(life.project))
        while engine.tick():
            pass
        key, now = secret(life.folder), life.clock.now()
        claimed = ledger.waiting(database, now, 100)
        assert {entry.contact for entry in claimed} == {1, 3}
        life.happens(track("purchased", "u-4711", item="Zauberlampe", total=9))
        erasing.request(database, [1], key, now)
        for who in ("u-4711", "cookie-17", "ana@example.com"):
            with pytest.raises(StoreError, match="There is no contact"):
                reports.find_contact(database, who)
        life.happens(track("purchased", "u-4711", item="Kerze", total=9))
        started = ledger.settle_and_start(database, (), claimed, now, engine.lease.fence, Rules((), (), 3))
        assert {entry.contact for entry in started.entries} == {3}
        while engine.tick():
            pass
        ids = listed(entry.id for entry in claimed if entry.contact == 1)
        states = database.all(
            "SELECT DISTINCT state FROM outbox WHERE id IN (SELECT value FROM json_each(?))", ids
        )
        assert states == [("refused",)]
        again = database.all("SELECT key, name FROM contact ORDER BY id DESC LIMIT 1")
        assert again == [("u:u-4711", "u-4711")]
        engine.close()


def test_what_was_on_its_way_is_settled_without_a_word(life: Life) -> None:
    """A bounce of a mail that was on its way names nobody, and makes nobody known again."""
    life.clock.jump(life.clock.now() + 25 * HOUR)
    with closing(life.database()) as database:
        engine = Engine(life.project, database, open_post(life.project))
        while engine.tick():
            pass
        now, fence = life.clock.now(), engine.lease.fence
        waiting = ledger.waiting(database, now, 100)
        claimed = [entry for entry in waiting if entry.contact == 1 and entry.channel == "email"]
        started = ledger.settle_and_start(database, (), claimed, now, fence, Rules((), (), 3))
        erasing.request(database, [1], secret(life.folder), now)
        engine.see_off()
        assert erasing.contacts(database) == {1, 2}, "not finished while something is on its way"
        settled = [
            Settlement(entry, "rejected", "550 ana@example.com unknown", permanent=True)
            if entry.klass == "marketing"
            else Settlement(entry, "unsent", "451 ana@example.com later")
            for entry in started.entries
        ]
        assert {each.outcome for each in settled} == {"rejected", "unsent"}
        ledger.settle_and_start(database, settled, (), now, fence, Rules((), (), 3))
        again = ledger.waiting(database, now + HOUR, 100, only=[1])
        assert [entry.klass for entry in again] == ["transactional"]
        ledger.settle_and_start(database, (), again, now + HOUR, fence, Rules((), (), 3))
        what = database.one("SELECT state, result FROM outbox WHERE id = ?", again[0].id)
        assert what == ("refused", "erased")
        assert database.one("SELECT count(*) FROM contact") == (3,)
        engine.see_off()
        assert erasing.contacts(database) == set()
        engine.close()
    assert life.found(*ERASED) == []


def test_an_audience_that_cannot_be_told_keeps_what_it_takes_and_is_told_later(life: Life) -> None:
    folder = life.folder / ".autoflow/audiences"
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("in the way")
    life.clock.jump(life.clock.now() + DAY)
    with pytest.raises(
        AutoflowError, match="What audiences has of somebody who is erased cannot be taken out"
    ):
        life.erase("u-4711")
    with closing(life.database()) as database:
        assert reports.counts(database).erasing == 1
        kept = database.all("SELECT payload FROM outbox WHERE contact IN (1, 2) AND payload != '{}'")
        assert kept and all(
            set(json.loads(row[0])) == {"change", "contact", "email", "phone"} for row in kept
        )
    folder.unlink()
    folder.with_name("elsewhere").rename(folder)
    life.lives(2 * HOUR)
    assert life.found(*ERASED) == []
    assert "u-4711" not in (folder / "buying.csv").read_text()
    assert "bo" in (folder / "buying.csv").read_text()


def test_killed_between_tick_and_files_it_is_finished_by_the_next_start(life: Life) -> None:
    life.erase("u-4711", finish=False)
    with closing(life.database()) as database:
        engine = Engine(life.project, database)
        while engine.tick():
            pass
        engine.finish_erasures()
        assert erasing.contacts(database) == {1, 2}, "not finished while files have to be cleaned"
        engine.close()
    assert life.found("u-4711") != []
    life.lives(HOUR)
    assert life.found(*ERASED) == []


def test_it_is_not_finished_while_a_channel_still_has_something_of_him(life: Life) -> None:
    life.happens(
        Incoming(IDENTIFY, "dee", None, {"email": "dee@example.com"}), track("refunded", "dee", order_id="D")
    )
    life.lives(HOUR)
    life.erase("dee", finish=False)
    with closing(life.database()) as database:
        engine = Engine(life.project, database)
        while engine.tick():
            pass
        engine.finish_erasures()
        assert erasing.contacts(database) == {4}
        engine.close()
    life.lives(HOUR)
    assert life.found("dee@example.com") == []


def test_somebody_who_reads_delays_the_end_and_no_more(life: Life) -> None:
    with closing(life.database()) as reader:
        reader.do("BEGIN")
        reader.all("SELECT * FROM contact")
        with closing(life.database()) as database:
            erasing.request(database, [2], secret(life.folder), life.clock.now())
            engine = Engine(life.project, database, open_post(life.project))
            engine.see_off()
            assert erasing.contacts(database) == {1, 2}
            reader.do("COMMIT")
            engine.see_off()
            assert erasing.contacts(database) == set()
            engine.close()
    assert life.found(*ERASED) == []


def test_a_simulation_plays_over_it(life: Life) -> None:
    life.happens(Incoming("looked", None, "cookie-5"), Incoming("looked", "u-0815", "cookie-5"))
    life.lives(HOUR)
    life.erase("u-4711", "u-0815")
    with closing(life.database()) as database:
        program = load_release(database, 1, {}).program
        for start in (None, START + HOUR):
            found = simulate(database, program, Asked(start))
            assert found is not None and found.aside == []
            assert found.segments["buyers"] == 1


def test_new_definitions_find_nothing_to_remember_of_him(life: Life) -> None:
    life.erase("u-4711")
    life.project = Project(life.folder, environment={}, clock=life.clock)
    more = {
        "quiet": "conditions: [{did_not: looked, within_last: 90 days}]\n",
        "rich": "conditions: [{sum_of: purchased.total, at_least: 1}]\n",
    }
    write_files(life.folder, workspace(RECIPES, SEGMENTS | more, SETTINGS))
    life.lives(HOUR)
    with closing(life.database()) as database:
        assert database.one("SELECT release FROM state") == (2,)
        assert database.all("SELECT DISTINCT contact FROM membership") == [(3,)]
        assert database.all("SELECT contact FROM timer WHERE contact != 3") == []


# ---- erasure always wins


def test_whoever_is_set_aside_can_be_erased(life: Life) -> None:
    life.happens(track("purchased", "u-4711", item="Zauberlampe", total=1))
    with poison("u:u-4711", "a:cookie-17"):
        life.lives(HOUR)
        with closing(life.database()) as database:
            assert [each.contact for each in set_aside.everybody(database)] == [1]
    with poison("u:u-4711", "a:cookie-17", but_erasure=True):
        life.erase("u-4711")
    with closing(life.database()) as database:
        assert set_aside.everybody(database) == []
        laws.entered_is_accounted_for(database)
    assert life.found(*ERASED) == []


@pytest.mark.parametrize("merged", [False, True])
def test_whoever_the_engine_stumbles_over_is_erased_all_the_same(life: Life, merged: bool) -> None:
    """What came in before, a merge even, is never worked out; that he is to be forgotten is."""
    life.run()
    life.happens(Incoming("purchased", "u-4711", "cookie-18" if merged else None, {"item": "Zauberlampe"}))
    if merged:
        life.happens(Incoming("looked", None, "cookie-19"), Incoming("looked", "u-4711", "cookie-19"))
    with poison("u:u-4711", "a:cookie-17", "a:cookie-19", but_erasure=True):
        life.erase("u-4711")
    with closing(life.database()) as database:
        assert set_aside.everybody(database) == []
        laws.entered_is_accounted_for(database)
    assert life.found(*ERASED, "cookie-18", "cookie-19") == []
