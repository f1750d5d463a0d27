"""One workspace on disk, with its store and a clock: what every door works with."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from autoflow.app.files import Files, programs
from autoflow.app.machine import user
from autoflow.language.definitions import Workspace
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.owners import OWNERS_FILE
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.model.clock import Clock, SystemClock
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.lab.plan.apply import LetIn, Outcome
    from autoflow.lab.plan.file import PlanFile
    from autoflow.lab.simulation.making import Maker
    from autoflow.lab.simulation.playing import Workshop
    from autoflow.language.owners import Owners
    from autoflow.post.content.trial import Trial
    from autoflow.store.database import Database
    from autoflow.store.orders import Halted, Moves
    from autoflow.store.refusals import What

_HALTING: Mapping[Halted | None, What] = {"paused": "pause", "draining": "drain", None: "resume"}


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
        return self.apply_with(database, what="run").release

    def rollback(self, database: Database, asked: int | None = None) -> tuple[int, int]:
        """Put an older release's files in force again: the one that is asked for, or the last before what is.

        Returns the number of the new release, and whose files it has. The folder stays as it is. Raises
        `AutoflowError` where there is nothing to go back to.
        """
        from autoflow.store import rollbacks
        from autoflow.store.applying import apply_within, files_of
        from autoflow.store.definitions import latest_release, release_workspace
        from autoflow.store.orders import Orders
        from autoflow.store.releases import origins

        latest, to = latest_release(database), rollbacks.before(database, asked)
        older, now = release_workspace(database, to, self.environment), self.clock.now()
        if not older.sound:
            raise Unsound(older)
        self._check_owners(database, older, "rollback")
        person, commit = self.person(), origins(database)[to].written
        with database.write():
            ordered = Orders(upon=latest)
            release = apply_within(database, older, now, by=person, commit=commit, ordered=ordered)
            rollbacks.mark(database, to, latest, now)
            rollbacks.forgive(database, files_of(older))  # of what was rolled back itself: it is wanted again
        assert release is not None
        return release, to

    def apply_with(
        self,
        database: Database,
        let_in: LetIn | None = None,
        *,
        planned: PlanFile | None = None,
        moved: Moves | None = None,
        what: What = "apply",
        progress: Callable[[int, int], None] | None = None,
    ) -> Outcome:
        """Apply the workspace, and let those into recipes who match already; or exactly what was `planned`.

        See `lab.plan.apply`. `moved` moves people who are under way to the new versions of their recipes
        (`lab.plan.moving`). `what` does it, for who is refused: a "run", which nobody asked for just now, puts nothing
        in force that was rolled back. Raises `NotAllowedError` where a file is somebody else's, or a recipe into which
        people are let, or in which they are moved; `OvertakenError` where somebody else applies meanwhile.
        """
        from autoflow.lab.plan.apply import Files, LetIn, apply_letting_in, apply_planned
        from autoflow.store import rollbacks
        from autoflow.store.applying import files_of
        from autoflow.store.definitions import latest_release

        workspace, moved, upon = self.sound_workspace(), moved or {}, latest_release(database)
        if what == "run":
            rollbacks.check_unasked(database, files_of(workspace))
        self._check_owners(database, workspace, what, {recipe for recipe, _ in moved})
        now, person, commit = self.clock.now(), self.person(), self._commit_and_edits()
        files = Files(workspace, self.environment, now, person, commit, moved, upon)
        allow = partial(self._check_owners, database, workspace, what)
        if planned is not None:
            return apply_planned(database, files, planned, allow, progress)
        return apply_letting_in(database, files, let_in or LetIn(), allow, progress)

    def halt(self, database: Database, recipes: Collection[str], state: Halted | None) -> set[str]:
        """Stop recipes by hand, whatever their files say; or, with None, let them go on. Returns those that change.

        That is a release like any other: it takes effect at its place in the log. Raises `AutoflowError` where a
        recipe is not in force, or where its file says what it is; `NotAllowedError` where it is somebody else's.
        """
        from autoflow.store import orders
        from autoflow.store.applying import apply
        from autoflow.store.definitions import latest_release, latest_versions, latest_workspace

        upon = latest_release(database)
        applied, before = latest_workspace(database, self.environment), orders.halts(database, upon)
        after = orders.changed(applied, before, recipes, state, latest_versions(database))
        files = {f"recipes/{name}.yaml": "" for name in recipes}  # as if their status were changed
        self._allow(database, _HALTING[state], {}, files, applied.owners)
        now, person, ordered = self.clock.now(), self.person(), orders.Orders(after, upon=upon)
        apply(database, applied, now, by=person, commit=self.commit(), ordered=ordered)
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
        from autoflow.lab.simulation.playing import Workshop
        from autoflow.store.database import open_database

        workspace = self.sound_workspace()
        files = Files(dict(workspace.sources), self.environment, tuple(recipes))
        opened = partial(open_database, workspace.settings.store, self.folder, reading=True)
        return Workshop(opened, partial(programs, files, applied=applied), self.maker() if mails else None)

    def commit(self) -> str:
        """The workspace's commit in git, or nothing where it is not in git."""
        return self._git("rev-parse", "HEAD") or ""

    def _commit_and_edits(self) -> str:
        """The commit, with a mark behind it where the files are not as it has them: so a release keeps it."""
        from autoflow.store.releases import EDITED

        commit = self.commit()
        return f"{commit}{EDITED}" if commit and self.uncommitted() else commit

    def uncommitted(self) -> bool:
        """Whether the files that say what is done are not as that commit has them, or whether nobody can tell."""
        files = (SETTINGS_FILE, OWNERS_FILE, "recipes", "segments", "templates")
        return self._git("status", "--porcelain", "--ignored", "--", *files) != ""

    def person(self) -> str:
        """Who works here: as AUTOFLOW_USER says, else git's user.email, else the login."""
        return self.environment.get("AUTOFLOW_USER") or self._git("config", "user.email") or user()

    def _check_owners(
        self, database: Database, after: Workspace, what: What, concerned: Collection[str] = ()
    ) -> None:
        """Raise `NotAllowedError` where whoever works here may not change what is in force to that, or something about
        people in the recipes that are `concerned`.

        By owners.yaml as it is in force, so that nobody lets himself in; by the new one where there was none. The very
        first apply is anybody's: nothing is there yet to be changed.
        """
        from autoflow.language.owners import NOBODY, read_owners
        from autoflow.store.definitions import latest_release, release_sources

        if not (latest := latest_release(database)):
            return
        before = release_sources(database, latest)
        owners = read_owners(before[OWNERS_FILE])[0] if OWNERS_FILE in before else NOBODY
        owners = owners if owners.patterns else after.owners
        if owners.patterns:
            as_if = {f"recipes/{name}.yaml": "" for name in concerned}
            self._allow(database, what, before, {**after.sources, **as_if}, owners)

    def _allow(
        self,
        database: Database,
        what: What,
        before: Mapping[str, str],
        after: Mapping[str, str],
        owners: Owners,
    ) -> None:
        """Raise `NotAllowedError`, and keep for good that it was refused, where whoever works here may not do this."""
        from autoflow.language.owners import NotAllowedError, check_changes
        from autoflow.store.definitions import latest_release
        from autoflow.store.refusals import Refusal, note
        from autoflow.store.releases import origin

        person = self.person()
        try:
            check_changes(before, after, owners, person)
        except NotAllowedError as error:
            stayed, now = latest_release(database), self.clock.now()
            note(database, Refusal(origin(stayed, now, person, self._commit_and_edits()), what, error.files))
            raise

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
