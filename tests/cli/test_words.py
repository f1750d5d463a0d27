"""`kinds`, `test` and `demo`, and how tables are printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autoflow.cli.group import cli
from autoflow.cli.output import local, table
from autoflow.cli.state import State
from autoflow.kinds import registry
from autoflow.model.instants import parse_instant
from tests.cli.shop import Shop


def test_kinds_lists_every_word_with_its_example() -> None:
    told = CliRunner().invoke(cli, ["kinds"]).stdout
    for kinds in (registry.triggers(), registry.conditions(), registry.actions()):
        for word, kind in kinds.items():
            assert f"\n  {word}\n    " in told
            assert kind.example.splitlines()[0] in told


def test_failed_tests_end_with_1(shop: Shop) -> None:
    shop.replace("tests/win-back.yaml", "ended: goal", "ended: finished")
    result = shop.run("test", status=1)
    assert "✗ a purchase after the mail is a success" in result.stdout
    assert result.stdout.endswith("1 passed, 1 failed\n")
    outcome = shop.json("test", status=1)
    assert (outcome["passed"], outcome["failed"]) == (1, 1)


def test_mistakes_in_tests_are_told_at_their_place(shop: Shop) -> None:
    shop.replace("tests/win-back.yaml", "tests: win-back", "tests: winback")
    assert shop.run("test", status=1).stderr.startswith("tests/win-back.yaml:2:8: ")
    assert shop.json("test", status=1)["problems"][0]["file"] == "tests/win-back.yaml"


def test_only_some_tests(shop: Shop) -> None:
    shop.write(
        "tests/more/other.yaml",
        (shop.folder / "tests/win-back.yaml").read_text().replace("ended: goal", "ended: finished"),
    )
    assert shop.run("test", "tests/win-back.yaml").stdout.endswith("2 passed\n")
    assert shop.run("test", shop.folder / "tests/more", status=1).stdout.endswith("1 passed, 1 failed\n")
    assert shop.run("test", "tests/nothing", status=1).stderr.startswith(
        "There is no file or folder tests/nothing."
    )
    assert "holds no tests" in shop.run("test", "recipes", status=1).stderr


def test_a_workspace_without_tests(shop: Shop) -> None:
    (shop.folder / "tests/win-back.yaml").unlink()
    assert shop.run("test").stdout.startswith("There are no tests")
    assert shop.json("test")["passed"] == 0


def test_the_demo_is_handed_its_folder(tmp_path: Path) -> None:
    called: list[Any] = []

    def demo(folder: Path | None, *, say: Any, **_: Any) -> int:
        called.append(folder)
        say("done")
        return 0

    result = CliRunner().invoke(cli, ["demo", str(tmp_path)], obj=State(demo=demo))
    assert (result.exit_code, result.stdout, called) == (0, "done\n", [tmp_path])


def test_a_table_in_a_pipe_is_plain_and_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    table(["who", "n", "why"], [["李", "1,200", "x"], ["ana", "3", ""]], numbers=[1])
    assert capsys.readouterr().out == "who      n  why\n李   1,200  x\nana      3\n"


def test_times_are_local_and_show_seconds_only_where_there_are_any() -> None:
    assert local(parse_instant("2026-07-06T13:00:00Z"), "Europe/London") == "2026-07-06 14:00"
    assert local(parse_instant("2026-07-06T13:00:07Z"), "Europe/London") == "2026-07-06 14:00:07"
