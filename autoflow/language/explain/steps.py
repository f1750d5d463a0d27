"""The steps of a recipe, numbered and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autoflow.kinds.base import Action, Step, Way
from autoflow.language.explain.conditions import condition_lines, in_one
from autoflow.language.explain.course import mails_of
from autoflow.language.explain.told import StepTold, WayTold, ended, sentence
from autoflow.language.templates.templates import Template
from autoflow.language.wording import written
from autoflow.model.durations import NOTHING

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def steps_told(steps: Sequence[Step], templates: Mapping[str, Template]) -> tuple[StepTold, ...]:
    """Steps under their numbers; behind each way stands where it leads."""
    return _told(steps, [str(number) for number in range(1, len(steps) + 1)], "", templates)


def instruction(action: Action) -> str:
    """What a step does, in its own words or else by its fields."""
    return action.tells() or written(action)


def _told(
    steps: Sequence[Step], numbers: Sequence[str], behind: str, templates: Mapping[str, Template]
) -> tuple[StepTold, ...]:
    """`behind` is where the last of them leads: the number of a step, or nothing for the end."""
    leads = [*numbers[1:], behind] if steps else []
    return tuple(
        StepTold(
            number,
            step.id,
            step.action.word,
            _says(step.action, templates),
            tuple(map(ended, step.action.beside())),
            _ways(step.action, number, after, templates),
            sentence(step.action.brief() or instruction(step.action)).removesuffix("."),
            _looks(step.action),
        )
        for step, number, after in zip(steps, numbers, leads, strict=True)
    )


def _looks(action: Action) -> str:
    if action.ends:
        return "exit"
    if mails_of(action):
        return "mail"
    if len(action.ways()) > 1:
        return "choice"
    return "step" if action.lasts() == (NOTHING, NOTHING) else "wait"


def _says(action: Action, templates: Mapping[str, Template]) -> str:
    mails = [templates[name] for name in mails_of(action) if name in templates]
    return sentence(": ".join([instruction(action), *(f"“{each.subject}”" for each in mails)]))


def _ways(action: Action, number: str, behind: str, templates: Mapping[str, Template]) -> tuple[WayTold, ...]:
    found, taken = [], 0
    nested = action.nested()
    for way in action.ways():
        steps = () if way.branch is None or way.goes else nested[way.branch]
        numbers = [f"{number}{_counted(taken + place, number)}" for place in range(len(steps))]
        taken += len(steps)
        told = _told(steps, numbers, behind, templates)
        asked = () if way.condition is None else condition_lines(way.condition)
        clause = "" if way.condition is None else in_one(way.condition)
        found.append(WayTold(way.says, asked, told, _goes(way, steps, behind), clause, way.goes))
    return tuple(found)


def _goes(way: Way, steps: Sequence[Step], behind: str) -> str:
    if way.goes:
        return way.goes
    if steps and steps[-1].action.ends:
        return ""
    return f"on with step {behind}" if behind else "he is through"


def _counted(place: int, number: str) -> str:
    """Letters behind a digit, digits behind a letter: `3a`, `3a1`, `3a1a`."""
    if number[-1].isalpha():
        return str(place + 1)
    rest, last = divmod(place, len(_LETTERS))
    return (_LETTERS[rest - 1] if rest else "") + _LETTERS[last]
