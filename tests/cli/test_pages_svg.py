from __future__ import annotations

from datetime import date, timedelta

import pytest

from autoflow.cli.pages.svg import HEIGHT, Series, bar, chart, described, spark
from tests.cli.markup import Element, read


def series(numbers: list[int], first: date = date(2026, 3, 2), unit: str = "day") -> Series:
    return Series(unit, [(first + timedelta(days=place), number) for place, number in enumerate(numbers)])


def drawn(numbers: list[int], first: date = date(2026, 3, 2), behind: list[int] | None = None) -> Element:
    other = series(behind, first) if behind is not None else None
    return read(chart("c", "Entries by day", "entries", series(numbers, first), other)).one(
        "svg", class_="chart"
    )


def labels(days: int, first: date) -> list[str]:
    return [each.text for each in drawn([1] * days, first).all("text", class_="x")]


def test_a_chart_says_what_it_shows_to_whoever_cannot_see_it() -> None:
    found = drawn([0, 3, 1])
    assert (found.attrs["role"], found.attrs["aria-labelledby"]) == ("img", "c-title c-desc")
    assert found.one("title", id="c-title").text == "Entries by day"
    assert found.one("desc", id="c-desc").text == (
        "Entries in all: 4, on 2 of 3 days; the most: 3, on 3 March 2026."
    )


@pytest.mark.parametrize(
    ("unit", "numbers", "said"),
    [
        ("day", [0, 0], "No entries."),
        ("day", [1], "Entries in all: 1, on 1 of 1 day; the most: 1, on 2 March 2026."),
        ("week", [2, 0], "Entries in all: 2, in 1 of 2 weeks; the most: 2, in the week from 2 March 2026."),
    ],
)
def test_in_words(unit: str, numbers: list[int], said: str) -> None:
    assert described("entries", series(numbers, unit=unit)) == said


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (0, ["0", "1"]),
        (1, ["0", "1"]),
        (3, ["0", "1", "2", "3"]),
        (5, ["0", "2", "4", "6"]),
        (8, ["0", "2", "4", "6", "8"]),
        (9, ["0", "5", "10"]),
        (23, ["0", "10", "20", "30"]),
        (1_234, ["0", "500", "1,000", "1,500"]),
    ],
)
def test_the_upright_axis_begins_at_nothing_and_ends_above_everything(most: int, ticks: list[str]) -> None:
    assert [each.text for each in drawn([most]).all("text", class_="y")] == ticks
    assert drawn([most]).one("text", class_="of").text == "entries a day"


def test_bars_are_as_tall_as_their_numbers_and_whatever_is_more_than_nothing_shows() -> None:
    [path] = drawn([0, 4, 2, 0]).all("path", class_="bars")
    assert path.attrs["d"] == f"M1.15 {HEIGHT}v-120h0.7v120zM2.15 {HEIGHT}v-60h0.7v60z"
    [path] = drawn([1_000, 1]).all("path", class_="bars")
    assert path.attrs["d"].endswith(f"M1.15 {HEIGHT}v-1h0.7v1z")
    [path] = drawn([1] * 200).all("path", class_="bars")
    assert path.attrs["d"].startswith(f"M0 {HEIGHT}v-120h1v120zM1 {HEIGHT}")


def test_what_it_is_compared_with_stands_behind_where_it_differs() -> None:
    found = drawn([1, 2], behind=[4, 2])
    assert [each.attrs["class"] for each in found.all("path")] == ["behind", "bars"]
    assert found.one("text", class_="key").text == "grey: by what is applied"
    assert found.one("desc").text.endswith(
        "Behind them those by what is applied. Entries in all: 6, on 2 of 2 days; the most: 4, on 2 March 2026."
    )
    assert [each.text for each in found.all("text", class_="y")][-1] == "4"
    same = drawn([1, 2], behind=[1, 2])
    assert [each.attrs["class"] for each in same.all("path")] == ["bars"]
    assert not same.all("text", class_="key") and "applied" not in same.text


@pytest.mark.parametrize(
    ("days", "first", "said"),
    [
        (1, date(2026, 3, 2), ["2 Mar"]),
        (14, date(2026, 3, 1), ["1 Mar", "3 Mar", "5 Mar", "7 Mar", "9 Mar", "11 Mar", "13 Mar"]),
        (30, date(2026, 3, 4), ["9 Mar", "16 Mar", "23 Mar", "30 Mar"]),
        (151, date(2026, 1, 30), ["Feb", "Mar", "Apr", "May", "Jun"]),
        (151, date(2026, 1, 15), ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]),
        (500, date(2025, 11, 1), ["2026", "Apr", "Jul", "Oct", "2027"]),
        (365 * 9, date(2020, 1, 1), ["2020", "2022", "2024", "2026", "2028"]),
    ],
)
def test_dates_stand_below_few_enough_to_be_read(days: int, first: date, said: list[str]) -> None:
    assert labels(days, first) == said


def test_of_many_dates_every_other_needs_room() -> None:
    assert [each.attrs["class"] for each in drawn([1] * 365, date(2026, 1, 1)).all("text", class_="x")] == [
        *["x", "x wide"] * 6
    ]


@pytest.mark.parametrize(
    ("value", "most", "wide"),
    [(5, 10, "50.0%"), (1, 3, "33.3%"), (20, 10, "100.0%"), (1, 1_000, "2"), (0.5, 1, "50.0%")],
)
def test_a_bar_is_as_long_as_its_share(value: float, most: float, wide: str) -> None:
    assert read(bar(value, most)).one("rect").attrs["width"] == wide


@pytest.mark.parametrize(("value", "most"), [(0, 10), (0, 0), (3, 0)])
def test_of_nothing_there_is_no_bar(value: int, most: int) -> None:
    assert not read(bar(value, most)).all("rect")


def test_a_line_of_bars_adds_neighbours_up() -> None:
    assert read(spark([1, 1, 2, 2], 2)).one("path").attrs["d"] == "M0.15 20v-10h0.7v10zM1.15 20v-20h0.7v20z"
    assert read(spark([0, 0])).one("path").attrs["d"] == ""
    assert read(spark([])).one("svg").attrs["viewbox"] == "0 0 1 20"


def test_what_it_is_called_cannot_become_markup() -> None:
    made = chart('"><script>', "<script>", "<script>", series([1]))
    assert "<script" not in made and '""' not in made
