"""Recipe tests run: in memory, in virtual time, through the engine that the daemon runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from autoflow.core.advance import advance
from autoflow.core.compiling import compile_program
from autoflow.core.program import Program
from autoflow.kinds.scores import Score
from autoflow.kinds.view import View
from autoflow.lab.making import Maker
from autoflow.lab.story import Arrival, Case, Moment, RecipeTest, local_time
from autoflow.lab.testing_expect import EXPECT, Seen
from autoflow.lab.testing_walked import Walked
from autoflow.lab.testing_why import why
from autoflow.language.definitions import Workspace
from autoflow.model.contact import Record
from autoflow.model.effects import EMAIL, SENT
from autoflow.model.event import IDENTIFY, Event
from autoflow.model.inside import ADJUSTED
from autoflow.model.problems import AutoflowError
from autoflow.model.values import Value


class Failure(NamedTuple):
    """Something that was not as expected: `message` says what, and when in the project's zone.

    Where a mail cannot be made `expected` is None, and `actual` is the sentence that tells why.
    """

    line: int
    message: str
    expected: Value
    actual: Value


@dataclass(frozen=True)
class CaseResult:
    """The outcome of a case. `walked` are the steps that it walked, as (recipe, step), and `branches` where it went on
    from them, as (recipe, step, branch); `why` tells what may explain the failures.
    """

    file: str
    line: int
    recipe: str
    case: str
    failures: tuple[Failure, ...]
    walked: tuple[tuple[str, str], ...]
    why: tuple[str, ...] = ()
    branches: tuple[tuple[str, str, str], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.failures


def run_tests(
    workspace: Workspace, tests: Iterable[RecipeTest], maker: Maker | None = None
) -> list[CaseResult]:
    """Run every case, in the order of the files. With a `maker`, a mail that cannot be made fails its case.

    Only the recipe under test is live, and those that the file names under `also`, whatever their `status`
    says; all segments are there. A contact who is given is known from the earliest thing that he did, or from
    the story's first instant: he stands in the segments that this brings about, and nothing is started by it.
    Who is not given starts in no segment when he is first heard of (language.md, rule 6).
    Raises `AutoflowError` for a workspace with mistakes.
    """
    if not workspace.sound:
        raise AutoflowError("The workspace has mistakes.", "autoflow check tells them.")
    return [result for test in tests for result in _run_file(workspace, test, maker)]


def _run_file(workspace: Workspace, test: RecipeTest, maker: Maker | None) -> Iterable[CaseResult]:
    walked = Walked(test.recipe)
    live = {name: walked.watched(workspace.recipes[name]) for name in (test.recipe, *test.also)}
    program = compile_program(replace(workspace, recipes=live))
    for case in test.cases:
        walked.begin(case.given.parts)
        failures, seen = _Play(program, workspace.settings.scores, test.recipe, case).play()
        if maker is not None:
            failures += _unmade(seen, case, program.zone, maker)
        reasons = why(seen, program.zone) if failures else ()
        yield CaseResult(
            test.file,
            case.line,
            test.recipe,
            case.name,
            tuple(failures),
            tuple(sorted(walked.steps)),
            tuple(reasons),
            tuple(sorted(walked.branches)),
        )


def _unmade(seen: Seen, case: Case, zone: str, maker: Maker) -> Iterable[Failure]:
    """The mails of which the post would make nothing, each mistake once, at the step by which it was decided."""
    told: set[tuple[str, str]] = set()
    for each in seen.messages:
        problem = maker(each) if (each.channel, each.outcome) == (EMAIL, SENT) else ""
        if not problem or (each.name, problem) in told:
            continue
        told.add((each.name, problem))
        line = next(moment.line for moment in case.story if moment.at >= each.at)
        when = local_time(each.at, zone)
        yield Failure(line, f"the mail {each.name} of {when} cannot be made", None, problem)


class _Play:
    """One case being played."""

    def __init__(self, program: Program, scores: Mapping[str, Score], recipe: str, case: Case) -> None:
        given = case.given
        self.program = program
        self.case = case
        self.since = given.history[0].at if given.history else case.story[0].at
        self.record = Record(
            f"u:{given.user}",
            given.user,
            tags=dict.fromkeys(given.tags, self.since),
            audiences=dict.fromkeys(given.audiences, self.since),
            consent=dict.fromkeys(given.consent, self.since),
            stage=given.stage,
        )
        self.seen = Seen(recipe, View(self.record, self.since, program.zone), scores)
        self.waiting: list[Event] = []
        self.number = 0

    def play(self) -> tuple[list[Failure], Seen]:
        """What was not as expected, and what happened."""
        self.before()
        failures: list[Failure] = []
        for moment in self.case.story:
            if moment.arrival is not None:
                self.waiting.append(self.item(moment.arrival))
            if moment.expected:
                self.pass_time(moment.at)
                failures += self.compare(moment)
        self.pass_time(self.case.story[-1].at)
        return failures, self.seen

    def before(self) -> None:
        """Bring the contact to where the story finds him; nothing is started on the way."""
        start, given = self.case.story[0].at, self.case.given
        if not given.known:
            return
        who = Arrival(self.since, self.since, IDENTIFY, given.attributes)
        past = [self.item(arrival, enters=False) for arrival in (who, *given.history)]
        self.advance(past, start - 1)
        self.seen.view.now = start
        self.advance([self.adjusted(name, points) for name, points in given.scores.items()], start - 1)

    def adjusted(self, score: str, wanted: int) -> Event:
        """What brings a score to what is given, whatever the contact did before."""
        points = wanted - self.seen.scores[score].value(self.seen.view)
        start = self.case.story[0].at
        arrival = Arrival(start, start, ADJUSTED, {"score": score, "points": points})
        return self.item(arrival, enters=False)

    def item(self, arrival: Arrival, *, enters: bool = True) -> Event:
        """An arrival as the engine takes it; one that is received too late starts nothing (language.md, rule 5)."""
        self.number += 1
        late = arrival.at - arrival.occurred_at > self.program.triggers_within(arrival.name)
        properties = dict(arrival.properties)
        return Event(
            self.number, arrival.at, arrival.occurred_at, arrival.name, properties, enters and not late
        )

    def pass_time(self, horizon: int) -> None:
        """Apply what has arrived and all that falls due, up to and including the instant."""
        self.advance(self.waiting, horizon)
        self.waiting = []

    def advance(self, items: list[Event], horizon: int) -> None:
        """One tick of the engine."""
        start = self.case.story[0].at
        self.seen.view.now = horizon
        self.seen.add(advance(self.program, self.record, items, horizon, spill=False, silent_before=start))

    def compare(self, moment: Moment) -> Iterable[Failure]:
        """What is not as expected now."""
        when = local_time(moment.at, self.program.zone)
        for expected in moment.expected:
            same, actual = EXPECT[expected.key].compare(expected.value, self.seen)
            if not same:
                yield Failure(expected.line, f"{expected.key} at {when}", expected.value, actual)
