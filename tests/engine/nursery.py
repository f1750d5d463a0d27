"""A process that forks children, each of which plays the scenario in a folder of its own and is killed on the way.

It reads an order a line (`FOLDER MOMENT NUMBER`) and answers a line: how the child ended, and how often it came to
the moments at which it could have been killed. Forked from a process that has imported everything, a child lives
for hundredths of a second, so that each commit of the scenario can be the last one.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from autoflow.app import Engine, Project, open_post
from autoflow.model.clock import VirtualClock
from autoflow.post.channels.base import Channel, Outgoing, Result
from autoflow.store import log
from autoflow.store.database import Database
from tests.engine import scenario
from tests.engine.sources import workspace
from tests.engine.world import write_files

ACKNOWLEDGED = "acknowledged"


class Reaper:
    """Kills its own process without warning at the `number`-th moment of a sort."""

    def __init__(self, moment: str, number: int) -> None:
        self._moment, self._number = moment, number
        self.met = dict.fromkeys(("before-commit", "after-commit", "before-send", "after-send"), 0)

    def __call__(self, moment: str) -> None:
        self.met[moment] += 1
        if moment == self._moment and self.met[moment] == self._number:
            os.kill(os.getpid(), signal.SIGKILL)


class Doomed:
    """A channel between whose sending and whose answer the process can be killed."""

    def __init__(self, channel: Channel, reaper: Reaper) -> None:
        self._channel, self._reaper = channel, reaper
        self.name = channel.name
        self.idempotent, self.group_size = channel.idempotent, channel.group_size

    def send(self, group: Sequence[Outgoing]) -> list[Result]:
        self._reaper("before-send")
        results = self._channel.send(group)
        self._reaper("after-send")
        return results

    def close(self) -> None:
        self._channel.close()


def doom(reaper: Reaper) -> None:
    """Let every transaction of this process be one at whose commit it can be killed."""
    written = Database.write

    @contextmanager
    def write(self: Database) -> Iterator[None]:
        with written(self):
            yield
            reaper("before-commit")
        reaper("after-commit")

    Database.write = write  # type: ignore[method-assign]


def live(folder: Path, reaper: Reaper) -> None:
    """The scenario from its beginning: what is in the store already is not taken twice."""
    clock = VirtualClock(scenario.START)
    project = Project(folder, environment={}, clock=clock)
    database = project.database(create=True)
    project.apply(database)
    post = open_post(project)
    post._channels = {name: Doomed(channel, reaper) for name, channel in post._channels.items()}
    engine = Engine(project, database, post)
    acknowledged = os.open(folder / ACKNOWLEDGED, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for when, messages in scenario.STORY:
        live_until(engine, clock, when)
        log.append(database, messages, clock.now())
        os.write(
            acknowledged,
            "".join(f"{each.properties['n']}\n" for each in messages if "n" in each.properties).encode(),
        )
        engine.settle()
    live_until(engine, clock, scenario.END)
    engine.close()
    database.close()


def live_until(engine: Engine, clock: VirtualClock, until: int) -> None:
    engine.settle()
    while (due := engine.next_due()) is not None and due <= until:
        clock.jump(due)
        engine.settle()
    clock.jump(until)
    engine.settle()


def child(order: str) -> None:
    folder, moment, number = order.rsplit(" ", 2)
    reaper = Reaper(moment, int(number))
    doom(reaper)
    live(Path(folder), reaper)
    (Path(folder) / "met").write_text(" ".join(str(times) for times in reaper.met.values()), encoding="utf-8")


def main() -> None:
    with TemporaryDirectory() as folder:  # whatever the children need is imported and compiled once, here
        write_files(Path(folder), workspace())
        live(Path(folder), Reaper("never", 0))
    for order in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                child(order.strip())
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
