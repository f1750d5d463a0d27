"""What goes out, and what colleagues are asked to do."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, SmallInteger, Text, text
from sqlmodel import Field

from autoflow.store.last_look import MAILED
from autoflow.store.ledger import OPEN
from autoflow.store.tables.base import Table, big


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
    contact: int = big()
    at: int = big()
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
    next_at: int = big()
    result: str = Field(sa_type=Text)
    settled_at: int | None = big(nullable=True)


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
    contact: int = big()
    at: int = big()
    recipe: str = Field(sa_type=Text)
    step: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    owner: str = Field(sa_type=Text)
    due: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    done_at: int | None = big(nullable=True)
