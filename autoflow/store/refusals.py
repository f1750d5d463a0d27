"""Changes that somebody wanted to put in force and may not, by owners.yaml: kept for good, beside the releases.

They name colleagues and files, and no contact.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal, NamedTuple

from autoflow.store.database import Database
from autoflow.store.releases import Origin, origin

RUN = "run"
What = Literal["apply", "run", "rollback", "pause", "drain", "resume"]


class Refusal(NamedTuple):
    """Who wanted to do what, when, from which commit, and which release stayed in force; `files` are those that are
    others', with whose they are.
    """

    origin: Origin
    what: What
    files: Mapping[str, tuple[str, ...]]


def note(database: Database, refusal: Refusal) -> None:
    """Keep a refusal. One that nobody asked for, at a start, is kept once, however often it comes again in a row."""
    stayed, at, by, *_ = refusal.origin
    files = json.dumps(refusal.files, ensure_ascii=False, sort_keys=True)
    row = (stayed, by, refusal.what, refusal.origin.written, files)
    with database.write():
        last = database.one('SELECT release, by, what, "commit", files FROM refusal ORDER BY id DESC LIMIT 1')
        if refusal.what != RUN or last != row:
            database.do(
                'INSERT INTO refusal (at, release, by, what, "commit", files) VALUES (?, ?, ?, ?, ?, ?)',
                at,
                *row,
            )


def refusals(database: Database) -> list[Refusal]:
    """Every refusal, the newest first."""
    rows = database.all('SELECT release, at, by, "commit", what, files FROM refusal ORDER BY id DESC')
    return [Refusal(origin(*whence), what, _files(files)) for *whence, what, files in rows]


def _files(text: str) -> dict[str, tuple[str, ...]]:
    return {path: tuple(owners) for path, owners in json.loads(text).items()}
