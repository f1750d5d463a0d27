"""Contacts: one record each, and projections of it for people and queries."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, SmallInteger, Text
from sqlmodel import Field

from autoflow.store.tables.base import NARROW, Table, big, key


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
    due: int | None = big(nullable=True)
    merged_into: int | None = big(nullable=True)
    record: bytes | None = Field(sa_type=LargeBinary, nullable=True)


class Identity(Table, table=True):
    """Who an identifier belongs to: `u:` and a user id, `a:` and an anonymous id."""

    __tablename__ = "identity"
    __table_args__ = (Index("identity_contact", "contact"), NARROW)
    name: str = Field(primary_key=True, sa_type=Text)
    contact: int = big()


class Email(Table, table=True):
    """Projection: who has an address (folded)."""

    __tablename__ = "email"
    __table_args__ = NARROW
    address: str = Field(primary_key=True, sa_type=Text)
    contact: int = key()


class Timer(Table, table=True):
    """When a contact's next thing is due by time alone; one row a contact."""

    __tablename__ = "timer"
    __table_args__ = NARROW
    due: int = key()
    contact: int = key()


class Membership(Table, table=True):
    """Projection: who is in a segment, and since when."""

    __tablename__ = "membership"
    __table_args__ = NARROW
    segment: str = Field(primary_key=True, sa_type=Text)
    contact: int = key()
    since: int = big()


class Tag(Table, table=True):
    """Projection: who carries a tag, and since when."""

    __tablename__ = "tag"
    __table_args__ = NARROW
    tag: str = Field(primary_key=True, sa_type=Text)
    contact: int = key()
    since: int = big()


class RunRowTable(Table, table=True):
    """Projection: every run there was and is."""

    __tablename__ = "run"
    __table_args__ = NARROW
    contact: int = key()
    recipe: str = Field(primary_key=True, sa_type=Text)
    entry: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    part: int = Field(sa_type=SmallInteger)
    version: int = Field(sa_type=Integer)
    state: str = Field(sa_type=Text)
    step: str = Field(sa_type=Text)
    entered_at: int = big()
    ended_at: int | None = big(nullable=True)
    reason: str = Field(sa_type=Text)


class WindowEntry(Table, table=True):
    """Entries of windows that outgrew the record; the tick takes them back as they fall due."""

    __tablename__ = "window_entry"
    __table_args__ = NARROW
    contact: int = key()
    memory: str = Field(primary_key=True, sa_type=Text)
    at: int = key()
    seq: int = key()
    value: int = big()


class SetAside(Table, table=True):
    """A contact over whom the engine stumbled: since when and why, and from where he goes on when he is tried again.

    `error` says nothing of what he told us. Everything of his after row `cursor` is unread, everything that fell
    due after `horizon` undone, and `release` was in force. `asked`: somebody wants him tried again.
    """

    __tablename__ = "set_aside"
    contact: int = Field(sa_column=Column(Integer, primary_key=True))
    since: int = big()
    error: str = Field(sa_type=Text)
    cursor: int = big()
    horizon: int = big()
    release: int = Field(sa_type=Integer)
    asked: int = Field(sa_type=SmallInteger)
