"""The tables, declared once. Imported only where a store is made: everything else speaks prepared statements.

Instants are UTC microseconds. `part` cuts contacts into partitions by a hash of their key. Tables that are
found by contact and grow with the log carry `chunk` before it: rows arrive in chunks of 65,536, each a small
tree that stays in memory while it grows, so that inserting stays as fast at ten million rows as at one.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, SmallInteger, Text, text
from sqlmodel import Field, SQLModel

from autoflow.store.last_look import MAILED
from autoflow.store.ledger import OPEN

metadata = MetaData()


class Table(SQLModel):
    """What all our tables share."""

    metadata: ClassVar[MetaData] = metadata


def _big(**kwargs: Any) -> Any:
    return Field(sa_type=BigInteger, **kwargs)


def _key(**kwargs: Any) -> Any:
    return Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}, **kwargs)


_NARROW: dict[str, Any] = {"sqlite_with_rowid": False}


class EventRow(Table, table=True):
    """The log: everything that came from outside, reactions, and the places where definitions changed."""

    __tablename__ = "event"
    seq: int = Field(sa_column=Column(Integer, primary_key=True))
    part: int = Field(sa_type=SmallInteger)
    contact: int = _big()
    at: int = _big()
    occurred_at: int = _big()
    origin: int = Field(sa_type=SmallInteger)
    history: int = Field(sa_type=SmallInteger)
    name: str = Field(sa_type=Text)
    properties: str | None = Field(sa_type=Text, nullable=True)
    reacts_to: str | None = Field(sa_type=Text, nullable=True)


class EventOfContact(Table, table=True):
    """A contact's events."""

    __tablename__ = "event_of_contact"
    __table_args__ = _NARROW
    chunk: int = _key()
    contact: int = _key()
    seq: int = _key()


class Seen(Table, table=True):
    """Message ids that have arrived, by day and hash, so that the index grows at one end."""

    __tablename__ = "seen"
    __table_args__ = _NARROW
    day: int = _key()
    hash: bytes = Field(primary_key=True, sa_type=LargeBinary)


class ContactRow(Table, table=True):
    """A contact: his key for good, and the record that the core works on."""

    __tablename__ = "contact"
    __table_args__ = (
        Index("contact_merged", "merged_into", sqlite_where=Column("merged_into").is_not(None)),
    )
    id: int = Field(sa_column=Column(Integer, primary_key=True))
    part: int = Field(sa_type=SmallInteger)
    key: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    due: int | None = _big(nullable=True)
    merged_into: int | None = _big(nullable=True)
    record: bytes | None = Field(sa_type=LargeBinary, nullable=True)


class Identity(Table, table=True):
    """Who an identifier belongs to: `u:` and a user id, `a:` and an anonymous id."""

    __tablename__ = "identity"
    __table_args__ = (Index("identity_contact", "contact"), _NARROW)
    name: str = Field(primary_key=True, sa_type=Text)
    contact: int = _big()


class Email(Table, table=True):
    """Projection: who has an address (folded)."""

    __tablename__ = "email"
    __table_args__ = _NARROW
    address: str = Field(primary_key=True, sa_type=Text)
    contact: int = _key()


class Timer(Table, table=True):
    """When a contact's next thing is due by time alone; one row a contact."""

    __tablename__ = "timer"
    __table_args__ = _NARROW
    due: int = _key()
    contact: int = _key()


class Membership(Table, table=True):
    """Projection: who is in a segment, and since when."""

    __tablename__ = "membership"
    __table_args__ = _NARROW
    segment: str = Field(primary_key=True, sa_type=Text)
    contact: int = _key()
    since: int = _big()


class Tag(Table, table=True):
    """Projection: who carries a tag, and since when."""

    __tablename__ = "tag"
    __table_args__ = _NARROW
    tag: str = Field(primary_key=True, sa_type=Text)
    contact: int = _key()
    since: int = _big()


