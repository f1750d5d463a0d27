"""Conditions beside what starts a recipe, what ends it, and what segments ask: recipes that nobody enters, or that
end at once.

Only what is so whatever the data is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from autoflow.kinds.actions.enter_recipe import EnterRecipe
from autoflow.kinds.base import Condition, Trigger
from autoflow.kinds.conditions.any import Any as AnyOf
from autoflow.kinds.conditions.did import Did
from autoflow.kinds.conditions.event_property import EventProperty
from autoflow.kinds.conditions.in_segment import InSegment
from autoflow.kinds.conditions.none import NoneOf
from autoflow.language.definitions import Segment
from autoflow.language.lints.deeds import counts, deed_of, holds_at_first
from autoflow.language.lints.exclusion import Leaf, follows
from autoflow.language.lints.logic import MOST_COMPARED, clashes, flat
from autoflow.language.recipe import ReadRecipe
from autoflow.language.segment import ReadSegment
from autoflow.language.settings.settings import Settings
from autoflow.language.source import Report, Span
from autoflow.language.steps_of import steps_of

_FIX = "Change or remove one of them."
_NOTHING_YET = "Who has just entered has done nothing since the start"
_FIX_SINCE = 'Ask for it later: by wait_for with "otherwise", or in a choose behind a wait.'


class Fact(NamedTuple):
    """A condition that has to hold (or not to, where it is `negated`), and the entry of a list that has it so.

    `segment` is the one that asks it for that entry; empty where the entry asks it itself.
    """

    condition: Condition
    negated: bool
    by: str
    at: Span
    segment: str

    def says_through(self) -> str:
        """The segment, for a sentence."""
        return f' (see the segment "{self.segment}")' if self.segment else ""


class Facts:
    """Takes conditions apart into facts, down into the segments that they name."""

    def __init__(self, segments: Mapping[str, Segment]) -> None:
        self.segments = segments

    def of(self, entries: Iterable[tuple[Condition, Span]], report: Report, what: str) -> list[Fact]:
        """The facts of a list; `what` says in a sentence what one of its entries is."""
        found: list[Fact] = []
        for condition, at in entries:
            by = f"the {what} in line {report.source.line_number(at.start)}"
            leaves = islice(self._leaves(condition), MOST_COMPARED)
            found += (Fact(part, no, by, at, segment) for part, no, segment in leaves)
        return found

    def _leaves(self, condition: Condition) -> Iterator[tuple[Condition, bool, str]]:
        """What a condition comes to; each segment is looked into once, however many ask for it."""
        ahead = [(condition, "")]
        seen: set[str] = set()
        while ahead:
            inner, by = ahead.pop(0)
            positive, negative = flat([inner], any_of=False)
            for each in (*positive, *negative):
                yield each.condition, each.negated, by
                name = each.condition.in_segment if isinstance(each.condition, InSegment) else ""
                if name in self.segments and not each.negated and name not in seen:
                    seen.add(name)
                    ahead.append((self.segments[name].conditions, by or name))


def check_segments(segments: Mapping[str, ReadSegment], known: Facts) -> None:
    """Warn of conditions of a segment that exclude what another segment, of which it asks, asks itself."""
    for read in segments.values():
        if read.segment is not None:
            facts = known.of(read.asked, read.report, "condition")
            _told(_clashing(facts), read.report)


def check_entries(recipes: Mapping[str, ReadRecipe], known: Facts, settings: Settings) -> None:
    """Warn where what starts a recipe, and its conditions, exclude one another, or already end it."""
    let_in = {action.recipe for _, _, action in steps_of(recipes, EnterRecipe)}
    for name, read in recipes.items():
        if read.recipe is None:
            continue
        report, triggers = read.report, read.recipe.triggers
        asked = known.of(read.asked.get("conditions", ()), report, "condition")
        keep = known.of(read.asked.get("keep_while", ()), report, "condition")
        starts = [
            known.of(_surely(trigger, at, settings), report, "trigger")
            for trigger, at in zip(triggers, read.triggers, strict=True)
        ]
        for facts in (asked, keep):
            _told(_clashing(facts), report)
        for start in starts:
            for fact, other in _between(start, asked):
                through = fact.says_through() or other.says_through()
                message = f"Nobody who comes by {other.by} fulfils this{through}."
                report.warn("never-holds", fact.at, message, _FIX)
                break
        by_trigger = starts[0] if len(starts) == 1 and name not in let_in else []
        _asks_in_vain(read, by_trigger)
        _ends_at_once(read, [*by_trigger, *asked], keep)


def _surely(trigger: Trigger, at: Span, settings: Settings) -> list[tuple[Condition, Span]]:
    """What holds for whoever comes by a trigger; an event may have occurred a while before it starts something."""
    found = trigger.surely()
    if isinstance(found, Did) and found.did in settings.events:
        late = replace(found, within_last=settings.events[found.did].triggers_within)
        return [(late, at), *((EventProperty(name, test), at) for name, test in found.where.tests)]
    return [] if found is None else [(found, at)]


def _asks_in_vain(read: ReadRecipe, by_trigger: Sequence[Fact]) -> None:
    """Warn where it is asked whether somebody has done at all what starts the recipe: he has, just now."""
    if any(each.severity == "error" or each.code == "never-holds" for each in read.report.problems):
        return  # that is to be mended first
    for condition, at in read.asked.get("conditions", ()):
        positive, negative = flat([condition], any_of=False)
        for leaf in (*positive, *negative):
            deed = deed_of(leaf.condition)
            done = deed is not None and all(each.low for each in counts(deed, negated=leaf.negated))
            fact = next(
                (each for each in by_trigger if done and follows(leaf, Leaf(each.condition, each.negated))),
                None,
            )
            if fact is not None and isinstance(fact.condition, Did) and not fact.segment:
                message = f"Whoever comes by {fact.by} has just done it, so this always holds."
                read.report.warn(
                    "always-holds", at, message, "Ask for more, at_least: 2 times, or remove it."
                )
                break


def _ends_at_once(read: ReadRecipe, entered: Sequence[Fact], keep: Sequence[Fact]) -> None:
    """Warn where everybody who enters leaves before the first step."""
    for fact, other in _between(entered, keep):
        through = fact.says_through() or other.says_through()
        message = f"By {other.by} nobody who enters fulfils this{through}, so the recipe ends at once."
        read.report.warn("ends-at-once", fact.at, message, _FIX)
        break
    for fact in keep:
        if _at_first(Leaf(fact.condition, not fact.negated)):
            message = f"{_NOTHING_YET}, so the recipe ends at once."
            read.report.warn("ends-at-once", fact.at, message, _FIX_SINCE)
    for key in ("goal", "exit"):
        for condition, at in read.asked.get(key, ()):
            met = _met(condition.since_start(), entered)
            if met is None:
                continue
            how = "reaches this goal" if key == "goal" else "leaves by this exit"
            first = met[0]
            if first is None:
                message, fix = f"{_NOTHING_YET}, so he {how} at once.", _FIX_SINCE
            else:
                message = f"By {first.by} everybody who enters {how} at once{first.says_through()}."
                fix = _FIX if key == "goal" else _turned(read.report.source.text[at.start : at.end])
            read.report.warn("ends-at-once", at, message, fix)


def _turned(written: str) -> str:
    """How to mend an exit that everybody who enters takes: whoever is no longer in the segment was meant."""
    if not written.startswith("{"):
        return _FIX
    return f"{_FIX[:-1]}, or turn this one round: none: [{written}]"


def _met(condition: Condition, known: Sequence[Fact]) -> list[Fact | None] | None:
    """What a condition follows from, part by part: facts, and None for what is so at the start of each run.

    None where it does not follow. Facts come first.
    """
    positive, negative = flat([condition], any_of=False)
    found: list[Fact | None] = []
    for leaf in (*positive, *negative):
        fact = next((each for each in known if follows(leaf, Leaf(each.condition, each.negated))), None)
        if fact is None and not _at_first(leaf):
            return None
        found.append(fact)
    return sorted(found, key=lambda fact: fact is None) or None


def _at_first(leaf: Leaf) -> bool:
    """Whether it is so when anybody enters, who has done nothing since then."""
    deed = deed_of(leaf.condition)
    if deed is not None:
        return holds_at_first(deed, negated=leaf.negated)
    if isinstance(leaf.condition, NoneOf if leaf.negated else AnyOf):
        return any(_at_first(Leaf(part, negated=False)) for part in leaf.condition.parts())
    return False


def _told(pairs: Iterable[tuple[Fact, Fact]], report: Report) -> None:
    """Warn of what can be seen only through a segment; the rest is told where the list is read."""
    for fact, other in pairs:
        if fact.segment or other.segment:
            through = fact.says_through() or other.says_through()
            message = f"This and {other.by} can never both hold{through}."
            report.warn("never-holds", fact.at, message, _FIX)
            return


def _between(before: Sequence[Fact], after: Sequence[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Facts of `after` that exclude one of `before`, each with that one."""
    for fact, other in _clashing([*before, *after]):
        for one, two in ((fact, other), (other, fact)):
            if one in after and two in before:
                yield one, two
                break


def _clashing(facts: Sequence[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Facts of different entries that exclude each other, the later one first."""
    owner = {id(fact.condition): fact for fact in reversed(facts)}
    asked = [NoneOf((fact.condition,)) if fact.negated else fact.condition for fact in facts]
    for clash in clashes(asked, any_of=False):
        fact, other = owner.get(id(clash.condition)), owner.get(id(clash.other))
        if fact is not None and other is not None and fact.at != other.at:
            yield fact, other
