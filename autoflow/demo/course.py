"""The course of the demo, from an empty folder to the last screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from autoflow.app import Engine, Project, open_post
from autoflow.core.compiling import compile_program
from autoflow.core.program import Program
from autoflow.demo.outcome import Outcome
from autoflow.demo.place import copy_workspace, fresh_folder
from autoflow.demo.telling import closing, day, opening
from autoflow.demo.weeks import WEEK, Message, live
from autoflow.ingest.importing import import_file
from autoflow.lab.shop.shop import DAY, shop_messages
from autoflow.lab.simulation.simulate import Asked, Simulation, simulate
from autoflow.model.clock import VirtualClock
from autoflow.model.effects import EMAIL, SENT
from autoflow.model.instants import parse_instant, to_iso
from autoflow.model.problems import AutoflowError
from autoflow.store import reports
from autoflow.store.database import Database, open_database
from autoflow.store.definitions import numbered

Say = Callable[[str], None]
CONTACTS = 2_000
WEEKS = 4
YEAR = 2025
_SCRATCH = ".autoflow/year.db"


def run_demo(
    folder: Path | None = None,
    *,
    home: Path = Path(),
    contacts: int = CONTACTS,
    program: str = "autoflow",
    say: Say = print,
) -> int:
    """Make a workspace in `folder` (by default a new one below `home`), live through its year, and tell.

    Returns the exit status: 1 where the engine and the simulation of the same weeks disagree, which must never
    be. `program` is how the reader calls autoflow. What is said depends on `folder`, `contacts` and `program`
    alone. Raises `AutoflowError` where the folder is not empty.
    """
    folder = fresh_folder(folder, home)
    for line in opening(folder, contacts):
        say(line)
    copy_workspace(folder)
    zone = Project(folder, environment={}).sound_workspace().settings.timezone
    start, end = parse_instant(f"{YEAR}-01-01", zone), parse_instant(f"{YEAR + 1}-01-01", zone)
    going_live = end - WEEKS * WEEK
    year = list(shop_messages(contacts=contacts, start=start, days=(end - start) // DAY))
    past = [each for each in year if str(each["timestamp"]) < to_iso(going_live)]
    say(f"1. A year of the shop: {len(year):,} visits, orders and sign-ups, drawn without dice.")

    clock = VirtualClock(going_live)
    project = Project(folder, environment={}, clock=clock)
    database = project.database(create=True)
    try:
        simulated = _simulate_year(project, folder / "year.ndjson", year, end)
        say(f"2. {_foreseen(simulated)}")
        _import(project, database, folder / "history.ndjson", past, clock)
        say(f"3. {len(past):,} of them imported as history, up to {day(going_live - 1, zone)}.")
        say(f"4. The engine lives through the last {WEEKS} weeks, event by event, on a virtual clock:")
        release = _live(project, database, clock, year[len(past) :], end, say)
        again = simulate(database, release, Asked(going_live, end - 1))
        assert again is not None  # the year was not empty
        outcome = Outcome(
            folder, program, zone, going_live, end, year, simulated, again, project.workspace, database
        )
        for line in closing(outcome):
            say(line)
        return 0 if outcome.agrees else 1
    finally:
        database.close()


def _simulate_year(project: Project, file: Path, year: list[Message], end: int) -> Simulation:
    """The whole year played in a store of its own, which is thrown away: the demo's has yet to live the end of it."""
    scratch = open_database(f"sqlite:///{_SCRATCH}", project.folder, create=True)
    try:
        _import(project, scratch, file, year, VirtualClock(end))
        found = simulate(scratch, _program(scratch, project))
    finally:
        scratch.close()
        for left in (file, *project.folder.glob(f"{_SCRATCH}*")):
            left.unlink()
    if found is None:
        raise AutoflowError("A shop without contacts has no year.", "Ask for more contacts.")
    return found


def _foreseen(found: Simulation) -> str:
    entered = sum(outcome.entered for outcome in found.recipes)
    mails = sum(message.channel == EMAIL and message.outcome == SENT for message, _ in found.messages)
    recipes = len(found.recipes)
    return (
        f"The year simulated, {recipes} recipes running all through it: {entered:,} entries, {mails:,} mails."
    )


def _import(
    project: Project, database: Database, file: Path, messages: list[Message], clock: VirtualClock
) -> None:
    file.write_bytes(b"".join(msgspec.json.encode(message) + b"\n" for message in messages))
    imported = import_file(database, file, settings=project.workspace.settings, clock=clock)
    assert imported.accepted == len(messages)


def _program(database: Database, project: Project) -> Program:
    return compile_program(numbered(database, project.sound_workspace()))


def _live(
    project: Project, database: Database, clock: VirtualClock, coming: list[Message], end: int, say: Say
) -> Program:
    project.apply(database)
    engine = Engine(project, database, open_post(project))
    zone = project.workspace.settings.timezone

    def told(week: int, arrived: int) -> None:
        mails = reports.counts(database).outbox.get("sent", 0)
        until = day(clock.now(), zone)
        say(f"   week {week}, to {until}: {arrived:,} events came in, {mails:,} messages out so far")

    try:
        engine.settle()
        live(engine, clock, coming, end, told)
        return engine.applied.program
    finally:
        engine.close()
