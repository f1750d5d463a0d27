"""What engine and witness are compared by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from tests.oracle import comparing
from tests.oracle.conditions import member
from tests.oracle.consent import consent_at
from tests.oracle.look import Look
from tests.oracle.naive import Naive
from tests.oracle.runs import RUNNING, Run
from tests.oracle.scores import score_at
from tests.oracle.sending import is_suppressed
from tests.oracle.walking import Walk


class Entered(NamedTuple):
    """One run; `ended_at` is 0 while it is under way."""

    at: int
    recipe: str
    contact: str
    entry: int
    state: str
    ended_at: int


class Said(NamedTuple):
    """One decided message."""

    at: int
    recipe: str
    step: str
    channel: str
    name: str
    key: str
    outcome: str
    reason: str


class Standing(NamedTuple):
    """Where a run that is under way stands, until when, and whether the gate holds it there."""

    recipe: str
    entry: int
    step: str
    due: int | None
    held: bool


@dataclass(frozen=True)
class State:
    """What is true of one contact in the end. Numbers are in millionths, refusals have their instants."""

    attributes: dict[str, Any]
    computed: dict[str, Any]
    tags: set[str]
    stage: str
    segments: set[str]
    audiences: set[str]
    given: set[str]
    refused: dict[str, int]
    suppressed: bool
    scores: dict[str, int]
    runs: list[Standing]

    def differs_from(self, other: State) -> dict[str, tuple[Any, Any]]:
        """What is not the same, for people."""
        mine, theirs = asdict(self), asdict(other)
        return {name: (mine[name], theirs[name]) for name in mine if mine[name] != theirs[name]}


class Decided(NamedTuple):
    """Everything; runs and messages name the contact by his key, and so does `states`."""

    runs: list[Entered]
    messages: list[Said]
    refused: Counter[str]
    states: dict[str, State]


def in_millionths(value: Any) -> Any:
    """A number as both sides can be compared by it; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    exact = comparing.number(value)
    return value if exact is None else ("millionths", int(exact * 1_000_000))


def witness(files: Mapping[str, str], messages: list[dict[str, Any]], end: int) -> Decided:
    """What the naive interpreter decides."""
    outcome = Naive(files).run(messages, None, end)
    keys = {walk.contact_id: walk.key for walk in outcome.walks}
    return Decided(
        sorted(
            Entered(each.at, each.recipe, keys[each.contact], each.entry, each.outcome, each.ended or 0)
            for each in outcome.entries
        ),
        [
            Said(
                each.at, each.recipe, each.step, each.channel, each.name, each.key, each.outcome, each.reason
            )
            for each in outcome.messages
        ],
        outcome.refused_by_recipe(),
        {walk.key: _state(walk, end) for walk in outcome.walks},
    )


def _state(walk: Walk, end: int) -> State:
    history, words = walk.history, walk.workspace.words
    look = Look(history, end, walk.workspace.zone, words)
    attributes, consent = history.attributes_at(end), consent_at(history, end)
    return State(
        attributes={name: value for name, value in attributes.items() if name not in words.computed},
        computed={name: in_millionths(attributes[name]) for name in words.computed if name in attributes},
        tags=history.tags_at(end),
        stage=history.stage_at(end) or "",
        segments={name for name in walk.workspace.segments if member(name, look)},
        audiences=history.audiences_at(end),
        given=consent.given,
        refused=consent.refused,
        suppressed=is_suppressed(history),
        scores={name: int(score_at(name, look) * 1_000_000) for name in words.scores},
        runs=sorted(_standing(run) for run in walk.runs if run.state == RUNNING),
    )


def _standing(run: Run) -> Standing:
    return Standing(run.recipe.id, run.entry, run.stands_on, run.due, run.held is not None)
