"""Messages that failed, tried once more by a person's word.

What failed surely did not go out (what may have is `unknown`), or may go twice: transactional mail, under its
Message-ID, and what a channel knows by its key. So a second try by hand breaks no promise of the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from autoflow.model.effects import AUDIENCES, EMAIL
from autoflow.model.identifiers import TOMBSTONE
from autoflow.store.database import Database, listed
from autoflow.store.ledger import FAILED, PENDING, RELEASED

AGAIN = f"{RELEASED}; to be tried again"


def failures(database: Database) -> dict[int, bool]:
    """The messages that failed, by id, and whether each can be tried again.

    It cannot where nothing is left of it, because the contact was erased, and where a later change of the same audience
    has overtaken it: made now, it would undo that one.
    """
    rows = database.all(
        "SELECT o.id, c.key LIKE ?2 OR (o.channel = ?3 AND EXISTS (SELECT 1 FROM outbox l WHERE l.contact = o.contact"
        " AND l.channel = o.channel AND l.name = o.name AND l.id > o.id))"
        " FROM outbox o JOIN contact c ON c.id = o.contact WHERE o.state = ?1 ORDER BY o.id",
        FAILED,
        f"{TOMBSTONE}%",
        AUDIENCES,
    )
    return {row[0]: not row[1] for row in rows}


def try_again(database: Database, ids: Iterable[int], now: int, templates: Mapping[str, str]) -> int:
    """Have these made and sent once more, those of them that failed and can be; returns how many.

    Mail is made by its template as it is now: `templates` gives the version by name. It is looked at once more like any
    other before it goes out, but for being late. It is given as many attempts as at first.
    """
    with database.write():
        able = [id_ for id_, can in failures(database).items() if can]
        return database.do(
            "UPDATE outbox SET state = ?, result = ?, next_at = ?, settled_at = NULL, template_version = coalesce("
            "(SELECT value FROM json_each(?) WHERE key = outbox.name AND outbox.channel = ?), template_version)"
            " WHERE id IN (SELECT value FROM json_each(?)) AND id IN (SELECT value FROM json_each(?))",
            PENDING,
            AGAIN,
            now,
            json.dumps(dict(templates)),
            EMAIL,
            listed(ids),
            listed(able),
        )
