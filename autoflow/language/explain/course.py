"""What a recipe comes to for somebody who walks it: how many mails, and how long it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple

from autoflow.kinds.base import Action, Step, Way
from autoflow.kinds.fields import Name
from autoflow.language.definitions import Recipe
from autoflow.language.field_specs import specs_of
from autoflow.model.durations import NOTHING, Duration


class Course(NamedTuple):
    """The least and the most mails, and the least and the most time.

    `depends`: the time depends on the contact. `silent`: some are sent nothing from there on.
    """

    fewest: int = 0
    most: int = 0
    shortest: Duration = NOTHING
    longest: Duration = NOTHING
    depends: bool = False
    silent: bool = False

    def then(self, other: Course) -> Course:
        """One after the other."""
        return Course(
            self.fewest + (0 if self.silent else other.fewest),
            self.most + other.most,
            self.shortest + other.shortest,
            self.longest + other.longest,
            self.depends or other.depends,
            self.silent or other.silent,
        )

    def or_(self, other: Course) -> Course:
        """The one or the other."""
        return Course(
            min(self.fewest, other.fewest),
            max(self.most, other.most),
            min(self.shortest, other.shortest, key=lambda each: each.rough),
            max(self.longest, other.longest, key=lambda each: each.rough),
            self.depends or other.depends,
            self.silent or other.silent,
        )


class _Walks(NamedTuple):
    """Those who go on behind some steps, and those who ended on them; None where there are none of them."""

    on: Course | None
    ended: Course | None


def course(recipe: Recipe) -> Course:
    """Of everybody who walks to an end, none of whose mails is held or skipped."""
    walks = _walk(top_steps(recipe))
    return _either(walks.on, walks.ended) or Course()


def top_steps(recipe: Recipe) -> list[Step]:
    """The steps that stand in no branch."""
    inner = {each.id for step in recipe.steps for branch in step.action.nested() for each in branch}
    return [step for step in recipe.steps if step.id not in inner]


def mails_of(action: Action) -> list[str]:
    """The templates that a step names: it sends them."""
    marked = [spec for spec in specs_of(type(action)) if isinstance(spec.mark, Name)]
    return [getattr(action, spec.name) for spec in marked if spec.mark.of == "template"]  # type: ignore[attr-defined]


def _walk(steps: Iterable[Step]) -> _Walks:
    on: Course | None = Course()
    ended: Course | None = None
    for step in steps:
        if on is None:
            break
        on = on.then(_own(step.action))
        if step.action.ends:
            return _Walks(None, _either(ended, on))
        found = _branches(step.action)
        so_far = on
        on = so_far.then(found.on) if found.on is not None else None
        ended = _either(ended, so_far.then(found.ended) if found.ended is not None else None)
    return _Walks(on, ended)


def _own(action: Action) -> Course:
    lasts, mails = action.lasts(), len(mails_of(action))
    shortest, longest = lasts or (NOTHING, NOTHING)
    return Course(mails, mails, shortest, longest, depends=lasts is None)


def _branches(action: Action) -> _Walks:
    ways = action.ways()
    if not ways:
        return _Walks(Course(), None)
    walks = [_way(way, action.nested()) for way in ways]
    on, ended = (reduce(_either, each) for each in zip(*walks, strict=True))
    return _Walks(on, ended)


def _way(way: Way, nested: Sequence[Sequence[Step]]) -> _Walks:
    found = _walk(nested[way.branch]) if way.branch is not None else _Walks(Course(), None)
    return _Walks(_in_silence(found.on), _in_silence(found.ended)) if way.silent else found


def _in_silence(found: Course | None) -> Course | None:
    return None if found is None else found._replace(fewest=0, most=0, silent=True)


def _either(one: Course | None, other: Course | None) -> Course | None:
    return one.or_(other) if one is not None and other is not None else one or other
