"""What is told of one person from the shell, among a million: `why` and `contact show`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from autoflow.app import Engine
from autoflow.model.durations import DAY
from autoflow.model.identifiers import partition
from autoflow.store.database import Database, Row
from autoflow.store.log import CHUNK
from bench.world import CATEGORIES, EVENTS, START, people, project, workspace

EVENTS_EACH = 3
_SCATTER = 700_001  # a prime: neighbours in the log are no neighbours among contacts
_SOME = 50_000
_BEGAN = START - 300 * DAY
_STEP = "send_email:win-back-hello"

_RECIPE = """\
recipe: win-back
trigger: {segment_entered: lapsed}
conditions:
  - {in_segment: best}
  - any: [{attribute: country, is: Germany}, {has_tag: vip}]
reentry: after 180 days
goal: {did: purchased}
actions:
  - send_email: win-back-hello
  - wait: 12 days
  - send_email: win-back-offer
"""
_TEMPLATE = '---\nsubject: "We miss you"\n---\n<p>Hello.</p><a href="{{ unsubscribe_url }}">Unsubscribe</a>\n'


class Answer(NamedTuple):
    """A command, how long it took, and how long a Python takes that looks up one row in the same store; in seconds."""

    what: str
    took: float
    floor: float


def make(folder: Path, contacts: int) -> None:
    """A store of so many contacts, each with a past: events, a run, a mail, a refusal."""
    place = workspace(folder)
    (place / "recipes/win-back.yaml").write_text(_RECIPE)
    for name in ("win-back-hello", "win-back-offer"):
        (place / f"templates/{name}.html").write_text(_TEMPLATE)
    made, _ = project(place)
    database = made.database(create=True)
    made.apply(database)
    engine = Engine(made, database)
    engine.settle()
    people(database, engine.applied.program, contacts)
    _past(database, contacts)
    engine.close()
    database.close()


class _Past:
    """Rows by number, a millisecond apart; each is about a contact whom its number alone gives."""

    def __init__(self, database: Database, contacts: int) -> None:
        row = database.one("SELECT max(seq) FROM event")
        assert row is not None
        self.contacts = contacts
        self.first = row[0] + 1

    def who(self, number: int) -> int:
        return number * _SCATTER % self.contacts + 1

    def event(self, number: int) -> Row:
        contact, at = self.who(number), _BEGAN + number * 1_000
        text = f'{{"category":"{CATEGORIES[number % 10]}","total":20}}'
        times = (at, at, 0, 0)
        return (
            self.first + number,
            partition(f"u:{contact:07d}"),
            contact,
            *times,
            EVENTS[number % 3],
            text,
            None,
        )

    def event_of_contact(self, number: int) -> Row:
        return ((self.first + number) // CHUNK, self.who(number), self.first + number)

    def line(self, number: int) -> Row:
        """First everybody enters, then everybody is mailed, then everybody is turned away."""
        kind, subject, entry, step, detail = (
            ("entered", "win-back", 1, "", None),
            ("email_sent", "win-back-hello", 1, _STEP, '{"class":"marketing"}'),
            ("refused", 'is in the segment "best"', 0, "", '{"seen":false}'),
        )[number // self.contacts]
        place = (number // CHUNK, self.who(number), number // self.contacts + 1, 0, _BEGAN + number * 1_000)
        return (*place, kind, subject, "win-back", 1, entry, step, detail)

    def message(self, number: int) -> Row:
        contact, at = self.who(number), _BEGAN + number * 1_000
        payload = f'{{"to":"{contact:07d}@example.com","contact_key":"u:{contact:07d}"}}'
        what = ("win-back", 1, 1, _STEP, "email", "win-back-hello", "sent", "", "marketing", "", payload)
        key = f"win-back/1/{_STEP}/1/u:{contact:07d}"
        return (key, 0, contact, at, 2, *what, "sent", 1, at, "", at)

    def run(self, number: int) -> Row:
        at = _BEGAN + number * 1_000
        return (number + 1, "win-back", 1, 0, 1, "finished", _STEP, at, at + DAY, "")

    def email(self, number: int) -> Row:
        return (f"{number + 1:07d}@example.com", number + 1)


def _past(database: Database, contacts: int) -> None:
    past, total = _Past(database, contacts), EVENTS_EACH * contacts
    _fill(database, "event", total, past.event)
    _fill(database, "event_of_contact", total, past.event_of_contact, by_key=True)
    _fill(database, "journal", total, past.line, by_key=True)
    _fill(database, _OUTBOX, contacts, past.message)
    _fill(database, "run", contacts, past.run)
    _fill(database, "email", contacts, past.email)
    database.do(
        "UPDATE state SET cursor = ?, horizon = ?, journal_rows = ?, last_at = ?",
        *(past.first + total - 1, START, total, START),
    )


_OUTBOX = (
    "outbox (key, part, contact, at, n, recipe, version, entry, step, channel, name, outcome, reason, klass,"
    " template_version, payload, state, attempts, next_at, result, settled_at)"
)


def _fill(
    database: Database, table: str, count: int, row: Callable[[int], Row], *, by_key: bool = False
) -> None:
    marks = ", ".join("?" * len(row(0)))
    for first in range(0, count, _SOME):
        rows = [row(number) for number in range(first, min(first + _SOME, count))]
        with database.write():
            database.many(f"INSERT INTO {table} VALUES ({marks})", sorted(rows) if by_key else rows)


def measure(folder: Path, contacts: int, times: int) -> Iterator[Answer]:
    """`why` and `contact show` for somebody in the middle, and for a name that nobody has; the median of so many."""
    floor = _median([sys.executable, "-c", _LOOK_UP, str(folder / ".autoflow/store.db")], times)
    who = f"{contacts // 2:07d}"
    for what, *words in (
        ("contact show", "contact", "show", who),
        ("contact show by address", "contact", "show", f"{who}@example.com"),
        ("a name that nobody has", "contact", "show", f"{who}x"),
        ("why, one recipe", "why", who, "win-back"),
        ("why, every recipe", "why", who),
        ("why, a month before", "why", who, "win-back", "--at", "2025-12-06"),
    ):
        command = [sys.executable, "-m", "autoflow", "-C", str(folder), *words]
        yield Answer(what, _median(command, times), floor)


_LOOK_UP = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
print(store.execute("SELECT key, record FROM contact WHERE id = 1000").fetchone())
"""


def _median(command: Sequence[str], times: int) -> float:
    """Seconds until it has answered; it may answer that there is nobody."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        took.append(time.perf_counter() - begun)
        assert "Traceback" not in done.stderr, done.stderr
    return median(took)
