"""What people and programs ask of the store: counts, members, one contact's story."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from autoflow.model.contact import Record, unpack
from autoflow.model.effects import RUNNING, RunRow
from autoflow.model.event import IDENTIFY, OUTSIDE
from autoflow.model.identifiers import TOMBSTONE
from autoflow.model.values import fold
from autoflow.store.database import Database, StoreError, listed
from autoflow.store.history import Stored, events_of, journal_chunks, persons, values
from autoflow.store.near import near
from autoflow.store.tasks import Task, tasks

_AT_ONCE = 10_000


class Counts(NamedTuple):
    """The store in numbers. Instants are UTC microseconds, `lag` is how many rows wait to be read.

    `erasing` is how many people's erasure is not finished.
    """

    contacts: int
    events: int
    runs: dict[str, int]
    outbox: dict[str, int]
    next_due: int | None
    oldest_unread: int | None
    lag: int
    erasing: int


class Line(NamedTuple):
    """A line of a contact's journal."""

    n: int
    at: int
    kind: str
    subject: str
    recipe: str
    version: int
    entry: int
    step: str
    detail: dict[str, Any]


class MessageLine(NamedTuple):
    """A message of the ledger, as people see it."""

    id: int
    key: str
    at: int
    contact: str
    recipe: str
    step: str
    channel: str
    name: str
    outcome: str
    reason: str
    state: str
    attempts: int
    result: str


class UnderWay(NamedTuple):
    """How many people stand on a step of a version of a recipe."""

    recipe: str
    version: int
    step: str
    people: int


class Stumbled(NamedTuple):
    """A contact who is set aside: since when, and over what the engine stumbled."""

    contact: str
    since: int
    reason: str


class ContactStory(NamedTuple):
    """Everything about one contact, each list by time."""

    id: int
    key: str
    names: list[str]
    record: Record
    events: list[Stored]
    journal: list[Line]
    runs: list[RunRow]
    messages: list[MessageLine]
    tasks: list[Task]
    aside: Stumbled | None


def counts(database: Database) -> Counts:
    """The store in numbers; events count what came from outside, identify not counted."""
    from autoflow.store.tick import next_timer

    with database.read():
        contacts = database.one(
            "SELECT count(*) FROM contact WHERE merged_into IS NULL AND key NOT LIKE ?", f"{TOMBSTONE}%"
        )
        events = database.one("SELECT count(*) FROM event WHERE origin = ? AND name NOT LIKE '$%'", OUTSIDE)
        runs: dict[str, int] = dict(database.all("SELECT state, count(*) FROM run GROUP BY state"))
        outbox: dict[str, int] = dict(database.all("SELECT state, count(*) FROM outbox GROUP BY state"))
        due = next_timer(database)
        unread = database.one("SELECT min(at), count(*) FROM event WHERE seq > (SELECT cursor FROM state)")
        erasing = database.one(
            "SELECT count(*) FROM erasure e JOIN contact c ON c.id = e.contact WHERE c.merged_into IS NULL"
        )
    assert contacts and events and unread and erasing
    return Counts(contacts[0], events[0], runs, outbox, due, unread[0], unread[1], erasing[0])


def runs_by_recipe(database: Database) -> dict[str, dict[str, int]]:
    """How many runs each recipe has in each state; recipes that nobody entered are missing."""
    found: dict[str, dict[str, int]] = {}
    for recipe, state, number in database.all(
        "SELECT recipe, state, count(*) FROM run GROUP BY recipe, state ORDER BY recipe, state"
    ):
        found.setdefault(recipe, {})[state] = number
    return found


def runs_by_version(database: Database, recipe: str) -> dict[int, dict[str, int]]:
    """How many runs each version of a recipe has in each state; versions that nobody entered are missing."""
    found: dict[int, dict[str, int]] = {}
    for version, state, number in database.all(
        "SELECT version, state, count(*) FROM run WHERE recipe = ? GROUP BY version, state", recipe
    ):
        found.setdefault(version, {})[state] = number
    return found


def under_way(database: Database) -> list[UnderWay]:
    """Where those stand who are under way, as the engine last saw them, by recipe, version and step."""
    rows = database.all(
        "SELECT recipe, version, step, count(*) FROM run WHERE state = ? GROUP BY recipe, version, step"
        " ORDER BY recipe, version, step",
        RUNNING,
    )
    return [UnderWay(*row) for row in rows]


def segment_sizes(database: Database) -> dict[str, int]:
    """How many members each segment has (those without any are missing)."""
    return dict(database.all("SELECT segment, count(*) FROM membership GROUP BY segment"))


def members(database: Database, segment: str) -> list[str]:
    """The members' user ids (anonymous ids where there is none), sorted."""
    rows = database.all(
        "SELECT c.name FROM membership m JOIN contact c ON c.id = m.contact WHERE m.segment = ?", segment
    )
    return sorted(row[0] for row in rows)


