"""Whose name or address looks like one that nobody has: found by index, however many contacts there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from autoflow.model.problems import did_you_mean
from autoflow.model.values import fold
from autoflow.store.database import Database, listed

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.-_@+"
_LONGEST = (
    48  # of a name that is typed wrongly in one place: there are some eighty others for each letter of it
)
_ENOUGH = 200  # that begin alike
_SHORTEST = 2
_LAST = "\U0010ffff"


def near(database: Database, who: str) -> str | None:
    """The user id or address nearest to `who`; None where nothing is near."""
    folded = fold(who)
    for typed in dict.fromkeys((folded, who)):
        found = did_you_mean(who, _one_letter_apart(database, typed))
        if found is not None:
            return found
    return did_you_mean(
        who, [*_alike(database, _ADDRESSES, folded), *_alike(database, _USERS, f"u:{who}", 2)]
    )


_ADDRESSES = "SELECT address FROM email WHERE address >= ? AND address < ? LIMIT ?"
_USERS = "SELECT substr(name, 3) FROM identity WHERE name >= ? AND name < ? LIMIT ?"


def _one_letter_apart(database: Database, who: str) -> Collection[str]:
    """Those that differ by capitals, by a letter that is wrong, missing or too much, or by two that changed places."""
    if len(who) > _LONGEST:
        return ()
    typed = listed(sorted(set(_typed_otherwise(who))))
    asked = "IN (SELECT value FROM json_each(?))"
    found = database.all(f"SELECT DISTINCT address FROM email WHERE address {asked}", typed)
    found += database.all(
        "SELECT substr(i.name, 3) FROM json_each(?) j JOIN identity i ON i.name = 'u:' || j.value", typed
    )
    return {row[0] for row in found}


def _typed_otherwise(who: str) -> Iterator[str]:
    yield from (who.capitalize(), who.title(), who.upper())
    for place in range(len(who) + 1):
        before, after = who[:place], who[place:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in _LETTERS:
            yield before + letter + after
            yield before + letter + after[1:]


def _alike(database: Database, query: str, who: str, prefix: int = 0) -> Iterator[str]:
    """Those that begin as `who` does, the longest beginning first, until there are enough."""
    left = _ENOUGH
    for length in range(len(who), prefix + _SHORTEST - 1, -1):
        begins = who[:length]
        for (name,) in database.all(query, begins, begins + _LAST, left):
            yield name
            left -= 1
        if left <= 0:
            return
