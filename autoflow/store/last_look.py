"""The last look at what is about to leave the house, in the transaction that commits it as `sending`.

The gate has decided each mail at its own instant, whenever the engine got round to it. Here the wall clock has its
say (language.md, rule 13): what is too late, and how much a contact has really got lately.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from autoflow.kinds.view import View
from autoflow.model.contact import Record, unpack
from autoflow.model.durations import DAY, Duration
from autoflow.model.effects import AUDIENCES, EMAIL, ERASED
from autoflow.store.database import Database, listed
from autoflow.store.erasing import Suppressed
from autoflow.store.history import persons
from autoflow.store.log import CHUNK
from autoflow.store.set_aside import silent

TRANSACTIONAL = "transactional"
# Marketing mail that has left the house, or may have. Word for word the condition of the index on it.
MAILED = "klass = 'marketing' AND state IN ('sending', 'sent', 'unknown')"
CAPS_AFTER = 3_600_000_000  # by then the gate's count may have little to do with what arrives when
_LONGEST_MONTH = 31 * DAY

Cap = tuple[str, int, Duration]


class Entry(NamedTuple):
    """One message of the ledger. `values` holds what its mail or notice is made from; `released` says that
    somebody has let it go though it is late.
    """

    id: int
    key: str
    contact: int
    contact_key: str
    at: int
    recipe: str
    step: str
    channel: str
    name: str
    klass: str
    template_version: str
    values: dict[str, Any]
    attempts: int
    released: bool = False


class Rules(NamedTuple):
    """What the last look and the settling go by: segments that get no marketing mail, channels on which sending
    a key again changes nothing, and after how many attempts a message is given up.

    `secret` is what hashes on the suppression list are made with.
    `caps` are (recipe, most, window): no more marketing mail than that in a window that ends now, whoever sent it,
    for mail of that recipe, or of all where it is "". Mail later than `late_after` waits for a person's word; None:
    none does. `zone` is the project's.
    """

    deny: Collection[str]
    repeatable: Collection[str]
    most_attempts: int
    caps: Sequence[Cap] = ()
    late_after: int | None = None
    zone: str = "UTC"
    secret: bytes = b""


class Go(NamedTuple):
    """It may go out now."""


class Refuse(NamedTuple):
    """It may never go out."""

    reason: str


class Hold(NamedTuple):
    """It is late, and waits for a person's word."""


class PutOff(NamedTuple):
    """It may go out no sooner than at an instant."""

    until: int


Verdict = Go | Refuse | Hold | PutOff


def look(
    database: Database, entries: Sequence[Entry], now: int, rules: Rules
) -> Iterator[tuple[Entry, Verdict]]:
    """What may become of each entry, in their order; those of contacts with something unread are left out, and so are
    contacts who are set aside: for them it stays unread.
    """
    people = _persons(database, entries)
    unread = _unread(database, people) | silent(database)
    records = _records(database, {people[entry.contact] for entry in entries if entry.channel == EMAIL})
    caps = _Caps(database, entries, people, now, rules)
    suppressed = Suppressed(database, rules.secret)
    erased = suppressed.contacts({*people, *people.values()})
    for entry in entries:
        person = people[entry.contact]
        if entry.contact in unread or person in unread:
            continue
        if entry.contact in erased or person in erased:
            yield entry, Go() if _leaves_audience(entry) else Refuse(ERASED)
            continue
        if entry.channel == EMAIL and suppressed.address(entry.values.get("to")):
            yield entry, Refuse(ERASED)
            continue
        record = records.get(person)
        if entry.channel != EMAIL or record is None:
            yield entry, Go()
            continue
        verdict = _judge(entry, record, now, rules)
        if isinstance(verdict, Go):
            verdict = caps.look(entry, person, View(record, now, rules.zone).zone)
        yield entry, verdict


def _leaves_audience(entry: Entry) -> bool:
    return entry.channel == AUDIENCES and entry.values.get("change") == "remove"


def _judge(entry: Entry, record: Record, now: int, rules: Rules) -> Verdict:
    refusal = _refusal(entry, record, rules.deny)
    if refusal is not None:
        return Refuse(refusal)
    late, skip_after = now - entry.at, entry.values.get("skip_after")
    if skip_after is not None:
        return Refuse("late") if late > skip_after else Go()
    if rules.late_after is not None and late > rules.late_after and not entry.released:
        return Hold()
    return Go()


