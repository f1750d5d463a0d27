"""What is left of whoever was erased, and how long traces are kept."""

from __future__ import annotations

from sqlalchemy import Column, Integer, SmallInteger, Text
from sqlmodel import Field

from autoflow.store.tables.base import NARROW, Table, big


class Suppression(Table, table=True):
    """All that is left of who was erased: keyed hashes of his addresses and user ids. No mail goes to them."""

    __tablename__ = "suppression"
    __table_args__ = NARROW
    hash: str = Field(primary_key=True, sa_type=Text)
    since: int = big()


class Erasure(Table, table=True):
    """An erasure that is not finished: asked for (0), read by the engine (1), the store made anew (2)."""

    __tablename__ = "erasure"
    contact: int = Field(sa_column=Column(Integer, primary_key=True))
    since: int = big()
    stage: int = Field(sa_type=SmallInteger)


class Retention(Table, table=True):
    """Up to which chunk of the journal all is gone that is not kept for good (`store.retention`)."""

    __tablename__ = "retention"
    name: str = Field(primary_key=True, sa_type=Text)
    chunk: int = big()


class Forgetting(Table, table=True):
    """What channels have yet to take out of their files for an erasure: by the effect's key, and whose it was."""

    __tablename__ = "forgetting"
    id: int = Field(sa_column=Column(Integer, primary_key=True))
    channel: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    person: str = Field(sa_type=Text)
