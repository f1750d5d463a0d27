"""Values as conditions see them: text folded, numbers in whole millionths."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.model.identifiers import PARTITIONS, message_hash, partition
from autoflow.model.values import fold, from_millionths, millionths, plain
from tests.oracle import comparing


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "straße"),
        ("Cafe\u0301", "CAFÉ"),
        ("ΟΔΟΣ", "οδος"),
        ("МОСКВА", "москва"),
        ("\u212b", "å"),
        ("ABC", "abc"),
    ],
)
def test_what_reads_alike_folds_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("e", "é"), ("i", "ı"), ("", " "), ("tea", "tea ")])
def test_what_differs_stays_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_agrees_with_the_witness(text: str) -> None:
    assert fold(text) == comparing.fold(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7_000_000),
        (-0.5, -500_000),
        (0.1 + 0.2, 300_000),
        (19.99, 19_990_000),
        (0.0000005, 0),
        (0.0000015, 2),
        (1e9, 10**15),
        (123456789.123456, 123_456_789_123_456),
        ("19.99", 19_990_000),
        (" 7 ", 7_000_000),
        ("1e3", 10**9),
        (True, None),
        (None, None),
        ("dear", None),
        ("", None),
        (float("nan"), None),
        (float("inf"), None),
        ("NaN", None),
        (10**18, None),
        ("1e400", None),
        ([7], None),
    ],
    ids=repr,
)
def test_numbers_are_whole_millionths(value: Any, expected: int | None) -> None:
    assert millionths(value) == expected


@given(
    st.one_of(
        st.integers(-(10**11), 10**11),
        st.floats(-1e11, 1e11),
        st.decimals(-(10**6), 10**6, places=8).map(str),
    )
)
def test_numbers_agree_with_the_witness(value: Any) -> None:
    exact = comparing.number(value)
    assert exact is not None
    assert millionths(value) == int(exact * 1_000_000)


@given(st.integers(-(10**12), 10**12))
def test_millionths_are_read_back(value: int) -> None:
    assert millionths(from_millionths(value)) == value


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "nothing"), (True, "yes"), (False, "no"), ([1, None], "1, nothing"), (1.5, "1.5"), ("x", "x")],
)
def test_values_in_a_sentence(value: Any, said: str) -> None:
    assert plain(value) == said


def test_names_made_from_content_never_change() -> None:
    """Stores keep them: a change here would lose everybody's place."""
    assert [partition(key) for key in ("u:ana", "a:v", "")] == [151, 117, 0]
    assert message_hash("m1").hex() == "7431160d65c1010c5e92d398569d1266"
    assert {partition(f"u:{n}") for n in range(5_000)} == set(range(PARTITIONS))
