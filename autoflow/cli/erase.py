"""`autoflow contact erase`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from autoflow.cli.output import clean, count, say
from autoflow.cli.state import State, pass_state
from autoflow.model.effects import EMAIL, WEBHOOKS
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.ingest.forgetting import Farewell
    from autoflow.language.settings.settings import Settings


@click.command()
@click.argument("people", metavar="WHO...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_state
def erase(state: State, people: tuple[str, ...], *, yes: bool) -> None:
    """Erase everything about WHO (user ids or email addresses), for good.

    What is left are numbers without a name, and a keyed hash of their addresses and user ids, so that no mail goes
    to them again. The store is made anew at the end, which takes about as long as copying it; name several people
    at once rather than one after the other.
    """
    from autoflow.app import secret, work_off
    from autoflow.ingest.forgetting import look
    from autoflow.store import erasing
    from autoflow.store.wake import ring

    with state.store() as database:
        key = secret(state.project.folder)
        found = look(database, people, key)
        for each in found:
            say(_there_is(each))
        if not yes:
            _ask(len(found))
        erasing.request(database, [each.contact for each in found], key, state.project.clock.now())
        done = work_off(state.project, database)
        left = len(erasing.contacts(database))
        if not done:
            ring(database)
    _tell(found, state.settings, running=not done, left=left)


def _there_is(one: Farewell) -> str:
    parts = (
        count(one.events, "event"),
        count(one.runs, "run"),
        count(sum(one.went.values()), "message"),
        count(one.tasks, "task"),
    )
    called = f"{one.name} ({one.email})" if one.email and one.email != one.name else one.name
    return f"{clean(called)}: {', '.join(parts)}."


def _somebody_is_here() -> bool:
    return sys.stdin.isatty()


def _ask(number: int) -> None:
    if not _somebody_is_here():
        raise AutoflowError("Nobody is here to be asked. Nobody was erased.", "Say --yes.")
    whom = "this contact" if number == 1 else f"these {number:,} contacts"
    if not click.confirm(f"Erase {whom} for good? It cannot be undone."):
        raise AutoflowError("Nobody was erased.")


def _tell(found: list[Farewell], settings: Settings, *, running: bool, left: int) -> None:
    whom = count(len(found), "contact")
    if running:
        say(f"Nothing goes out to {'him' if len(found) == 1 else 'them'} any more.")
        say(f"The engine that runs erases {whom} now; `autoflow status` shows it until it is done.")
    elif left:
        say(f"Erased {whom}, but for what the removals from audiences need that have still to go out.")
        say("`autoflow run` sends them, and finishes; `autoflow status` shows it until it is done.")
    else:
        say(f"Erased {whom}.")
    say(
        "Gone: what they told us and did, what was written to them, their tasks, and what lies of them in the local"
    )
    say("mailbox and in the files of audiences, notices and webhooks.")
    say(
        "What stays: that there was a contact, with when how many events, runs and messages there were; and a keyed"
    )
    say("hash of the addresses and user ids, by which mail to them is refused.")
    outside = _outside(found, settings)
    if outside:
        say(f"Out of reach, in other systems: {outside}. Ask there.")
    say("Backups and files that were imported are yours to look after.")


def _outside(found: Iterable[Farewell], settings: Settings) -> str:
    """What went to systems that are not ours."""
    from autoflow.language.settings.settings import Smtp

    mails = calls = 0
    for each in found:
        for (channel, name), number in each.went.items():
            hook = settings.webhooks.get(name) if channel == WEBHOOKS else None
            mails += number * (channel == EMAIL and isinstance(settings.email, Smtp))
            calls += number * (hook is not None and not hook.file)
    told = [count(number, word) for number, word in ((mails, "mail"), (calls, "webhook call")) if number]
    return " and ".join(told)
