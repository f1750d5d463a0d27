"""The daemon: woken when something is due or written, drained by SIGTERM, alone on its store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_STOPPED

from autoflow.app import Project
from autoflow.daemon import running as daemon
from autoflow.model.clock import SystemClock, VirtualClock
from autoflow.model.event import Incoming
from autoflow.post.outgoing import Post
from autoflow.store import log
from autoflow.store.lease import Held
from autoflow.store.wake import ring
from tests.engine import laws
from tests.engine.sinks import maildir_ids, notices
from tests.engine.sources import SETTINGS, workspace
from tests.engine.world import START, identify, page, track, write_files

HOUR = 3_600_000_000
DEADLINE = 30
ROOT = Path(__file__).resolve().parents[2]
CHANNELS = "channels: {email: {mailbox: .autoflow/mailbox}}\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    write_files(tmp_path / "shop", workspace(settings=SETTINGS + CHANNELS))
    return Project(tmp_path / "shop", environment={}, clock=VirtualClock(START))


@pytest.fixture
def autoflow(project: Project) -> Iterator[Autoflow]:
    made = Autoflow(project.folder)
    yield made
    made.close()


class Autoflow:
    """`autoflow` on the workspace, in processes of its own; waits for their lines, never for time to pass."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *args: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "autoflow", "-C", str(self._folder), *args],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
        )
        self._started.append(process)
        return process

    def run(self, *args: str) -> tuple[int, str]:
        process = self.start(*args)
        output, _ = process.communicate(timeout=DEADLINE)
        return process.returncode, output

    def close(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.wait(timeout=DEADLINE)
            if process.stdout is not None:
                process.stdout.close()


def line(process: subprocess.Popen[str], wanted: str) -> str:
    """The first line of its output that holds what is wanted."""
    output = process.stdout
    assert output is not None
    said = []

    def listen() -> None:
        # In a thread, for lines that came in together are read together: the pipe is empty then, and says nothing.
        for text in iter(output.readline, ""):
            said.append(text)
            if wanted in text:
                return

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    listening.join(DEADLINE)
    if said and wanted in said[-1]:
        return said[-1]
    raise AssertionError(f"it never said {wanted!r}, but: {said}")


class Hands:
    """An alarm clock without a clock: each `wait` is answered by the next thing of the story."""

    def __init__(self, project: Project, story: list[object]) -> None:
        self.project, self.story = project, story
        self.due: list[int | None] = []
        self.closed = False

    def __call__(self, project: Project) -> Hands:
        assert project is self.project
        return self

    def ring(self, *_: object) -> None:
        """Whoever waits is woken by the story alone."""

    def set(self, instant: int | None) -> None:
        self.due.append(instant)

    def wait(self) -> None:
        now = self.story.pop(0)
        assert callable(now)
        now()

    def close(self) -> None:
        self.closed = True


def play(project: Project, monkeypatch: pytest.MonkeyPatch, *story: object) -> tuple[Hands, list[str], int]:
    """Let the daemon live through a story that ends with SIGTERM; returns its alarm, what it said, its status."""

    def terminate() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    alarm = Hands(project, [*story, terminate])
    said: list[str] = []
    monkeypatch.setattr(daemon, "Alarm", alarm)
    status = daemon.run(project, say=said.append)
    return alarm, said, status


def append(project: Project, *messages: Incoming) -> None:
    with closing(project.database()) as database:
        log.append(database, messages, project.clock.now())


def clock(project: Project) -> VirtualClock:
    assert isinstance(project.clock, VirtualClock)
    return project.clock


def states(project: Project) -> list[tuple[str, str, str]]:
    with closing(project.database()) as database:
        laws.check(database, {})
        rows = database.all("SELECT recipe, step, state FROM outbox ORDER BY at, key")
    return [(row[0], row[1], row[2]) for row in rows]


def test_it_does_what_is_due_when_the_alarm_rings(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    alarm, said, status = play(
        project,
        monkeypatch,
        lambda: append(project, identify(email="ana@example.com"), track("refunded", order_id="A")),
        lambda: clock(project).jump(START + HOUR - 1),
        lambda: clock(project).jump(START + HOUR + 10),
    )
    assert status == 0
    assert alarm.closed
    assert alarm.story == []
    assert alarm.due[0] == START + 24 * HOUR, "nothing is due but a look at what need not be kept"
    assert alarm.due[1] == alarm.due[2]
    assert START + HOUR <= (alarm.due[1] or 0) < START + HOUR + 10
    assert said[0] == "Applied release 1: 6 live recipes, 6 segments."
    assert said[-1] == "Stopping: finishing what is on its way."
    assert states(project)[1][:2] == ("money-back", "notify_sales:sales")


def test_traces_are_let_go_when_their_time_has_come(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    traces = "SELECT count(*) FROM journal WHERE kind = 'refused'"
    kept: list[object] = []

    def look() -> None:
        with closing(project.database()) as database:
            kept.append(database.one(traces))

    settings = SETTINGS + CHANNELS + "traces: {keep: 2 days}\n"
    write_files(project.folder, workspace(settings=settings))
    alarm, _, status = play(
        project,
        monkeypatch,
        lambda: append(
            project, page("/products/x"), page("/products/x", "bo")
        ),  # nobody knows their addresses
        lambda: clock(project).jump(START + 47 * HOUR),
        look,
        lambda: clock(project).jump(START + 72 * HOUR),
        look,
    )
    assert status == 0
    assert kept == [(2,), (0,)]
    assert alarm.due[-1] == START + 96 * HOUR


def test_a_signal_leaves_the_handlers_as_they_were(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    assert play(project, monkeypatch)[2] == 0
    assert {each: signal.getsignal(each) for each in before} == before
    again = Project(project.folder, environment={}, clock=project.clock)
    assert play(again, monkeypatch)[1][0].startswith("Running."), (
        "the store is free again and nothing has changed"
    )


def test_who_was_fenced_off_stops_and_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken_over() -> None:
        with closing(project.database()) as database:
            database.do("UPDATE lease SET fence = fence + 1, holder = 'process 9'")

    alarm, said, status = play(project, monkeypatch, taken_over)
    assert status == 1
    assert "taken over by process 9" in said[-1]
    assert alarm.closed


def test_a_store_that_cannot_be_written_is_tried_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trouble() -> None:
        append(project, track("purchased"))
        with closing(project.database()) as database:
            database.do("ALTER TABLE membership RENAME TO away")

    def mended() -> None:
        with closing(project.database()) as database:
            database.do("ALTER TABLE away RENAME TO membership")

    alarm, said, status = play(project, monkeypatch, trouble, mended)
    assert status == 0
    assert any("The store could not be written" in each for each in said)
    assert alarm.due[1] == START + daemon.RETRY_SECONDS * 1_000_000
    with closing(project.database()) as database:
        assert database.one("SELECT count(*) FROM membership") == (1,)


def test_what_nobody_foresaw_in_the_post_stops_the_daemon_and_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = threading.Event()

    def broken(*_: object) -> bool:
        raise ZeroDivisionError("unforeseen")

    def told() -> None:
        assert failed.wait(DEADLINE)

    monkeypatch.setattr(Post, "step", broken)
    monkeypatch.setattr(Hands, "ring", lambda *_: failed.set())
    with pytest.raises(ZeroDivisionError, match="unforeseen"):
        play(project, monkeypatch, told)


def test_until_idle_does_what_is_due_mail_included_and_ends(project: Project) -> None:
    said: list[str] = []
    assert daemon.run(project, until_idle=True, say=said.append) == 0
    append(project, identify(email="ana@example.com"), track("refunded", order_id="A"))
    clock(project).jump(START + HOUR + 10)
    assert daemon.run(project, until_idle=True, say=said.append) == 0
    assert [state for *_, state in states(project)] == ["sent", "sent"]
    assert len(maildir_ids(project.folder / ".autoflow" / "mailbox")) == 1
    assert len(notices(project.folder / ".autoflow" / "sales.ndjson")) == 1


def test_the_second_is_told_who_runs(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def second() -> None:
        with pytest.raises(
            Held, match=f"Another autoflow runs on this store already: process {os.getpid()} "
        ):
            daemon.run(Project(project.folder, environment={}, clock=project.clock), say=lambda _: None)

    assert play(project, monkeypatch, second)[2] == 0


# ---- the real alarm clock


def woken(alarm: daemon.Alarm) -> threading.Event:
    done = threading.Event()

    def wait() -> None:
        alarm.wait()
        done.set()

    threading.Thread(target=wait, daemon=True).start()
    return done


@pytest.mark.parametrize(
    "how", ["a ring", "a write that nobody rang for", "a due time", "a due time gone by"]
)
def test_the_alarm_rings(project: Project, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr(daemon, "LOOK_SECONDS", 0.05 if how.startswith("a write") else 3_600)
    project.clock = daemon_clock = SystemClock()
    with closing(project.database(create=True)) as database:
        project.apply(database)
        alarm = daemon.Alarm(project)
        try:
            rung = woken(alarm)
            if how == "a ring":
                ring(database)
            elif how == "a write that nobody rang for":
                log.append(database, [track("purchased")], daemon_clock.now())
            elif how == "a due time":
                alarm.set(daemon_clock.now() + 2 * HOUR)
                alarm.set(daemon_clock.now() + 50_000)
            else:
                alarm.set(START)
            assert rung.wait(DEADLINE)
        finally:
            alarm.close()


class Slow(daemon.Alarm):
    """The thread that rings for the first time is not done with it before there is a second ring."""

    rings = 0

    def __init__(self, project: Project) -> None:
        self.first, self.second = threading.Event(), threading.Event()
        super().__init__(project)

    def ring(self, *_: object) -> None:
        self.rings += 1
        (self.first if self.rings == 1 else self.second).set()
        if self.rings == 1:
            self.second.wait(DEADLINE)


def test_what_falls_due_before_the_last_ring_is_over_rings_as_well(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "LOOK_SECONDS", 3_600)
    project.database(create=True).close()
    alarm = Slow(project)
    try:
        alarm.set(START)
        assert alarm.first.wait(DEADLINE)
        alarm.set(START)
        assert alarm.second.wait(DEADLINE)
    finally:
        alarm.second.set()
        alarm.close()


class Stopping(BackgroundScheduler):  # type: ignore[misc]
    """Says when it begins to shut down."""

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name == "state" and value == STATE_STOPPED and hasattr(self, "stopping"):
            self.stopping.set()


def test_it_may_be_closed_while_it_rings(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler's thread, which has handed the ring on, is not done with the job when everything ends."""
    monkeypatch.setattr(daemon, "LOOK_SECONDS", 3_600)
    monkeypatch.setattr(daemon, "BackgroundScheduler", Stopping)
    fallen: list[object] = []
    monkeypatch.setattr(threading, "excepthook", fallen.append)
    handed, stopping, submit = threading.Event(), threading.Event(), ThreadPoolExecutor.submit_job

    def slowly(executor: ThreadPoolExecutor, job: Job, times: list[datetime]) -> None:
        submit(executor, job, times)
        handed.set()
        assert stopping.wait(DEADLINE)

    project.database(create=True).close()
    alarm = daemon.Alarm(project)
    monkeypatch.setattr(alarm._scheduler, "stopping", stopping, raising=False)
    monkeypatch.setattr(ThreadPoolExecutor, "submit_job", slowly)
    alarm.set(START)
    assert handed.wait(DEADLINE)
    alarm.close()
    assert fallen == []


# ---- real processes


def test_run_track_and_sigterm(autoflow: Autoflow, project: Project) -> None:
    first = autoflow.start("run")
    line(first, "Running.")
    status, said = autoflow.run("run")
    assert status == 1
    assert f"Another autoflow runs on this store already: process {first.pid} " in said
    assert autoflow.run("track", "ana", "identify", "email=ana@example.com")[0] == 0
    assert autoflow.run("track", "ana", "refunded", "order_id=A")[0] == 0
    mailbox = project.folder / ".autoflow" / "mailbox"
    arrived = threading.Event()
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.02):
            if maildir_ids(mailbox):
                arrived.set()
                return

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        assert arrived.wait(DEADLINE), "the mail never came"
    finally:
        stop.set()
        watcher.join()
    first.send_signal(signal.SIGTERM)
    line(first, "Stopping: finishing what is on its way.")
    assert first.wait(timeout=DEADLINE) == 0
    assert [state for *_, state in states(project)] == ["sent"]
    assert autoflow.run("run", "--until-idle")[0] == 0
    assert len(maildir_ids(mailbox)) == 1


def test_a_daemon_killed_while_it_waits_is_taken_over(autoflow: Autoflow, project: Project) -> None:
    first = autoflow.start("run")
    line(first, "Running.")
    assert autoflow.run("track", "ana", "refunded", "order_id=A")[0] == 0
    first.kill()
    assert first.wait(timeout=DEADLINE) == -signal.SIGKILL
    status, said = autoflow.run("run", "--until-idle")
    assert (status, "Another autoflow" in said) == (0, False)
    assert [state for *_, state in states(project)] == ["skipped"]