def find_contact(database: Database, who: str) -> int:
    """The contact of a user id, an anonymous id or an email address; raises `StoreError` with a did-you-mean."""
    for name in (f"u:{who}", f"a:{who}"):
        row = database.one("SELECT contact FROM identity WHERE name = ?", name)
        if row is not None:
            return int(row[0])
    rows = database.all("SELECT contact FROM email WHERE address = ? LIMIT 3", fold(who))
    if len(rows) == 1:
        return int(rows[0][0])
    if rows:
        raise StoreError(f'Several contacts have the address "{who}".', "Name one by his user id.")
    meant = near(database, who)
    raise StoreError(
        f'There is no contact "{who}".',
        f'Did you mean "{meant}"?'
        if meant
        else "`autoflow import` or `autoflow track` makes contacts known.",
    )


def key_and_name(database: Database, contact: int) -> tuple[str, str]:
    """The key of a contact (`u:` and a user id, or `a:` and an anonymous id), and what people call him."""
    row = database.one("SELECT key, name FROM contact WHERE id = ?", contact)
    assert row is not None
    return row[0], row[1]


def still_known(database: Database, keys: Sequence[str]) -> list[str]:
    """Those of these keys by which somebody is known: nobody is by the key of whoever was erased."""
    found: list[str] = []
    for start in range(0, len(keys), _AT_ONCE):
        some = listed(keys[start : start + _AT_ONCE])
        rows = database.all("SELECT name FROM identity WHERE name IN (SELECT value FROM json_each(?))", some)
        found += (row[0] for row in rows)
    return found


def contact_story(database: Database, who: str) -> ContactStory:
    """Everything about one contact, as a visitor too; raises `StoreError` where there is none."""
    contact = find_contact(database, who)
    with database.read():
        row = database.one("SELECT key, record FROM contact WHERE id = ?", contact)
        assert row is not None
        people = persons(database, [contact])
        names = [
            each[0]
            for each in database.all("SELECT name FROM identity WHERE contact = ? ORDER BY name", contact)
        ]
        return ContactStory(
            contact,
            row[0],
            names,
            unpack(row[1]) if row[1] is not None else Record(row[0], row[0][2:]),
            events_of(database, contact),
            journal_of(database, people),
            runs_of(database, people),
            messages(database, contacts=people),
            sorted(tasks(database, contact=contact, done=True), key=lambda task: (task.at, task.id)),
            next(iter(set_aside(database, contact)), None),
        )


def set_aside(database: Database, contact: int | None = None) -> list[Stumbled]:
    """Who is set aside, the first one first; of one contact, or all."""
    rows = database.all(
        "SELECT c.name, s.since, s.error FROM set_aside s JOIN contact c ON c.id = s.contact"
        " WHERE ?1 IS NULL OR s.contact = ?1 ORDER BY s.since, s.contact",
        contact,
    )
    return [Stumbled(*row) for row in rows]


def journal_of(database: Database, contacts: Collection[int]) -> list[Line]:
    """The journal of one contact, or of those who were one."""
    rows = database.all(
        "SELECT n, at, kind, subject, recipe, version, entry, step, detail FROM journal"
        " WHERE chunk IN (SELECT value FROM json_each(?)) AND contact IN (SELECT value FROM json_each(?))"
        " ORDER BY at, contact, n",
        journal_chunks(database),
        listed(contacts),
    )
    return [Line._make((*row[:8], values(row[8]))) for row in rows]


def runs_of(database: Database, contacts: Collection[int]) -> list[RunRow]:
    """The runs that there were and are, of one contact or of those who were one, by entry."""
    rows = database.all(
        "SELECT recipe, entry, version, state, step, entered_at, ended_at, reason FROM run"
        " WHERE contact IN (SELECT value FROM json_each(?)) ORDER BY entered_at, recipe, entry",
        listed(contacts),
    )
    return [RunRow(*row) for row in rows]


def messages(
    database: Database,
    *,
    contacts: Collection[int] | None = None,
    states: list[str] | None = None,
    limit: int = 1 << 31,
) -> list[MessageLine]:
    """Messages of the ledger in order of their decision, of some contacts or of everybody, in some states or all."""
    these = "? IS NULL" if contacts is None else "o.contact IN (SELECT value FROM json_each(?))"
    rows = database.all(
        "SELECT o.id, o.key, o.at, c.name, o.recipe, o.step, o.channel, o.name, o.outcome, o.reason, o.state,"
        " o.attempts, o.result FROM outbox o JOIN contact c ON c.id = o.contact"
        f" WHERE {these} AND (? IS NULL OR o.state IN (SELECT value FROM json_each(?)))"
        " ORDER BY o.at, c.key, o.n LIMIT ?",
        listed(contacts) if contacts is not None else None,
        listed(states) if states is not None else None,
        listed(states or []),
        limit,
    )
    return [MessageLine(*row) for row in rows]


def undeclared(database: Database, declared: set[str], limit: int = 200_000) -> dict[str, int]:
    """Events of the last `limit` rows that autoflow.yaml does not declare, with how often they came."""
    rows = database.all(
        "SELECT name, count(*) FROM (SELECT name FROM event WHERE origin = ? ORDER BY seq DESC LIMIT ?) GROUP BY name",
        OUTSIDE,
        limit,
    )
    return {
        name: count for name, count in rows if name not in declared and name != IDENTIFY and name[0] != "$"
    }
