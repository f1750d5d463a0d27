"""The time line of a case: what arrived, what followed from it, and where it was not as expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from autoflow.lab.sentences import properties_words, sentence
from autoflow.lab.testing.seen import ENDED, Seen
from autoflow.lab.testing.story import Arrival, Moment, local_time
from autoflow.lab.testing.walked import AWAITS, DID, HANDED, WAITED, WAITS, WENT, Stride
from autoflow.model.effects import (
    AUDIENCES,
    EMAIL,
    SALES,
    SKIPPED,
    TASKS,
    WEBHOOKS,
    Effects,
    Happening,
    Message,
)
from autoflow.model.event import ENTER, IDENTIFY
from autoflow.model.reasons import in_a_clause

ARRIVED, GIVEN, EXPECT = "arrived", "given", "expect"
_CALLED = {SALES: "notice to {}", TASKS: "task", WEBHOOKS: "call to {}", AUDIENCES: "joining the audience {}"}


class Line(NamedTuple):
    """One thing that happened; `kind` is ARRIVED, GIVEN or EXPECT, a kind of the journal, or what a step came to.

    `run` is the entry number of a run of `recipe` (0: none), `text` tells the rest. `clock` is the contact's own
    time where that is another than the project's, and `failed` marks what was not as expected.
    """

    at: int
    kind: str
    text: str
    recipe: str = ""
    run: int = 0
    clock: str = ""
    failed: bool = False


@dataclass
class TimeLine:
    """The time line as a case is played."""

    seen: Seen
    lines: list[Line] = field(default_factory=list)

    def begins(self, at: int) -> None:
        """Where the story finds the contact."""
        segments = sorted(self.seen.record.segments)
        if segments:
            self._add(at, GIVEN, f"is in the segment{'s' * (len(segments) > 1)} {', '.join(segments)}")

    def arrived(self, arrival: Arrival) -> None:
        """Something that the story tells."""
        words = properties_words(arrival.properties)
        told = {IDENTIFY: f"set{words}", ENTER: f"let into {arrival.properties.get('recipe')} by hand"}
        text = told.get(arrival.name, f"{arrival.name}{words}")
        if arrival.occurred_at != arrival.at:
            text += f", occurred at {local_time(arrival.occurred_at, self.seen.zone)}"
        self._add(arrival.at, ARRIVED, text)

    def followed(
        self, at: int, effects: Effects, strides: Sequence[Stride], unmade: Mapping[int, str]
    ) -> None:
        """What followed from it, or from time alone. `unmade` says by the number of its message's line which mail
        cannot be made.
        """
        traces = {(line.recipe, line.entry, line.step) for line in effects.journal if line.kind != ENDED}
        traces |= {(each.recipe, each.entry, each.step) for each in effects.messages}
        found = [((line.n, 0), self._inside(line, unmade)) for line in effects.journal]
        found += [((each.n, 1), self._skipped(each)) for each in effects.messages if _silent(each)]
        for each in with_entries(strides, effects):
            if each.way != DID or (each.recipe, each.entry, each.step) not in traces:
                found += [((each.n, 2), line) for line in self._strode(at, each)]
        self.lines += [line for _, line in sorted(found, key=lambda each: each[0])]

    def looked(self, moment: Moment, otherwise: Sequence[str]) -> None:
        """What was expected at a moment, and which keys were `otherwise`."""
        asked = ", ".join(dict.fromkeys(each.key for each in moment.expected))
        if otherwise:
            text = f"otherwise than expected (line {moment.line}): {', '.join(otherwise)}"
        else:
            text = f"as expected (line {moment.line}): {asked}"
        self._add(moment.at, EXPECT, text, failed=bool(otherwise))

    def _inside(self, line: Happening, unmade: Mapping[int, str]) -> Line:
        problem = unmade.get(line.n)
        told = f"mail {line.subject} cannot be made" if problem else sentence(line, self.seen.zone)
        clock = self._clock(line.at)
        return Line(line.at, line.kind, told, line.recipe, line.entry, clock, failed=bool(problem))

    def _skipped(self, message: Message) -> Line:
        what = _CALLED[message.channel].format(message.name)
        text = f"{what} skipped: {in_a_clause(message.reason)}"
        return Line(message.at, SKIPPED, text, message.recipe, message.entry, self._clock(message.at))

    def _strode(self, at: int, stride: Stride) -> Iterator[Line]:
        if stride.way in {WENT, WAITED} and not stride.branch:
            return
        until = local_time(stride.until, self.seen.zone) if stride.until else ""
        told = {
            DID: "nothing to do",
            HANDED: f"put into {stride.branch}",
            WAITS: f"waits until {until}",
            AWAITS: f"waits until {until} at the latest",
            WENT: f"goes on by “{stride.branch}”",
            WAITED: f"goes on by “{stride.branch}”",
        }[stride.way]
        text = f"{told} ({stride.step})"
        yield Line(at, stride.way, text, stride.recipe, stride.entry, self._clock(at))

    def _add(self, at: int, kind: str, text: str, *, failed: bool = False) -> None:
        self.lines.append(Line(at, kind, text, clock=self._clock(at), failed=failed))

    def _clock(self, at: int) -> str:
        """The contact's own time, where he lives by another clock than the project."""
        here, there = (local_time(at, zone) for zone in (self.seen.zone, self.seen.view.zone))
        if here == there:
            return ""
        return there.removeprefix(f"{here[:10]} ")


def _silent(message: Message) -> bool:
    """Whether the journal does not tell of it: what is skipped beside mails."""
    return message.channel != EMAIL and message.outcome == SKIPPED


def with_entries(strides: Sequence[Stride], effects: Effects) -> list[Stride]:
    """Strides with the run of those that only know their recipe: that of what comes next in it."""
    ends = [line for line in effects.journal if line.kind == ENDED]
    found = list(strides)
    for place, each in enumerate(strides):
        if each.entry:
            continue
        following = [(other.n, other.entry) for other in strides[place + 1 :] if other.recipe == each.recipe]
        following += [(end.n, end.entry) for end in ends if end.recipe == each.recipe and end.n > each.n]
        found[place] = each._replace(entry=min(following, default=(0, 0))[1])
    return found
