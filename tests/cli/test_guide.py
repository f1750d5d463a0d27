"""`autoflow guide`: all segments for everybody, as a page and as Markdown, with a store and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from autoflow.lab.segments import guide as segment_guide
from autoflow.lab.segments.overlap import Overlap, overlap
from autoflow.store.database import Database
from tests.cli.markup import Element, read
from tests.cli.shop import Shop, message

SCRIPT = "<script>alert(1)</script>"
MEANS = (
    "A segment is a group of contacts who have something in common. Who is in it follows from what is known of them,"
    " at every moment and by itself: nobody keeps a list, and nobody can be put in or taken out by hand."
)
SEGMENTS = {
    "buyers": "description: Whoever bought.\nowner: crm@shop.example\ncolor: '#1f4e79'\nkind: behavioural\n"
    "conditions: [{did: purchased}]\n",
    "keen": "description: Bought twice or more.\nkind: value\nconditions: [{did: purchased, at_least: 2 times}]\n",
    "of-bonn": "kind: geographic\nconditions:\n"
    "  - any: [{attribute: city, is: Bonn}, {attribute: city, is_not: Köln}]\n"
    "  - {in_segment: buyers}\n",
    "left-alone": "kind: deny\nconditions: [{has_tag: never}]\n",
}


def known(who: str, city: str) -> dict[str, Any]:
    told = {"type": "identify", "userId": who, "traits": {"email": f"{who}@example.com", "city": city}}
    return told | {"timestamp": "2026-02-01T09:00:00Z", "messageId": f"{who}-identify"}


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Four more segments; nothing is recorded."""
    for name, text in SEGMENTS.items():
        shop.write(f"segments/{name}.yaml", text)
    shop.replace(
        "recipes/win-back.yaml",
        "exit:",
        "conditions: [{in_segment: keen}]\nexit:\n  - {in_segment: left-alone}",
    )
    return shop


@pytest.fixture
def lived(shop: Shop, bring: Callable[..., Path]) -> Shop:
    """Five are known, four of them bought, two of those twice; two live in Bonn."""
    people = {"ana": "Bonn", "bob": "Köln", "cyd": "Bonn", "dan": "Köln", "eve": "Köln"}
    buys = [("ana", "10"), ("ana", "11"), ("bob", "10"), ("bob", "12"), ("cyd", "10"), ("dan", "13")]
    bring(
        *(known(who, city) for who, city in people.items()),
        *(
            message(who, "purchased", f"2026-02-{day}T10:00:00Z", order_id=f"{who}{day}", total=5)
            for who, day in buys
        ),
    )
    shop.run("run", "--until-idle")
    return shop


def page(shop: Shop, *args: str | Path) -> Element:
    shop.run("guide", "--out", shop.folder / "made", *args)
    return read((shop.folder / "made/segments.html").read_text(encoding="utf-8"))


def markdown(shop: Shop) -> str:
    shop.run("guide", "--out", shop.folder / "made")
    return (shop.folder / "made/segments.md").read_text(encoding="utf-8")


def sections(found: Element) -> dict[str, Element]:
    return {each.attrs["id"]: each for each in found.all("section")}


def test_where_it_goes(shop: Shop) -> None:
    folder = shop.folder / ".autoflow/guide"
    said = shop.run("guide")
    assert said.stdout == (
        f"Guide to 5 segments written to {folder / 'segments.html'} and {folder / 'segments.md'}.\n"
    )
    assert sorted(path.name for path in folder.iterdir()) == ["segments.html", "segments.md"]
    before = {path: path.read_bytes() for path in folder.iterdir()}
    shop.run("guide")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert not (shop.folder / ".autoflow/store.db").exists()


# ---- without a store


def test_without_a_store_nobody_is_counted(shop: Shop) -> None:
    found = page(shop)
    assert found.one("p", class_="span").text == "5 segments"
    assert found.one("header").all("p")[-1].text == (
        "Nobody is counted here: the engine has met no contacts yet."
    )
    glance = sections(found)["all"]
    assert glance.one("table").rows() == [
        ["segment", "kind, owner"],
        ["buyers Whoever bought.", "behavioural crm@shop.example"],
        ["keen Bought twice or more.", "value"],
        ["lapsed-buyers Bought twice or more, and nothing for 90 days.", "lifecycle"],
        ["left-alone", "deny"],
        ["of-bonn", "geographic"],
    ]
    assert not found.all(class_="size")
    assert "Whom it shares" not in found.text


