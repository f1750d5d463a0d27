"""Somebody else applies at the very moment: whoever looked before changes nothing, and nothing happens by halves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autoflow.app import Project
from autoflow.store import orders, rollbacks
from autoflow.store.applying import OvertakenError, apply
from autoflow.store.definitions import files_in, latest_release, latest_workspace
from tests.engine.sources import workspace
from tests.engine.world import START, World, write_files

ONE = "trigger: {event: purchased}\nactions: [{add_tag: one}]\n"
TWO, THREE = ONE.replace("one", "two"), ONE.replace("one", "three")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, workspace({"r": ONE}, {}), mail=False)
    made.release(workspace({"r": TWO}, {}))
    yield made
    made.close()


def meanwhile(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, happens: Callable[[], object]) -> None:
    """Let something happen in between: right after somebody has looked by that function."""
    real = getattr(where, name)

    def looks(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        monkeypatch.undo()
        happens()
        return found

    monkeypatch.setattr(where, name, looks)


def applied(world: World) -> Callable[[], object]:
    """Somebody else, with another folder, applies something new."""

    def happens() -> None:
        other = Project(world.folder.parent / "other", environment={}, clock=world.clock)
        write_files(other.folder, workspace({"r": THREE}, {}))
        apply(world.database, other.sound_workspace(), START, by="somebody else")

    return happens


def tags(world: World) -> str:
    [step] = latest_workspace(world.database, {}).recipes["r"].steps
    return step.id


@pytest.mark.parametrize("state", ["paused", None])
def test_a_pause_takes_back_no_apply(
    world: World, monkeypatch: pytest.MonkeyPatch, state: orders.Halted | None
) -> None:
    meanwhile(monkeypatch, orders, "changed", applied(world))
    with pytest.raises(OvertakenError):
        world.project.halt(world.database, ["r"], state)
    assert (tags(world), latest_release(world.database)) == ("add_tag:three", 3)


def test_two_who_pause_at_once_take_back_no_pause(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.release(workspace({"r": TWO, "q": ONE}, {}))
    pause = world.project.halt
    meanwhile(monkeypatch, orders, "changed", lambda: pause(world.database, ["q"], "paused"))
    with pytest.raises(OvertakenError):
        pause(world.database, ["r"], "paused")
    assert orders.halts(world.database, latest_release(world.database)) == {"q": "paused"}


def test_a_rollback_goes_over_nothing_that_nobody_saw(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, rollbacks, "before", applied(world))
    with pytest.raises(OvertakenError):
        world.project.rollback(world.database)
    assert (tags(world), latest_release(world.database)) == ("add_tag:three", 3)


def test_what_is_rolled_back_meanwhile_is_not_put_in_force_unasked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start has looked that nobody took its files back, and then somebody does."""
    project = Project(world.folder, environment={}, clock=world.clock)
    meanwhile(monkeypatch, rollbacks, "check_unasked", lambda: world.project.rollback(world.database))
    with pytest.raises(OvertakenError):
        project.apply_unasked(world.database)
    assert (tags(world), latest_release(world.database)) == ("add_tag:one", 3)


@pytest.mark.parametrize("cut_off", ["mark", "forgive"])
def test_a_rollback_is_marked_or_has_not_happened(
    world: World, monkeypatch: pytest.MonkeyPatch, cut_off: str
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rollbacks, cut_off, dies)
        with pytest.raises(KeyboardInterrupt):
            world.project.rollback(world.database)
    assert latest_release(world.database) == 2
    assert world.project.apply_unasked(world.database) is None
    world.project.rollback(world.database)
    with pytest.raises(rollbacks.RolledBackError):
        world.project.apply_unasked(world.database)
    assert files_in(world.database, 3) == files_in(world.database, 1)