class RunRowTable(Table, table=True):
    """Projection: every run there was and is."""

    __tablename__ = "run"
    __table_args__ = _NARROW
    contact: int = _key()
    recipe: str = Field(primary_key=True, sa_type=Text)
    entry: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    part: int = Field(sa_type=SmallInteger)
    version: int = Field(sa_type=Integer)
    state: str = Field(sa_type=Text)
    step: str = Field(sa_type=Text)
    entered_at: int = _big()
    ended_at: int | None = _big(nullable=True)
    reason: str = Field(sa_type=Text)


class Journal(Table, table=True):
    """What happened inside: memberships, entries, refusals, steps, endings; (contact, n) is the key."""

    __tablename__ = "journal"
    __table_args__ = _NARROW
    chunk: int = _key()
    contact: int = _key()
    n: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    part: int = Field(sa_type=SmallInteger)
    at: int = _big()
    kind: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    recipe: str = Field(sa_type=Text)
    version: int = Field(sa_type=Integer)
    entry: int = Field(sa_type=Integer)
    step: str = Field(sa_type=Text)
    detail: str | None = Field(sa_type=Text, nullable=True)


class WindowEntry(Table, table=True):
    """Entries of windows that outgrew the record; the tick takes them back as they fall due."""

    __tablename__ = "window_entry"
    __table_args__ = _NARROW
    contact: int = _key()
    memory: str = Field(primary_key=True, sa_type=Text)
    at: int = _key()
    seq: int = _key()
    value: int = _big()


class Outbox(Table, table=True):
    """The send ledger: one row for each effect key, for good."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_key", "key", unique=True),
        Index("outbox_open", "state", "next_at", sqlite_where=text(OPEN)),
        Index("outbox_mailed", "contact", "settled_at", sqlite_where=text(MAILED)),
        Index("outbox_contact", "contact"),
    )
    id: int = Field(sa_column=Column(Integer, primary_key=True))
    key: str = Field(sa_type=Text)
    part: int = Field(sa_type=SmallInteger)
    contact: int = _big()
    at: int = _big()
    n: int = Field(sa_type=Integer)
    recipe: str = Field(sa_type=Text)
    version: int = Field(sa_type=Integer)
    entry: int = Field(sa_type=Integer)
    step: str = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    klass: str = Field(sa_type=Text)
    template_version: str = Field(sa_type=Text)
    payload: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    attempts: int = Field(sa_type=Integer)
    next_at: int = _big()
    result: str = Field(sa_type=Text)
    settled_at: int | None = _big(nullable=True)


class Task(Table, table=True):
    """What a recipe asks of a colleague; never sent. `id` is what people type, `key` names the effect for good.

    `due` is a day (`2026-03-06`), or nothing.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("task_key", "key", unique=True),
        Index("task_contact", "contact"),
        Index("task_open", "due", "id", sqlite_where=text("state = 'open'")),
    )
    id: int = Field(sa_column=Column(Integer, primary_key=True))
    key: str = Field(sa_type=Text)
    part: int = Field(sa_type=SmallInteger)
    contact: int = _big()
    at: int = _big()
    recipe: str = Field(sa_type=Text)
    step: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    owner: str = Field(sa_type=Text)
    due: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    done_at: int | None = _big(nullable=True)


class SetAside(Table, table=True):
    """A contact over whom the engine stumbled: since when and why, and from where he goes on when he is tried again.

    `error` says nothing of what he told us. Everything of his after row `cursor` is unread, everything that fell
    due after `horizon` undone, and `release` was in force. `asked`: somebody wants him tried again.
    """

    __tablename__ = "set_aside"
    contact: int = Field(sa_column=Column(Integer, primary_key=True))
    since: int = _big()
    error: str = Field(sa_type=Text)
    cursor: int = _big()
    horizon: int = _big()
    release: int = Field(sa_type=Integer)
    asked: int = Field(sa_type=SmallInteger)


class Suppression(Table, table=True):
    """All that is left of who was erased: keyed hashes of his addresses and user ids. No mail goes to them."""

    __tablename__ = "suppression"
    __table_args__ = _NARROW
    hash: str = Field(primary_key=True, sa_type=Text)
    since: int = _big()


