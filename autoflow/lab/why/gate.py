"""The gate, asked as it would decide now: for each mail of a recipe, and what its word rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from autoflow.core import gate
from autoflow.core.consents import EVERY_TOPIC
from autoflow.core.program import Program
from autoflow.kinds.actions.send_email import SendEmail
from autoflow.kinds.actions.split import Split
from autoflow.kinds.hand import Hand
from autoflow.kinds.limits import LimitOn
from autoflow.kinds.view import View
from autoflow.language.definitions import Recipe
from autoflow.model.clock_times import ClockWindow, clock_says
from autoflow.model.contact import Entries, Run
from autoflow.model.inside import EMAIL_SENT
from autoflow.store.reports import Line


class Slot(NamedTuple):
    """A mail that takes up a slot of a cap."""

    at: int
    template: str
    recipe: str


class Cap(NamedTuple):
    """A cap that is full: of the project, or of the recipe; `free_at` is when the next slot is."""

    limit: str
    of: str
    slots: list[Slot]
    free_at: int


@dataclass
class Mail:
    """What the gate says of one mail: `outcome` sent, skipped or held, and until when.

    Beside the reason stands what it rests on: `segments` of kind deny that he is in, `topics` that he refused, each
    with since when, `quiet` hours, full `caps`, the word that his `address` is `suppressed` by.
    """

    step: str
    template: str
    klass: str
    topic: str
    outcome: str
    reason: str
    until: int | None
    segments: dict[str, int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)
    quiet: list[str] = field(default_factory=list)
    caps: list[Cap] = field(default_factory=list)
    suppressed: str = ""


def mails_of(recipe: Recipe) -> Iterator[tuple[int, str, SendEmail]]:
    """Where a recipe sends mail: the position and the id of the step."""
    for position, step in enumerate(recipe.steps):
        if isinstance(step.action, SendEmail):
            yield position, step.id, step.action


def at_the_gate(
    program: Program, recipe: Recipe, run: Run | None, view: View, journal: Sequence[Line]
) -> list[Mail]:
    """Each mail of a recipe, for the run under way or for the one that would come next; `journal` latest first."""
    found = []
    held_out = _held_out_from(recipe, view) if run is None else len(recipe.steps)
    for position, step, action in mails_of(recipe):
        template = program.templates.get(action.template)
        if template is None:
            continue
        here = run or _next_run(recipe, view)
        if run is None:
            here.holdout = position > held_out
        asking = View(view.record, view.now, view.project_zone, here, here.event)
        outcome, reason, until = gate.decide(
            program, recipe, here, asking, template, ignore_quiet=action.quiet_hours is not None
        )
        mail = Mail(step, template.name, template.klass, template.topic, outcome, reason, until or None)
        _because(mail, program, recipe, asking, journal)
        found.append(mail)
    return found


def _next_run(recipe: Recipe, view: View) -> Run:
    entry = view.record.entries.get(recipe.id, Entries(0, {})).count + 1
    return Run(recipe.id, recipe.version, entry, "", view.now, view.now)


def _because(mail: Mail, program: Program, recipe: Recipe, view: View, journal: Sequence[Line]) -> None:
    record = view.record
    match mail.reason:
        case "suppressed":
            mail.suppressed = record.suppressed
        case "deny":
            mail.segments = {
                name: record.segments[name] for name in sorted(program.deny & record.segments.keys())
            }
        case "unsubscribed":
            topics = (EVERY_TOPIC, mail.topic)
            mail.topics = {name: record.refused[name] for name in topics if name in record.refused}
        case gate.QUIET_HOURS:
            windows = (program.quiet_hours, recipe.sending.quiet_hours)
            mail.quiet = [
                _hours(each) for each in windows if each is not None and each.covers(view.now, view.zone)
            ]
        case gate.CAP:
            asked = (("project", program.at_most), ("recipe", recipe.sending.at_most))
            mail.caps = [
                cap for of, limit in asked if limit is not None and (cap := _full(limit, of, view, journal))
            ]


def _hours(window: ClockWindow) -> str:
    return f"{clock_says(window.from_)} to {clock_says(window.to)}"


def _full(limit: LimitOn, of: str, view: View, journal: Sequence[Line]) -> Cap | None:
    free_at = limit.free_at(view)
    if free_at is None:
        return None
    counted = (
        line for line in journal if line.kind == EMAIL_SENT and limit.memory.where.matches(line.detail, view)
    )
    slots = [
        Slot(line.at, line.subject, line.recipe)
        for line in counted
        if limit.limit.per.window_end(line.at, view.zone) > view.now
    ]
    return Cap(limit.limit.says(), of, slots[::-1], free_at)


# ---- holdouts: who is drawn into one is known before he enters


def _held_out_from(recipe: Recipe, view: View) -> int:
    """The position of the split that everybody comes to and that would hold him out; behind the end without one."""
    position, end = 0, len(recipe.steps)
    while position < end:
        step = recipe.steps[position]
        if isinstance(step.action, Split):
            hand: Any = _Drawing(
                View(view.record, view.now, view.project_zone, _next_run(recipe, view)), step.id
            )
            if step.action.parts[step.action.drawn(cast("Hand", hand))].holdout:
                return position
        position = step.next
    return end


class _Drawing(NamedTuple):
    """As much of a hand as a draw looks at."""

    view: View
    step: str
