from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.lab.testing.story import Arrival, Expected, Given, Moment
from autoflow.lab.testing.testing import RecipeTest, read_tests
from autoflow.language.present import as_text
from autoflow.language.workspace import read_workspace
from autoflow.model.event import IDENTIFY
from autoflow.model.instants import parse_instant
from tests.lab.little_shop import SOURCES, shop

MISTAKES = (Path(__file__).parent / "mistakes" / "stories.txt").read_text(encoding="utf-8")
_CASE = re.compile(
    r"^=== (?P<file>.+?)\n(?P<text>.*?)^--- told\n(?P<told>.*?)(?=^=== |\Z)", re.MULTILINE | re.DOTALL
)
WORDS = (
    *(
        "tests: welcome",
        "cases:",
        "- name: a",
        "given:",
        "contact:",
        "story:",
        "at: 2026-03-06 14:00",
        "after: 1 day",
    ),
    *(
        "expect: {emails: [hello]}",
        "event: purchased",
        "with: {total: 20}",
        "page_visited: /",
        "set:",
        "plan: pro",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        "- ",
        ": ",
        "*",
        "&a",
        "null",
        "\t",
        "  ",
        "\ud800",
        "9" * 50,
        "occurred: 1971-01-01",
    ),
)
KEYS = (
    *("tests", "also", "cases", "name", "given", "story", "contact", "tags", "events", "id"),
    *(
        "at",
        "after",
        "occurred",
        "event",
        "with",
        "page_visited",
        "set",
        "expect",
        "emails",
        "running",
        "step",
    ),
)


def read(text: str) -> RecipeTest:
    (test,), problems = read_tests({"tests/a.yaml": text}, shop())
    assert as_text(problems, {"tests/a.yaml": text}) == ""
    return test


def story(text: str, given_: str = "{}") -> tuple[Moment, ...]:
    return read(f"tests: welcome\ncases:\n- name: a\n  given: {given_}\n  story:\n{text}\n").cases[0].story


@pytest.mark.parametrize(
    ("file", "text", "told"), [pytest.param(*case, id=case[0]) for case in _CASE.findall(MISTAKES)]
)
def test_mistakes_are_told_in_these_words(file: str, text: str, told: str) -> None:
    _, problems = read_tests({file: text}, shop())
    assert as_text(problems, {file: text}) == told.strip("\n") + "\n"


def test_mistakes_of_several_files_are_told_together() -> None:
    sources = {"tests/b.yaml": "tests: thank\n", "tests/a.yaml": "cases: []\n"}
    _, problems = read_tests(sources, shop())
    assert [(problem.file, problem.code) for problem in problems] == [
        ("tests/a.yaml", "list-empty"),
        ("tests/a.yaml", "missing-key"),
        ("tests/b.yaml", "missing-key"),
        ("tests/b.yaml", "unknown-name"),
    ]


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(WORDS), max_size=30).map("\n".join),
        st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    )
)
def test_no_file_crashes_the_reader(text: str) -> None:
    tests, problems = read_tests({"tests/a.yaml": text}, shop())
    assert tests or problems
    assert as_text(problems, {"tests/a.yaml": text}) or not problems


@given(
    st.recursive(
        st.sampled_from(
            ["a", "1", "null", "2026-03-06 14:00", "1 day", "purchased", "hello", '"{{ x }}"', "true"]
        ),
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
            | st.dictionaries(
                st.sampled_from(KEYS),
                inner,
                max_size=4,
            ).map(lambda pairs: f"{{{', '.join(f'{key}: {value}' for key, value in pairs.items())}}}")
        ),
        max_leaves=20,
    )
)
def test_no_shape_crashes_the_reader(cases: str) -> None:
    _, problems = read_tests({"tests/a.yaml": f"tests: welcome\ncases: {cases}\n"}, shop())
    assert all(problem.line in {1, 2} for problem in problems)


