"""The laws of reliability.md, asked of a store and of what arrived at the other end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from autoflow.model.contact import unpack
from autoflow.model.effects import ENDINGS, RUNNING
from autoflow.store.database import Database


def check(
    database: Database, arrived: Mapping[str, Iterable[str]], *, acknowledged: Iterable[int] | None = None
) -> None:
    """All of them. `arrived` holds the effect keys found at each channel's other end, doubles included.

    `acknowledged` holds the number `n` of every event whose append was committed.
    """
    entered_is_accounted_for(database)
    every_effect_has_one_row(database)
    for channel, keys in arrived.items():
        sink_and_store_agree(database, channel, keys)
    nothing_after_an_unsubscribe(database)
    nothing_after_an_erasure(database)
    nothing_before_it_is_due(database)
    if acknowledged is not None:
        every_acknowledged_event_is_there_once(database, acknowledged)


def entered_is_accounted_for(database: Database) -> None:
    """L1, with the journal as the witness of entries and the records as the witness of who is under way."""
    moved = {
        (recipe, contact, entry): version
        for recipe, contact, entry, version in database.all(
            "SELECT recipe, contact, entry, version FROM journal WHERE kind = 'moved' ORDER BY contact, n"
        )
    }
    entered = Counter(
        (recipe, moved.get((recipe, contact, entry), version), contact, entry)
        for recipe, version, contact, entry in database.all(
            "SELECT recipe, version, contact, entry FROM journal WHERE kind = 'entered'"
        )
    )
    runs = {
        row[:4]: row[4:]
        for row in database.all("SELECT recipe, version, contact, entry, state, ended_at FROM run")
    }
    assert entered == Counter(runs.keys()), "L1: entries and runs differ"
    ended = Counter(
        database.all("SELECT recipe, version, contact, entry FROM journal WHERE kind = 'ended'")
    ) + Counter(key for key, (state, _) in runs.items() if state == "merged")
    under_way = Counter(
        (run.recipe, run.version, contact, run.entry)
        for contact, blob in database.all("SELECT id, record FROM contact WHERE record IS NOT NULL")
        for run in unpack(blob).runs
    )
    assert under_way == Counter(key for key, (state, _) in runs.items() if state == RUNNING), "L1: under way"
    assert ended == Counter(key for key, (state, _) in runs.items() if state in ENDINGS), "L1: endings"
    for key, (state, ended_at) in runs.items():
        assert (ended_at is None) is (state == RUNNING), f"L1: {key} is {state} and ended at {ended_at}"


def every_effect_has_one_row(database: Database) -> None:
    """L2: the key of each row names its effect, and no effect has two; the store itself refuses a second."""
    rows = database.all(
        "SELECT o.key, o.recipe, o.entry, o.step, c.key FROM outbox o JOIN contact c ON c.id = o.contact"
    )
    doubled = database.all("SELECT key FROM task INTERSECT SELECT key FROM outbox")
    assert doubled == [], "L2: both asked of somebody and sent"
    for key, recipe, entry, step, contact in rows:
        head, tail = f"{recipe}/{entry}/{step}/", f"/{contact}"
        assert key.startswith(head) and key.endswith(tail), f"L2: {key} names another effect"
        assert key[len(head) : -len(tail)].isdigit()
    assert len({row[0] for row in rows}) == len(rows), "L2: one effect, two rows"
    assert database.all(
        "SELECT 1 FROM pragma_index_list('outbox') WHERE name = 'outbox_key' AND \"unique\" = 1"
    )
    unknown = database.all(
        "SELECT o.key FROM outbox o LEFT JOIN run r ON r.contact = o.contact AND r.recipe = o.recipe"
        " AND r.entry = o.entry WHERE r.recipe IS NULL AND o.recipe NOT LIKE 'audience:%'"
    )  # audiences that mirror a segment change by no run
    assert unknown == [], "L2: effects of runs that never were"


def sink_and_store_agree(database: Database, channel: str, keys: Iterable[str]) -> None:
    """L3 where at most once is the rule for marketing mail, and at least once for all else."""
    found = Counter(keys)
    rows = {
        row[0]: row[1:]
        for row in database.all("SELECT key, state, attempts, klass FROM outbox WHERE channel = ?", channel)
    }
    strangers = found.keys() - rows.keys()
    assert not strangers, f"L3: the store knows nothing of {sorted(strangers)}"
    for key, (state, attempts, klass) in rows.items():
        times = found[key]
        if state == "sent":
            assert times >= 1, f"L3: {key} is sent in the store and never arrived"
        elif state not in {"unknown", "sending"}:
            assert times == 0 or attempts > 0, f"L3: {key} is {state} and arrived"
            assert times == 0 or (klass == "transactional" or channel != "email"), (
                f"L3: {key} is {state}, arrived"
            )
        if klass == "marketing":
            assert times <= 1, f"L3: {key} arrived {times} times"
        assert times <= 1 or attempts >= times, f"L3: {key} arrived {times} times in {attempts} attempts"


def nothing_after_an_unsubscribe(database: Database) -> None:
    """L4: no marketing mail is decided to go out after somebody unsubscribed from everything, unless he has given
    consent since. What concerns one topic stops other mail no more than it should.
    """
    late = database.all(
        "WITH gone AS (SELECT contact, min(at) AS at FROM event e WHERE name = 'unsubscribed'"
        " AND coalesce(json_extract(properties, '$.topic'), '*') = '*' AND NOT EXISTS (SELECT 1 FROM event c"
        " WHERE c.contact = e.contact AND c.name = 'consent_given' AND c.occurred_at > e.at) GROUP BY contact)"
        " SELECT o.key FROM gone JOIN outbox o ON o.contact = gone.contact WHERE o.channel = 'email'"
        " AND o.klass = 'marketing' AND o.outcome = 'sent' AND o.at > gone.at"
    )
    assert late == [], f"L4: mail after an unsubscribe: {late}"


def nothing_after_an_erasure(database: Database) -> None:
    """L4: of whoever was erased nothing waits, and nothing is kept, but what takes him out of audiences."""
    leaving = "o.channel = 'audiences' AND json_extract(o.payload, '$.change') = 'remove'"
    rows = database.all(
        "SELECT o.key FROM outbox o JOIN contact c ON c.id = o.contact WHERE c.key LIKE 'x:%'"
        f" AND (o.state = 'pending' OR o.payload != '{{}}') AND NOT ({leaving})"
    )
    rows += database.all(
        "WITH gone AS (SELECT contact, min(at) AS at FROM event WHERE name = '$erase' GROUP BY contact)"
        " SELECT o.key FROM gone JOIN contact c ON c.id = gone.contact JOIN outbox o ON o.contact = c.id"
        " WHERE c.key LIKE 'x:%' AND o.outcome = 'sent' AND o.at > gone.at"
    )
    assert rows == [], f"L4: kept or decided after an erasure: {rows}"


def nothing_before_it_is_due(database: Database) -> None:
    """L5: nothing is written down for an instant that has not come, and nothing that has come still waits."""
    row = database.one("SELECT horizon FROM state")
    assert row is not None
    (horizon,) = row
    early = database.all(
        "SELECT key FROM outbox WHERE at > ? OR (state = 'sent' AND settled_at < at)", horizon
    )
    early += database.all("SELECT contact, n FROM journal WHERE at > ?", horizon)
    assert early == [], f"L5: before it is due: {early}"
    waiting = database.all(
        "SELECT contact, due FROM timer WHERE due <= ? AND contact NOT IN (SELECT contact FROM set_aside)",
        horizon,
    )
    assert waiting == [], f"L5: due and not done: {waiting}"
    timers: dict[int, int] = dict(database.all("SELECT contact, due FROM timer"))
    for contact, blob in database.all("SELECT id, record FROM contact WHERE record IS NOT NULL"):
        record = unpack(blob)
        due, alarm = record.next_due(), timers.pop(contact, None)
        assert alarm == record.alarm, "L5: the timers are not those of the records"
        # An alarm may ring too early (and then is set anew), and never too late.
        assert due is None or (alarm is not None and alarm <= due), "L5: an alarm would ring too late"
    assert timers == {}, "L5: timers of nobody"


def every_acknowledged_event_is_there_once(database: Database, acknowledged: Iterable[int]) -> None:
    """L6: by the number that each event of the scenario carries."""
    stored = Counter(
        row[0]
        for row in database.all("SELECT json_extract(properties, '$.n') FROM event")
        if row[0] is not None
    )
    assert all(times == 1 for times in stored.values()), "L6: an event stands twice in the log"
    blank = database.one(
        "SELECT count(*) FROM event e JOIN contact c ON c.id = e.contact WHERE c.key LIKE 'x:%' AND properties IS NULL"
    )
    assert blank is not None  # of who was erased the rows are there, and nothing in them
    missing = set(acknowledged) - stored.keys()
    assert len(missing) <= blank[0], f"L6: acknowledged and gone: {sorted(missing)}"
