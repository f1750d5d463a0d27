"""Two versions of a condition or of a list of steps, and what has changed between them, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import NamedTuple

from autoflow.kinds.base import Condition, Step
from autoflow.kinds.groups import Group
from autoflow.lab.testing.walked import branch_names
from autoflow.language.wording import differences, does, pieces, written

_HOW_MANY = {"all": "all", "any": "any", "": "all"}
_OTHERWISE = "reads as before and counts otherwise, by what autoflow.yaml says of it"


@dataclass(frozen=True, slots=True)
class StepChange:
    """One step that came, went or changed; `step` is its id before (after, for one that is new)."""

    step: str
    says: str


def conditions_changed(
    before: Condition | None, after: Condition | None, what: str, opening: str = ""
) -> Iterator[str]:
    """What has changed in a list of conditions, `what` being the name of one: `condition`, `goal`.

    A condition that is another now is told with `opening` before it.
    """
    old, new = _listed(before), _listed(after)
    if _joint(before) != _joint(after) and len(old) > 1 and len(new) > 1:
        yield f"{what}s: {_HOW_MANY[_joint(after)]} of them instead of {_HOW_MANY[_joint(before)]}"
    told = list(_list_changed(old, new, what, opening))
    yield from told
    if not told and old != new:
        yield f"{what}s: the same in another order"


def _list_changed(old: list[Condition], new: list[Condition], what: str, opening: str) -> Iterator[str]:
    gone, come = _only_in(old, new), _only_in(new, old)
    for was, now in _pairs(gone, come):
        gone.remove(was)
        come.remove(now)
        yield from (f"{opening}{each}" for each in _condition_changed(was, now))
    yield from (f"{what} removed: {each.says()}" for each in gone)
    yield from (f"{what} added: {each.says()}" for each in come)


def _listed(condition: Condition | None) -> list[Condition]:
    """The conditions as they are written: a list, or a single one."""
    if condition is None:
        return []
    return list(condition.parts()) if condition.word in {"all", "any"} else [condition]


def _joint(condition: Condition | None) -> str:
    return condition.word if isinstance(condition, Group) else ""


def _only_in(some: Sequence[Condition], others: Sequence[Condition]) -> list[Condition]:
    left = list(others)
    found = []
    for each in some:
        if each in left:
            left.remove(each)
        else:
            found.append(each)
    return found


def _pairs(gone: Sequence[Condition], come: Sequence[Condition]) -> list[tuple[Condition, Condition]]:
    """Which condition has taken the place of which: one about the same, of the same kind."""
    found, left = [], list(come)
    for was in gone:
        now = next((each for each in left if _about(each) == _about(was)), None)
        if now is not None:
            left.remove(now)
            found.append((was, now))
    return found


def _about(condition: Condition) -> tuple[str, str]:
    return condition.word, "" if condition.parts() else pieces(condition).get("", "")


def _condition_changed(before: Condition, after: Condition) -> Iterator[str]:
    if before.parts():
        inside = list(_list_changed([*before.parts()], [*after.parts()], "condition", ""))
        for each in inside or ["the same in another order"]:
            yield f"under “{before.word}”: {each}"
        return
    word, about = _about(after)
    told = differences(pieces(before), pieces(after))
    yield f"`{word} {about}` {', '.join(told)}" if told else f"`{word} {about}` {_OTHERWISE}"


@dataclass
class _Row:
    """The steps of a recipe as they are written: which list each stands in, behind which."""

    steps: tuple[Step, ...]
    lists: dict[str, list[Step]] = field(default_factory=dict)
    place: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        inner = {each.id for step in self.steps for branch in step.action.nested() for each in branch}
        self._add("", [step for step in self.steps if step.id not in inner])

    def _add(self, where: str, steps: Sequence[Step]) -> None:
        self.lists[where] = list(steps)
        before = ""
        for step in steps:
            self.place[step.id] = (
                f"after {before}" if before else f"at the beginning{where and f' of {where}'}"
            )
            names = branch_names(step.action)
            for number, branch in enumerate(step.action.nested()):
                name = names[number] if number < len(names) else "then"
                self._add(f"“{name}” of {step.id}", branch)
            before = step.id


class _Match(NamedTuple):
    """A step before and the one that stands for it after; where one of them is missing, it came or went."""

    before: Step | None
    after: Step | None
    moved: bool = False


def steps_paired(before: tuple[Step, ...], after: tuple[Step, ...]) -> dict[str, str]:
    """Which step after stands for which before, by their ids: one of the same id and kind; or one of the same kind that
    has taken its place; or one that does the same under another name elsewhere. Of mails, first of all the one with the
    same template.
    """
    found = {
        each.before.id: each.after.id
        for each, _ in _matched(before, after)
        if each.before is not None
        and each.after is not None
        and each.before.action.word == each.after.action.word
    }
    _same_mails(found, before, after)
    taken = set(found.values())
    for was in (step for step in before if step.id not in found):
        same = next((step for step in after if step.id not in taken and step.action == was.action), None)
        if same is not None:
            found[was.id] = same.id
            taken.add(same.id)
    return found


def _same_mails(found: dict[str, str], before: tuple[Step, ...], after: tuple[Step, ...]) -> None:
    """Pair anew those mails whose template is that of another step now, so that nobody gets it a second time."""
    now_mails = {step.id: step.action.mails() for step in after}
    mails = [(step.id, step.action.mails()) for step in before if step.action.mails()]
    taken = {found[was] for was, template in mails if now_mails.get(found.get(was, "")) == template}
    for was, template in mails:
        same = next((step for step, its in now_mails.items() if its == template and step not in taken), None)
        if same is None or now_mails.get(found.get(was, "")) == template:
            continue
        for other in [other for other, now in found.items() if now == same]:
            del found[other]
        found[was] = same
        taken.add(same)


def steps_changed(before: tuple[Step, ...], after: tuple[Step, ...]) -> Iterator[StepChange]:
    """Every step that changed, came, went or moved, in the order in which they stand."""
    for (was, now, moved), row in _matched(before, after):
        if now is None:
            assert was is not None
            yield StepChange(was.id, f"step removed: {written(was.action)}")
        elif was is None:
            yield StepChange(now.id, f"step added: {written(now.action)}, {row.place[now.id]}")
        else:
            if moved:
                yield StepChange(now.id, f"step moved: {now.id} now comes {row.place[now.id]}")
            yield from _step_changed(was, now, row)


def _matched(before: tuple[Step, ...], after: tuple[Step, ...]) -> Iterator[tuple[_Match, _Row]]:
    """Every step that stood there or stands there, matched, in the order in which they stand."""
    old, new = _Row(before), _Row(after)
    ids = {step.id for step in after}
    both = {step.id: step for step in before if step.id in ids}
    for where in {**new.lists, **old.lists}:
        for match in _matched_in(old.lists.get(where, []), new.lists.get(where, []), both):
            yield match, new


def _matched_in(before: list[Step], after: list[Step], both: Mapping[str, Step]) -> Iterator[_Match]:
    matcher = SequenceMatcher(None, [step.id for step in before], [step.id for step in after], autojunk=False)
    for tag, low, high, from_, to in matcher.get_opcodes():
        if tag == "equal":
            yield from map(_Match, before[low:high], after[from_:to])
            continue
        gone = [step for step in before[low:high] if step.id not in both]
        for now in after[from_:to]:
            place_of = next((step for step in gone if step.action.word == now.action.word), None)
            if now.id in both:
                yield _Match(both[now.id], now, moved=True)
            elif place_of is not None:
                gone.remove(place_of)
                yield _Match(place_of, now)
            else:
                yield _Match(None, now)
        for was in gone:
            yield _Match(was, None)


def _step_changed(before: Step, after: Step, new: _Row) -> Iterator[StepChange]:
    if before.id == after.id and before.action == after.action:
        return
    was, now = pieces(before.action), pieces(after.action)
    told = differences(was, now)
    if not told:
        if before.id != after.id:
            yield StepChange(before.id, f"step renamed: {before.id} is called {after.id} now")
        elif not any(before.action.nested()) and not any(after.action.nested()):
            yield StepChange(before.id, f"{after.id} {_OTHERWISE}")
        return  # what stands inside it is told by itself
    if was.get("") != now.get(""):
        says = f"{does(after.action)} {', '.join(told)} {new.place[after.id]}"
    else:
        says = f"{after.id}: {', '.join(told)}"
    yield StepChange(before.id, says)
