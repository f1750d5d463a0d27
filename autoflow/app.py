"""The wiring: a workspace, its store, a clock and channels become an engine.

Whatever opens a door (command line, daemon, demo, tests) goes through here; below this floor nothing reads the
time and nothing knows which channels there are.
"""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from autoflow.language.definitions import Workspace
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.model.clock import Clock, SystemClock
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.core.program import Program
    from autoflow.lab.making import Maker
    from autoflow.lab.plan_apply import LetIn, Outcome
    from autoflow.lab.plan_file import PlanFile
    from autoflow.lab.playing import Workshop
    from autoflow.model.durations import Duration
    from autoflow.post.content.trial import Trial
    from autoflow.post.outgoing import Post
    from autoflow.store.database import Database
    from autoflow.store.definitions import Applied
    from autoflow.store.orders import Halted, Moves

Progress = Callable[[str, int, int], None]


class Unsound(AutoflowError):
    """The workspace has mistakes; `workspace.problems` lists them."""

    def __init__(self, workspace: Workspace) -> None:
        errors = sum(problem.severity == "error" for problem in workspace.problems)
        super().__init__(
            f"The workspace has {errors} mistake{'' if errors == 1 else 's'}.", "`autoflow check` shows them."
        )
        self.workspace = workspace


class Project:
    """One workspace on disk, with its store and a clock."""

    def __init__(
        self, folder: Path, *, environment: Mapping[str, str] | None = None, clock: Clock | None = None
    ) -> None:
        self.folder = folder
        self.environment = dict(os.environ) if environment is None else environment
        self.clock: Clock = clock or SystemClock()

    @cached_property
    def workspace(self) -> Workspace:
        """The files as they are now, problems included; raises `AutoflowError` where this is no workspace."""
        return read_workspace(load_sources(self.folder), self.environment)

    def sound_workspace(self) -> Workspace:
        """The files as they are now; raises `Unsound` where they have mistakes."""
        if not self.workspace.sound:
            raise Unsound(self.workspace)
        return self.workspace

    def database(self, *, create: bool = False, checkpoints: bool = True, reading: bool = False) -> Database:
        """A connection to the store; raises `StoreError` where there is none, unless `create`.

        Over one for `reading` nothing can be changed.
        """
        from autoflow.store.database import open_database

        store = self.workspace.settings.store
        return open_database(store, self.folder, create=create, checkpoints=checkpoints, reading=reading)

    def apply(self, database: Database, *, moved: Moves | None = None) -> int | None:
        """Apply the workspace; returns the release's number, or None where nothing has changed."""
        return self.apply_with(database, moved=moved).release

    def apply_unasked(self, database: Database) -> int | None:
        """The same where nobody asked for it just now; raises `RolledBackError` where these files were rolled back."""
        from autoflow.store import rollbacks
        from autoflow.store.definitions import files_of

        rollbacks.check_unasked(database, files_of(self.sound_workspace()))
        return self.apply(database)

    def rollback(self, database: Database, asked: int | None = None) -> tuple[int, int]:
        """Put an older release's files in force again: the one that is asked for, or the last before what is.

        Returns the number of the new release, and whose files it has. The folder stays as it is. Raises
        `AutoflowError` where there is nothing to go back to.
        """
        from autoflow.store import rollbacks
        from autoflow.store.definitions import apply, latest_release, release_workspace
        from autoflow.store.releases import origins

        to, latest = rollbacks.before(database, asked), latest_release(database)
        older, now = release_workspace(database, to, self.environment), self.clock.now()
        if not older.sound:
            raise Unsound(older)
        self._check_owners(database, older)
        release = apply(database, older, now, by=self.person(), commit=origins(database)[to].commit)
        assert release is not None
        rollbacks.mark(database, to, latest, now)
        return release, to

    def apply_with(
        self,
        database: Database,
        let_in: LetIn | None = None,
        *,
        planned: PlanFile | None = None,
        moved: Moves | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Outcome:
        """Apply the workspace, and let those into recipes who match already; or exactly what was `planned`.

        See `lab.plan_apply`. `moved` moves people who are under way to the new versions of their recipes
        (`lab.moving`).
        """
        from autoflow.lab.plan_apply import Files, LetIn, apply_letting_in, apply_planned
        from autoflow.store import rollbacks
        from autoflow.store.definitions import files_of

        workspace = self.sound_workspace()
        self._check_owners(database, workspace)
        files = Files(
            workspace, self.environment, self.clock.now(), self.person(), self.commit(), moved=moved or {}
        )
        if planned is not None:
            outcome = apply_planned(database, files, planned, progress)
        else:
            outcome = apply_letting_in(database, files, let_in or LetIn(), progress)
        rollbacks.forgive(database, files_of(workspace))
        return outcome

    def halt(self, database: Database, recipes: Collection[str], state: Halted | None) -> set[str]:
        """Stop recipes by hand, whatever their files say; or, with None, let them go on. Returns those that change.

        That is a release like any other: it takes effect at its place in the log. Raises `AutoflowError` where a
        recipe is not in force, or where its file says what it is.
        """
        from autoflow.language.owners import check_changes
        from autoflow.store import orders
        from autoflow.store.definitions import apply, latest_release, latest_workspace

        applied = latest_workspace(database, self.environment)
        before = orders.halts(database, latest_release(database))
        after = orders.changed(applied, before, recipes, state)
        files = {f"recipes/{name}.yaml": "" for name in recipes}  # as if their status were changed
        check_changes({}, files, applied.owners, self.person())
        ordered = orders.Orders(after)
        apply(database, applied, self.clock.now(), by=self.person(), commit=self.commit(), ordered=ordered)
        return {name for name in recipes if before.get(name) != after.get(name)}

    def trial(self, secret: bytes | None = None) -> Trial:
        """Makes the mails of decided messages from the files as they are, as the post does, and sends nothing.

        Their links work only where the workspace's `secret` is given. It may be pickled for another process.
        Raises `Unsound` where the files have mistakes.
        """
        from autoflow.post.content.trial import NO_SECRET, Trial

        return Trial.of(self.sound_workspace(), NO_SECRET if secret is None else secret)

    def maker(self) -> Maker:
        """Says of a decided message why its mail cannot be made, if so; otherwise as `trial`."""
        return self.trial().problem

    def workshop(self, recipes: Sequence[str] = (), *, applied: bool = False, mails: bool = True) -> Workshop:
        """What simulates the files as they are, here or in another process; raises `Unsound` where they have mistakes.

        With `recipes` only those run, whatever their status. With `applied` what was applied last stands beside the
        files, as the first of two programs. With `mails` it is seen which mails can be made.
        """
        from autoflow.lab.playing import Workshop
        from autoflow.store.database import open_database

        workspace = self.sound_workspace()
        files = Files(dict(workspace.sources), self.environment, tuple(recipes))
        opened = partial(open_database, workspace.settings.store, self.folder, reading=True)
        return Workshop(opened, partial(programs, files, applied=applied), self.maker() if mails else None)

    def commit(self) -> str:
        """The workspace's commit in git, or nothing where it is not in git."""
        return self._git("rev-parse", "HEAD") or ""

    def uncommitted(self) -> bool:
        """Whether the files that say what is done are not as that commit has them, or whether nobody can tell."""
        files = (SETTINGS_FILE, "recipes", "segments", "templates")
        return self._git("status", "--porcelain", "--ignored", "--", *files) != ""

    def person(self) -> str:
        """Who works here: as AUTOFLOW_USER says, else git's user.email, else the login."""
        return self.environment.get("AUTOFLOW_USER") or self._git("config", "user.email") or _user()

    def _check_owners(self, database: Database, after: Workspace) -> None:
        """Raise `NotAllowedError` where whoever works here may not change what is in force to that.

        By owners.yaml as it is in force, so that nobody lets himself in; by the new one where there was none.
        """
        from autoflow.language.owners import check_changes
        from autoflow.store.definitions import latest_workspace

        before = latest_workspace(database, self.environment)
        owners = before.owners if before.owners.patterns else after.owners
        if owners.patterns:
            check_changes(before.sources, after.sources, owners, self.person())

    def _git(self, *asked: str) -> str | None:
        """What git answers about the workspace; None where it does not."""
        import subprocess

        try:
            found = subprocess.run(
                ["git", *asked], cwd=self.folder, capture_output=True, text=True, check=False, timeout=5
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return found.stdout.strip() if found.returncode == 0 else None


class Files(NamedTuple):
    """The texts of a workspace, from which it is read again elsewhere; of its recipes those named run, or all."""

    sources: Mapping[str, str]
    environment: Mapping[str, str]
    recipes: tuple[str, ...] = ()


def programs(files: Files, database: Database, *, applied: bool = False) -> list[Program]:
    """The files ready to run; with `applied`, after what was applied last."""
    from autoflow.core.compiling import compile_program
    from autoflow.store.definitions import latest_workspace, numbered

    found = [numbered(database, read_workspace(files.sources, files.environment))]
    if applied:
        found.insert(0, latest_workspace(database, files.environment))
    return [compile_program(_only(workspace, files.recipes)) for workspace in found]


def _only(workspace: Workspace, recipes: Sequence[str]) -> Workspace:
    """The workspace with these recipes alone, live; with all of them where none is named."""
    chosen = {
        name: replace(recipe, status="live") for name, recipe in workspace.recipes.items() if name in recipes
    }
    return replace(workspace, recipes=chosen) if recipes else workspace


class Engine:
    """The one engine of a store: ticks and, where it has one, the post. Holds the lease until it is closed."""

    def __init__(
        self, project: Project, database: Database, post: Post | None = None, progress: Progress | None = None
    ) -> None:
        """Take the lease (raises `Held` where somebody else runs) and finish what a crash interrupted."""
        from autoflow.store import (
            building,
            definitions,
            erasing,
            lease,
            ledger,
            retention,
            set_aside,
            standing,
            tick,
        )

        gc.set_threshold(100_000, 50, 50)  # a batch is many small objects that all die together
        self._tick, self._definitions, self._standing = tick, definitions, standing
        self._aside, self._erasing = set_aside, erasing
        self.project = project
        self.database = database
        self.progress = progress
        self.lease = lease.Lease(database, holder_name(), project.clock.now())
        self.unknown = ledger.park_unfinished(
            database, project.clock.now(), post.repeatable if post is not None else ()
        )
        self.applied: Applied = self._load(standing.standing(database).release)
        self._builder = building.Builder(database, project.clock, self.lease.fence, self._told)
        self._builder.begin(self.applied)
        self._retention = retention.Retention(database, self.lease.fence)
        self.set_aside = 0  # how many contacts, since whoever looks here last set it to 0
        self.retry()
        self.post = post
        self._start_post()

    def tick(self) -> bool:
        """One tick, and a slice of building where definitions are new; returns whether there is more to do at this
        instant.

        A release is entered at its place in the log, once the one before is built.
        """
        if self._aside.asked(self.database):
            self.retry()
        clock, builder = self.project.clock, self._builder
        begun = clock.now()
        ticked = self._tick.tick(self.database, self.applied, begun, self.lease.fence)
        self.set_aside += ticked.aside
        if builder.open:
            busy = clock.now() - begun if ticked.contacts or ticked.events else None
            builder.go_on(busy, ticked.brought_up)
        if ticked.apply is not None and not builder.open:
            self.applied = self._load(ticked.apply)
            self._definitions.enter_release(self.database, self.applied, self.lease.fence)
            builder.begin(self.applied)
            self.retry()
            self._start_post()
        return ticked.more or builder.open

    def retry(self) -> None:
        """Try those again who are set aside."""
        from autoflow.store.retry import retry

        if self._aside.contacts(self.database):
            tried = retry(self.database, self.applied, self._load, self.lease.fence)
            if tried.older:
                self.applied = self._load(self.applied.release)
                self._builder.begin(self.applied)

    def settle(self) -> None:
        """Do everything that is due at this instant, mail included."""
        while True:
            while self.tick():
                pass
            if self.post is None or not self.post.step(self.project.clock.now()):
                self.finish_erasures()
                return

    def see_off(self) -> None:
        """Read what is unread, and send nothing but that people who are being erased leave their audiences."""
        while True:
            while self.tick():
                pass
            now = max(self.project.clock.now(), self._standing.standing(self.database).horizon)
            if self.post is None or not self.post.see_off(now):
                self.finish_erasures()
                return

    def finish_erasures(self) -> None:
        """Make the store anew where nothing is waited for any more of people who are being erased."""
        self._erasing.finish(self.database)

    def tidy(self) -> bool:
        """Let a slice of the traces go that are kept no longer; returns whether there is more to look at now."""
        kept = self._traces_kept()
        return kept is not None and self._retention.slice(kept, self.project.clock.now())

    def next_tidying(self) -> int | None:
        """When there may be something to tidy again; None where traces are kept for good."""
        return self._retention.due if self._traces_kept() is not None else None

    def _traces_kept(self) -> Duration | None:
        workspace = self.applied.workspace
        return workspace.settings.traces_kept if workspace is not None else None

    def next_timer(self) -> int | None:
        """The next instant at which time alone has something to do in a tick."""
        return self._tick.next_timer(self.database)

    def next_due(self) -> int | None:
        """The next instant at which there is something to do, mail included, as things stand."""
        from autoflow.store.ledger import next_attempt

        found = [self.next_timer(), next_attempt(self.database) if self.post is not None else None]
        return min((due for due in found if due is not None), default=None)

    def close(self) -> None:
        """Let go of the lease."""
        if self.post is not None:
            self.post.close()
        self.lease.release()

    def _start_post(self) -> None:
        if self.post is not None:
            program = self.applied.program
            self.post.start(self.lease.fence, program.deny, self._definitions.caps(program))

    def _load(self, release: int) -> Applied:
        return self._definitions.load_release(self.database, release, self.project.environment)

    def _told(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress("Building memory from the log", done, total)


def work_off(project: Project, database: Database) -> bool:
    """Read what is unread, and finish erasures; nothing else is sent. False where an engine runs, which does it."""
    from autoflow.store.lease import Held

    post = open_post(project)
    try:
        engine = Engine(project, database, post)
    except Held:
        post.close()
        return False
    try:
        engine.see_off()
    finally:
        engine.close()
    return True


def open_post(project: Project) -> Post:
    """The post of a project, over a connection of its own, with the channels that autoflow.yaml names."""
    from autoflow.post.channels import open_channels
    from autoflow.post.outgoing import Post

    settings = project.workspace.settings
    return Post(project.database(), open_channels(settings, project.folder), settings, secret(project.folder))


def secret(folder: Path) -> bytes:
    """What signs our links: a file of this workspace's own, made at first use and kept out of git."""
    path = folder / ".autoflow" / "secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(made, os.urandom(32))
            os.close(made)
    return path.read_bytes()


def holder_name() -> str:
    """Who runs here, for the one who finds the store taken."""
    import socket

    return f"process {os.getpid()} of {_user()} on {socket.gethostname()}"


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
