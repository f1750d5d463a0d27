"""`autoflow status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import building_row, clean, count, iso, local, say
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.clock import MICROS

if TYPE_CHECKING:
    from autoflow.store.reports import Counts, Stumbled


_MOST_NAMED = 20


@click.command()
@json_option
@pass_state
def command(state: State, *, as_json: bool) -> None:
    """Show the store in numbers, and how far the engine is."""
    from autoflow.store import reports
    from autoflow.store.definitions import latest_release
    from autoflow.store.orders import halts
    from autoflow.store.standing import building, standing

    settings = state.settings
    with state.store(reading=True) as database:
        counts = reports.counts(database)
        release = standing(database).release
        stumbled = reports.set_aside(database)
        found: dict[str, Any] = {
            "contacts": counts.contacts,
            "events": counts.events,
            "runs": counts.runs,
            "outbox": counts.outbox,
            "next_due": iso(counts.next_due),
            "lag_seconds": _lag(counts, state.project.clock.now()),
            "undeclared": reports.undeclared(database, set(settings.events)),
            "release": release,
            "applied": latest_release(database),
            "store": str(database.path.resolve()),
            "building": building_row(building(database)),
            "erasing": counts.erasing,
            "set_aside": [{**each._asdict(), "since": iso(each.since)} for each in stumbled],
            "halted": halts(database, release),
        }
    if as_json:
        print_json(found)
    else:
        _tell(found, counts, settings.timezone)
        if counts.erasing:
            say(
                f"Erasing  {count(counts.erasing, 'contact')}: nothing goes out any more; what is kept goes when the"
            )
            say("         engine runs, audiences have heard of it, and the store is made anew")
        _tell_aside(stumbled, settings.timezone)


def _release(in_force: int, applied: int) -> str:
    if not applied:
        return "none is in force yet: `autoflow run` or `autoflow apply`"
    if applied == in_force:
        return str(in_force)
    return f"{in_force or 'none'} is in force; {applied} is applied, and `autoflow run` comes to it"


def _lag(counts: Counts, now: int) -> float:
    if counts.oldest_unread is None:
        return 0
    return max(0, now - counts.oldest_unread) / MICROS


def _tell(found: dict[str, Any], counts: Counts, zone: str) -> None:
    say(f"{count(counts.contacts, 'contact')}, {count(counts.events, 'event')}.")
    for what in ("runs", "outbox"):
        listed = ", ".join(
            f"{number:,} {state.replace('_', ' ')}" for state, number in sorted(found[what].items())
        )
        say(f"{what.capitalize():<9}{listed or 'nothing yet'}")
    due = (
        f"{local(counts.next_due, zone)} ({zone})"
        if counts.next_due is not None
        else "nothing waits for its time"
    )
    say(f"Next due {due}")
    if counts.lag:
        age = _age(found["lag_seconds"])
        say(f"Unread   {count(counts.lag, 'row')}, the oldest for {age}: `autoflow run` reads them")
    say(f"Release  {_release(found['release'], found['applied'])}")
    for recipe, how in sorted(found["halted"].items()):
        say(f"{how.capitalize():<9}{clean(recipe)}, by hand: `autoflow resume {clean(recipe)}` lets it go on")
    if found["building"]:
        done, total = found["building"].values()
        say(f"Building {done:,} of {count(total, 'contact')} are brought to what is new in it")
    say(f"Store    {clean(found['store'])}")
    if found["undeclared"]:
        say("Events that autoflow.yaml does not declare (kept, and of no use to recipes until it does):")
        for name, number in sorted(found["undeclared"].items(), key=lambda pair: (-pair[1], pair[0])):
            say(f"  {clean(name)} ({number:,})")


def _tell_aside(stumbled: list[Stumbled], zone: str) -> None:
    if not stumbled:
        return
    are = "is" if len(stumbled) == 1 else "are"
    say(
        f"The engine stumbled over {count(len(stumbled), 'contact')}, who {are} set aside: what comes in waits."
        " `autoflow retry` tries again."
    )
    for each in stumbled[:_MOST_NAMED]:
        say(f"  {clean(each.contact)} (since {local(each.since, zone)}): {clean(each.reason)}")
    if len(stumbled) > _MOST_NAMED:
        say(f"  and {len(stumbled) - _MOST_NAMED:,} more")


def _age(seconds: float) -> str:
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return count(int(seconds // size), word)
    return count(int(seconds), "second")
