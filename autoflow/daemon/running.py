"""`autoflow run`: an alarm clock around the engine.

APScheduler only rings: its jobs hold no state, and a ring that is missed loses nothing, because what is due
stands in the store. The engine is woken at the next due instant, by other processes that write, and once a
second to look whether somebody wrote without ringing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from autoflow.app import Engine, Project, Unsound, open_post
from autoflow.daemon.saves import LOOK_SECONDS as LOOK_AT_FILES_SECONDS
from autoflow.daemon.saves import Saves, mistakes
from autoflow.language.owners import NotAllowedError
from autoflow.model.clock import MICROS
from autoflow.model.instants import to_datetime, to_wall
from autoflow.model.problems import AutoflowError
from autoflow.store.applying import OvertakenError
from autoflow.store.database import StoreError
from autoflow.store.lease import FencedOff, Held
from autoflow.store.rollbacks import RolledBackError
from autoflow.store.wake import address, listen

Say = Callable[[str], None]
LOOK_SECONDS = 1
CHECKPOINT_SECONDS = 2
RETRY_SECONDS = 5
DUE = "due"
MOST_RINGS = 1_000


class Alarm:
    """Rings at an instant, at a ring from outside, and while looking for changes; `wait` returns at any of them."""

    def __init__(self, project: Project) -> None:
        self._rung = threading.Event()
        self._look = project.database(checkpoints=False)
        self._keeper = project.database(checkpoints=False)
        self._seen = self._look.changes_of_others()
        self._bell = listen(self._look)
        self._scheduler = BackgroundScheduler(timezone=UTC)
        often = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        # The job for what is due stays, and waits for `set`. One that is over APScheduler takes away in its own thread,
        # which fails where it is closed meanwhile. And a ring may be asked for before the last one is counted as done.
        due = {**often, "max_instances": MOST_RINGS, "id": DUE, "next_run_time": None}
        self._scheduler.add_job(self.ring, IntervalTrigger(days=1), **due)
        self._scheduler.add_job(self._look_around, IntervalTrigger(seconds=LOOK_SECONDS), **often)
        self._scheduler.add_job(self._keeper.checkpoint, IntervalTrigger(seconds=CHECKPOINT_SECONDS), **often)
        self._scheduler.start()
        if self._bell is not None:
            threading.Thread(target=self._listen, name="bell", daemon=True).start()

    def ring(self, *_: Any) -> None:
        """Wake whoever waits."""
        self._rung.set()

    def set(self, instant: int | None) -> None:
        """Ring at an instant (UTC microseconds), instead of the one set before; None rings at none."""
        when = None if instant is None else min(to_datetime(instant), datetime.max.replace(tzinfo=UTC))
        self._scheduler.modify_job(DUE, next_run_time=when)

    def wait(self) -> None:
        """Return at the next ring."""
        self._rung.wait()
        self._rung.clear()

    def often(self, look: Callable[[], None], seconds: float) -> None:
        """Call something again and again, one call at a time, until this rings no more."""
        trigger = IntervalTrigger(seconds=seconds)
        self._scheduler.add_job(look, trigger, max_instances=1, coalesce=True, misfire_grace_time=None)

    def close(self) -> None:
        """Ring no more."""
        self._scheduler.shutdown(wait=True)
        if self._bell is not None:
            path = address(self._look)
            self._bell.close()
            path.unlink(missing_ok=True)
        self._look.close()
        self._keeper.close()

    def _look_around(self) -> None:
        seen = self._look.changes_of_others()
        if seen != self._seen:
            self._seen = seen
            self.ring()

    def _listen(self) -> None:
        assert self._bell is not None
        with suppress(OSError):  # closed: we are going home
            while self._bell.recv(16):
                self.ring()


class PostRoom:
    """Sends in a thread of its own, so that a slow mail server holds up no tick."""

    def __init__(self, project: Project, say: Say) -> None:
        self._say = say
        self._clock = project.clock
        self._rung = threading.Event()
        self._stopping = threading.Event()
        self.post = open_post(project)
        self.failure: Exception | None = None
        self._on_failure: Callable[[], None] = self.ring
        self._thread = threading.Thread(target=self._work, name="post")

    def start(self, on_failure: Callable[[], None]) -> None:
        """Begin to send; `on_failure` is called where nothing more can be sent, and `failure` says why."""
        self._on_failure = on_failure
        self._thread.start()

    def ring(self) -> None:
        """There may be something to send."""
        self._rung.set()

    def close(self) -> None:
        """Finish the group that is on its way, and stop."""
        self._stopping.set()
        self.ring()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        try:
            self._send()
        except Exception as error:  # noqa: BLE001 - handed to the engine's thread, which stops and tells
            self.failure = error
            self._on_failure()

    def _send(self) -> None:
        while not self._stopping.is_set():
            try:
                while not self._stopping.is_set() and self.post.step(self._clock.now()):
                    pass
            except FencedOff:
                return
            except AutoflowError as error:
                self._say(str(error))
            self._rung.wait(timeout=RETRY_SECONDS)
            self._rung.clear()


def pause() -> None:
    """Wait for a moment; for whoever looks again and again whether files have changed."""
    threading.Event().wait(timeout=LOOK_AT_FILES_SECONDS)


def run(project: Project, *, until_idle: bool = False, watch: bool = False, say: Say = print) -> int:
    """Apply what passes `check` and keep the engine going until SIGTERM or Ctrl-C; returns the exit status.

    With `until_idle` everything that is due is done, and it ends. With `watch` whatever is saved goes into force once
    it is sound, and mistakes are told while what is in force stays so. Raises `Held` where somebody else runs.
    """
    database = project.database(create=True, checkpoints=until_idle)
    said: list[int] = []

    def progress(what: str, done: int, total: int) -> None:
        if total >= 20_000 and (done == total or done - (said[-1] if said else 0) >= total // 10):
            said.append(done)
            say(f"{what}: {done:,} of {total:,} contacts")

    room = PostRoom(project, say)
    try:
        engine = Engine(project, database, room.post, progress)
    except Held:
        room.post.close()
        raise
    try:
        saves = Saves(project, say, lambda release, saved: _applied(release, saved, say)) if watch else None
        _apply(project, engine, say, watch=watch)
        if engine.unknown:
            were = "was on its" if engine.unknown == 1 else "were on their"
            told = f"{_count(engine.unknown, 'mail')} {were} way when the last run stopped"
            say(f"{told}: see `autoflow outbox`.")
        if until_idle:
            engine.settle()
            while engine.tidy():
                pass
            _tell_aside(engine, say)
            say(_standing(project, engine))
            return 0
        return _keep_going(project, engine, room, say, saves)
    finally:
        room.close()
        engine.close()
        database.close()


def _apply(project: Project, engine: Engine, say: Say, *, watch: bool) -> None:
    try:
        release = project.apply_unasked(engine.database)
    except (Unsound, RolledBackError, NotAllowedError, OvertakenError) as error:
        if isinstance(error, Unsound) and not watch:
            raise
        say(mistakes(error))
        return
    if release is not None:
        _applied(release, project, say)


def _applied(release: int, project: Project, say: Say) -> None:
    live = sum(recipe.status == "live" for recipe in project.workspace.recipes.values())
    segments = len(project.workspace.segments)
    say(f"Applied release {release}: {_count(live, 'live recipe')}, {_count(segments, 'segment')}.")


def _keep_going(project: Project, engine: Engine, room: PostRoom, say: Say, saves: Saves | None) -> int:
    alarm = Alarm(project)
    stopping: list[int] = []

    def stop(number: int, _frame: object) -> None:
        stopping.append(number)
        alarm.ring()

    previous = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
    room.start(alarm.ring)
    if saves is not None:
        alarm.often(saves.look, LOOK_AT_FILES_SECONDS)
    say(f"Running. {_standing(project, engine)}")
    try:
        while not stopping:
            try:
                while engine.tick() and not stopping:
                    room.ring()
                room.ring()
                _tell_aside(engine, say)
                engine.finish_erasures()
                if engine.tidy():
                    alarm.ring()  # the rest after what has come in meanwhile
                alarm.set(_earliest(engine.next_timer(), engine.next_tidying()))
            except FencedOff as error:
                say(str(error))
                return 1
            except StoreError as error:
                say(str(error))
                alarm.set(project.clock.now() + RETRY_SECONDS * MICROS)
            if room.failure is not None:
                raise room.failure
            if not stopping:
                alarm.wait()
        say("Stopping: finishing what is on its way.")
        return 0
    finally:
        alarm.close()
        if saves is not None:
            saves.close()
        for number, handler in previous.items():
            signal.signal(number, handler)


def _earliest(*instants: int | None) -> int | None:
    return min((each for each in instants if each is not None), default=None)


def _tell_aside(engine: Engine, say: Say) -> None:
    if engine.set_aside:
        people = _count(engine.set_aside, "contact")
        say(f"Stumbled over {people}, and went on without: `autoflow status` tells who and why.")
        engine.set_aside = 0


def _standing(project: Project, engine: Engine) -> str:
    due, zone = engine.next_due(), project.workspace.settings.timezone
    if due is None:
        return "Nothing is waiting for its time."
    return f"Next thing due: {to_wall(due, zone):%Y-%m-%d %H:%M:%S} ({zone})."


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
