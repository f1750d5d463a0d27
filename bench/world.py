"""What is measured upon: a store with many contacts, and workspaces with many recipes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autoflow.app import Engine, Project
from autoflow.core.advance import advance
from autoflow.core.program import Program
from autoflow.model.clock import VirtualClock
from autoflow.model.contact import Record, pack
from autoflow.model.durations import DAY
from autoflow.model.event import IDENTIFY, Event, Incoming
from autoflow.model.identifiers import partition
from autoflow.model.instants import parse_instant
from autoflow.store.database import Database

START = parse_instant("2026-01-05T09:00:00Z")
COUNTRIES = ("Germany", "France", "Spain", "Norway", "Japan")
CATEGORIES = tuple(f"c{number}" for number in range(10))

SETTINGS = """\
name: Bench
timezone: Europe/London
sender: {name: Bench, email: bench@shop.example, postal_address: "1 High Street"}
attributes: {score: number, last_order: text}
events:
  purchased: {order_id: text, total: money, category: text}
  viewed: {category: text, price: money}
  searched: {category: text}
  scrolled: {depth: number}
sending: {consent: not_refused}
"""

SEGMENTS = {
    "repeat": "{did: purchased, at_least: 2 times}",
    "lapsed": "{did_not: purchased, within_last: 90 days}\n  - {did: purchased}",
    "big-lately": "{sum_of: purchased.total, within_last: 365 days, at_least: 1500}",
    "tea": "{did: purchased, where: {category: c2}, within_last: 60 days}",
    "looking": "{did: viewed, at_least: 3 times, within_last: 30 days}",
    "coffee": "{did: viewed, where: {category: c1}, within_last: 60 days}",
    "dear": "{sum_of: viewed.price, within_last: 90 days, at_least: 900}",
    "seeking": "{did: searched, at_least: 2 times, within_last: 14 days}",
    "lost": "{did_not: searched, within_last: 180 days}",
    "best": "{in_segment: repeat}\n  - {in_segment: big-lately}\n  - {did: searched, exactly: 7 times}",
}
EVENTS = ("purchased", "viewed", "searched")


def workspace(folder: Path, recipes: int = 20, *, steps: str = "") -> Path:
    """A workspace of ten segments and `recipes` recipes: half listen for segments, half for purchases."""
    for name in ("recipes", "segments", "templates"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "autoflow.yaml").write_text(SETTINGS)
    for name, condition in SEGMENTS.items():
        (folder / f"segments/{name}.yaml").write_text(f"segment: {name}\nconditions:\n  - {condition}\n")
    names = tuple(SEGMENTS)
    for number in range(recipes):
        if number % 2:
            trigger = f"segment_entered: {names[number // 2 % len(names)]}"
        else:
            name, category = EVENTS[number // 2 % 3], CATEGORIES[number // 2 % 10]
            trigger = f"event: {{name: {name}, where: {{category: {category}}}}}"
        (folder / f"recipes/r{number}.yaml").write_text(
            f"recipe: r{number}\ntrigger:\n  {trigger}\nconditions:\n  - {{attribute: email, is_set: true}}\n"
            f"goal:\n  - {{did: purchased, where: {{total: {{at_least: 78}}}}}}\nactions:\n"
            f"{steps or _STEPS.format(number=number)}"
        )
    return folder


_STEPS = """\
  - add_tag: t{number}
  - wait: 1 day
  - set_attribute: {{score: {number}}}
