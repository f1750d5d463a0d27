"""`test --watch` and `check --watch`: the waiting is handed in, so that a test does in it what somebody with an editor
would.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from autoflow.cli.group import cli
from autoflow.cli.state import State
from autoflow.lab.testing import testing
from autoflow.language.changes import changed, stamps
from tests.cli.shop import Shop

WAITING = "Waiting for changes; Ctrl-C ends it.\n"
CHANGE = Callable[[], object]


def watch(shop: Shop, *changes: CHANGE | None, args: tuple[str, ...] = (), command: str = "test") -> Result:
    """Watch while somebody does one thing in each pause, or nothing; then Ctrl-C."""
    left = list(changes)

    def pause() -> None:
        if not left:
            raise KeyboardInterrupt
        change = left.pop(0)
        if change is not None:
            change()

    state = State(clock=shop.clock, environment={}, pause=pause)
    words = ["-C", str(shop.folder), command, "--watch", *args]
    return CliRunner().invoke(cli, words, obj=state, catch_exceptions=False)


def test_nothing_is_run_again_while_nothing_changes(shop: Shop) -> None:
    result = watch(shop, None, None, None)
    assert (result.exit_code, result.stdout.count("2 passed"), result.stderr) == (0, 1, WAITING)


def test_a_workspace_that_goes_is_told_and_watched_on(shop: Shop) -> None:
    file = shop.folder / "autoflow.yaml"
    text = file.read_text(encoding="utf-8")
    result = watch(shop, file.unlink, None, lambda: shop.write("autoflow.yaml", text), None)
    assert "There is no autoflow.yaml" in result.stderr
    assert result.stdout.count("2 passed") == 2


@pytest.mark.parametrize("command", ["test", "check"])
def test_editors_learn_of_new_names_and_keep_those_they_have_while_settings_cannot_be_read(
    shop: Shop, command: str
) -> None:
    schema = shop.folder / ".autoflow/recipe.schema.json"
    known: list[list[bool]] = []

    def look() -> None:
        text = schema.read_text(encoding="utf-8")
        known.append([f'"{name}"' in text for name in ("regulars", "refunded", "purchased")])

    def declare(line: str) -> None:
        shop.replace("autoflow.yaml", "  purchased:", f"{line}\n  purchased:")

    watch(
        shop,
        look,
        lambda: shop.write("segments/regulars.yaml", "conditions: [{did: purchased, at_leest: 1}]\n"),
        None,
        look,
        lambda: declare("  refunded: {total: mony}"),
        None,
        look,
        lambda: shop.replace("autoflow.yaml", "mony", "money"),
        None,
        look,
        command=command,
    )
    assert known == [[False, False, True], [True, False, True], [True, False, True], [True, True, True]]


def test_it_runs_again_once_a_file_is_saved_and_shows_what_has_become_of_it(shop: Shop) -> None:
    file = "segments/lapsed-buyers.yaml"
    result = watch(
        shop,
        None,
        lambda: shop.replace(file, "within_last: 90 days", "within_last: 120 days"),
        None,
        lambda: shop.replace(file, "within_last: 120 days", "within_last: 90 days"),
        None,
    )
    ends = [line for line in result.stdout.splitlines() if line.endswith(("passed", "failed"))]
    assert ends == ["2 passed", "0 passed, 2 failed", "2 passed"]
    assert result.stderr == WAITING + f"\nChanged: {file}\n{WAITING}" * 2
    assert result.exit_code == 0


def test_it_waits_until_a_file_is_written_to_no_more(shop: Shop) -> None:
    file = shop.folder / "tests/win-back.yaml"
    whole = file.read_text(encoding="utf-8")
    result = watch(
        shop,
        lambda: shop.write("tests/win-back.yaml", whole[:40]),
        lambda: shop.write("tests/win-back.yaml", whole + "\n"),
        None,
    )
    assert result.stdout.count("2 passed") == 2
    assert result.stderr.count("Changed: tests/win-back.yaml") == 1
    assert "mistake" not in result.stderr


def test_tests_that_are_overtaken_by_a_save_are_left_for_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many tests take seconds, and the mistake that was saved meanwhile would wait for them."""
    saved = [lambda: shop.replace("recipes/win-back.yaml", "trigger:", "triger:")]
    read = testing.read_tests

    def read_tests(*args: Any) -> Any:
        if saved:
            saved.pop()()
        return read(*args)

    monkeypatch.setattr(testing, "read_tests", read_tests)
    result = watch(shop, None, None)
    assert "passed" not in result.stdout
    assert result.stderr.count("Changed: recipes/win-back.yaml") == 1
    assert 'did you mean "trigger"?' in result.stderr.lower() + result.stdout.lower()
    assert result.stderr.count(WAITING) == 1


def test_mistakes_are_told_as_check_tells_them_and_it_goes_on(shop: Shop) -> None:
    result = watch(
        shop,
        lambda: shop.replace("recipes/win-back.yaml", "trigger:", "triger:"),
        None,
        lambda: shop.replace("recipes/win-back.yaml", "triger:", "trigger:"),
        None,
    )
    assert result.stdout.count("2 passed") == 2
    assert 'There is no "triger" in a recipe.' in result.stderr
    assert 'Did you mean "trigger"?' in result.stderr
    assert "The workspace has 1 mistake." in result.stderr
    assert result.exit_code == 0


