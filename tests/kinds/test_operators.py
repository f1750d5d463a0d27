"""Every operator for every type it may be used with, missing values and values of another type included."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.kinds import operators
from autoflow.kinds.operators import COMPLEMENTS, OF_TYPE, WINDOWS
from autoflow.kinds.view import View
from autoflow.model.contact import Record
from autoflow.model.durations import parse_duration
from autoflow.model.instants import parse_instant
from tests.oracle import comparing

LONDON, TOKYO = "Europe/London", "Asia/Tokyo"
NOW = parse_instant("2026-06-15 12:00")
DURATIONS = (*WINDOWS,)


def holds(of_type: str, value: Any, word: str, operand: Any, now: int = NOW, zone: str | None = None) -> bool:
    record = Record("u:ana", "ana", attributes={"timezone": zone} if zone else {})
    ready = (
        parse_duration(operand)
        if word in DURATIONS
        else tuple(operand)
        if isinstance(operand, list)
        else operand
    )
    return operators.Test(word, ready, of_type).holds(value, View(record, now, LONDON))


TRUE: list[tuple[str, Any, str, Any]] = [
    # text: casefolded, normalised, in many scripts
    ("text", "STRASSE", "is", "straße"),
    ("text", "Cafe\u0301", "is", "CAFÉ"),
    ("text", "ΟΔΟΣ", "is", "οδος"),
    ("text", "МОСКВА", "is", "москва"),
    ("text", "\u1ea0\u0302", "is", "\u1ead"),
    ("text", "東京", "is", "東京"),
    ("text", "i", "is_not", "İ"),
    ("text", "Bonn", "in", ["Köln", "BONN"]),
    ("text", "Bonn", "not_in", ["Köln"]),
    ("text", "Bonn am Rhein", "contains", "AM"),
    ("text", "Bonn", "starts_with", "bo"),
    ("text", "Bonn", "ends_with", "NN"),
    ("text", "Bonn am Rhein", "matches", "b*rhein"),
    ("text", "a.b", "matches", "a.b"),
    ("text", "two\nlines", "matches", "two*lines"),
    ("text", "/products/x200", "matches", "/products/*"),
    ("text", "", "is_set", False),
    ("text", "Bonn", "is_set", True),
    ("text", 7, "is", "7"),
    ("choice", "Pro", "is", "pro"),
    ("choice", "free", "in", ["free", "pro"]),
    # numbers are whole millionths
    ("number", 0.1 + 0.2, "is", 0.3),
    ("number", "100.000000", "is", 100),
    ("number", " 7 ", "is", 7),
    ("number", "1e2", "is", 100),
    ("number", 100, "at_least", 100),
    ("number", 100.000001, "more_than", 100),
    ("number", 100, "at_most", 100),
    ("number", 99.999999, "less_than", 100),
    ("number", 5, "between", [5, 7]),
    ("number", 7, "between", [5, 7]),
    ("number", 0, "is_set", True),
    ("number", -3, "in", [1, -3]),
    ("money", 19.99, "is", "19.99"),
    ("money", 0.0000005, "is", 0),  # half to even
    ("money", 0.0000015, "is", 0.000002),
    # yes_no
    ("yes_no", True, "is", True),
    ("yes_no", "Yes", "is", True),
    ("yes_no", "no", "is", False),
    ("yes_no", False, "is_set", True),
    # dates are whole days, dates and times are instants
    ("date", "2026-06-15", "is", "2026-06-15"),
    ("date", "2026-06-15T23:00:00Z", "is", "2026-06-15"),
    ("date", "2026-06-14", "before", "2026-06-15"),
    ("date", "2026-06-16", "after", "2026-06-15"),
    ("date", "2026-06-15", "between", ["2026-06-15", "2026-06-20"]),
    ("date", "2026-06-15", "in", ["2026-06-15", "2026-06-20"]),
    ("date", "2026-06-12", "within_last", "4 days"),
    ("date", "2026-06-11", "not_within_last", "4 days"),
    ("date", "2026-06-19", "within_next", "4 days"),
    ("date", "2026-06-15", "within_next", "1 days"),
    ("date", "1990-06-17", "anniversary_within", "2 days"),
    ("date", "1990-06-15", "anniversary_within", "1 days"),
    ("date_time", "2026-06-15 12:00", "is", "2026-06-15T11:00:00Z"),  # local time of the project
    ("date_time", "2026-06-15T11:59:59Z", "before", "2026-06-15T12:00:00Z"),
    ("date_time", "2026-06-15T12:00:00.000001Z", "after", "2026-06-15T12:00:00Z"),
    ("date_time", "2026-06-15T10:00:01Z", "within_last", "2 hours"),
    ("date_time", "2026-06-15T10:00:00Z", "not_within_last", "2 hours"),
    ("date_time", "2026-06-15T14:00:00Z", "within_next", "2 hours"),
    # lists: one of the items
    ("list", ["Tea", "Coffee"], "contains", "tea"),
    ("list", "Tea", "contains", "tea"),
    ("list", ["Tea"], "in", ["tea", "milk"]),
    ("list", ["Tea"], "not_in", ["milk"]),
    ("list", [], "is_set", False),
]
FALSE: list[tuple[str, Any, str, Any]] = [
    ("text", "Bonn", "is", "Bon"),
    ("text", "Bonn", "matches", "onn"),
    ("text", "axb", "matches", "a.b"),
    ("text", "Bonn", "contains", "x"),
    ("number", True, "is", 1),  # yes is no number
    ("number", "dear", "at_most", 5),
    ("number", 99.999999, "at_least", 100),
    ("number", 100, "more_than", 100),
    ("number", 5, "between", [7, 5]),
    ("number", float("nan"), "is", 0),
    ("number", float("inf"), "more_than", 0),
    ("yes_no", "maybe", "is", False),
    ("date", "2026-02-30", "after", "2026-01-01"),
    ("date", "2026-06-16", "within_last", "4 days"),
    ("date", "2026-06-20", "within_next", "4 days"),
    ("date", "1990-06-14", "anniversary_within", "20 days"),
    ("date_time", "2026-06-15T12:00:00Z", "after", "2026-06-15T12:00:00Z"),
    ("date_time", "2026-06-15T12:00:00Z", "within_next", "2 hours"),
    ("date_time", "soon", "before", "2030-01-01"),
    ("list", ["Coffee"], "contains", "off"),
    ("list", [], "in", ["tea"]),
]


def label(case: tuple[str, Any, str, Any]) -> str:
    of_type, value, word, operand = case
    return ascii(f"{of_type} {value} {word} {operand}")


@pytest.mark.parametrize(
    ("case", "expected"),
    [*((c, True) for c in TRUE), *((c, False) for c in FALSE)],
    ids=lambda c: label(c) if isinstance(c, tuple) else "",
)
def test_table(case: tuple[str, Any, str, Any], expected: bool) -> None:
    of_type, value, word, operand = case
    assert holds(of_type, value, word, operand) is expected
    assert comparing.passes(word, operand, value, of_type, NOW, (LONDON, LONDON)) is expected, (
        "the witness too"
    )


def test_the_table_holds_every_operator_of_every_type() -> None:
    used = {(of_type, word) for of_type, _, word, _ in [*TRUE, *FALSE]}
    complements = {
        (of_type, word) for of_type, words in OF_TYPE.items() for word in words if word in COMPLEMENTS
    }
    textual = {("choice", word) for word in OF_TYPE["choice"]}  # as text
    money = {("money", word) for word in OF_TYPE["money"]}  # as number
    dates = {("date_time", word) for word in ("in", "is_set", "between", "anniversary_within")}  # as date
    asked = {(of_type, word) for of_type, words in OF_TYPE.items() for word in words}
    assert asked - used - complements - textual - money - dates == {("date", "is_set")}


OPERANDS: dict[str, list[Any]] = {
    "text": ["", "Bonn", "straße"],
    "choice": ["free"],
    "number": [0, 7, -0.5],
    "money": [0, 19.99],
    "yes_no": [True, False],
    "date": ["2026-06-15"],
    "date_time": ["2026-06-15T12:00:00Z"],
    "list": ["tea"],
}


def operand(of_type: str, word: str) -> Any:
    if word in DURATIONS:
        return "3 days"
    if word == "is_set":
        return True
    return OPERANDS[of_type] * 2 if word in {"in", "not_in", "between"} else OPERANDS[of_type][0]


PAIRS = [(of_type, word) for of_type, words in OF_TYPE.items() for word in words]


@pytest.mark.parametrize(("of_type", "word"), PAIRS)
def test_a_missing_value_fails_every_positive_test_and_passes_every_complement(
    of_type: str, word: str
) -> None:
    assert holds(of_type, None, word, operand(of_type, word)) is (word in COMPLEMENTS)


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10),
    st.floats(-10, 10),
    st.text(max_size=4),
    st.sampled_from(["Bonn", "STRASSE", "7", "2026-06-13", "2026-06-15T12:00:00Z", "yes"]),
    st.lists(st.sampled_from(["tea", "Tea", "milk"]), max_size=2),
)


@given(st.sampled_from(PAIRS), values)
def test_complements_are_exact_and_the_witness_agrees(pair: tuple[str, str], value: Any) -> None:
    of_type, word = pair
    asked = operand(of_type, word)
    found = holds(of_type, value, word, asked)
    if word in COMPLEMENTS:
        assert found is not holds(of_type, value, COMPLEMENTS[word], asked)
    assert found is comparing.passes(word, asked, value, of_type, NOW, (LONDON, LONDON))


@given(st.text(max_size=8), st.text(max_size=8))
def test_text_of_any_script_compares_as_the_witness_says(one: str, other: str) -> None:
    for word in ("is", "contains", "starts_with", "ends_with", "matches"):
        for right in (other, one.upper(), one.lower(), one[:2]):
            assert holds("text", one, word, right) is comparing.passes(
                word, right, one, "text", NOW, (LONDON, LONDON)
            )


@given(
    st.one_of(
        st.decimals(allow_nan=False, allow_infinity=False, places=7, min_value=-(10**9), max_value=10**9).map(
            float
        ),
        st.floats(),
    ),
    st.floats(-1e9, 1e9),
)
def test_numbers_compare_in_millionths_as_the_witness_says(one: float, other: float) -> None:
    for word in ("is", "at_least", "at_most", "more_than", "less_than"):
        for right in (other, one):
            if right == right and abs(right) < 1e12 and not 1e12 <= abs(one) < float("inf"):  # noqa: PLR0124 - not a NaN
                assert holds("number", one, word, right) is comparing.passes(
                    word, right, one, "number", NOW, (LONDON, LONDON)
                )


@pytest.mark.parametrize("word", WINDOWS)
@pytest.mark.parametrize("of_type", ["date", "date_time"])
@pytest.mark.parametrize("zone", [None, TOKYO, "America/New_York"])
@given(
    st.integers(parse_instant("2023-12-01") // 60_000_000, parse_instant("2025-04-30") // 60_000_000),
    st.sampled_from(
        ["2024-02-29", "2024-03-31", "2024-10-27", "2024-12-31", "2000-02-29", "2024-03-31 01:30"]
    ),
    st.sampled_from(["3 days", "1 month", "2 weeks", "1 year", "5 hours"]),
    st.integers(0, 10**7),
)
def test_calendar_windows_agree_with_the_witness_and_change_no_sooner_than_they_say(
    word: str, of_type: str, zone: str | None, minute: int, value: str, window: str, later: int
) -> None:
    now = minute * 60_000_000
    view = View(Record("u:ana", "ana", attributes={"timezone": zone} if zone else {}), now, LONDON)
    test = operators.Test(word, parse_duration(window), of_type)
    zones = (zone or LONDON, LONDON)
    found = test.holds(value, view)
    assert found is comparing.passes(word, window, value, of_type, now, zones)
    change = test.next_change(value, view)
    assert change is None or change > now
    until = change - 1 if change is not None else now + later * 60_000_000
    for then in {until, (now + until) // 2}:
        view.now = then
        if word != "anniversary_within" or change is not None:
            assert test.holds(value, view) is found
    if change is not None:
        view.now = change
        assert test.holds(value, view) is comparing.passes(word, window, value, of_type, change, zones)


@pytest.mark.parametrize(
    ("of_type", "value", "word", "misses"),
    [
        ("text", None, "is_not", True),
        ("text", "", "is", False),
        ("text", "", "is_set", True),
        ("list", [], "is_set", True),
        ("list", [], "contains", False),
        ("text", "Bonn", "is_set", False),
        ("number", "many", "at_least", True),
        ("number", 0, "at_least", False),
        ("date", "soon", "not_within_last", True),
        ("date", "2026-06-01", "not_within_last", False),
    ],
)
def test_whoever_has_no_value_of_the_type_misses_it(
    of_type: str, value: Any, word: str, misses: bool
) -> None:
    ready = operators.Test(word, operand(of_type, word), of_type)
    assert ready.misses(value, View(Record("u:ana", "ana"), NOW, LONDON)) is misses


@given(
    st.sampled_from(sorted(OF_TYPE)), st.one_of(st.none(), st.text(max_size=3), st.integers(), st.booleans())
)
def test_whoever_misses_the_value_fails_every_positive_test(of_type: str, value: Any) -> None:
    view = View(Record("u:ana", "ana"), NOW, LONDON)
    for word in set(OF_TYPE[of_type]) - {"is_set"}:
        ready = operators.Test(word, operand(of_type, word), of_type)
        if ready.misses(value, view):
            assert ready.holds(value, view) is (word in COMPLEMENTS)
