"""Those who match already, put forward at an apply: all at once, or so many in a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autoflow.language.rates import RATE
from autoflow.model.durations import parse_duration
from autoflow.model.event import ENTER, Incoming
from autoflow.model.instants import to_iso
from autoflow.model.problems import AutoflowError
from autoflow.store.database import Database
from autoflow.store.reports import still_known

_EXAMPLE = 'For example --pace "500 per day".'


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `most` in any stretch of so many `micros`; `text` is how it was written."""

    most: int
    micros: int
    text: str

    def instant(self, place: int, begin: int) -> int:
        """When the one at a place (from 0) enters, the first of them at `begin`."""
        return begin + place * self.micros // self.most


def read_pace(text: str) -> Pace:
    """`500 per day`; raises `AutoflowError` where it says no such thing."""
    match = RATE.fullmatch(text.strip())
    if match is None or not int(match[1]):
        raise AutoflowError(f'A pace says how many in which time, not "{text}".', _EXAMPLE)
    length = match[2] if match[2][:1].isdigit() else f"1 {match[2]}"
    try:
        micros = parse_duration(length).fixed
    except ValueError as error:
        raise AutoflowError(f"The pace cannot be read: {error}", _EXAMPLE) from None
    if not micros:
        raise AutoflowError("A pace goes by weeks, days, hours or minutes.", _EXAMPLE)
    return Pace(int(match[1]), micros, text.strip())


def put_forward(
    database: Database, recipe: str, people: Mapping[str, str], begin: int, pace: Pace | None
) -> Iterator[Incoming]:
    """What is to be appended for `people`, the trigger by which each enters by his key.

    With a pace each but the first has an instant of his own. They come in the order of a hash, so that nobody is first
    because he is known longest. Whoever is known no more when the first of these is asked for is left out.
    """
    for place, key in enumerate(sorted(still_known(database, [*people]), key=lambda key: _hash(recipe, key))):
        kind, _, identifier = key.partition(":")
        user, anonymous = (identifier, None) if kind == "u" else (None, identifier)
        properties = {"recipe": recipe, "trigger": people[key]}
        if pace is not None and place:
            properties["at"] = to_iso(pace.instant(place, begin))
        yield Incoming(ENTER, user, anonymous, properties)


def _hash(recipe: str, key: str) -> bytes:
    return hashlib.sha256(f"{recipe}/{key}".encode()).digest()