class _Caps:
    """How much marketing mail those of a group have really got lately, the group itself included."""

    def __init__(
        self,
        database: Database,
        entries: Sequence[Entry],
        people: Mapping[int, int],
        now: int,
        rules: Rules,
    ) -> None:
        self._now = now
        self._caps = rules.caps
        looked_at = {people[entry.contact] for entry in entries if self._concern(entry)}
        self._went = _went_out(database, looked_at, now, rules.caps)

    def _concern(self, entry: Entry) -> list[Cap]:
        if not self._caps or not _marketing(entry) or self._now - entry.at <= CAPS_AFTER:
            return []
        return [cap for cap in self._caps if cap[0] in ("", entry.recipe)]

    def look(self, entry: Entry, person: int, zone: str) -> Verdict:
        """Whether a mail may go out now; if so, it counts for those after it."""
        went = self._went.get(person)
        if went is None or not _marketing(entry):
            return Go()  # nobody is late here
        free = [_free_at(went, most, window, self._now, zone) for _, most, window in self._concern(entry)]
        until = max(free, default=self._now)
        if until > self._now:
            return PutOff(until)
        went.append(self._now)
        return Go()


def _marketing(entry: Entry) -> bool:
    return entry.channel == EMAIL and entry.klass != TRANSACTIONAL


def _free_at(went: Sequence[int], most: int, window: Duration, now: int, zone: str) -> int:
    """The first instant at which one more fits in: `now`, or when enough have left the window."""
    ahead = sorted(end for at in went if (end := window.window_end(at, zone)) > now)
    return ahead[len(ahead) - most] if len(ahead) >= most else now


def _went_out(
    database: Database, people: Collection[int], now: int, caps: Sequence[Cap]
) -> dict[int, list[int]]:
    """When marketing mail really went out to each of these persons, under whatever name, as far as a cap looks."""
    if not people:
        return {}
    same = persons(database, people)
    longest = max(window.months * _LONGEST_MONTH + window.days * DAY + window.micros for *_, window in caps)
    rows = database.all(
        f"SELECT contact, settled_at FROM outbox WHERE {MAILED}"
        " AND contact IN (SELECT value FROM json_each(?1)) AND settled_at > ?2"
        f" UNION ALL SELECT contact, ?3 FROM outbox WHERE {MAILED}"
        " AND contact IN (SELECT value FROM json_each(?1)) AND settled_at IS NULL",
        listed(same),
        now - longest,
        now,
    )
    found: dict[int, list[int]] = {person: [] for person in people}
    for contact, at in rows:
        found[same[contact]].append(at)
    return found


def _refusal(entry: Entry, record: Record, deny: Collection[str]) -> str | None:
    if record.suppressed:
        return "suppressed"
    if entry.klass == TRANSACTIONAL:
        return None
    # What was refused before the decision, the gate has judged by topic.
    if "*" in record.refused or any(at >= entry.at for at in record.refused.values()):
        return "unsubscribed"
    return "deny" if any(segment in record.segments for segment in deny) else None


def _persons(database: Database, entries: Sequence[Entry]) -> dict[int, int]:
    """Each entry's contact, and the contact that he is by now: mail decided for a visitor heeds what the user says."""
    return dict(
        database.all(
            "WITH RECURSIVE person(contact, id) AS (SELECT value, value FROM json_each(?) UNION SELECT person.contact,"
            " c.merged_into FROM person JOIN contact c ON c.id = person.id WHERE c.merged_into IS NOT NULL)"
            " SELECT contact, min(id) FROM person GROUP BY contact",  # whoever is merged goes into an elder
            listed({entry.contact for entry in entries}),
        )
    )


def _unread(database: Database, persons: Mapping[int, int]) -> set[int]:
    row = database.one("SELECT cursor, (SELECT coalesce(max(seq), 0) FROM event) FROM state")
    assert row is not None
    cursor, last = row
    if cursor == last:
        return set()
    return {
        each[0]
        for each in database.all(
            "SELECT DISTINCT contact FROM event_of_contact WHERE chunk IN (SELECT value FROM json_each(?))"
            " AND contact IN (SELECT value FROM json_each(?)) AND seq > ?",
            listed(range(cursor // CHUNK, last // CHUNK + 1)),
            listed({*persons, *persons.values()}),
            cursor,
        )
    }


def _records(database: Database, contacts: Iterable[int]) -> dict[int, Record]:
    rows = database.all(
        "SELECT id, record FROM contact WHERE id IN (SELECT value FROM json_each(?))",
        listed(contacts),
    )
    return {contact: unpack(blob) for contact, blob in rows if blob is not None}
