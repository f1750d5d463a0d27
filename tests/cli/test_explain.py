"""`autoflow explain`: texts as people read them, JSON for programs, and what it says of names that it does not know."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autoflow.kinds import registry
from tests.cli.shop import Shop

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "tests/cli/explained/words.txt"
_NAME_OF_OURS = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def test_the_texts_that_were_read_are_up_to_date() -> None:
    tool = ROOT / "tools/explained.py"
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(tool), "--check"], capture_output=True, text=True, check=False, env=here
    )
    assert (done.returncode, done.stderr) == (0, "")


def words() -> dict[str, tuple[str, str]]:
    """Each word with its example and what is said of it."""
    found = {}
    for block in WORDS.read_text(encoding="utf-8").split("\n\n"):
        head, *lines = block.strip("\n").split("\n")
        told = [line for line in lines if not line.startswith("  | ")]
        found[head] = ("\n".join(line for line in lines if line not in told), "\n".join(told))
    return found


def test_every_word_of_the_language_is_told() -> None:
    known = {
        *(f"trigger {word}" for word in registry.triggers()),
        *(f"condition {word}" for word in registry.conditions()),
        *(f"action {word}" for word in registry.actions()),
    }
    assert set(words()) == known
    assert all(told.strip() for _, told in words().values())


@pytest.mark.parametrize("word", words())
def test_no_name_of_the_program_is_among_them(word: str) -> None:
    example, told = words()[word]
    assert set(_NAME_OF_OURS.findall(told)) <= set(_NAME_OF_OURS.findall(example))
    assert not re.search(r"None|True|False|frozenset|Duration|<|\(\)|\{\}|  \w+=", told)


def test_a_recipe(shop: Shop) -> None:
    told = shop.run("explain", "win-back").stdout
    assert told.startswith(
        "win-back: A mail to regulars who fell silent. A purchase within the month counts\n"
        "as won back.\n"
        "\n"
        "It is live once it is applied.\n"
        "In short: 1 mail, over 30 days; for the same contact at most once in 180 days.\n"
        "\n"
        "Who enters\n"
        '  It begins when the contact comes into the segment "lapsed-buyers".\n'
    )
    assert "{{ contact.first_name | default('Hello') }}, it" in told  # a placeholder stays in one line
    assert max(map(len, told.splitlines())) <= 80


SEGMENT = """\
lapsed-buyers: Bought twice or more, and nothing for 90 days.

It is of the kind lifecycle.

Who is in it
  A contact is in it while all of this holds:
    - he has done purchased at least 2 times
    - he has not done purchased within the last 90 days
  Time alone moves people in and out too, each at the very second, though
  nothing happens.

Where it is used
  recipe win-back: what it begins with
