"""Random lives of one contact, for the engine's conditions and for the witness's."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from autoflow.core.advance import advance
from autoflow.core.program import Program
from autoflow.model import inside
from autoflow.model.contact import Record
from autoflow.model.effects import Happening
from autoflow.model.event import IDENTIFY, Event
from autoflow.model.instants import parse_instant
from autoflow.model.values import from_millionths
from tests.oracle import comparing, look

ZONE = "Europe/London"
HOUR = 3_600_000_000
DAY = 24 * HOUR
STARTS = ("2026-01-28 12:00", "2026-03-27 12:00", "2026-10-22 12:00", "2024-02-27 12:00")
EVENTS: list[tuple[str, dict[str, Any]]] = [
    *(
        ("purchased", {"total": total, "category": category})
        for total in (5, 20, "x")
        for category in ("tea", "KAFFEE")
    ),
    ("purchased", {}),
    ("refunded", {}),
    ("looked", {}),
    ("unsubscribed", {}),
    ("consent_given", {"topic": "news"}),
    (IDENTIFY, {"plan": "pro"}),
    (IDENTIFY, {"plan": None}),
    (IDENTIFY, {"birthday": "2000-02-29"}),
    (IDENTIFY, {"birthday": "2026-04-01"}),
    (IDENTIFY, {"timezone": "Pacific/Auckland"}),
    (IDENTIFY, {"timezone": "nowhere"}),
]


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Event], int]:
    """Events with months' ends and changes of the clock around them, some of them late; and an instant after."""
    at = parse_instant(draw(st.sampled_from(STARTS)))
    unit = draw(st.sampled_from([HOUR, 6 * HOUR, 1_000_003]))
    items = [Event(0, at, at, IDENTIFY, {"email": "ana@example.com"})]
    for seq in range(1, draw(st.integers(1, 60)) + 1):
        at += 1 + draw(st.integers(0, 12)) * unit
        late = draw(st.sampled_from([0, 0, 0, HOUR, 5 * HOUR, 2 * DAY, 25 * DAY]))
        name, properties = draw(st.sampled_from(EVENTS))
        items.append(Event(seq, at, at - late, name, {**properties}))
    return items, at + draw(st.integers(0, 40 * 24)) * HOUR


def lived(program: Program, items: list[Event], now: int) -> tuple[Record, look.History]:
    """The contact as the engine knows him, and as the witness does."""
    record = Record("u:ana", "ana")
    effects = advance(program, record, items, now, spill=False)
    return record, _history(items, effects.journal)


def _history(items: list[Event], journal: list[Happening]) -> look.History:
    history = look.History("ana")
    told: list[tuple[int, Event | Happening]] = [(item.at, item) for item in items]
    told += [(line.at, line) for line in journal]
    for _, each in sorted(
        told, key=lambda pair: pair[0]
    ):  # what is received comes before what follows from it
        if isinstance(each, Happening):
            _follows(history, each)
            continue
        history.seen.append((each.at, each.occurred_at))
        if each.name == IDENTIFY:
            history.attributes += [(each.at, name, value) for name, value in each.properties.items()]
        else:
            history.events.append(look.Event(each.name, each.at, each.occurred_at, each.properties))
    return history


def _follows(history: look.History, line: Happening) -> None:
    match line.kind:
        case inside.TAG_ADDED | inside.TAG_REMOVED:
            history.tags.append((line.at, line.subject, line.kind == inside.TAG_ADDED))
        case inside.AUDIENCE_JOINED | inside.AUDIENCE_LEFT:
            history.audiences.append((line.at, line.subject, line.kind == inside.AUDIENCE_JOINED))
        case inside.STAGE_SET:
            history.stages.append((line.at, line.subject))
        case inside.ENTERED:
            history.stays.append(look.Stay(line.subject, line.at, line.at))
        case inside.SCORE_ADJUSTED:
            by = comparing.number(from_millionths((line.detail or {})["points"]))
            assert by is not None
            history.adjustments.append(look.Adjustment(line.at, line.subject, by, len(history.events)))
        case kind if kind in inside.REMEMBERED:
            name, properties = inside.as_event(kind, line.subject, line.recipe, line.detail)
            history.events.append(look.Event(name, line.at, line.at, properties, inside=True))