def test_what_was_imported_and_not_applied_counts_nobody_either(
    shop: Shop, bring: Callable[..., Path]
) -> None:
    bring(known("ana", "Bonn"))
    assert shop.json("guide")["contacts"] is None


ABOUT = "A mail to regulars who fell silent. A purchase within the month counts as won back."
MARKDOWN = """\
# Segment guide: My shop

{means}

Nobody is counted here: the engine has met no contacts yet.

| segment | kind | owner |
| --- | --- | --- |
| [lapsed-buyers](#lapsed-buyers) | lifecycle |  |
| [of-bonn](#of-bonn) | geographic |  |

- *geographic*: where somebody is
- *lifecycle*: how far somebody has come with us

## lapsed-buyers

Bought twice or more, and nothing for 90 days.

- Kind: lifecycle

### Who is in it

A contact is in it while all of this holds:

- he has done purchased at least 2 times
- he has not done purchased within the last 90 days

Time alone moves people in and out too, each at the very second, though nothing happens.

### Where it is used

- Recipe win-back: what it begins with. {about}

## of-bonn

- Kind: geographic

### Who is in it

A contact is in it while at least one of these holds:

- city is Bonn
- city is not Köln
  - Whoever has no city counts too.

### Where it is used

Nowhere.
"""


def test_a_recipe_that_does_nothing_yet_is_told_as_one(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "reentry:", "status: draft\nreentry:")
    shop.run("guide")
    told = (shop.folder / ".autoflow/guide/segments.md").read_text(encoding="utf-8")
    assert f"- Recipe win-back (a draft, which does nothing yet): what it begins with. {ABOUT}\n" in told


def test_as_markdown(shop: Shop) -> None:
    for name in ("buyers", "keen", "left-alone"):
        (shop.folder / f"segments/{name}.yaml").unlink()
    shop.replace("recipes/win-back.yaml", "conditions: [{in_segment: keen}]\n", "")
    shop.replace("recipes/win-back.yaml", "  - {in_segment: left-alone}\n", "")
    shop.replace("segments/of-bonn.yaml", "  - {in_segment: buyers}\n", "")
    assert markdown(shop) == MARKDOWN.format(about=ABOUT, means=MEANS)


# ---- with one


def test_sizes_and_whom_they_share(lived: Shop) -> None:
    found = page(lived)
    assert found.one("p", class_="span").text == "5 segments, 5 contacts"
    assert found.one("header").all("p")[-1].text.startswith("As of 10 March 2026, 12:00 (Europe/London)")
    told = sections(found)
    rows = told["all"].one("table").rows()
    assert rows[0] == ["segment", "kind, owner", "members", "drawn"]
    assert [(row[0].split()[0], row[2]) for row in rows[1:]] == [
        ("buyers", "4"),
        ("keen", "2"),
        ("lapsed-buyers", "0"),
        ("left-alone", "0"),
        ("of-bonn", "2"),
    ]
    assert told["buyers"].one(class_="size").text == "4 of 5 contacts (80.0 %)"
    assert told["left-alone"].one(class_="size").text == "nobody of 5 contacts"
    assert told["buyers"].one("table").rows() == [
        ["segment", "in both", "of buyers", "drawn"],
        ["keen", "2", "50.0 %", ""],
        ["of-bonn", "2", "50.0 %", ""],
    ]
    assert told["of-bonn"].one("table").rows()[1:] == [
        ["buyers", "2", "100.0 %", ""],
        ["keen", "1", "50.0 %", ""],
    ]
    assert not told["left-alone"].all("table")


