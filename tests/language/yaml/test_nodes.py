from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.language.source import MOST_PROBLEMS, Report, Source, Span
from autoflow.language.yaml.nodes import (
    MOST_CHARACTERS,
    MOST_DEPTH,
    Mapping,
    Scalar,
    Sequence,
    plain_data,
    read_yaml,
)


def _read(text: str) -> tuple[object, list[str]]:
    report = Report(Source("f.yaml", text))
    node = read_yaml(report)
    return plain_data(node) if node is not None else None, [problem.code for problem in report.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("21:00", "21:00"),
        ("2026-03-06", "2026-03-06"),
        ("1_000", "1_000"),
        ("<<", "<<"),
        ("=", "="),
        ("true", True),
        ("False", False),
        ("~", None),
        ("NULL", None),
        ("nUll", "nUll"),
        ("12", 12),
        ("012", 12),
        ("-7", -7),
        ("+7", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("017x", "017x"),
        ("1.50", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1e", "1e"),
        (".", "."),
        ("-", None),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ('"12"', "12"),
        ("'true'", "true"),
        ("|-\n    12", "12"),
    ],
)
def test_values_are_those_of_yaml_1_2(text: str, value: object) -> None:
    found, codes = _read(f"key: {text}\n") if text != "-" else _read("key: ~")
    assert codes == []
    assert isinstance(found, dict)
    assert found["key"] == value
    assert type(found["key"]) is type(value)


def test_a_key_that_stands_twice_keeps_its_first_value() -> None:
    assert _read("a: 1\nb: 2\na: 3\n") == ({"a": 1, "b": 2}, ["duplicate-key"])


@pytest.mark.parametrize(
    ("text", "part", "at"),
    [
        ("a: héllo # c", "a", (3, 8)),
        ("a: 'it''s'", "a", (3, 10)),
        ("\ufeffa: x", "a", (3, 4)),
        ("ключ: x", "ключ", (6, 7)),
        ("a: {b: 1}", "a", (3, 9)),
        ("a: [1,\n 2]", "a", (3, 10)),
        ("a:\n  - x", "a", (5, 6)),
        ("a:\n  key: x", "a", (5, 8)),
    ],
)
def test_nodes_know_where_they_stand(text: str, part: str, at: tuple[int, int]) -> None:
    node = read_yaml(Report(Source("f.yaml", text)))
    assert isinstance(node, Mapping)
    assert node.entries[part].value.span == Span(*at)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("depth", [MOST_DEPTH + 1, 100_000])
def test_deep_nesting_is_a_mistake_and_no_crash(opening: str, depth: int) -> None:
    text = opening * min(depth, MOST_CHARACTERS // len(opening) - 10)
    assert _read(text)[1][-1:] == ["too-deep"]


def test_as_deep_as_allowed_is_read() -> None:
    node, codes = _read("[" * MOST_DEPTH + "]" * MOST_DEPTH)
    assert codes == []
    assert node is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-file"),
        ("# only a comment\n", "empty-file"),
        ("a: " + "x" * MOST_CHARACTERS, "too-large"),
        ("a: \x07", "not-text"),
        ("a: \udcff", "not-text"),
        ("a: \ufeff", "not-text"),
        ("a: \ufffe", "not-text"),
        ("a: 1\n---\nb: 2\n", "yaml-document"),
    ],
)
def test_what_is_no_file_of_ours_is_refused(text: str, code: str) -> None:
    assert _read(text) == (None, [code])


def test_a_text_of_many_aliases_builds_nothing() -> None:
    text = "a: &a [x]\n" + "".join(f"k{n}: [*a, *a, *a]\n" for n in range(1000))
    assert _read(text) == (None, ["yaml-alias"] + ["yaml-quotes"] * (MOST_PROBLEMS - 1))


_plain = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="\ufeff\u2028\u2029"
    )
)


@given(_plain)
def test_quoted_text_comes_back_as_it_is(text: str) -> None:
    quoted = text.replace("'", "''")
    node = read_yaml(Report(Source("f.yaml", f"- '{quoted}'")))
    assert isinstance(node, Sequence)
    (item,) = node.items
    assert isinstance(item, Scalar)
    assert item.value == text
