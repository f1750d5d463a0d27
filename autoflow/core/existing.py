"""Those who stand already where a trigger would bring them, let in on purpose (language.md, rule 6).

Nobody enters because a file changed. Whoever is to is put forward by a row of the log that names recipe and trigger, at
once or at an instant of its own; whether he enters is for the recipe to say, as with any trigger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from autoflow.core.admission import REENTRY, Refusal, last_entry, per_value
from autoflow.core.admission import refusal as recipe_refuses
from autoflow.core.program import EXISTING, MANUAL, Listener, Program
from autoflow.kinds.base import Signal
from autoflow.kinds.view import View
from autoflow.model.contact import Record
from autoflow.model.event import Event
from autoflow.model.instants import parse_instant

if TYPE_CHECKING:
    from autoflow.core.walk import Walk

TIMER = f"{EXISTING}:"


def put_forward(walk: Walk, item: Event, signals: list[Signal]) -> None:
    """What triggers hear of a row `$enter`: now, or at the instant that it names, for which a timer is set."""
    recipe, trigger = str(item.properties.get("recipe")), item.properties.get("trigger")
    if trigger is None:
        signals.append(Signal((MANUAL, recipe), {}, item.at))
        return
    who, timers = f"{recipe}/{trigger}", walk.record.timers
    moment = item.properties.get("at")
    due = parse_instant(moment) if isinstance(moment, str) else item.at
    if due > item.at:
        timers[TIMER + who] = min(due, timers.get(TIMER + who, due))
        return
    timers.pop(TIMER + who, None)
    signals.append(Signal((EXISTING, who), {}, item.at))


def due(timers: Iterable[str], now: int) -> Iterator[Signal]:
    """What triggers hear of timers that have fallen due."""
    return (
        Signal((EXISTING, name.removeprefix(TIMER)), {}, now) for name in timers if name.startswith(TIMER)
    )


def name_anew(walk: Walk) -> None:
    """Where an edit has taken away the name of the trigger for which he was put forward for later: put him forward for
    the trigger of the recipe that lets in whoever stands where he does.
    """
    timers = walk.record.timers
    for name in kept(timers):
        recipe, _, trigger = name.removeprefix(TIMER).partition("/")
        found = walk.program.recipes.get(recipe)
        if found is None or trigger in found.trigger_ids:
            continue
        for listener in admits(walk.program).get(recipe, ()):
            standing = listener.trigger.standing()
            if standing is not None and standing.holds(walk.view):
                timers[f"{TIMER}{recipe}/{listener.id}"] = timers.pop(name)
                break


def kept(timers: dict[str, int]) -> dict[str, int]:
    """The timers of those who are put forward for later: no definition sets them, so none may take them away."""
    return {name: at for name, at in timers.items() if name.startswith(TIMER)}


def refusal(view: View, listener: Listener, signal: Signal) -> Refusal | None:
    """Why somebody who was put forward so does not enter, whatever the recipe says: he stands there no more, or has
    been in the recipe since he does. None where he may, and for every other signal.
    """
    standing = listener.trigger.standing() if signal.topic[0] == EXISTING else None
    if standing is None:
        return None
    if not standing.holds(view):
        return Refusal(standing.says(), standing.seen(view))
    last, since = last_entry(listener.recipe, None, view), standing.seen_at(view)
    if last is not None and since is not None and last >= since:
        return Refusal(REENTRY, {"last": last})
    return None


def admits(program: Program) -> Mapping[str, tuple[Listener, ...]]:
    """By recipe, the triggers by which people can be let in so, in their order."""
    found: dict[str, list[Listener]] = {}
    for topic, index in program.listeners.items():
        if topic[0] == EXISTING:
            for listener in index:
                found.setdefault(listener.recipe.id, []).append(listener)
    return {name: tuple(sorted(each, key=lambda one: one.place)) for name, each in sorted(found.items())}


def admitted(program: Program, record: Record, listener: Listener, at: int) -> bool:
    """Whether he would enter by this trigger, were he put forward at the instant `at`.

    Not where he comes by himself: what has happened already will fire the trigger.
    """
    recipe, trigger = listener.recipe, listener.trigger
    view = View(record, at, program.zone, None, None, listener.id)
    if recipe.status != "live" or refusal(view, listener, Signal((EXISTING, ""), {}, at)) is not None:
        return False
    if trigger.topics() is not None and trigger.fires_at(view, at) is not None:
        return False
    return recipe_refuses(recipe, per_value(recipe, None), view) is None
