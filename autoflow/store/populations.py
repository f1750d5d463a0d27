"""Who is and was in segments, read in one pass each: nothing is worked out here, `lab` does."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from autoflow.core.segments import ENTERED, LEFT
from autoflow.language.names import SETTINGS_FILE
from autoflow.model.effects import MERGED
from autoflow.model.event import APPLY
from autoflow.model.identifiers import TOMBSTONE
from autoflow.store.database import Database, listed
from autoflow.store.history import event_chunks, last_before

_FOLDER, _ENDING = "segments/", ".yaml"

Move = tuple[int, int, str, str]
"""A line of the journal: whose it is, at which instant, its kind, and the segment (of a merge: the other's key)."""


class Placed(NamedTuple):
    """A release that may have changed who is in a segment: when it took effect, the highest number of a contact whom
    anybody had heard of by then, and the segments whose files it added, changed or took away.
    """

    release: int
    at: int
    contacts: int
    segments: frozenset[str]


def moves(database: Database, segment: str | None = None) -> Iterator[Move]:
    """Everybody's joins and leaves, of one segment or of all, and merges; each contact's in the order of happening.

    It reads the whole journal, once.
    """
    return database.each(
        "SELECT contact, at, kind, subject FROM journal WHERE (kind IN (?, ?) AND (?3 IS NULL OR subject = ?3))"
        " OR kind = ?4 ORDER BY chunk, contact, n",
        ENTERED,
        LEFT,
        segment,
        MERGED,
    )


def members_since(database: Database, segment: str | None = None) -> Iterator[tuple[str, int, int]]:
    """Who is in a segment, or in any, by segment and contact, and since which instant."""
    return database.each(
        "SELECT segment, contact, since FROM membership WHERE ?1 IS NULL OR segment = ?1 ORDER BY segment, contact",
        segment,
    )


def members_of(database: Database, segments: Collection[str]) -> Iterator[tuple[str, int]]:
    """Who is in any of these segments, by segment and contact."""
    return database.each(
        "SELECT segment, contact FROM membership WHERE segment IN (SELECT value FROM json_each(?))"
        " ORDER BY segment, contact",
        listed(segments),
    )


def merged_contacts(database: Database) -> dict[str, int]:
    """Those who turned out to be somebody else, by their key."""
    return dict(database.all("SELECT key, id FROM contact WHERE merged_into IS NOT NULL"))


def last_contact(database: Database) -> int:
    """The highest number of a contact; 0 where there is none."""
    row = database.one("SELECT coalesce(max(id), 0) FROM contact")
    assert row is not None
    return int(row[0])


def erased(database: Database) -> int:
    """How many people were erased."""
    row = database.one(
        "SELECT count(*) FROM contact WHERE merged_into IS NULL AND key LIKE ?", f"{TOMBSTONE}%"
    )
    assert row is not None
    return int(row[0])


def ever_applied(database: Database, until: int) -> set[str]:
    """Every segment that was in any release up to and with `until`."""
    rows = database.all(
        "SELECT DISTINCT path FROM release_file WHERE path LIKE ? AND release <= ?", f"{_FOLDER}%", until
    )
    return {_name(path) for (path,) in rows}


def placed_releases(database: Database, until: int) -> list[Placed]:
    """The releases up to and with `until` by which somebody may have come into a segment or out of one, in order."""
    files: dict[int, dict[str, str]] = {}
    for release, path, digest in database.all(
        "SELECT release, path, hash FROM release_file WHERE release <= ? AND (path LIKE ? OR path = ?)",
        until,
        f"{_FOLDER}%",
        SETTINGS_FILE,
    ):
        files.setdefault(release, {})[path] = digest
    found, before = [], dict[str, str]()
    for release in range(1, until + 1):
        now = files.get(release, {})
        changed = {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}
        names = frozenset(_name(path) for path in changed if path != SETTINGS_FILE)
        if changed:
            found.append(Placed(release, *_place(database, release), names))
        before = now
    return found


def _name(path: str) -> str:
    return path[len(_FOLDER) : -len(_ENDING)]


def _place(database: Database, release: int) -> tuple[int, int]:
    """The instant at which a release stands in the log, and the last contact who was heard of before."""
    applied = database.one("SELECT at FROM release WHERE id = ?", release)
    assert applied is not None
    place = database.one(  # it is the first row received then, or follows soon
        "SELECT at, seq FROM event WHERE seq > ? AND name = ? AND properties = ? ORDER BY seq LIMIT 1",
        last_before(database, applied[0]),
        APPLY,
        f'{{"release":{release}}}',
    )
    assert place is not None
    return place[0], _last_contact_before(database, place[1])


def _last_contact_before(database: Database, seq: int) -> int:
    """Contacts are numbered in the order in which they are first heard of."""
    chunks = event_chunks(database)
    low, high = 0, last_contact(database)
    while low < high:
        middle = (low + high + 1) // 2
        first = database.one(
            "SELECT seq FROM event_of_contact WHERE chunk IN (SELECT value FROM json_each(?)) AND contact = ?"
            " ORDER BY chunk, seq LIMIT 1",
            chunks,
            middle,
        )
        low, high = (middle, high) if first is None or first[0] < seq else (low, middle - 1)
    return low
