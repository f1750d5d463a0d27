"""`autoflow tasks`, `tasks done` and `tasks reopen`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import clean, count, iso, local, say, table
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.instants import to_wall
from autoflow.model.problems import AutoflowError, did_you_mean
from autoflow.model.values import fold

if TYPE_CHECKING:
    from autoflow.store.database import Database
    from autoflow.store.tasks import Task


@click.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Those that are done as well.")
@click.option("--of", "owner", metavar="OWNER", help="Only what this colleague is asked to do.")
@json_option
@pass_state
@click.pass_context
def command(ctx: click.Context, state: State, owner: str | None, *, everything: bool, as_json: bool) -> None:
    """Show what recipes ask of colleagues: open tasks, those that are due first at the top."""
    if ctx.invoked_subcommand is not None:
        return
    from autoflow.store import tasks

    with state.store(reading=True) as database:
        owners = _owners(database, owner) if owner is not None else None
        found = tasks.tasks(database, owners=owners, done=everything)
    zone = state.settings.timezone
    today = to_wall(state.project.clock.now(), zone).date().isoformat()
    opened = [each for each in found if each.state == tasks.OPEN]
    if as_json:
        overdue = sum("" < each.due < today for each in opened)
        print_json({"open": len(opened), "overdue": overdue, "tasks": [task_row(each) for each in found]})
        return
    headings = ["id", "due", "for", "contact", "what", "recipe", *(["done"] if everything else [])]
    table(headings, [_cells(each, zone)[: len(headings)] for each in found], numbers=[0])
    whose = f" for {clean(owners[0])}" if owners else ""
    say(_summary(opened, len(found) - len(opened), today, whose))


@command.command()
@click.argument("ids", metavar="ID...", nargs=-1, type=int, required=True)
@pass_state
def done(state: State, ids: tuple[int, ...]) -> None:
    """Say that tasks are done, by their numbers."""
    from autoflow.store import tasks

    with state.store() as database:
        changed = tasks.tick_off(database, set(ids), state.project.clock.now())
        left = tasks.counts(database)[tasks.OPEN]
    say(_told(len(set(ids)), changed, "done", left))


@command.command()
@click.argument("ids", metavar="ID...", nargs=-1, type=int, required=True)
@pass_state
def reopen(state: State, ids: tuple[int, ...]) -> None:
    """Say that tasks are not done after all."""
    from autoflow.store import tasks

    with state.store() as database:
        changed = tasks.reopen(database, set(ids))
        left = tasks.counts(database)[tasks.OPEN]
    say(_told(len(set(ids)), changed, "open again", left))


def task_row(task: Task) -> dict[str, Any]:
    """A task as `--json` prints it."""
    return {**task._asdict(), "at": iso(task.at), "due": task.due or None, "done_at": iso(task.done_at)}


def _owners(database: Database, owner: str) -> list[str]:
    """The owner as his tasks have him, however he is written here."""
    from autoflow.store import tasks

    known = tasks.owners(database)
    found = [each for each in known if fold(each) == fold(owner)]
    if not found:
        near = did_you_mean(owner, known)
        hint = f'Did you mean "{near}"?' if near else "`autoflow tasks --all` shows whom tasks are for."
        raise AutoflowError(f'Nobody called "{clean(owner)}" was ever given a task.', hint)
    return found


def _summary(opened: Sequence[Task], done: int, today: str, whose: str) -> str:
    finished = f" {count(done, 'task')} done." if done else ""
    if not opened:
        return f"No open tasks{whose}.{finished}"
    parts = {
        "overdue": sum("" < each.due < today for each in opened),
        "due today": sum(each.due == today for each in opened),
        "due later": sum(each.due > today for each in opened),
        "without a day": sum(not each.due for each in opened),
    }
    told = [f"{number:,} {what}" for what, number in parts.items() if number]
    if len(told) > 1:
        how = f": {', '.join(told)}"
    else:
        what = told[0].partition(" ")[2]
        how = f", {what}" if len(opened) == 1 else f", all {what}"
    return f"{count(len(opened), 'open task')}{whose}{how}.{finished}"


def _told(asked: int, changed: int, what: str, left: int) -> str:
    already = f", {asked - changed:,} had been already" if changed < asked else ""
    return f"{count(changed, 'task')} {what}{already}. {count(left, 'open task')} in all."


def _cells(task: Task, zone: str) -> list[str]:
    what = f"{task.title}: {task.note}" if task.note else task.title
    finished = local(task.done_at, zone) if task.done_at is not None else ""
    return [str(task.id), task.due, task.owner, task.contact, what, task.recipe, finished]