"""


def test_a_segment(shop: Shop) -> None:
    for name in ("lapsed-buyers", "segments/lapsed-buyers", "segments/lapsed-buyers.yaml"):
        assert shop.run("explain", name).stdout == SEGMENT
    shop.write("segments/alone.yaml", "conditions: [{has_tag: a}]\nowner: ana@shop.example\n")
    assert shop.run("explain", "alone").stdout == (
        "alone\n"
        "\n"
        "It belongs to ana@shop.example.\n"
        "\n"
        'Who is in it\n  A contact is in it while he has the tag "a".\n'
        "\n"
        "Where it is used\n  Nowhere.\n"
    )


def test_a_recipe_goes_before_a_segment_of_its_name(shop: Shop) -> None:
    shop.write("segments/win-back.yaml", "conditions: [{has_tag: a}]\n")
    found = shop.run("explain", "win-back")
    assert "Who enters" in found.stdout
    assert found.stderr == "There is a segment of that name too: autoflow explain segments/win-back\n"
    assert "Who is in it" in shop.run("explain", "segments/win-back").stdout
    assert shop.run("explain", "recipes/win-back").stderr == ""


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("winback", 'Did you mean "win-back"?'),
        ("lapsed-buyer", 'Did you mean "lapsed-buyers"?'),
        ("templates/win-back", 'Did you mean "win-back"?'),
        ("nothing-like-it", "The files are in recipes/ and segments/."),
    ],
)
def test_a_name_that_is_unknown(shop: Shop, name: str, hint: str) -> None:
    found = shop.run("explain", name, status=1)
    assert found.stdout == ""
    assert found.stderr == f'There is no recipe and no segment called "{name}".\n  {hint}\n'


def test_mistakes_in_its_file_are_told_and_those_of_others_are_no_matter(shop: Shop) -> None:
    shop.write("recipes/broken.yaml", "trigger: {event: purchast}\nactions: [exit]\n")
    found = shop.run("explain", "broken", status=1)
    assert found.stdout == ""
    assert "recipes/broken.yaml:1:18: There is no event called" in found.stderr
    assert shop.json("explain", "broken", status=1)["problems"][0]["code"] == "unknown-name"
    assert "Who enters" in shop.run("explain", "win-back").stdout
    shop.replace("autoflow.yaml", "timezone:", "timezoon:")
    assert "timezoon" in shop.run("explain", "win-back", status=1).stderr


def test_what_check_warns_of_stands_below(shop: Shop) -> None:
    shop.replace(
        "recipes/win-back.yaml", "goal:", "conditions: [{has_tag: a}, {none: [{has_tag: a}]}]\ngoal:"
    )
    told = shop.run("explain", "win-back").stdout
    assert "\nWhat `autoflow check` warns of\n  Line " in told
    [warning] = shop.json("explain", "win-back")["warnings"]
    assert warning["code"] == "never-holds"


def test_a_recipe_for_programs(shop: Shop) -> None:
    shop.replace(
        "recipes/win-back.yaml", "  - wait: 30 days", "  - choose: [{if: [{has_tag: a}], actions: [exit]}]"
    )
    found = shop.json("explain", "win-back")
    assert list(found) == [
        *("kind", "name", "description", "owner", "status", "short"),
        *("entry", "steps", "leaving", "sending", "named", "warnings"),
    ]
    assert (found["kind"], found["name"], found["status"]) == ("recipe", "win-back", "live")
    assert found["entry"][0] == {
        "says": 'It begins when the contact comes into the segment "lapsed-buyers".',
        "lines": [
            {
                "says": "Whoever is in it already when this is applied does not enter: nobody comes in by a file.",
                "lines": [],
            }
        ],
    }
    assert found["steps"][1] == {
        "number": "2",
        "id": "choose",
        "action": "choose",
        "says": "Look whether this holds now.",
        "beside": [],
        "ways": [
            {
                "says": "if",
                "conditions": [{"says": 'he has the tag "a"', "lines": []}],
                "steps": [
                    {
                        "number": "2a",
                        "id": "exit",
                        "action": "exit",
                        "says": "End it here.",
                        "beside": ["He counts as having left without success."],
                        "ways": [],
                    }
                ],
                "goes": "",
            },
            {"says": "otherwise", "conditions": [], "steps": [], "goes": "he is through"},
        ],
    }


def test_a_segment_for_programs(shop: Shop) -> None:
    assert shop.json("explain", "lapsed-buyers") == {
        "kind": "segment",
        "name": "lapsed-buyers",
        "description": "Bought twice or more, and nothing for 90 days.",
        "owner": "",
        "segment_kind": "lifecycle",
        "color": "",
        "conditions": {
            "says": "A contact is in it while all of this holds:",
            "lines": [
                {"says": "he has done purchased at least 2 times", "lines": []},
                {"says": "he has not done purchased within the last 90 days", "lines": []},
            ],
        },
        "beside": [
            {
                "says": "Time alone moves people in and out too, each at the very second, though nothing happens.",
                "lines": [],
            }
        ],
        "used": [{"kind": "recipe", "name": "win-back", "says": "what it begins with"}],
        "named": [],
        "warnings": [],
    }


def test_texts_of_foreign_origin_do_not_move_the_cursor(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "recipe: win-back", 'recipe: win-back\nowner: "a\\e[2Jb"')
    assert "It belongs to a\ufffd[2Jb." in shop.run("explain", "win-back").stdout


# ---- diagrams


def test_a_diagram_is_printed_or_written(shop: Shop) -> None:
    text = shop.run("explain", "win-back", "--diagram", "mermaid").stdout
    assert text.startswith("flowchart TD\n    n1([")
    file = shop.folder / "flow.svg"
    assert (
        shop.run("explain", "win-back", "--diagram", "svg", "--out", file).stdout
        == f"Diagram written to {file}.\n"
    )
    written = file.read_text(encoding="utf-8")
    assert written.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert shop.run("explain", "win-back", "--diagram", "svg").stdout == written


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ("win-back", "--diagram", "svg", "--json"),
            "--diagram and --json do not go together.\n  Leave one of the two out.\n",
        ),
        (
            ("win-back", "--out", "x.svg"),
            "--out is about a diagram.\n  Add --diagram mermaid or --diagram svg.\n",
        ),
        (
            ("win-back", "--diagram", "svg", "--out", "nowhere/x.svg"),
            (
                "There is no folder nowhere, so the diagram cannot be written to it.\n"
                "  Make the folder, or name another place.\n"
            ),
        ),
        (
            ("lapsed-buyers", "--diagram", "svg"),
            "lapsed-buyers is a segment, and diagrams are drawn of recipes.\n  Leave --diagram out.\n",
        ),
    ],
)
def test_what_a_diagram_cannot_be(shop: Shop, asked: tuple[str, ...], said: str) -> None:
    assert shop.run("explain", *asked, status=1).stderr == said
