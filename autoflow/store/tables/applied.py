"""What was applied, by whom, and what was ordered beside the files."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Text
from sqlmodel import Field

from autoflow.store.tables.base import NARROW, Table, big


class Source(Table, table=True):
    """The text of a file of the workspace, under its hash."""

    __tablename__ = "source"
    hash: str = Field(primary_key=True, sa_type=Text)
    text: str = Field(sa_type=Text)


class Release(Table, table=True):
    """One apply: the whole workspace as it was, and who applied it."""

    __tablename__ = "release"
    id: int = Field(sa_column=Column(Integer, primary_key=True))
    at: int = big()
    applied_by: str = Field(sa_type=Text)
    commit: str = Field(sa_type=Text)


class ReleaseFile(Table, table=True):
    """A file of a release."""

    __tablename__ = "release_file"
    __table_args__ = NARROW
    release: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    path: str = Field(primary_key=True, sa_type=Text)
    hash: str = Field(sa_type=Text)


class Version(Table, table=True):
    """Versions of recipes (counted) and templates (named by their hash), and the release that brought them."""

    __tablename__ = "version"
    __table_args__ = NARROW
    kind: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    version: str = Field(primary_key=True, sa_type=Text)
    hash: str = Field(sa_type=Text)
    release: int = Field(sa_type=Integer)


class Halt(Table, table=True):
    """A recipe that was stopped by hand as of a release, whatever its file says: paused, or draining."""

    __tablename__ = "halt"
    __table_args__ = NARROW
    release: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    recipe: str = Field(primary_key=True, sa_type=Text)
    state: str = Field(sa_type=Text)


class Undone(Table, table=True):
    """A release that was rolled back: whoever applies without being asked leaves its files alone."""

    __tablename__ = "undone"
    release: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: int = big()


class RefusalRow(Table, table=True):
    """A change that somebody wanted to put in force and may not; `files` says which are whose, as JSON, and `release`
    what stayed in force.
    """

    __tablename__ = "refusal"
    id: int = Field(sa_column=Column(Integer, primary_key=True))
    at: int = big()
    release: int = Field(sa_type=Integer)
    by: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    commit: str = Field(sa_type=Text)
    files: str = Field(sa_type=Text)


class Move(Table, table=True):
    """Where a release moves those who stand on a step of an older version: to a step of its own."""

    __tablename__ = "move"
    __table_args__ = NARROW
    release: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    recipe: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    step: str = Field(primary_key=True, sa_type=Text)
    to: str = Field(sa_type=Text)