class Erasure(Table, table=True):
    """An erasure that is not finished: asked for (0), read by the engine (1), the store made anew (2)."""

    __tablename__ = "erasure"
    contact: int = Field(sa_column=Column(Integer, primary_key=True))
    since: int = _big()
    stage: int = Field(sa_type=SmallInteger)


class Retention(Table, table=True):
    """Up to which chunk of the journal all is gone that is not kept for good (`store.retention`)."""

    __tablename__ = "retention"
    name: str = Field(primary_key=True, sa_type=Text)
    chunk: int = _big()


class Forgetting(Table, table=True):
    """What channels have yet to take out of their files for an erasure: by the effect's key, and whose it was."""

    __tablename__ = "forgetting"
    id: int = Field(sa_column=Column(Integer, primary_key=True))
    channel: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    person: str = Field(sa_type=Text)


class Source(Table, table=True):
    """The text of a file of the workspace, under its hash."""

    __tablename__ = "source"
    hash: str = Field(primary_key=True, sa_type=Text)
    text: str = Field(sa_type=Text)


class Release(Table, table=True):
    """One apply: the whole workspace as it was, and who applied it."""

    __tablename__ = "release"
    id: int = Field(sa_column=Column(Integer, primary_key=True))
    at: int = _big()
    applied_by: str = Field(sa_type=Text)
    commit: str = Field(sa_type=Text)


class ReleaseFile(Table, table=True):
    """A file of a release."""

    __tablename__ = "release_file"
    __table_args__ = _NARROW
    release: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    path: str = Field(primary_key=True, sa_type=Text)
    hash: str = Field(sa_type=Text)


class Version(Table, table=True):
    """Versions of recipes (counted) and templates (named by their hash), and the release that brought them."""

    __tablename__ = "version"
    __table_args__ = _NARROW
    kind: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    version: str = Field(primary_key=True, sa_type=Text)
    hash: str = Field(sa_type=Text)
    release: int = Field(sa_type=Integer)


class Halt(Table, table=True):
    """A recipe that was stopped by hand as of a release, whatever its file says: paused, or draining."""

    __tablename__ = "halt"
    __table_args__ = _NARROW
    release: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    recipe: str = Field(primary_key=True, sa_type=Text)
    state: str = Field(sa_type=Text)


class Undone(Table, table=True):
    """A release that was rolled back: whoever applies without being asked leaves its files alone."""

    __tablename__ = "undone"
    release: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: int = _big()


class RefusalRow(Table, table=True):
    """A change that somebody wanted to put in force and may not; `files` says which are whose, as JSON, and `release`
    what stayed in force.
    """

    __tablename__ = "refusal"
    id: int = Field(sa_column=Column(Integer, primary_key=True))
    at: int = _big()
    release: int = Field(sa_type=Integer)
    by: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    commit: str = Field(sa_type=Text)
    files: str = Field(sa_type=Text)


class Move(Table, table=True):
    """Where a release moves those who stand on a step of an older version: to a step of its own."""

    __tablename__ = "move"
    __table_args__ = _NARROW
    release: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    recipe: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    step: str = Field(primary_key=True, sa_type=Text)
    to: str = Field(sa_type=Text)


class State(Table, table=True):
    """How far the engine is: one row."""

    __tablename__ = "state"
    id: int = Field(sa_column=Column(Integer, primary_key=True))
    cursor: int = _big()
    horizon: int = _big()
    epoch: int = Field(sa_type=Integer)
    release: int = Field(sa_type=Integer)
    applied_at: int = _big()
    built_to: int = _big()
    journal_rows: int = _big()
    known_to: int = _big()
    last_at: int = _big()


class Lease(Table, table=True):
    """Who runs the engine. A higher `fence` takes over; whoever finds a higher one than his own stops."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True, sa_type=Text)
    holder: str = Field(sa_type=Text)
    fence: int = Field(sa_type=Integer)
    since: int = _big()
