"""How far the engine is, and who runs it."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Text
from sqlmodel import Field

from autoflow.store.tables.base import Table, big


class State(Table, table=True):
    """How far the engine is: one row."""

    __tablename__ = "state"
    id: int = Field(sa_column=Column(Integer, primary_key=True))
    cursor: int = big()
    horizon: int = big()
    epoch: int = Field(sa_type=Integer)
    release: int = Field(sa_type=Integer)
    applied_at: int = big()
    built_to: int = big()
    journal_rows: int = big()
    known_to: int = big()
    last_at: int = big()


class Lease(Table, table=True):
    """Who runs the engine. A higher `fence` takes over; whoever finds a higher one than his own stops."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True, sa_type=Text)
    holder: str = Field(sa_type=Text)
    fence: int = Field(sa_type=Integer)
    since: int = big()