def test_all_sizes_are_of_one_moment(lived: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine goes on while the guide is written."""

    def meanwhile(database: Database, names: list[str]) -> Overlap:
        lived.run("track", "fay", "purchased", "order_id=F1", "total=5")
        lived.run("run", "--until-idle")
        return overlap(database, names)

    monkeypatch.setattr(segment_guide, "overlap", meanwhile)
    found = lived.json("guide", "--out", lived.folder / "made")
    members = {each["name"]: each["members"] for each in found["segments"]}
    assert (found["contacts"], members["buyers"]) == (5, 4)
    monkeypatch.undo()
    found = lived.json("guide", "--out", lived.folder / "made")
    members = {each["name"]: each["members"] for each in found["segments"]}
    assert (found["contacts"], members["buyers"]) == (6, 5)


def test_sizes_in_markdown(lived: Shop) -> None:
    text = markdown(lived)
    assert "As of 2026-03-10 12:00 (Europe/London), of 5 contacts.\n" in text
    assert "| [buyers](#buyers) | behavioural | crm\\@shop.example | 4 |\n" in text
    assert "- Size: 4 of 5 contacts (80.0 %)\n" in text
    assert (
        "### Whom it shares\n\n"
        "| segment | in both | of of-bonn |\n| --- | --- | --- |\n"
        "| [buyers](#buyers) | 2 | 100.0 % |\n| [keen](#keen) | 1 | 50.0 % |\n\n"
    ) in text


def test_what_each_segment_means_and_where_it_is_used(lived: Shop) -> None:
    lived.write(
        "tests/keen.yaml",
        "tests: win-back\ncases:\n"
        "  - name: one\n    given: {contact: {city: Bonn}}\n"
        "    story:\n      - {at: 2026-03-06 14:00, expect: {segments: [of-bonn, keen]}}\n"
        "      - {after: 1 day, expect: {segments: [keen]}}\n"
        "  - name: two\n    story: [{at: 2026-03-06 14:00, page_visited: /, expect: {segments: [keen]}}]\n"
        "  - name: three\n    story: [{at: 2026-03-06 14:00, page_visited: /, expect: {segments: []}}]\n",
    )
    told = sections(page(lived))
    assert told["of-bonn"].all("ul", class_="asked")[0].elements[0].text == (
        "at least one of these holds: city is Bonn city is not Köln Whoever has no city counts too."
    )
    uses = {
        name: [each.text for ul in section.all("ul", class_="plain") for each in ul.elements]
        for name, section in told.items()
    }
    assert uses == {
        "all": [],
        "buyers": ["Segment of-bonn: who is in it"],
        "keen": [f"Recipe win-back: who may enter. {ABOUT}", "Test tests/keen.yaml: 2 cases ask about it"],
        "lapsed-buyers": [f"Recipe win-back: what it begins with. {ABOUT}"],
        "left-alone": [f"Recipe win-back: its exit. {ABOUT}"],
        "of-bonn": ["Test tests/keen.yaml: 1 case asks about it"],
    }
    assert (
        "Its kind is deny: whoever is in it gets no marketing mail and is in no audience."
        in told["left-alone"].text
    )
    assert "It belongs to crm@shop.example." in told["buyers"].text
    assert 'segment "buyers": Whoever bought.' in told["of-bonn"].text


def test_files_that_say_otherwise_than_what_is_in_force(lived: Shop) -> None:
    lived.replace("segments/keen.yaml", "at_least: 2", "at_least: 1")
    lived.write("segments/fresh.yaml", "conditions: [{has_tag: a}]\n")
    found = lived.json("guide")
    assert {each["name"]: (each["file"], each["members"]) for each in found["segments"]} == {
        "buyers": ("same", 4),
        "fresh": ("new", None),
        "keen": ("changed", 2),
        "lapsed-buyers": ("same", 0),
        "left-alone": ("same", 0),
        "of-bonn": ("same", 2),
    }
    told = sections(page(lived))
    warned = {
        name: section.one(class_="warning").text
        for name, section in told.items()
        if section.all(class_="warning")
    }
    assert warned == {
        "fresh": "It is not in force yet, so nobody is counted.",
        "keen": "It is in force in an older wording, by which it is counted.",
    }
    assert dict(row[::2][:2] for row in told["all"].one("table").rows())["fresh"] == "–"


def test_only_the_largest_shares_are_listed(lived: Shop) -> None:
    for number in range(8):
        lived.write(f"segments/more-{number}.yaml", "conditions: [{did: purchased}]\n")
    lived.run("apply")
    lived.run("run", "--until-idle")
    buyers = sections(page(lived))["buyers"]
    assert [row[0] for row in buyers.one("table").rows()[1:]] == [f"more-{number}" for number in range(6)]
    assert buyers.one(class_="more").text == "and 4 more segments"
    assert "\nAnd 4 more segments.\n" in markdown(lived)


def test_for_programs(lived: Shop) -> None:
    found = lived.json("guide", "--out", lived.folder / "made")
    segments = found.pop("segments")
    assert found == {
        "at": found["at"],
        "contacts": 5,
        "building": None,
        "files": [str(lived.folder / "made/segments.html"), str(lived.folder / "made/segments.md")],
    }
    assert found["at"].startswith("2026-03-10T12:00:00")
    assert segments[1] == {
        "name": "keen",
        "description": "Bought twice or more.",
        "owner": "",
        "segment_kind": "value",
        "color": "",
        "conditions": {
            "says": "A contact is in it while he has done purchased at least 2 times.",
            "lines": [],
        },
        "beside": [],
        "used": [{"kind": "recipe", "name": "win-back", "says": "who may enter"}],
        "named": [],
        "members": 2,
        "shares": [{"segment": "buyers", "both": 2}, {"segment": "of-bonn", "both": 1}],
        "file": "same",
        "tests": [],
    }


# ---- what can never stand on the page


def test_whatever_files_say_is_text(shop: Shop) -> None:
    shop.write(
        "segments/nasty.yaml",
        f"description: '{SCRIPT} a | b *c* [d](e) `f` &amp;'\nowner: '\"><img src=x>'\n"
        "conditions: [{attribute: city, is: '<b>|</b>'}]\n",
    )
    shop.replace("autoflow.yaml", "name:", f"name: '</style>{SCRIPT}' #")
    found = page(shop)
    assert not found.all("script")
    assert not found.all("img")
    assert found.one("h1").text == f"</style>{SCRIPT}"
    nasty = sections(found)["nasty"]
    assert nasty.one(class_="about").text == f"{SCRIPT} a | b *c* [d](e) `f` &amp;"
    assert 'It belongs to "><img src=x>.' in nasty.text
    text = markdown(shop)
    assert "\\<script\\>alert(1)\\</script\\> a \\| b \\*c\\* \\[d\\](e) \\`f\\` \\&amp;." in text
    assert "city is \\<b\\>\\|\\</b\\>" in text
    assert not re.search(r"(?<!\\)<", text)


def test_a_description_is_no_list_and_no_heading(shop: Shop) -> None:
    for number, begins in enumerate(("- a", "1. a", "# a", "+ a", "=", "2) a")):
        shop.write(f"segments/s{number}.yaml", f"description: '{begins}'\nconditions: [{{has_tag: a}}]\n")
    lines = markdown(shop).splitlines()
    said = [lines[lines.index(f"## s{number}") + 2] for number in range(6)]
    assert said == ["\\- a.", "1\\. a.", "\\# a.", "\\+ a.", "=.", "2\\) a."]


def test_a_page_loads_and_runs_nothing(lived: Shop) -> None:
    page(lived)
    text = (lived.folder / "made/segments.html").read_text(encoding="utf-8")
    assert "http:" not in text
    assert "https:" not in text
    assert "@import" not in text
    assert "url(" not in text
    found = read(text)
    assert not {"script", "link", "img", "iframe", "form", "object"} & {each.tag for each in found.walk()}
    [policy] = [
        each for each in found.all("meta") if each.attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.attrs["content"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not [name for each in found.walk() for name in each.attrs if name.startswith("on")]
    linked = {each.attrs["href"] for each in found.all("a")}
    assert linked == {f"#{each.attrs['id']}" for each in found.all("section")} - {"#all"}


def test_it_looks_as_the_page_of_a_simulation_does(shop: Shop) -> None:
    sheet = files("autoflow.cli.pages").joinpath("templates/page.css").read_text(encoding="utf-8")
    assert sheet.strip() in str(page(shop).one("style").inside[0])


def test_it_names_nobody(lived: Shop) -> None:
    page(lived)
    for file in (lived.folder / "made").iterdir():
        assert "example.com" not in file.read_text(encoding="utf-8")


# ---- mistakes


def test_mistakes(shop: Shop) -> None:
    shop.write("segments/broken.yaml", "conditions: [{did: purchast}]\n")
    found = shop.run("guide", status=1)
    assert found.stdout == ""
    assert "segments/broken.yaml:1:" in found.stderr
    assert not (shop.folder / ".autoflow/guide").exists()


def test_no_segments(shop: Shop) -> None:
    for file in (shop.folder / "segments").iterdir():
        file.unlink()
    for folder in ("recipes", "tests"):
        for file in (shop.folder / folder).glob("*.yaml"):
            file.unlink()
    assert shop.run("guide", status=1).stderr == (
        "There are no segments, so there is nothing to tell.\n  They are files in segments/.\n"
    )


def test_a_store_that_is_damaged_is_no_store_that_is_missing(shop: Shop) -> None:
    shop.write(".autoflow/store.db", "no database at all, but text that is long enough to be told apart" * 9)
    assert "cannot be read" in shop.run("guide", status=1).stderr


def test_a_file_in_the_place_of_the_folder(shop: Shop) -> None:
    shop.write("made", "")
    assert shop.run("guide", "--out", shop.folder / "made", status=1).exit_code == 1
