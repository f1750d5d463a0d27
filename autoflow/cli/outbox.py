"""`autoflow outbox`, `outbox release`, `outbox retry` and `outbox resolve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import count, iso, local, say, table
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.problems import AutoflowError
from autoflow.model.reasons import in_short

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    if any(each.state == "failed" for each in messages):
        say(
            "Failed: once what stands under why is mended, `autoflow outbox retry ID` or `--all` tries again."
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
@click.argument("ids", metavar="[ID]...", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="All that failed.")
@pass_state
def retry(state: State, ids: tuple[int, ...], *, everything: bool) -> None:
    """Make and send what failed once more, such as mail whose template has been mended and applied.

    Mail is made by its template as it was applied last, from the values that were known when it was decided; whoever
    has unsubscribed since, or cannot be mailed any more, gets nothing. Marketing mail that may have gone out is unknown
    and never failed.
    """
    from autoflow.store.definitions import latest_workspace
    from autoflow.store.failures import failures, try_again
    from autoflow.store.wake import ring

    if bool(ids) == everything:
        raise AutoflowError("Say which: the ids of `autoflow outbox`, or --all.")
    project = state.project
    with state.store() as database:
        found = failures(database)
        _refuse_others(set(ids), found)
        mails = latest_workspace(database, project.environment).templates
        versions = {name: each.version for name, each in mails.items()}
        asked = found if everything else ids
        again = try_again(database, asked, project.clock.now(), versions)
        ring(database)
    say(f"{count(again, 'message')} will be tried again.")
    if again < len(asked):
        say(f"{len(asked) - again:,} cannot be: the contact was erased, or the audience has changed since.")


def _refuse_others(asked: set[int], found: Mapping[int, bool]) -> None:
    """Raise `AutoflowError` where one of these ids did not fail, or cannot be tried again."""
    others, over = sorted(asked - found.keys()), sorted(id_ for id_ in asked if not found.get(id_, True))
    if others:
        raise AutoflowError(
            f"Not failed: {', '.join(map(str, others))}. Nothing is tried again.",
            "`autoflow outbox --state failed` lists ids.",
        )
    if over:
        raise AutoflowError(
            f"Cannot be tried again: {', '.join(map(str, over))}. Nothing is.",
            "The contact was erased, or a later change of the same audience has overtaken it.",
        )


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
