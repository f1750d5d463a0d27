"""What the gate does to the mails of a recipe: the project's rules and its own, united (language.md, rule 10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autoflow.language.definitions import Recipe, Workspace
from autoflow.language.explain.course import mails_of
from autoflow.language.explain.told import Line, joined
from autoflow.language.settings.settings import Settings
from autoflow.language.templates.templates import Template
from autoflow.model.clock_times import ClockWindow, clock_says

_DAY = 24 * 60
_OWN, _PROJECT = "this recipe", "autoflow.yaml"


def sending_lines(recipe: Recipe, workspace: Workspace) -> tuple[Line, ...]:
    """When the recipe's mail may go; nothing where it sends none."""
    names = dict.fromkeys(name for step in recipe.steps for name in mails_of(step.action))
    mails = [workspace.templates[name] for name in names if name in workspace.templates]
    marketing = [mail for mail in mails if mail.klass == "marketing"]
    plain = [mail for mail in mails if mail.klass != "marketing"]
    found: list[Line] = []
    if marketing:
        found += _marketing(recipe, marketing, workspace)
    if plain:
        found.append(_transactional(plain, alone=not marketing))
    return tuple(found)


def _marketing(recipe: Recipe, mails: Sequence[Template], workspace: Workspace) -> Iterator[Line]:
    yield Line(_to_whom(mails, workspace.settings))
    deny = [f'"{name}"' for name, segment in workspace.segments.items() if segment.kind == "deny"]
    never = f" Members of the segment {joined(deny, 'or')} get none." if deny else ""
    yield Line(f"An address that is dead, or whose owner complained, gets none.{never}")
    quiet, cap = _quiet(recipe, workspace.settings), _cap(recipe, workspace.settings)
    yield Line(quiet.says)
    yield Line(cap.says)
    if quiet.waits or cap.waits:
        yield Line(
            f"A mail waits no longer than {recipe.sending.hold_up_to}, then it is left out. Meanwhile he stays on its"
            " step; what follows counts from when it goes."
        )
    yield Line("Whoever is not sent a mail goes on with the next step all the same.")


def _transactional(mails: Sequence[Template], *, alone: bool) -> Line:
    one = len(mails) == 1
    named = joined([f'"{mail.name}"' for mail in mails])
    what = (
        ("Its mail" if one else "Its mail, all of it,") if alone else f"The mail{'' if one else 's'} {named}"
    )
    is_, it = ("is", "it") if one or alone else ("are", "them")
    return Line(
        f"{what} {is_} transactional: consent, unsubscribes, quiet hours and caps do not hold {it} back, only a dead"
        " address does."
    )


def _to_whom(mails: Sequence[Template], settings: Settings) -> str:
    topics = list(dict.fromkeys(f'"{mail.topic}"' for mail in mails if mail.topic))
    about = (
        topics[0] if len(topics) == 1 else f"the topic of the mail ({joined(topics, 'or')})" if topics else ""
    )
    agreed = f"agreed to {about} or to everything" if about else "agreed to everything"
    refused = f"unsubscribed from {about} or from everything" if about else "unsubscribed from everything"
    match settings.consent:
        case "customers":
            return f"Only to whoever has bought something, or has {agreed}, and has not {refused}."
        case "not_refused":
            return f"To everybody who has not {refused}; nobody need have agreed."
        case _:
            return f"Only to whoever has {agreed}, and has not {refused}."


class _Rule(NamedTuple):
    """What holds a mail back, in a sentence, and whether it may have to wait."""

    says: str
    waits: bool


def _quiet(recipe: Recipe, settings: Settings) -> _Rule:
    said = [(settings.quiet_hours, _PROJECT), (recipe.sending.quiet_hours, _OWN)]
    windows = [(window, where) for window, where in said if window is not None]
    if not windows:
        return _Rule("No quiet hours: it goes at any hour of the day.", waits=False)
    waits = recipe.sending.if_quiet == "wait"
    united = _united(windows)
    hours = joined([f"{clock_says(begin)} and {clock_says(end)}" for begin, end in united], "or between")
    whose = joined([where for _, where in windows])
    until = clock_says(united[0][1]) if len(united) == 1 else "it is over"
    then = f"waits until {until}" if waits else "is left out"
    says = f"Not between {hours} where the contact lives ({whose}): a mail that falls into that time {then}."
    return _Rule(says, waits)


def _united(windows: Sequence[tuple[ClockWindow, str]]) -> list[tuple[int, int]]:
    """The stretches of a day that any of them covers, in minutes; over midnight where the first is the later."""
    covered = [False] * _DAY
    for window, _ in windows:
        length = (window.to - window.from_) % _DAY or _DAY
        for minute in range(window.from_, window.from_ + length):
            covered[minute % _DAY] = True
    begins = [minute for minute in range(_DAY) if covered[minute] and not covered[minute - 1]]
    if not begins:
        return [(0, 0)]

    def end(begin: int) -> int:
        return next(each % _DAY for each in range(begin, begin + _DAY) if not covered[each % _DAY])

    return [(begin, end(begin)) for begin in begins]


def _cap(recipe: Recipe, settings: Settings) -> _Rule:
    said = [(settings.at_most, _PROJECT), (recipe.sending.at_most, _OWN)]
    caps = [f"{cap.limit.most} in any {cap.limit.per} ({where})" for cap, where in said if cap is not None]
    if not caps:
        return _Rule("No cap: it goes however much mail he has had of late.", waits=False)
    waits = recipe.sending.if_over == "wait"
    then = "waits until there is room" if waits else "is left out"
    return _Rule(
        f"At most {joined(caps)}, the marketing mail of all recipes counted: one more {then}.", waits
    )
