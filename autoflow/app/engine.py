"""The one engine of a store, and the post that belongs to it."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from autoflow.app.machine import holder_name
from autoflow.app.project import Project

if TYPE_CHECKING:
    from autoflow.model.durations import Duration
    from autoflow.post.outgoing import Post
    from autoflow.store.database import Database
    from autoflow.store.definitions import Applied


Progress = Callable[[str, int, int], None]


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

        gc.set_threshold(1_000_000, 50, 50)  # a batch is many small objects that all die together
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