"""


def project(folder: Path, start: int = START) -> tuple[Project, VirtualClock]:
    """A project on a virtual clock."""
    clock = VirtualClock(start)
    return Project(folder, environment={}, clock=clock), clock


def people(database: Database, program: Program, count: int) -> None:
    """Contacts with a past: a year of purchases, views and searches each, as fifty sorts of people have it."""
    sorts = [_sort(program, number) for number in range(50)]
    with database.write():
        for low in range(1, count + 1, 50_000):
            numbers = range(low, min(low + 50_000, count + 1))
            rows = [
                (each, f"u:{each:07d}", f"{each:07d}", *_record(each, sorts[each % 50])) for each in numbers
            ]
            # As in life: first the row, later what is known; a page filled to the brim would split at once.
            database.many(
                "INSERT INTO contact (id, part, key, name) VALUES (?, ?, ?, ?)",
                [(each, partition(key), key, name) for each, key, name, _, _ in rows],
            )
            database.many(
                "UPDATE contact SET due = ?, record = ? WHERE id = ?",
                [(due, blob, each) for each, _, _, due, blob in rows],
            )
            database.many("INSERT INTO identity VALUES (?, ?)", [(key, each) for each, key, *_ in rows])
            database.many(
                "INSERT INTO timer VALUES (?, ?)",
                [(due, each) for each, _, _, due, _ in rows if due is not None],
            )
        database.do("UPDATE state SET known_to = ?", count)


def _sort(program: Program, number: int) -> Record:
    """Somebody with a year behind him, lived through by the engine itself."""
    record = Record("u:", "")
    traits = {"country": COUNTRIES[number % len(COUNTRIES)], "first_name": "Ada"}
    items = [Event(1, START - 400 * DAY, START - 400 * DAY, IDENTIFY, traits)]
    for nth in range(36):
        at = START - (380 - 10 * nth - number % 20) * DAY - DAY // 2
        did = {
            "order_id": "A",
            "total": 20.0 + number,
            "price": 9.5,
            "category": CATEGORIES[(number + nth) % 10],
        }
        items.append(Event(nth + 2, at, at, EVENTS[nth % 3], did))
    advance(program, record, items, START - 1)
    record.epoch = 1
    return record


def _record(contact: int, sort: Record) -> tuple[int | None, bytes]:
    sort.key, sort.name = f"u:{contact:07d}", f"{contact:07d}"
    sort.attributes["email"] = f"{contact:07d}@example.com"
    return sort.alarm, pack(sort)


def draw(what: str, number: int, choices: int) -> int:
    """A number below `choices` that only depends on what it is for."""
    digest = hashlib.blake2b(f"{what}{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % choices


def messages(
    count: int, contacts: int, *, light: bool, start: int = START, first: int = 0
) -> Iterator[Incoming]:
    """Events of contacts drawn evenly, a millisecond apart, of three kinds in turn.

    Each counts in several memories, has several segments looked at and is heard by several recipes; of `light`
    nine in ten touch nothing.
    """
    for number in range(first, first + count):
        contact = f"{draw('who', number, contacts) + 1:07d}"
        at = start + number * 1_000
        if light and number % 10:
            yield Incoming(
                "scrolled",
                contact,
                properties={"depth": number % 100},
                occurred_at=at,
                message_id=f"m{number}",
            )
        else:
            name = EVENTS[number // 10 % 3 if light else number % 3]
            properties = {
                "category": CATEGORIES[draw("category", number, 10)],
                **_MORE.get(name, lambda _: {})(number),
            }
            yield Incoming(name, contact, properties=properties, occurred_at=at, message_id=f"m{number}")


def _purchase(number: int) -> dict[str, Any]:
    return {"order_id": f"A{number}", "total": draw("total", number, 8_000) / 100}


def _view(number: int) -> dict[str, Any]:
    return {"price": draw("price", number, 5_000) / 100}


_MORE = {"purchased": _purchase, "viewed": _view}


def engine(folder: Path, contacts: int, recipes: int = 20) -> tuple[Engine, VirtualClock]:
    """An engine over a store of `contacts` known contacts, the definitions applied and built."""
    made, clock = project(workspace(folder, recipes))
    database = made.database(create=True)
    made.apply(database)
    running = Engine(made, database)
    running.settle()
    people(database, running.applied.program, contacts)
    return running, clock
