"""`autoflow outbox`, `outbox release` and `outbox resolve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import count, iso, local, say, table
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.problems import AutoflowError
from autoflow.model.reasons import in_short

if TYPE_CHECKING:
    from autoflow.store.reports import MessageLine

_OPEN = ["pending", "sending", "held", "unknown", "failed"]
_STATES = [*_OPEN, "sent", "skipped", "refused"]


@click.group(invoke_without_command=True)
@click.option(
    "--state",
    "asked",
    type=click.Choice([*_STATES, "all"]),
    multiple=True,
    help="Only these; all for every message.",
)
@json_option
@pass_state
@click.pass_context
def command(ctx: click.Context, state: State, asked: tuple[str, ...], *, as_json: bool) -> None:
    """Show messages that have not gone out, or not for certain: pending, sending, held, unknown, failed."""
    if ctx.invoked_subcommand is not None:
        return
    from autoflow.store import reports

    states = None if "all" in asked else list(asked) or _OPEN
    with state.store(reading=True) as database:
        counts = reports.counts(database).outbox
        messages = reports.messages(database, states=states)
    if as_json:
        rows = [{**each._asdict(), "at": iso(each.at)} for each in messages]
        print_json({"counts": dict(sorted(counts.items())), "messages": rows})
        return
    zone = state.settings.timezone
    headings = ["id", "state", "decided", "contact", "channel", "name", "tries", "why", "key"]
    table(headings, [_cells(each, zone) for each in messages], numbers=[0, 6])
    told = ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items()))
    say(f"In all: {told}." if told else "Nothing has been decided to be sent yet.")
    if any(each.state == "held" for each in messages):
        say("Held mail is late: `autoflow outbox release ID` or `--all` lets it go.")
    if any(each.state == "unknown" for each in messages):
        say(
            "Unknown: nobody can see whether it went out. `autoflow outbox resolve KEY --sent` or `--resend`."
        )


@command.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="All that is held.")
@pass_state
def release(state: State, ids: tuple[int, ...], *, everything: bool) -> None:
    """Let held mail go after all."""
    from autoflow.store import ledger, reports
    from autoflow.store.wake import ring

    if bool(ids) == everything:
        raise AutoflowError("Say which: the ids of `autoflow outbox`, or --all.")
    with state.store() as database:
        held = {message.id for message in reports.messages(database, states=["held"])}
        missing = sorted(set(ids) - held)
        if missing:
            shown = ", ".join(map(str, missing))
            raise AutoflowError(
                f"Not held: {shown}. Nothing was released.", "`autoflow outbox --state held` lists ids."
            )
        released = ledger.release(database, held if everything else ids, state.project.clock.now())
        ring(database)
    say(f"{count(released, 'mail')} released.")


@command.command()
@click.argument("key")
@click.option("--sent", "sent", flag_value=True, type=bool, default=None, help="It went out.")
@click.option("--resend", "sent", flag_value=False, type=bool, help="It did not: send it again.")
@pass_state
def resolve(state: State, key: str, sent: bool | None) -> None:  # noqa: FBT001 - click calls it so
    """Say what became of a message whose fate nobody could see."""
    from autoflow.store import ledger
    from autoflow.store.wake import ring

    if sent is None:
        raise AutoflowError("Say what became of it: --sent or --resend.")
    with state.store() as database:
        ledger.resolve(database, key, state.project.clock.now(), sent=sent)
        ring(database)
    say("It counts as sent." if sent else "It will be sent again.")


def _cells(message: MessageLine, zone: str) -> list[str]:
    return [
        str(message.id),
        message.state,
        local(message.at, zone),
        message.contact,
        message.channel,
        message.name,
        str(message.attempts),
        in_short(message.result or message.reason),
        message.key,
    ]
