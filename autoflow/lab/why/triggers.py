"""What starts a recipe, asked of one contact: when it last happened, and when it comes by itself."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from autoflow.core.program import Program
from autoflow.kinds.base import EVENT, Signal, Trigger
from autoflow.kinds.conditions.in_segment import InSegment
from autoflow.kinds.moves import SegmentMove
from autoflow.kinds.triggers.attribute_changed import AttributeChanged
from autoflow.kinds.triggers.contact_created import ContactCreated
from autoflow.kinds.triggers.manual import Manual
from autoflow.kinds.view import View
from autoflow.lab.why.traces import Traces, happened_at
from autoflow.lab.why.tree import Asked, lay_out
from autoflow.language.definitions import Recipe
from autoflow.model.event import ENTER
from autoflow.model.inside import STAGE_SET
from autoflow.store.reports import Line

MOST_ROWS = 2_000
HISTORY, LATE, BASELINE, BEFORE = "history", "late", "baseline", "before"


@dataclass(eq=False)
class Heard:
    """One trigger. `asked` is the membership, or the number, that it waits for.

    `last_at` is when what it waits for last happened, as far as that is known, `event` with which properties, and
    `silent` why that could start nothing: it came as history, or late, or a file had changed (`baseline`), or it was
    before the recipe was applied. `next_at` is when time alone fires it. Where not all that came in was `searched_all`,
    it was not among the latest.
    """

    id: str
    says: str
    asked: Asked | None = None
    last_at: int | None = None
    silent: str = ""
    event: dict[str, Any] | None = None
    next_at: int | None = None
    searched_all: bool = True


def hear(trigger: Trigger, name: str, recipe: Recipe, view: View, program: Program, traces: Traces) -> Heard:
    """One trigger of a recipe, as things stand at the view's instant."""
    found = Heard(name, trigger.says())
    if isinstance(trigger, SegmentMove):
        membership = InSegment(in_segment=trigger.segment)
        found.asked = lay_out(membership, view, program, wanted=trigger.into)
        _moved(found, trigger, traces)
    elif (watched := trigger.watched()) is not None:
        found.asked = lay_out(watched, view, program)
        ((word, what),) = trigger.hears()
        found.last_at = view.record.watches.get(f"{word}:{what}")
    else:
        _happened_last(found, trigger, recipe, view, program, traces)
    if not found.silent and found.last_at is not None and found.last_at < traces.since.get(recipe.id, 0):
        found.silent = BEFORE
    if trigger.topics() is not None:
        found.next_at = trigger.fires_at(view, view.now)
    return found


def _moved(found: Heard, trigger: SegmentMove, traces: Traces) -> None:
    """When he last came in (or went out), and whether anybody could hear of that."""
    record = traces.person.record
    word = trigger.word
    line = next(iter(traces.lines(word, trigger.segment)), None)
    found.last_at = line.at if line is not None else None
    if found.asked is None or not found.asked.fine:
        return
    if line is None and trigger.into:
        found.last_at, found.silent = found.asked.seen_at, BASELINE
    elif (
        line is not None
        and record.moved.get(trigger.segment) is None
        and traces.instant >= traces.person.as_of
    ):
        found.silent = HISTORY


def _happened_last(
    found: Heard, trigger: Trigger, recipe: Recipe, view: View, program: Program, traces: Traces
) -> None:
    topics = trigger.hears()
    names = [topic[1] for topic in topics if topic[0] == EVENT]
    if isinstance(trigger, ContactCreated):
        first = traces.log.first()
        found.last_at = view.record.first_known or None
        found.silent = HISTORY if first is not None and first.history else ""
    elif isinstance(trigger, Manual):
        by_hand = (row for row in traces.log.rows(ENTER) if row.properties.get("recipe") == recipe.id)
        found.last_at = next((row.at for row in by_hand), None)
    elif isinstance(trigger, AttributeChanged):
        told = traces.told(trigger.attribute)
        if told is not None and (trigger.to is None or trigger.to.holds(told[1], view)):
            found.last_at = told[0]
    elif names:
        _event(found, trigger, names, view, program, traces)
    else:
        lines = (
            line for line in traces.journal if (line.kind, line.subject) in topics or _stage(line, topics)
        )
        found.last_at = next((line.at for line in lines), None)


def _stage(line: Line, topics: frozenset[tuple[str, str]]) -> bool:
    if line.kind != STAGE_SET:
        return False
    return ("stage_entered", line.subject) in topics or ("stage_left", line.detail.get("before")) in topics


def _event(
    found: Heard, trigger: Trigger, names: list[str], view: View, program: Program, traces: Traces
) -> None:
    """The last event that it accepts: what came in, and what steps recorded."""
    rows = traces.log.rows(*names)
    for row in islice(rows, MOST_ROWS):
        if trigger.accepts(Signal((EVENT, row.name), row.properties, row.occurred_at), view):
            found.last_at, found.event = happened_at(row), row.properties
            if row.history:
                found.silent = HISTORY
            elif row.at - row.occurred_at > program.triggers_within(row.name):
                found.silent = LATE
            break
    else:
        found.searched_all = next(rows, None) is None
    for event in traces.inside:
        if event.name not in names or event.at <= (found.last_at or 0):
            continue
        if trigger.accepts(Signal((EVENT, event.name), event.properties, event.at), view):
            found.last_at, found.event, found.silent = event.at, event.properties, ""
            break
