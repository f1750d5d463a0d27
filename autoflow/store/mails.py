"""Mails as the gate decided them, read back from the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from autoflow.core.runs import ENDED
from autoflow.model.effects import MERGED, Happening
from autoflow.model.identifiers import TOMBSTONE
from autoflow.model.inside import EMAIL_HELD, EMAIL_SENT, EMAIL_SKIPPED
from autoflow.store.database import Database, listed
from autoflow.store.history import journal_chunks, some, values

_KINDS = (EMAIL_SENT, EMAIL_SKIPPED, EMAIL_HELD)


def decided(
    database: Database, contacts: range | Collection[int], until: int
) -> Iterator[tuple[int, Happening]]:
    """What was decided about these contacts' mails up to an instant, which runs ended, and merges; each contact's in
    order.
    """
    these, bound = some(contacts)
    for contact, n, at, kind, subject, recipe, version, entry, step, text in database.each(
        "SELECT contact, n, at, kind, subject, recipe, version, entry, step, detail FROM journal"
        f" WHERE chunk IN (SELECT value FROM json_each(?)) AND contact {these} AND at <= ?"
        " AND kind IN (SELECT value FROM json_each(?)) ORDER BY contact, n",
        *(journal_chunks(database), *bound, until, listed([*_KINDS, ENDED, MERGED])),
    ):
        yield contact, Happening(n, at, kind, subject, recipe, version, entry, step, values(text))


def decided_between(database: Database) -> tuple[int, int] | None:
    """When the gate first and last decided about a mail; None where it never did."""
    row = database.one(
        "SELECT min(at), max(at) FROM journal WHERE kind IN (SELECT value FROM json_each(?))", listed(_KINDS)
    )
    assert row is not None
    return (row[0], row[1]) if row[0] is not None else None


def elders(database: Database) -> dict[int, int]:
    """Everybody who turned out to be somebody else, with whom he is now."""
    into: dict[int, int] = dict(
        database.all("SELECT id, merged_into FROM contact WHERE merged_into IS NOT NULL")
    )
    found = {}
    for contact in into:
        elder = contact
        while elder in into:
            elder = into[elder]
        found[contact] = elder
    return found


def known(database: Database, contacts: range | Collection[int]) -> dict[int, tuple[str, str]]:
    """The keys and names of those of these contacts whom the engine has met, and who were not erased."""
    these, bound = some(contacts)
    rows = database.all(
        f"SELECT id, key, name FROM contact WHERE id {these} AND record IS NOT NULL AND key NOT LIKE ?",
        *(*bound, f"{TOMBSTONE}%"),
    )
    return {row[0]: (row[1], row[2]) for row in rows}
