"""People who are to be erased: who they are, what there is of them, and the request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from autoflow.model.instants import to_iso
from autoflow.model.problems import AutoflowError
from autoflow.store import erasing
from autoflow.store.database import StoreError
from autoflow.store.reports import contact_story, find_contact

if TYPE_CHECKING:
    from autoflow.store.database import Database


class Farewell(NamedTuple):
    """Somebody who is to be erased, and how much there is of him.

    `went` counts what left the house, or may have, by (channel, name).
    """

    contact: int
    name: str
    email: str
    events: int
    runs: int
    tasks: int
    went: dict[tuple[str, str], int]


def look(database: Database, people: Iterable[str], secret: bytes) -> list[Farewell]:
    """Each of `people` once; raises `AutoflowError` where somebody is unknown, or was erased already."""
    found: dict[int, str] = {}
    for who in people:
        try:
            found.setdefault(find_contact(database, who.strip()), who.strip())
        except StoreError as error:
            since = erasing.Suppressed(database, secret).since_when(who.strip())
            if since is None:
                raise AutoflowError(f"{error.message} Nobody was erased.", error.fix) from error
            raise AutoflowError(
                f'"{who}" was erased already, on {to_iso(since)[:10]}. Nobody was erased now.',
                "Leave that one out.",
            ) from error
    return [_farewell(database, contact, who) for contact, who in found.items()]


def _farewell(database: Database, contact: int, who: str) -> Farewell:
    story = contact_story(database, who)
    went: dict[tuple[str, str], int] = {}
    for message in story.messages:
        if message.attempts:
            went[message.channel, message.name] = went.get((message.channel, message.name), 0) + 1
    events = sum(not each.name.startswith("$") for each in story.events)
    email = story.record.attributes.get("email")
    return Farewell(
        contact,
        story.record.name,
        email if isinstance(email, str) else "",
        events,
        len(story.runs),
        len(story.tasks),
        went,
    )
