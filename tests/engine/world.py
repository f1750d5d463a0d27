"""A workspace on disk with its store, a virtual clock, an engine, and channels that write down what they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autoflow.app import Engine, Project
from autoflow.model.clock import VirtualClock
from autoflow.model.effects import AUDIENCES, EMAIL, SALES
from autoflow.model.event import IDENTIFY, PAGE_VISITED, Incoming
from autoflow.model.instants import parse_instant
from autoflow.post.channels.base import Channel, Outgoing, Result
from autoflow.post.outgoing import Post
from autoflow.store import log, reports
from autoflow.store.database import Database
from autoflow.store.orders import Moves

START = parse_instant("2026-03-02 09:00")
SECRET = b"s" * 32


def at(text: str) -> int:
    """`2026-03-02 09:00`, in UTC."""
    return parse_instant(text)


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Put the files there, and take away the recipes, segments and templates that are not among them."""
    for old in (path for part in ("recipes", "segments", "templates") for path in (folder / part).glob("*")):
        old.unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


class Recorder:
    """A channel that takes everything, or answers as `answer` says, and writes down when it was given what."""

    group_size = 20

    def __init__(self, name: str, clock: VirtualClock) -> None:
        self.name = name
        self.idempotent = name != EMAIL
        self._clock = clock
        self.taken: list[tuple[int, Outgoing]] = []
        self.answer: Callable[[Outgoing], Result] = lambda message: Result(message.key, "sent")

    def send(self, group: Sequence[Outgoing]) -> list[Result]:
        results = [self.answer(message) for message in group]
        self.taken += [(self._clock.now(), message) for message in group]
        return results

    def close(self) -> None:
        """Nothing is open."""

    @property
    def keys(self) -> list[str]:
        return [message.key for _, message in self.taken]


class World:
    """Everything that a running autoflow is, in one process and in virtual time."""

    def __init__(
        self, folder: Path, files: Mapping[str, str], start: int = START, *, mail: bool = True
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.clock = VirtualClock(start)
        write_files(folder, files)
        self.project = Project(folder, environment={}, clock=self.clock)
        self.database: Database = self.project.database(create=True)
        self.project.apply(self.database)
        self.channels = {name: Recorder(name, self.clock) for name in (EMAIL, SALES, AUDIENCES)}
        self._mail = mail
        self.engine = self._engine()

    def _engine(self) -> Engine:
        return Engine(self.project, self.database, self.post() if self._mail else None)

    def post(self) -> Post:
        """Another post over a connection of its own, with the same channels."""
        channels: dict[str, Channel] = dict(self.channels)
        settings = self.project.workspace.settings
        return Post(self.project.database(), channels, settings, SECRET)

    def reopen(self) -> None:
        """Start the engine again, as after a crash: what was in memory is gone."""
        self.engine.close()
        self.engine = self._engine()

    def release(self, files: Mapping[str, str], *, moved: Moves | None = None) -> int | None:
        """Save other files and apply them; they take effect at their place in the log."""
        write_files(self.folder, files)
        self.project = Project(self.folder, environment={}, clock=self.clock)
        self.engine.project = self.project
        return self.project.apply(self.database, moved=moved)

    def append(self, *messages: Incoming) -> log.Appended:
        return log.append(self.database, messages, self.clock.now())

    def happens(self, when: str | int, *messages: Incoming) -> None:
        """Live until then, take the messages in, and do what follows at once."""
        self.live_until(when)
        self.append(*messages)
        self.engine.settle()

    def live_until(self, when: str | int) -> None:
        """Everything due up to and at the instant, each at its own instant."""
        until = at(when) if isinstance(when, str) else when
        self.engine.settle()
        while (due := self.engine.next_due()) is not None and due <= until:
            self.clock.jump(due)
            self.engine.settle()
        self.clock.jump(until)
        self.engine.settle()

    def messages(self, *states: str) -> list[reports.MessageLine]:
        return reports.messages(self.database, states=list(states) or None)

    def runs(self) -> list[tuple[str, str, int, str]]:
        """(contact, recipe, version, state) of every run, by contact and recipe."""
        rows = self.database.all(
            "SELECT c.name, r.recipe, r.version, r.state FROM run r JOIN contact c ON c.id = r.contact"
            " ORDER BY c.name, r.recipe, r.entry"
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def close(self) -> None:
        self.engine.close()
        self.database.close()


def track(name: str, who: str = "ana", *, id: str | None = None, **properties: Any) -> Incoming:  # noqa: A002
    return Incoming(name, user_id=who, properties=properties, message_id=id)


def identify(who: str = "ana", *, id: str | None = None, **traits: Any) -> Incoming:  # noqa: A002
    return Incoming(IDENTIFY, user_id=who, properties=traits, message_id=id)


def page(path: str, who: str = "ana", *, id: str | None = None) -> Incoming:  # noqa: A002
    return Incoming(PAGE_VISITED, user_id=who, properties={"path": path}, message_id=id)
