from __future__ import annotations

import pytest

from autoflow.kinds.conditions.has_tag import HasTag
from autoflow.language.definitions import Segment
from autoflow.language.segment import SEGMENT_KINDS
from tests.language.small import condition, workspace

BARE = "conditions: [{has_tag: a}]\n"


def _read(text: str) -> Segment:
    found = workspace({"segments/s.yaml": text})
    assert found.problems == ()
    return found.segments["s"]


def test_every_key() -> None:
    text = BARE + 'segment: s\ndescription: A.\nowner: b\ncolour: "#B4532A"\nkind: deny\n'
    segment = _read(text)
    assert segment == Segment("s", HasTag("a"), "A.", "b", "#b4532a", "deny", segment.hash)


@pytest.mark.parametrize("kind", SEGMENT_KINDS)
def test_every_kind_of_segment(kind: str) -> None:
    assert _read(f"kind: {kind}\n{BARE}").kind == kind


def test_the_hash_is_that_of_the_conditions() -> None:
    same = "# words\ndescription: A.\nkind: deny\nconditions:\n  - has_tag: 'a'\n"
    assert _read(BARE).hash == _read(same).hash
    assert _read(BARE).hash != _read(BARE.replace("a}", "b}")).hash


@pytest.mark.parametrize(
    "text",
    ["{did: purchased, at_least: 50% of before}", "{sum_of: purchased.total, less_than: 50% of before}"],
)
def test_a_share_of_the_time_before_needs_a_window(text: str) -> None:
    assert "A share of the time before needs a window to compare with." in condition(text)


@pytest.mark.parametrize(
    ("uses", "told"),
    [
        (
            {"a": "b", "b": "a"},
            ['segments/a.yaml: A segment cannot use itself: "a" uses "b", which uses "a".'],
        ),
        (
            {"a": "b", "b": "c", "c": "b"},
            ['segments/b.yaml: A segment cannot use itself: "b" uses "c", which uses "b".'],
        ),
        ({"a": "b", "b": "vip"}, []),
    ],
)
def test_circles_are_told_once(uses: dict[str, str], told: list[str]) -> None:
    files = {
        f"segments/{name}.yaml": f"conditions: {{none: [{{in_segment: {used}}}]}}"
        for name, used in uses.items()
    }
    problems = workspace(files).problems
    assert [f"{problem.file}: {problem.message}" for problem in problems] == told
