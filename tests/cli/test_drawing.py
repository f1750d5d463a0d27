from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.cli import drawing
from autoflow.cli.drawing import bar, line

NUMBERS = st.integers(0, 10_000_000)


@pytest.mark.parametrize(
    ("value", "most", "drawn"),
    [
        (10, 10, "██████████"),
        (5, 10, "█████"),
        (1, 20, "▌"),
        (3, 80, "▍"),
        (11, 80, "█▍"),
        (1, 1_000_000, "▏"),
        (0, 10, ""),
        (0, 0, ""),
        (12, 10, "██████████"),
    ],
)
def test_a_bar_is_as_long_as_its_share(value: int, most: int, drawn: str) -> None:
    assert bar(value, most, 10) == drawn


def test_a_bar_without_room_is_none() -> None:
    assert bar(5, 10, 0) == ""


@given(NUMBERS, NUMBERS, st.integers(1, 200))
def test_a_bar_fits_and_shows_whatever_there_is(value: int, most: int, width: int) -> None:
    drawn = bar(value, most, width)
    assert len(drawn) <= width
    assert (drawn == "") is (value == 0 or most == 0)


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇█"),
        ([0, 1_000, 0, 1, 500], " █ ▁▄"),
        ([3, 3, 3], "███"),
        ([0, 0], "  "),
        ([], ""),
    ],
)
def test_a_line_has_a_character_a_value(values: list[float], drawn: str) -> None:
    assert line(values, 20) == drawn


def test_a_line_of_more_values_than_fit_draws_means_of_neighbours() -> None:
    assert line([0, 2, 4, 4, 8, 8], 3) == "▁▄█"
    assert line([8, 0, 0, 8, 8], 2) == "▆█"  # 4 of two, 5⅓ of three


def test_a_line_may_begin_higher_than_nothing() -> None:
    assert line([100, 104, 108], 20, least=100) == "▁▄█"
    assert line([100, 100], 20, least=100) == "▄▄"
    assert line([0, 100, 108], 20, least=100) == " ▁█"


def test_lines_below_each_other_may_share_their_height() -> None:
    assert line([2, 4], 20, most=8) == "▂▄"
    assert line([8, 16], 20, most=8) == "██"


@given(st.lists(NUMBERS, max_size=300), st.integers(1, 120))
def test_a_line_fits_and_is_blank_only_where_there_is_nothing(values: list[int], width: int) -> None:
    drawn = line(values, width)
    assert len(drawn) == min(width, len(values))
    assert (drawn.strip() == "") is (not any(values))


@pytest.mark.parametrize(
    ("terminal", "left"), [(False, 80 - 12 - 2 - 5 - 2), (True, 60 - 2 - 12 - 3 - 5 - 3)]
)
def test_there_is_room_for_what_is_left_of_a_line(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, left: int
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    monkeypatch.setattr("shutil.get_terminal_size", lambda _: os.terminal_size((60, 24)))
    rows = [["segment", "now"], ["twelve chars", "1,234"]]
    assert drawing.room(rows, 100) == left
    assert drawing.room(rows, 10) == 10
    assert drawing.room([["x" * 100]], 10) == 5


def test_columns_are_those_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawing.columns() == 80
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for wide, expected in ((120, 120), (10, 40)):
        monkeypatch.setattr("shutil.get_terminal_size", lambda _, wide=wide: os.terminal_size((wide, 24)))
        assert drawing.columns() == expected
