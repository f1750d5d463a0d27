"""One case played: in memory, in virtual time, through the engine that the daemon runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from autoflow.core.advance import advance
from autoflow.core.program import Program
from autoflow.kinds.scores import Score
from autoflow.kinds.view import View
from autoflow.lab.simulation.making import Maker
from autoflow.lab.testing.expect import EXPECT
from autoflow.lab.testing.line import TimeLine
from autoflow.lab.testing.seen import Seen
from autoflow.lab.testing.story import Arrival, Case, Moment, local_time
from autoflow.lab.testing.walked import Walked
from autoflow.model.contact import Record
from autoflow.model.effects import EMAIL, SENT, Message
from autoflow.model.event import IDENTIFY, Event
from autoflow.model.inside import ADJUSTED
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
class Stage:
    """What all cases of a file are played on: the recipes that are live in it, and what makes their mails."""

    program: Program
    scores: Mapping[str, Score]
    walked: Walked
    maker: Maker | None = None


@dataclass
class Play:
    """One case being played. What is not as expected is in `failures`."""

    stage: Stage
    case: Case
    failures: list[Failure] = field(default_factory=list)
    unmade: list[tuple[Message, str]] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        given, program = self.case.given, self.stage.program
        self.since = given.history[0].at if given.history else self.case.story[0].at
        self.record = Record(
            f"u:{given.user}",
            given.user,
            tags=dict.fromkeys(given.tags, self.since),
            audiences=dict.fromkeys(given.audiences, self.since),
            consent=dict.fromkeys(given.consent, self.since),
            stage=given.stage,
        )
        self.seen = Seen(
            self.stage.walked.tested, View(self.record, self.since, program.zone), self.stage.scores
        )
        self.line = TimeLine(self.seen)
        self.stage.walked.begin(self.record, given.parts)

    def play(self) -> None:
        """All of the story."""
        self.before()
        self.line.begins(self.case.story[0].at)
        for moment in self.case.story:
            self.pass_time(moment.at - 1)
            if moment.arrival is not None:
                self.line.arrived(moment.arrival)
                self.advance([self.item(moment.arrival)], moment.at - 1, moment.at)
            if moment.expected:
                self.pass_time(moment.at)
                self.compare(moment)
        self.pass_time(self.case.story[-1].at)
        self.failures += self.not_made()

    def before(self) -> None:
        """Bring the contact to where the story finds him; nothing is started on the way."""
        start, given = self.case.story[0].at, self.case.given
        if not given.known:
            return
        who = Arrival(self.since, self.since, IDENTIFY, given.attributes)
        past = [self.item(arrival, enters=False) for arrival in (who, *given.history)]
        self.advance(past, start - 1, start - 1)
        self.seen.view.now = start
        points = [self.adjusted(name, points) for name, points in given.scores.items()]
        self.advance(points, start - 1, start - 1)
        self.line.lines.clear()

    def adjusted(self, score: str, wanted: int) -> Event:
        """What brings a score to what is given, whatever the contact did before."""
        points = wanted - self.seen.scores[score].value(self.seen.view)
        start = self.case.story[0].at
        arrival = Arrival(start, start, ADJUSTED, {"score": score, "points": points})
        return self.item(arrival, enters=False)

    def item(self, arrival: Arrival, *, enters: bool = True) -> Event:
        """An arrival as the engine takes it; one that is received too late starts nothing (language.md, rule 5)."""
        self.number += 1
        late = arrival.at - arrival.occurred_at > self.stage.program.triggers_within(arrival.name)
        properties = dict(arrival.properties)
        return Event(
            self.number, arrival.at, arrival.occurred_at, arrival.name, properties, enters and not late
        )

    def pass_time(self, horizon: int) -> None:
        """All that falls due up to and including the instant, each at its own: so that the time line knows when."""
        while (due := self.record.next_due()) is not None and due <= horizon:
            self.advance([], due, due)
        self.seen.view.now = horizon

    def advance(self, items: list[Event], horizon: int, now: int) -> None:
        """One tick of the engine, in which things happen at the instant `now`."""
        start, program = self.case.story[0].at, self.stage.program
        self.seen.view.now = now
        effects = advance(program, self.record, items, horizon, spill=False, silent_before=start)
        self.seen.add(effects)
        unmade: dict[int, str] = {}
        for each in effects.messages:
            if problem := self.problem(each):
                self.unmade.append((each, problem))
                unmade[each.n + 1] = problem  # the mail's line follows its message
        self.line.followed(now, effects, self.stage.walked.take(), unmade)

    def problem(self, message: Message) -> str:
        """Why the post would make nothing of it, if so."""
        if self.stage.maker is None or (message.channel, message.outcome) != (EMAIL, SENT):
            return ""
        return self.stage.maker(message)

    def compare(self, moment: Moment) -> None:
        """Whether things are as expected now."""
        when = local_time(moment.at, self.seen.zone)
        otherwise: list[str] = []
        for expected in moment.expected:
            same, actual = EXPECT[expected.key].compare(expected.value, self.seen)
            if not same:
                otherwise.append(expected.key)
                failure = Failure(expected.line, f"{expected.key} at {when}", expected.value, actual)
                self.failures.append(failure)
        self.line.looked(moment, otherwise)

    def not_made(self) -> list[Failure]:
        """The mails of which the post would make nothing, each mistake once, at the step by which it was decided."""
        told: dict[tuple[str, str], Failure] = {}
        for each, problem in self.unmade:
            line = next(moment.line for moment in self.case.story if moment.at >= each.at)
            when = local_time(each.at, self.seen.zone)
            failure = Failure(line, f"the mail {each.name} of {when} cannot be made", None, problem)
            told.setdefault((each.name, problem), failure)
        return list(told.values())