def test_a_story_has_instants_and_values_of_their_declared_types() -> None:
    noon = parse_instant("2026-03-06 12:00", "Europe/London")
    assert story(
        """
  - {at: 2026-03-06 12:00, page_visited: /welcome}
  - {after: 90 minutes, event: purchased, with: {order_id: 17, total: 19.50}, expect: {emails: hello, tags: [b, a]}}
  - {set: {plan: PRO, income: null}}
"""
    ) == (
        Moment(noon, 7, Arrival(noon, noon, "page_visited", {"path": "/welcome"})),
        Moment(
            noon + 5_400_000_000,
            8,
            Arrival(
                noon + 5_400_000_000, noon + 5_400_000_000, "purchased", {"order_id": "17", "total": 19.5}
            ),
            (Expected(8, "emails", ["hello"]), Expected(8, "tags", ["a", "b"])),
        ),
        Moment(
            noon + 5_400_000_000,
            9,
            Arrival(noon + 5_400_000_000, noon + 5_400_000_000, IDENTIFY, {"plan": "pro", "income": None}),
        ),
    )


@pytest.mark.parametrize(
    ("given_", "steps", "expected"),
    [
        # the clocks of London go forward on 29 March, those of New York three weeks before
        (
            "{}",
            "- {at: 2026-03-28 14:00, page_visited: /}\n  - {after: 1 day, page_visited: /}",
            "2026-03-29 13:00",
        ),
        (
            "{}",
            "- {at: 2026-03-28 14:00, page_visited: /}\n  - {after: 24 hours, page_visited: /}",
            "2026-03-29 14:00",
        ),
        (
            "{contact: {timezone: America/New_York}}",
            "- {at: 2026-03-28 14:00, page_visited: /}\n  - {after: 1 day, page_visited: /}",
            "2026-03-29 14:00",
        ),
        (
            "{}",
            "- {at: 2026-03-28 14:00, set: {timezone: America/New_York}}\n  - {after: 1 day, page_visited: /}",
            "2026-03-29 14:00",
        ),
        # `at` is the project's clock, whoever the contact is
        (
            "{contact: {timezone: America/New_York}}",
            "- {at: 2026-07-01 14:00, page_visited: /}",
            "2026-07-01 13:00",
        ),
        ("{}", "- {at: 2026-07-01T14:00:00Z, page_visited: /}", "2026-07-01 14:00"),
    ],
)
def test_days_keep_the_clock_time_of_the_contact(given_: str, steps: str, expected: str) -> None:
    assert story(f"  {steps}", given_)[-1].at == parse_instant(expected, "UTC")


def test_who_is_given() -> None:
    test = read(
        """
tests: welcome
also: [thanks]
cases:
  - name: everything
    given:
      contact: {id: u-1, email: ana@example.com, plan: null}
      tags: [b, a, b]
      audiences: fans
      events:
        - {at: 2026-03-02 10:00, event: purchased, with: {total: 2}}
        - {at: 2026-03-01 10:00, page_visited: {path: /, title: Home}}
    story:
      - {at: 2026-03-06 12:00, expect: {running: no, ended: none, step: none}}
  - name: nothing
    story:
      - {at: 2026-03-06 12:00, expect: {attributes: {plan: null}}}
"""
    )
    assert (test.recipe, test.also) == ("welcome", ("thanks",))
    everything, nothing = test.cases
    assert (everything.given.user, everything.given.attributes) == ("u-1", {"email": "ana@example.com"})
    assert (everything.given.tags, everything.given.audiences) == (("b", "a"), ("fans",))
    assert [(arrival.name, dict(arrival.properties)) for arrival in everything.given.history] == [
        ("page_visited", {"path": "/", "title": "Home"}),
        ("purchased", {"total": 2}),
    ]
    assert [expected.value for expected in everything.story[0].expected] == [False, "none", "none"]
    assert (nothing.given, nothing.line) == (Given("contact", known=False), 15)
    assert everything.given.known


def test_recipes_of_files_with_mistakes_are_not_missed() -> None:
    broken = read_workspace({**SOURCES, "recipes/broken.yaml": "trigger: {}\n"}, {})
    _, problems = read_tests(
        {
            "tests/a.yaml": "tests: broken\ncases:\n- {name: a, story: [{at: 2026-03-06, expect: {step: x}}]}\n"
        },
        broken,
    )
    assert problems == []
