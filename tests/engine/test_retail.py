"""Thirteen months of real purchases: simulated, lived through event by event, and worked out by the witness.

The simulation reads the file as imported history. The engine gets the same events live, each at its time, on a
virtual clock, and mails into a real SMTP server. Both, and the witness, must have decided the same to the byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from autoflow.app import Engine, Project, open_post, secret
from autoflow.core.compiling import compile_program
from autoflow.ingest.files import read_ndjson
from autoflow.ingest.importing import Imported, import_file
from autoflow.lab.simulation.simulate import Asked, Simulation, simulate
from autoflow.language.workspace import load_sources
from autoflow.model.clock import VirtualClock
from autoflow.model.effects import EMAIL, SENT, Message
from autoflow.model.event import Incoming
from autoflow.model.instants import to_iso
from autoflow.post.content.mime import Sender, message_id
from autoflow.post.outgoing import Post
from autoflow.store import definitions, log, reports
from autoflow.store.database import Database
from autoflow.store.last_look import Entry
from tests.engine import laws
from tests.engine.sinks import Mailserver, mail_id, notices
from tests.engine.world import at, write_files
from tests.oracle import retail
from tests.oracle.naive import Naive, NaiveOutcome
from tests.store.dumping import dump

pytestmark = [pytest.mark.retail, pytest.mark.xdist_group("retail")]
SHIPPED = Path(__file__).resolve().parents[2]
END = at("2012-01-09 00:00")
DATES = tuple(at(date) for date in ("2010-12-24", "2011-03-01", "2011-06-15", "2011-10-31", "2011-12-09"))
HOUR = 3_600_000_000
POST_EVERY = 6 * HOUR  # the post is a thread of its own: it comes after the ticks, well within a day
EVERY = (0, 6 * HOUR, 23 * HOUR)  # how long the engine lets things gather before it looks


@dataclass
class Lived:
    """What the engine made of it: its store, what arrived at the server, and members on the five dates."""

    folder: Path
    database: Database
    post: Post
    arrived: list[bytes]
    members: dict[int, dict[str, set[str]]]


@dataclass
class Simulated:
    database: Database
    simulation: Simulation
    imported: Imported
    again: Imported
    before: dict[str, list[tuple[Any, ...]]]
    after: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("retail") / "retail.ndjson"
    assert retail.write_ndjson(path) == retail.counts().messages
    return path


@pytest.fixture(scope="module", params=EVERY, ids=["as it comes", "every six hours", "nearly a day at once"])
def lived(
    request: pytest.FixtureRequest, file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("live")
    with Mailserver() as server:
        files = load_sources(SHIPPED)
        smtp = f"email: {{smtp: {{host: localhost, port: {server.port}, security: none}}}}"
        settings, changed = re.subn(r"(?m)^  email: \{mailbox.*$", f"  {smtp}", files["autoflow.yaml"])
        assert changed == 1
        write_files(folder, {**files, "autoflow.yaml": settings})
        messages = [each for batch in read_ndjson(file, history=False) for each in batch.messages]
        first = messages[0].occurred_at
        assert first is not None
        clock = VirtualClock(first - 1_000_000)
        project = Project(folder, environment={}, clock=clock)
        database = project.database(create=True)
        project.apply(database)
        engine = Engine(project, database)
        post = open_post(project)
        post.start(engine.lease.fence, engine.applied.program.deny)
        for each in (database, post._database):
            each.do("PRAGMA synchronous=OFF")  # no power is cut here; the disk would take most of the time
        living = Living(engine, post, clock, request.param, clock.now(), clock.now())
        members = living.through(messages)
        yield Lived(folder, database, post, server.contents, members)
        post.close()
        engine.close()
        database.close()


@dataclass
class Living:
    """An engine that lives through the year. Where it looks at once (`every` is 0), whatever falls due is done when
    it is; otherwise it finds all that gathered in so long.
    """

    engine: Engine
    post: Post
    clock: VirtualClock
    every: int
    looked: int
    posted: int

    def through(self, messages: list[Incoming]) -> dict[int, dict[str, set[str]]]:
        """Everything at its time, events of one second being one append; returns the members on the five dates."""
        members: dict[int, dict[str, set[str]]] = {}
        asked = [*DATES, END]
        for when, batch in groupby(messages, key=lambda message: message.occurred_at):
            assert when is not None
            while asked[0] < when:
                date = asked.pop(0)
                members[date] = self.look(date)
            if not self.every or when > self.looked + self.every:
                self.pass_time(when - 1)
            self.now_is(when)
            log.append(self.engine.database, list(batch), when)
            if not self.every:
                self.pass_time(when)
        members |= {date: self.look(date) for date in asked}
        self.send()
        return members

    def send(self) -> None:
        while self.post.step(self.clock.now()):
            pass

    def now_is(self, instant: int) -> None:
        self.clock.jump(instant)
        if instant - self.posted >= POST_EVERY:
            self.posted = instant
            self.send()

    def tick(self) -> None:
        while self.engine.tick():
            pass
        if self.every:
            self.send()

    def pass_time(self, until: int) -> None:
        self.tick()
        while (due := self.looked + self.every if self.every else self.engine.next_timer()) and due <= until:
            self.looked = due
            self.now_is(due)
            self.tick()

    def look(self, date: int) -> dict[str, set[str]]:
        """Who is in each segment then."""
        self.pass_time(date)
        self.clock.jump(date)
        self.tick()
        found: dict[str, set[str]] = {}
        for segment, name in self.engine.database.all(
            "SELECT m.segment, c.name FROM membership m JOIN contact c ON c.id = m.contact"
        ):
            found.setdefault(segment, set()).add(name)
        return found


@pytest.fixture(scope="module")
def simulated(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    folder = tmp_path_factory.mktemp("simulated")
    write_files(folder, load_sources(SHIPPED))
    project = Project(folder, environment={}, clock=VirtualClock(at("2026-01-01")))
    database = project.database(create=True)
    imported = import_file(database, file, clock=project.clock)
    before = dump(database)
    again = import_file(database, file, clock=project.clock)
    after = dump(database)
    program = compile_program(definitions.numbered(database, project.workspace))
    outcome = simulate(database, program, Asked(end=END))
    assert outcome is not None
    yield Simulated(database, outcome, imported, again, before, after)
    database.close()


@pytest.fixture(scope="module")
def witness() -> NaiveOutcome:
    return Naive(SHIPPED).run(retail.messages(), None, END)


def test_importing_the_same_file_twice_changes_nothing(simulated: Simulated) -> None:
    assert simulated.imported == Imported(retail.counts().messages, 0, [])
    assert simulated.again == Imported(0, retail.counts().messages, [])
    assert simulated.after == simulated.before


def test_life_and_simulation_decide_the_same_to_the_byte(lived: Lived, simulated: Simulated) -> None:
    rows = [
        {
            "at": to_iso(each.at),
            **{
                name: getattr(each, name)
                for name in ("recipe", "step", "contact", "channel", "name", "key", "outcome", "reason")
            },
        }
        for each in reports.messages(lived.database)
    ]
    expected = list(simulated.simulation.rows())
    assert len(expected) > 20_000
    assert rows == expected
    final = {name: len(who) for name, who in lived.members[END].items()}
    assert final == simulated.simulation.segments


def test_every_mail_arrives_once_and_reads_as_the_simulation_would_have_it(
    lived: Lived, simulated: Simulated
) -> None:
    sender = Sender("Morrow & Kettle", "hello@shop.example", "")
    mails = {
        message_id(m.key, sender): m
        for m, _ in simulated.simulation.messages
        if m.channel == EMAIL and m.outcome == SENT
    }
    arrived = {mail_id(content): content for content in lived.arrived}
    assert len(lived.arrived) == len(arrived), "a mail arrived twice"
    assert arrived.keys() == mails.keys()
    for name, message in mails.items():
        assert arrived[name] == rendered(lived.post, message), message.key


def rendered(post: Post, message: Message) -> bytes:
    contact = message.key.split("/", 4)[4]
    entry = Entry(
        0,
        message.key,
        0,
        contact,
        message.at,
        message.recipe,
        message.step,
        message.channel,
        message.name,
        message.klass,
        message.template_version,
        message.values,
        0,
    )
    return post.preview(entry).mime


def test_the_laws_hold(lived: Lived) -> None:
    by_id = {
        message_id(row[0], Sender("", "hello@shop.example", "")): row[0]
        for row in lived.database.all("SELECT key FROM outbox WHERE channel = 'email'")
    }
    told = [each["key"] for each in notices(lived.folder / ".autoflow" / "sales.ndjson")]
    laws.check(lived.database, {EMAIL: [by_id[mail_id(each)] for each in lived.arrived], "sales": told})
    assert len(told) == len(set(told))
    assert lived.database.all("SELECT DISTINCT state FROM outbox ORDER BY 1") == [("sent",)]
    counts = retail.counts()
    assert reports.counts(lived.database)[:2] == (counts.customers, counts.purchased + counts.refunded)
    assert len(secret(lived.folder)) == 32


def test_the_witness_confirms_every_entry_and_message(lived: Lived, witness: NaiveOutcome) -> None:
    messages = [
        (
            each.at,
            each.recipe,
            each.step,
            each.contact,
            each.channel,
            each.name,
            each.key,
            each.outcome,
            each.reason,
        )
        for each in reports.messages(lived.database)
    ]
    assert messages == [tuple(each) for each in witness.messages]
    runs = lived.database.all(
        "SELECT r.entered_at, r.recipe, c.name, r.entry, r.state, r.ended_at FROM run r"
        " JOIN contact c ON c.id = r.contact"
    )
    assert sorted(runs, key=str) == sorted((tuple(each) for each in witness.entries), key=str)
    refused: dict[str, int] = dict(
        lived.database.all("SELECT recipe, count(*) FROM journal WHERE kind = 'refused' GROUP BY recipe")
    )
    assert refused == witness.refused_by_recipe()


def test_the_witness_confirms_the_members_of_every_segment_on_five_dates(
    lived: Lived, witness: NaiveOutcome
) -> None:
    for date in DATES:
        expected = {name: witness.memberships(name, date) for name in witness.workspace.segments}
        assert lived.members[date] == {name: who for name, who in expected.items() if who}, to_iso(date)
    assert min(len(found) for found in lived.members.values()) > 3
