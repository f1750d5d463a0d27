from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from autoflow.language.present import as_github, as_json, as_text, summary
from autoflow.model.problems import Problem

PROBLEM = Problem("recipes/a.yaml", 2, 3, "value", "It is wrong.", "Mend it.", "error", 4)


def _text(line: str, column: int, width: int = 1, **kwargs: bool) -> str:
    problem = Problem("f.yaml", 1, column, "value", "No.", "Mend it.", "error", width)
    return as_text([problem], {"f.yaml": line}, **kwargs)


def test_line_caret_and_fix() -> None:
    assert as_text([PROBLEM], {"recipes/a.yaml": "a: 1\n- abcd\n"}) == (
        "recipes/a.yaml:2:3: It is wrong.\n    2 | - abcd\n      |   ^^^^\n      Mend it.\n"
    )


def test_no_problem_is_no_text() -> None:
    assert as_text([], {}) == ""
    assert summary([]) == "no problems"


def test_a_file_that_is_not_there_shows_no_line() -> None:
    assert as_text([PROBLEM], {}) == "recipes/a.yaml:2:3: It is wrong.\n      Mend it.\n"


def test_colour_only_where_asked() -> None:
    assert "\x1b" not in _text("a", 1)
    coloured = _text("a", 1, colour=True)
    assert "\x1b[31m^\x1b[0m" in coloured


def test_carets_stand_under_wide_signs_and_behind_tabs() -> None:
    assert _text("名前: x", 5).splitlines()[1:3] == ["    1 | 名前: x", "      |       ^"]
    assert _text("e\u0301: x", 5).splitlines()[2] == "      |    ^"
    assert _text("\ta: x", 5).splitlines()[1:3] == ["    1 |  a: x", "      |     ^"]


def test_long_lines_are_cut_around_the_place() -> None:
    line = "a" * 5_000 + "HERE" + "b" * 5_000
    shown, caret = _text(line, 5_001, 4).splitlines()[1:3]
    assert len(shown) < 130
    assert shown.startswith("    1 | …")
    assert shown.endswith("…")
    at = caret.index("^")
    assert shown[at : at + 4] == "HERE"


def test_passwords_are_covered() -> None:
    shown = _text('smtp: {password: hunter2, user: me, api_key: "k 1"}', 1)
    assert "hunter2" not in shown
    assert "k 1" not in shown
    assert "user: me" in shown
    assert "open sesame" not in _text("  password: open sesame and more", 1)
    assert _text("{secret: a b c, user: me}", 1).splitlines()[1] == "    1 | {secret: *****, user: me}"
    assert _text("password: a b # from the vault", 1).splitlines()[1].endswith("*** # from the vault")
    assert "hunter2" not in _text("store: postgresql://me:hunter2@host/x", 1)
    assert "${PW}" in _text('password: "${PW}"', 1)


def test_nothing_from_a_file_steers_the_terminal() -> None:
    problem = Problem("\x1b[2J.yaml", 1, 1, "value", "No \x1b[31m.", "Mend \r\n it.")
    text = as_text([problem], {problem.file: "a\x1b]0;x\x07\ud800"})
    assert all(character.isprintable() or character == "\n" for character in text)


def test_warnings_say_so() -> None:
    warning = Problem("f.yaml", 1, 1, "value", "Odd.", "", "warning")
    assert as_text([warning], {}) == "f.yaml:1:1: warning: Odd.\n"
    assert summary([warning, PROBLEM, PROBLEM]) == "2 errors, 1 warning"


def test_json_has_these_keys() -> None:
    assert json.loads(as_json([PROBLEM])) == {
        "problems": [
            {
                "file": "recipes/a.yaml",
                "line": 2,
                "column": 3,
                "severity": "error",
                "code": "value",
                "message": "It is wrong.",
                "fix": "Mend it.",
            }
        ]
    }
    assert json.loads(as_json([])) == {"problems": []}


def test_github_commands_are_escaped() -> None:
    problem = Problem("a,b:c.yaml", 1, 2, "value", "50 %\nx", "y", "warning")
    assert as_github([PROBLEM, problem]) == (
        "::error file=recipes/a.yaml,line=2,col=3,title=value::It is wrong. Mend it.\n"
        "::warning file=a%2Cb%3Ac.yaml,line=1,col=2,title=value::50 %25%0Ax y\n"
    )


@given(st.text(), st.integers(1, 60), st.integers(1, 60))
def test_any_line_can_be_shown(line: str, column: int, width: int) -> None:
    text = _text(line, column, width)
    assert text.startswith("f.yaml:1:")
    assert text.endswith("Mend it.\n")
