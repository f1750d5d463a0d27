"""What is saved while the engine runs goes into force once it is sound, and a mistake changes nothing."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.app import Project, project
from autoflow.app.schemas import write
from autoflow.daemon.saves import Saves
from autoflow.language import workspace as workspace_files
from autoflow.model.clock import VirtualClock
from autoflow.store import reports
from autoflow.store.definitions import latest_release, latest_workspace
from tests.engine.sources import workspace
from tests.engine.test_daemon import Autoflow, line
from tests.engine.world import START, write_files

CHANNELS = "channels: {email: {mailbox: .autoflow/mailbox}}\n"
RECIPE = "recipe: hello\ntrigger: {event: purchased}\nactions:\n  - add_tag: bought\n"


class Watched:
    """A workspace that was applied, and what is said as it is looked at."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.folder = folder
        self.said: list[str] = []
        self.applied: list[int] = []
        self.written = 0
        files = workspace({}, {})
        files["autoflow.yaml"] += settings
        write_files(folder, files)
        self.project = Project(folder, environment={}, clock=VirtualClock(START))
        with closing(self.project.database(create=True)) as database:
            self.project.apply(database)
        self.saves = Saves(self.project, self.said.append, lambda release, _: self.applied.append(release))

    def save(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.written += 1
        os.utime(path, ns=(self.written, self.written))  # the clock of a file system may tick slowly

    def recipes(self) -> set[str]:
        with closing(self.project.database()) as database:
            return set(latest_workspace(database, {}).recipes)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_a_save_goes_into_force_once_nobody_writes_any_more(watched: Watched) -> None:
    watched.saves.look()
    watched.save("recipes/hello.yaml", RECIPE)
    watched.saves.look()
    watched.save("recipes/hello.yaml", RECIPE + "  - wait: 1 day\n")
    watched.saves.look()
    assert (watched.applied, watched.recipes()) == ([], set())
    watched.saves.look()
    assert (watched.applied, watched.recipes()) == ([2], {"hello"})
    watched.saves.look()
    assert (watched.applied, watched.said) == ([2], [])


def test_a_mistake_is_told_once_and_what_is_in_force_stays(watched: Watched) -> None:
    watched.save("recipes/hello.yaml", RECIPE)
    for _ in range(2):
        watched.saves.look()
    watched.save("recipes/hello.yaml", RECIPE.replace("purchased", "bought"))
    watched.save("recipes/other.yaml", RECIPE.replace("hello", "other"))
    for _ in range(4):
        watched.saves.look()
    [told] = watched.said
    assert told.startswith('recipes/hello.yaml:2:18: There is no event called "bought".\n')
    assert told.endswith("What is in force stays so.")
    assert watched.recipes() == {"hello"}
    watched.save("recipes/hello.yaml", RECIPE)
    for _ in range(2):
        watched.saves.look()
    assert (watched.applied, watched.recipes()) == ([2, 3], {"hello", "other"})


def test_editors_learn_of_what_is_saved_also_where_it_has_mistakes(watched: Watched) -> None:
    schema = watched.folder / ".autoflow/recipe.schema.json"
    watched.save("recipes/hello.yaml", RECIPE)
    for _ in range(2):
        watched.saves.look()
    assert not schema.exists(), "nobody has asked for any"
    write(watched.folder, watched.project.workspace)
    for name, text in (("second", RECIPE.replace("hello", "second")), ("third", "recipe: third\n")):
        watched.save(f"recipes/{name}.yaml", text)
        for _ in range(2):
            watched.saves.look()
        assert f'"{name}"' in schema.read_text(encoding="utf-8")
    watched.save("recipes/fourth.yaml", RECIPE.replace("hello", "fourth"))
    watched.project = Project(watched.folder, environment={}, clock=watched.project.clock)
    Saves(watched.project, watched.said.append, lambda *_: None)
    assert '"fourth"' in schema.read_text(encoding="utf-8"), "what was saved while nobody looked"


def test_a_mistake_that_is_taken_back_is_told_to_be_gone(watched: Watched) -> None:
    watched.save("recipes/hello.yaml", RECIPE)
    for _ in range(2):
        watched.saves.look()
    watched.save("recipes/hello.yaml", RECIPE.replace("purchased", "bought"))
    for _ in range(2):
        watched.saves.look()
    watched.said.clear()
    watched.save("recipes/hello.yaml", RECIPE)
    for _ in range(4):
        watched.saves.look()
    assert watched.said == ["The files have no mistakes any more, and say what is in force."]
    watched.save("recipes/hello.yaml", RECIPE)
    for _ in range(2):
        watched.saves.look()
    assert (len(watched.said), watched.applied) == (1, [2]), "a save that changes nothing is no news"


def test_a_file_that_goes_and_comes_back_is_seen(watched: Watched) -> None:
    watched.save("recipes/hello.yaml", RECIPE)
    for _ in range(2):
        watched.saves.look()
    (watched.folder / "recipes/hello.yaml").unlink()
    for _ in range(2):
        watched.saves.look()
    assert (watched.applied, watched.recipes()) == ([2, 3], set())


def test_a_store_that_cannot_be_written_is_told(watched: Watched) -> None:
    (watched.folder / ".autoflow/store.db").write_bytes(b"no store")
    watched.save("recipes/hello.yaml", RECIPE)
    for _ in range(2):
        watched.saves.look()
    [told] = watched.said
    assert told.endswith("What is in force stays so.") and "cannot be read" in told


def test_a_save_is_tried_again_once_the_store_can_be_written(watched: Watched) -> None:
    store = watched.folder / ".autoflow/store.db"
    sound = store.read_bytes()
    store.write_bytes(b"no store")
    watched.save("recipes/hello.yaml", RECIPE)
    for _ in range(4):
        watched.saves.look()
    assert len(watched.said) == 1
    store.write_bytes(sound)
    watched.saves.look()
    assert (watched.applied, watched.recipes()) == ([2], {"hello"})


def test_what_is_written_while_it_is_read_is_left_for_the_next_look(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.save("recipes/hello.yaml", RECIPE)
    watched.saves.look()
    real = workspace_files.load_sources

    def reads(folder: Path) -> dict[str, str]:
        """Half of a longer recipe, which is one of its own, and then the rest is there."""
        monkeypatch.undo()
        watched.save("recipes/hello.yaml", RECIPE)
        found = real(folder)
        watched.save("recipes/hello.yaml", RECIPE + "  - wait: 1 day\n")
        return found

    monkeypatch.setattr(project, "load_sources", reads)
    watched.saves.look()
    assert (watched.applied, watched.said) == ([], [])
    for _ in range(2):
        watched.saves.look()
    assert watched.applied == [2]
    with closing(watched.project.database()) as database:
        assert len(latest_workspace(database, {}).recipes["hello"].steps) == 2


def test_a_save_that_names_another_store_goes_into_force_in_none(watched: Watched) -> None:
    here = (watched.folder / "autoflow.yaml").read_text()
    watched.save("autoflow.yaml", f"{here}store: sqlite:///.autoflow/other.db\n")
    for _ in range(2):
        watched.saves.look()
    [told] = watched.said
    assert told.startswith("autoflow.yaml names another store than the one that is running here.")
    assert told.endswith("What is in force stays so.")
    assert not (watched.folder / ".autoflow/other.db").exists()
    watched.save("autoflow.yaml", here)
    watched.save("recipes/hello.yaml", RECIPE)
    for _ in range(2):
        watched.saves.look()
    assert (watched.applied, watched.recipes()) == ([2], {"hello"})


def test_settings_that_cannot_be_read_for_a_while_lead_to_no_other_store(tmp_path: Path) -> None:
    watched = Watched(tmp_path, "store: sqlite:///.autoflow/mine.db\n")
    here = (tmp_path / "autoflow.yaml").read_text()
    for text in (f"{here}channels: [\n", here):
        watched.save("autoflow.yaml", text)
        watched.save("recipes/hello.yaml", RECIPE)
        for _ in range(2):
            watched.saves.look()
    assert (watched.applied, watched.recipes()) == ([2], {"hello"})
    assert not (tmp_path / ".autoflow/store.db").exists()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    files = workspace({}, {})
    files["autoflow.yaml"] += CHANNELS
    write_files(tmp_path / "shop", files)
    return tmp_path / "shop"


def test_the_daemon_begins_with_a_mistake_and_takes_what_is_saved_then(shop: Path) -> None:
    (shop / "recipes").mkdir(exist_ok=True)
    (shop / "recipes/hello.yaml").write_text(RECIPE.replace("purchased", "bought"))
    autoflow = Autoflow(shop)
    try:
        running = autoflow.start("run", "--watch")
        line(running, 'There is no event called "bought".')
        line(running, "Running.")
        (shop / "recipes/hello.yaml").write_text(RECIPE)
        line(running, "Applied release 1: 1 live recipe, 0 segments.")
        assert autoflow.run("track", "ana", "purchased", "order_id=A")[0] == 0
        running.terminate()
        assert running.wait(30) == 0
        assert autoflow.run("run", "--until-idle")[0] == 0
        with closing(Project(shop, environment={}).database()) as database:
            assert latest_release(database) == 1
            assert reports.contact_story(database, "ana").record.tags.keys() == {"bought"}
    finally:
        autoflow.close()
