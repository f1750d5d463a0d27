"""The log, and what each contact's items came to."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, SmallInteger, Text
from sqlmodel import Field

from autoflow.store.tables.base import NARROW, Table, big, key


class EventRow(Table, table=True):
    """The log: everything that came from outside, reactions, and the places where definitions changed."""

    __tablename__ = "event"
    seq: int = Field(sa_column=Column(Integer, primary_key=True))
    part: int = Field(sa_type=SmallInteger)
    contact: int = big()
    at: int = big()
    occurred_at: int = big()
    origin: int = Field(sa_type=SmallInteger)
    history: int = Field(sa_type=SmallInteger)
    name: str = Field(sa_type=Text)
    properties: str | None = Field(sa_type=Text, nullable=True)
    reacts_to: str | None = Field(sa_type=Text, nullable=True)


class EventOfContact(Table, table=True):
    """A contact's events."""

    __tablename__ = "event_of_contact"
    __table_args__ = NARROW
    chunk: int = key()
    contact: int = key()
    seq: int = key()


class Seen(Table, table=True):
    """Message ids that have arrived, by day and hash, so that the index grows at one end."""

    __tablename__ = "seen"
    __table_args__ = NARROW
    day: int = key()
    hash: bytes = Field(primary_key=True, sa_type=LargeBinary)


class Journal(Table, table=True):
    """What happened inside: memberships, entries, refusals, steps, endings; (contact, n) is the key."""

    __tablename__ = "journal"
    __table_args__ = NARROW
    chunk: int = key()
    contact: int = key()
    n: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    part: int = Field(sa_type=SmallInteger)
    at: int = big()
    kind: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    recipe: str = Field(sa_type=Text)
    version: int = Field(sa_type=Integer)
    entry: int = Field(sa_type=Integer)
    step: str = Field(sa_type=Text)
    detail: str | None = Field(sa_type=Text, nullable=True)