def test_it_may_begin_with_mistakes(shop: Shop) -> None:
    shop.replace("tests/win-back.yaml", "expect:", "expct:")
    result = watch(shop, lambda: shop.replace("tests/win-back.yaml", "expct:", "expect:"), None)
    assert 'There is no "expct" in a step.' in result.stderr
    assert result.stdout.endswith("2 passed\n")


def test_a_workspace_that_goes_and_comes_again(shop: Shop) -> None:
    away = shop.folder.with_name("away")
    result = watch(shop, lambda: shop.folder.rename(away), None, lambda: away.rename(shop.folder), None)
    assert "There is no autoflow.yaml in " in result.stderr
    assert result.stdout.count("2 passed") == 2


def test_what_is_no_workspace_is_not_waited_for(shop: Shop) -> None:
    shutil.rmtree(shop.folder)
    shop.folder.mkdir()
    result = watch(shop)
    assert result.exit_code == 1
    assert WAITING not in result.stderr


def test_many_changes_at_once_are_told_in_short(shop: Shop) -> None:
    def write() -> None:
        for number in range(7):
            shop.write(f"templates/m{number}.txt", "x")

    told = watch(shop, write, None).stderr
    assert (
        "Changed: templates/m0.txt, templates/m1.txt, templates/m2.txt, templates/m3.txt, templates/m4.txt"
        in told
    )
    assert "templates/m4.txt and 2 more\n" in told


def test_the_other_options_hold_each_time(shop: Shop) -> None:
    report = shop.folder / "report.xml"
    result = watch(
        shop,
        report.unlink,
        lambda: shop.write("recipes/other.yaml", "recipe: other\ntrigger: manual\nactions: [{add_tag: a}]\n"),
        None,
        args=("--fail-under", "100", "--junit", str(report)),
    )
    assert report.exists()
    assert "The cases walk 66% of steps and branches, and --fail-under asks for 100%." in result.stderr


def test_it_is_for_people(shop: Shop) -> None:
    result = watch(shop, args=("--json",))
    assert result.exit_code == 1
    assert "--watch shows outcomes to people, and --json to programs." in result.stderr


def test_check_tells_mistakes_as_they_are_saved(shop: Shop) -> None:
    result = watch(
        shop,
        lambda: shop.replace("recipes/win-back.yaml", "trigger:", "triger:"),
        None,
        lambda: shop.replace("recipes/win-back.yaml", "triger:", "trigger:"),
        None,
        command="check",
    )
    assert result.exit_code == 0
    sound = "No mistakes: 1 recipe, 1 segment, 1 template."
    lines = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert [lines[0], lines[-1]] == [sound, sound]
    assert any(line.endswith('There is no "triger" in a recipe.') for line in lines[1:-1])
    assert result.stderr.count(WAITING) == 3


def test_check_watches_for_people(shop: Shop) -> None:
    result = watch(shop, args=("--format", "github"), command="check")
    assert result.exit_code == 1
    assert "--watch shows mistakes to people, and --format to programs." in result.stderr


@pytest.mark.parametrize(
    "name", ["tests/.hidden/a.yaml", "recipes/.#a.yaml", "tests/a.yaml~", "notes.md", ".autoflow/a.yaml"]
)
def test_other_files_do_not_count(shop: Shop, name: str) -> None:
    before = stamps(shop.folder)
    shop.write(name, "x")
    assert changed(before, stamps(shop.folder)) == []


def test_what_is_written_comes_goes_or_takes_another_s_place_has_changed(shop: Shop) -> None:
    shop.write("tests/deep/er.yaml", "a")
    before = stamps(shop.folder)
    assert set(before) == {
        "autoflow.yaml",
        "recipes/win-back.yaml",
        "segments/lapsed-buyers.yaml",
        "templates/win-back.html",
        "tests/deep/er.yaml",
        "tests/win-back.yaml",
    }
    old = shop.folder / "tests/deep/er.yaml"
    saved = shop.write("saved", "b")
    times = (old.stat().st_atime_ns, old.stat().st_mtime_ns)
    os.utime(saved, ns=times)
    saved.rename(old)  # as editors save: another file of the same length, and here of the same time
    (shop.folder / "templates/win-back.html").unlink()
    shop.write("templates/new.txt", "c")
    assert changed(before, stamps(shop.folder)) == [
        "templates/new.txt",
        "templates/win-back.html",
        "tests/deep/er.yaml",
    ]


def test_in_a_terminal_it_ends_quietly_by_ctrl_c(shop: Shop) -> None:
    program = [sys.executable, "-u", "-m", "autoflow", "-C", str(shop.folder), "test", "--watch"]
    running = subprocess.Popen(
        program,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=heed_ctrl_c,  # noqa: PLW1509 - nothing else runs in it yet
    )
    try:
        assert running.stdout is not None
        told = lines_up_to(WAITING, running.stdout.readline)
        assert "2 passed\n" in told
        shop.replace("tests/win-back.yaml", "running: false", "running: true")
        told = lines_up_to(WAITING, running.stdout.readline)
        assert "1 passed, 1 failed\n" in told
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=60)
    finally:
        running.kill()
    assert (running.returncode, rest) == (0, "")


def heed_ctrl_c() -> None:
    """Whatever runs the tests may ignore Ctrl-C, and then its children would."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def lines_up_to(last: str, readline: Callable[[], str]) -> list[str]:
    found: list[str] = []
    while not found or found[-1] not in {last, ""}:
        found.append(readline())
    return found
