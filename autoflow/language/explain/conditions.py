"""Conditions as they are read aloud: one in a sentence, several below it."""

from __future__ import annotations

from typing import NamedTuple

from autoflow.kinds.base import Condition
from autoflow.kinds.groups import Group
from autoflow.language.explain.told import Line, ended

_HOLD = {
    ("all", True): "all of this holds",
    ("all", False): "not all of this holds",
    ("any", True): "at least one of these holds",
    ("any", False): "none of these holds",
}


class _Asked(NamedTuple):
    """What is asked once single groups are looked through: how the parts are to hold, or one clause without parts."""

    how: str
    parts: tuple[Condition, ...] = ()
    beside: tuple[Line, ...] = ()


def condition_line(opening: str, condition: Condition) -> Line:
    """`Only if country is GB.`, or `Only if all of this holds:` with each of it below."""
    asked = _asked(condition, holds=True)
    if asked.parts:
        return Line(f"{opening} {asked.how}:", tuple(map(_part, asked.parts)))
    return Line(ended(f"{opening} {asked.how}"), asked.beside)


def condition_lines(condition: Condition) -> tuple[Line, ...]:
    """The parts of a list of which all must hold, or the one condition that it is."""
    asked = _asked(condition, holds=True)
    if asked.parts and asked.how == _HOLD["all", True]:
        return tuple(map(_part, asked.parts))
    return (_part(condition),)


def in_one(condition: Condition) -> str:
    """All of a condition in one clause."""
    said = condition.clause()
    return said[1:-1] if said.startswith("(") and condition.parts() else said


def _part(condition: Condition) -> Line:
    asked = _asked(condition, holds=True)
    if asked.parts:
        return Line(f"{asked.how}:", tuple(map(_part, asked.parts)))
    return Line(asked.how, asked.beside)


def _asked(condition: Condition, *, holds: bool) -> _Asked:
    if not isinstance(condition, Group):
        lacking = condition.lacking(holds=holds)
        beside = [*condition.beside(), *([f"Whoever {lacking} counts too."] if lacking else [])]
        return _Asked(condition.clause(holds=holds), beside=tuple(map(Line, beside)))
    wanted = holds is not bool(condition.opening)
    if len(condition.conditions) == 1:
        return _asked(condition.conditions[0], holds=wanted)
    joint = "any" if condition.decisive else "all"
    return _Asked(_HOLD[joint, wanted], condition.conditions)
