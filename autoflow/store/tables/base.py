"""What the declarations of our tables are made of."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import BigInteger, MetaData
from sqlmodel import Field, SQLModel

metadata = MetaData()


class Table(SQLModel):
    """What all our tables share."""

    metadata: ClassVar[MetaData] = metadata


def big(**kwargs: Any) -> Any:
    """A column of 64 bits."""
    return Field(sa_type=BigInteger, **kwargs)


def key(**kwargs: Any) -> Any:
    """One of the primary key, which we give ourselves."""
    return Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}, **kwargs)


NARROW: dict[str, Any] = {"sqlite_with_rowid": False}
