"""Why somebody got something, or did not: what was decided, from traces, and what would be decided now.

Of the past the store's traces tell; of now the engine's own words are asked again, on the record as it is, or as it was
at an instant (`rebuilding`). Nothing is changed, and nothing is judged anew in another way (P1, P2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from autoflow.core.admission import REFUSED, Refusal, refusal, too_soon
from autoflow.core.program import Program
from autoflow.kinds.view import View
from autoflow.lab.why.ahead import look_ahead
from autoflow.lab.why.gate import Mail, at_the_gate
from autoflow.lab.why.traces import Traces
from autoflow.lab.why.tree import Asked, lay_out
from autoflow.lab.why.triggers import Heard, hear
from autoflow.language.definitions import Recipe
from autoflow.model.contact import Record, Run
from autoflow.model.effects import RunRow
from autoflow.model.inside import ENTERED, STAGE_SET, TAG_REMOVED
from autoflow.store.reports import Line, MessageLine

_REACH = 0.5
RUNNING, TURNED_AWAY, WAS_IN, NEVER = "running", "turned_away", "was_in", "never"


@dataclass
class Now:
    """How things stand at an instant.

    `refusal` is what would keep him out if the recipe's trigger fired, `reentry` the part of it that is about his last
    entry. `enters_at` is when he comes in without new activity, or `refused_then` why he would be turned away then.
    """

    triggers: list[Heard]
    conditions: Asked | None
    keep_while: Asked | None
    goal: Asked | None
    exit: Asked | None
    under_way: list[Run]
    refusal: Refusal | None
    reentry: Refusal | None
    mails: list[Mail] = field(default_factory=list)
    enters_at: int | None = None
    refused_at: int | None = None
    refused_then: str = ""

    def trees(self) -> Iterator[Asked]:
        """What is asked before he comes in."""
        for heard in self.triggers:
            if heard.asked is not None:
                yield heard.asked
        if self.conditions is not None:
            yield self.conditions


@dataclass
class Answer:
    """One recipe and one contact. `state` is one of the words above; `journal` and `messages` are of this recipe alone.

    `missing` is what keeps him out now, the least parts; with `near` it is one thing alone, and within reach.
    """

    recipe: Recipe
    state: str
    journal: list[Line]
    runs: list[RunRow]
    messages: list[MessageLine]
    now: Now | None = None
    missing: list[Asked] = field(default_factory=list)
    near: bool = False

    @property
    def last_refusal(self) -> Line | None:
        """The last time he was turned away."""
        return next((line for line in reversed(self.journal) if line.kind == REFUSED), None)


def answer(recipe: Recipe, traces: Traces, record: Record | None) -> Answer:
    """What the traces say of a recipe, up to their instant; `record` is how he stands then."""
    runs = [row for row in traces.person.runs if row.recipe == recipe.id and row.entered_at <= traces.instant]
    messages = [
        each for each in traces.person.messages if each.recipe == recipe.id and each.at <= traces.instant
    ]
    under_way = record is not None and any(run.recipe == recipe.id for run in record.runs)
    found = Answer(recipe, NEVER, traces.of(recipe.id), runs, messages)
    refused, last = found.last_refusal, max((row.ended_at or 0 for row in runs), default=0)
    if under_way:
        found.state = RUNNING
    elif refused is not None and refused.at >= last:
        found.state = TURNED_AWAY
    elif runs:
        found.state = WAS_IN
    return found


def look(found: Answer, program: Program, record: Record, traces: Traces, *, full: bool) -> None:
    """Ask how things stand now; `full` also at the gate, and what would follow by itself."""
    recipe = found.recipe
    view = View(record, traces.instant, program.zone)
    triggers = [
        hear(trigger, name, recipe, view, program, traces)
        for trigger, name in zip(recipe.triggers, _names(recipe), strict=True)
    ]
    heard = max(triggers, key=lambda each: each.last_at or 0)
    view.event, view.trigger = heard.event, heard.id
    under_way = [run for run in record.runs if run.recipe == recipe.id]
    now = found.now = Now(
        triggers,
        lay_out(recipe.conditions, view, program) if recipe.conditions is not None else None,
        *_of_the_run(recipe, under_way, view, program),
        under_way,
        refusal(recipe, None, view),
        too_soon(recipe, None, view),
    )
    for tree in now.trees():
        for asked in tree.walk():
            _when(asked, traces)
    _miss(found, now)
    if full:
        run = under_way[0] if under_way else None
        now.mails = at_the_gate(program, recipe, run, view, traces.journal)
    if full or found.near:
        _ahead(found, now, program, view, enters=traces.instant >= traces.person.as_of)


def _names(recipe: Recipe) -> Sequence[str]:
    return recipe.trigger_ids or [trigger.word for trigger in recipe.triggers]


def _of_the_run(
    recipe: Recipe, under_way: list[Run], view: View, program: Program
) -> tuple[Asked | None, Asked | None, Asked | None]:
    """What keeps him in or lets him out, of the run that he is in."""
    if not under_way or not under_way[0].step:
        return None, None, None
    run = under_way[0]
    inside = View(view.record, view.now, view.project_zone, run, run.event)
    asked = ((recipe.keep_while, True), (recipe.goal, True), (recipe.exit, False))
    keep, goal, leave = (
        lay_out(each, inside, program, wanted=wanted, inside=False) if each is not None else None
        for each, wanted in asked
    )
    return keep, goal, leave


def _when(asked: Asked, traces: Traces) -> None:
    """When it was seen, where the record does not know and the traces do."""
    if asked.seen_at is not None:
        return
    condition = asked.condition
    match condition.word:
        case "attribute":
            told = traces.told(str(vars(condition)["attribute"]))
            asked.seen_at = told[0] if told is not None else None
        case "stage":
            asked.seen_at = next((line.at for line in traces.journal if line.kind == STAGE_SET), None)
        case "has_tag":
            taken_off = traces.lines(TAG_REMOVED, str(vars(condition)["has_tag"]))
            asked.seen_at = next((line.at for line in taken_off), None)
        case "in_segment":
            left = traces.lines("segment_left", str(vars(condition)["in_segment"]))
            asked.seen_at = next((line.at for line in left), None)


def _miss(found: Answer, now: Now) -> None:
    """What is missing for him to come in: of conditions, and of a membership that starts the recipe."""
    if now.under_way:
        return
    found.missing = now.conditions.missing() if now.conditions is not None else []
    waited = [each.asked for each in now.triggers if each.asked is not None and not each.asked.fine]
    state_like = len(waited) == len(now.triggers) and all(each.wanted for each in waited)
    if state_like:
        found.missing = [*min((each.missing() for each in waited), key=len), *found.missing]
    happened = (state_like and found.state == NEVER) or found.state == TURNED_AWAY
    found.near = happened and len(found.missing) == 1 and _within_reach(found.missing[0])


def _within_reach(missing: Asked) -> bool:
    """Whether it can still come true, and where it is a number, half of it is there."""
    lack = missing.lacks
    return lack is None or (not lack.never and (lack.share is None or lack.share >= _REACH))


def _ahead(found: Answer, now: Now, program: Program, view: View, *, enters: bool) -> None:
    """When each answer turns by itself, and what follows from that for this recipe."""
    asked = [each for tree in now.trees() for each in tree.walk()]
    recipes = frozenset([found.recipe.id])
    told = look_ahead(program, view, asked, recipes, enters=enters)
    for line in told:
        if line.kind == ENTERED:
            now.enters_at = line.at
        else:
            now.refused_at, now.refused_then = line.at, line.subject
