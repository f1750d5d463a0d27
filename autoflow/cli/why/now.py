"""How things stand, for `why`: conditions as a tree of marks, triggers, and the gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoflow.cli.output import local
from autoflow.kinds.counts import Counted
from autoflow.kinds.deeds import Deed
from autoflow.kinds.measures import Measure
from autoflow.lab.why.triggers import BASELINE, BEFORE, HISTORY, LATE, MOST_ROWS
from autoflow.model.effects import HELD, SENT
from autoflow.model.instants import to_wall
from autoflow.model.reasons import in_short
from autoflow.model.values import plain

if TYPE_CHECKING:
    from autoflow.lab.why.gate import Mail
    from autoflow.lab.why.tree import Asked
    from autoflow.lab.why.triggers import Heard

FINE, NOT_FINE = "✓", "✗"
_ALL, _ONE, _NONE, _NOT_ALL = "all of these", "one of these", "none of these", "not all of these"
_GROUPS = {
    ("all", True): _ALL,
    ("all", False): _NOT_ALL,
    ("any", True): _ONE,
    ("any", False): _NONE,
    ("none", True): _NONE,
    ("none", False): _ONE,
}
"""What is asked of the parts of a group that is to hold, or is not to."""
_SILENT = {
    HISTORY: "it was brought in as history, which starts nothing",
    LATE: "it came in too late to start anything",
    BEFORE: "that was before the recipe was applied",
    BASELINE: "he was in it when it was applied, and nobody enters because a file changed",
}


@dataclass(frozen=True)
class Times:
    """Instants by the project's clock, and by the contact's where that is another."""

    zone: str
    own_zone: str

    def at(self, instant: int) -> str:
        """Of what has been."""
        return local(instant, self.zone)

    def coming(self, instant: int) -> str:
        """Of what is to come: with the contact's reading, for quiet hours and waits go by his clock."""
        said = local(instant, self.zone)
        here, there = to_wall(instant, self.zone), to_wall(instant, self.own_zone)
        if here == there:
            return said
        return f"{said} ({there:{'%H:%M' if here.date() == there.date() else '%Y-%m-%d %H:%M'}} where he is)"

    def zones(self) -> str:
        """Which clocks these are."""
        own = "" if self.own_zone == self.zone else f"; he is in {self.own_zone}"
        return f" ({self.zone}{own})"


# ---- conditions


def tree(asked: Asked, times: Times, depth: int = 1, *, all_of: bool = True) -> Iterator[str]:
    """A condition and what is below it, a line each and one more for what it lacks.

    Where all that stands beside it must be as it should be, an `all` is its parts.
    """
    group = asked.condition.word, asked.wanted
    if asked.grouped and group == ("all", True) and all_of:
        for part in asked.parts:
            yield from tree(part, times, depth)
        return
    indent = "  " * depth
    mark = FINE if asked.fine else NOT_FINE
    if asked.grouped:
        yield f"{indent}{mark} {_GROUPS[group]}:"
    else:
        yield f"{indent}{mark} {asked.condition.says()}: {seen(asked, times)}{_until(asked, times)}"
        if not asked.segment and (needs := lacking(asked, times)):
            yield f"{indent}    → {needs}"
    every = asked.segment != "" or _GROUPS.get(group) in {_ALL, _NONE}
    for part in asked.parts:
        yield from tree(part, times, depth + 2, all_of=every)


def seen(asked: Asked, times: Times) -> str:
    """The value that was seen, and when."""
    value = asked.seen
    when = times.at(asked.seen_at) if asked.seen_at is not None else ""
    match value:
        case {"given": list(given), "refused": list(refused)}:
            agreed, declined = [f"agreed to {_topics(given)}"], [f"refused {_topics(refused)}"]
            told = " and ".join(agreed * bool(given) + declined * bool(refused)) or "nothing was said"
            word = "on"
        case {"times": int(number), "before": int(before)}:
            return f"{_often(number)}, and {_often(before)} in the time before"
        case {"times": int(number)}:
            least = "" if asked.whole else "at least "
            told, word = f"{least}{_often(number)}" if number or not when else "not in that time", "last on"
        case dict():
            told, word = ("done", "last on") if when else ("never", "")
        case bool():
            told, word = ("yes", "since") if value else ("no", "no more since")
        case None:
            told, word = "nothing", "since"
        case _:
            deed = isinstance(asked.condition, (Deed, Counted, Measure))
            whole = isinstance(value, float) and value.is_integer()
            told, word = plain(int(value) if whole else value), "last on" if deed else "since"
    return f"{told}, {word} {when}" if when else told


def lacking(asked: Asked, times: Times) -> str:
    """What would have to be otherwise, and when that comes by itself."""
    if asked.lacks is None:
        return ""
    if asked.lacks.never:
        return f"can come true no more: {asked.lacks.words}"
    alone = f"; by itself on {times.coming(asked.turns_at)}" if asked.turns_at is not None else ""
    return f"{asked.lacks.words}{alone}"


def _until(asked: Asked, times: Times) -> str:
    turns = asked.fine and asked.turns_at is not None
    return f", until {times.coming(asked.turns_at)} by itself" if turns and asked.turns_at is not None else ""


def _often(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _topics(topics: list[str]) -> str:
    return "everything" if "*" in topics else ", ".join(topics)


# ---- triggers


def triggers(heard: list[Heard], times: Times) -> Iterator[str]:
    """What starts the recipe, and what is known of it."""
    for number, each in enumerate(heard):
        yield f"{'Starts when' if not number else 'or when'} {each.says}{_last(each, times)}"
        if each.asked is not None:
            yield from tree(each.asked, times)


def _last(heard: Heard, times: Times) -> str:
    told = []
    if heard.last_at is not None and heard.silent != BASELINE:
        told.append(f"last on {times.at(heard.last_at)}")
    elif heard.next_at is None and heard.asked is None:
        never = "that has not happened" if heard.searched_all else f"not among the last {MOST_ROWS:,} of them"
        told.append(never)
    if heard.next_at is not None:
        told.append(f"next on {times.coming(heard.next_at)}")
    if heard.silent:
        told.append(_SILENT[heard.silent])
    return f": {'; '.join(told)}." if told else "."


# ---- the gate


def gate_says(mail: Mail, times: Times) -> Iterator[str]:
    """What the gate would do with a mail now, and what that rests on."""
    reason = in_short(mail.reason)
    if mail.outcome == SENT:
        yield f"  {FINE} {mail.template}: would go out now"
    elif mail.outcome == HELD:
        assert mail.until is not None
        yield f"  {NOT_FINE} {mail.template}: would wait until {times.coming(mail.until)}: {reason}"
    else:
        yield f"  {NOT_FINE} {mail.template}: would not go out: {reason}"
    for segment, since in mail.segments.items():
        yield f"      in the segment {segment} since {times.at(since)}"
    for topic, since in mail.topics.items():
        yield f"      unsubscribed from {'everything' if topic == '*' else topic} on {times.at(since)}"
    for hours in mail.quiet:
        yield f"      quiet hours from {hours} by his clock"
    for cap in mail.caps:
        whose = "all mail" if cap.of == "project" else "this recipe"
        yield f"      at most {cap.limit} for {whose}: free again on {times.coming(cap.free_at)}"
        for slot in cap.slots:
            yield f"        taken on {times.at(slot.at)} by {slot.template} ({slot.recipe})"
