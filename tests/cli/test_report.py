"""The report of a simulation as a page: its structure, its figures counted by hand, and what must never stand in it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.markup import Element, read
from tests.cli.shop import DAY, Shop, message

Bring = Callable[..., Path]
Page = Callable[..., Element]
SCRIPT = "<script>alert(1)</script>"

NO_FOLDER = "There is no folder nowhere, so the report cannot be written to it."

THANKS = """recipe: thanks
description: A word of thanks for an order, or none, to see whether it matters.
trigger: {event: purchased}
conditions: [{event_property: total, at_least: 10}]
while_running: ignore
goal: {did: refunded}
actions:
  - id: test
    split:
      - {name: warm, percent: 75, actions: [{send_email: thanks}]}
      - {name: nobody, percent: 25, holdout: true}
  - wait_for: {event: email_clicked, up_to: 3 days, then: [{add_tag: keen}]}
  - notify_sales: "{{ contact.first_name | default('Somebody') }} ordered."
  - wait: 30 days
"""
MAIL = """---
subject: "Thank you, {{ contact.first_name }}"
class: transactional
---
<p>Dear {{ contact.first_name }}, <a href="https://shop.example/new">there is more.</a></p>
"""
HEADINGS = [
    "In short",
    "Mails of all recipes",
    "Recipes",
    "thanks",
    "Entries",
    "How far people came",
    "The parts of the split",
    "How it ended",
    "What went out",
    "Turned away",
    "Not sent",
    "Mails that cannot be made",
    "Mails to open",
    "Segments",
]


def known(who: str, **traits: str) -> dict[str, Any]:
    at = "2026-02-01T09:00:00Z"
    return {"type": "identify", "userId": who, "traits": {"email": f"{who}@example.com", **traits}} | {
        "timestamp": at,
        "messageId": f"{who}-identify",
    }


def bought(who: str, at: str, total: int = 20) -> dict[str, Any]:
    return message(who, "purchased", f"{at}T10:00:00Z", order_id=f"{who}{at}", total=total, items=1)


@pytest.fixture
def past(shop: Shop, bring: Bring) -> None:
    """Six people buy in the first days of February, one of them twice; one brings it back, and it is summer now."""
    shop.write("recipes/thanks.yaml", THANKS)
    shop.write("templates/thanks.html", MAIL)
    shop.replace("autoflow.yaml", "events:  ", "events:\n  refunded: {}  ")
    shop.clock.jump(shop.clock.now() + 120 * DAY)
    names = {"ana": "Ana", "bo": "Bo", "cy": "", "di": "Di", "ed": "", "flo": "Flo", "gus": "Gus"}
    bring(
        *(known(who, **({"firstName": name} if name else {})) for who, name in names.items()),
        *(bought(who, "2026-02-02") for who in ("ana", "bo", "cy")),
        *(bought(who, "2026-02-04") for who in ("di", "ed", "flo")),
        bought("ana", "2026-02-05"),
        bought("gus", "2026-02-06", total=5),
        message("bo", "refunded", "2026-02-07T10:00:00Z"),
        message("ana", "page_visited", "2026-02-28T10:00:00Z", path="/"),
    )


@pytest.fixture
def page(shop: Shop, tmp_path: Path) -> Page:
    """Simulates, and reads the page."""

    def made(*args: str) -> Element:
        file = tmp_path / "report.html"
        shop.run("simulate", *args, "--report", file)
        return sound(file.read_text(encoding="utf-8"))

    return made


def sound(text: str) -> Element:
    """The page, which keeps what every page of ours promises."""
    root = read(text)
    every = list(root.walk())
    ids = [each.attrs["id"] for each in every if "id" in each.attrs]
    assert len(ids) == len(set(ids))
    assert [
        each.attrs["content"].split(";")[0] for each in root.all("meta") if "http-equiv" in each.attrs
    ] == ["default-src 'none'"]
    for each in every:
        assert each.tag not in {"script", "link", "img", "object", "embed", "form", "base"}
        assert not [name for name in each.attrs if name.startswith("on")]
        for name in ("src", "href", "action", "data", "poster", "xlink:href"):
            assert re.fullmatch(r"(#[a-z0-9-]+)?", each.attrs.get(name, ""))
        for name in ("aria-labelledby", "href"):
            assert {target.lstrip("#") for target in each.attrs.get(name, "").split()} <= set(ids)
        if each.tag == "details":
            assert [one.tag for one in each.elements] == ["summary", "iframe"]
        if each.tag == "iframe":
            assert each.attrs["sandbox"] == "" and each.attrs["title"]
            assert not read_mail(each).all("script")
        if "chart" in each.attrs.get("class", ""):
            assert [one.tag for one in each.elements[:2]] == ["title", "desc"]
        if each.tag == "tr":
            assert any("scope" in cell.attrs for cell in each.elements)
    style = root.one("style").text
    assert "@import" not in style and "url(" not in style and "prefers-color-scheme: dark" in style
    return root


def read_mail(frame: Element) -> Element:
    return read(frame.attrs["srcdoc"])


def titles(root: Element) -> list[str]:
    return [each.text for each in root.walk() if each.tag in {"h2", "h3"}]


def table(root: Element, title: str) -> list[list[str]]:
    """The first table below a heading."""
    every = list(root.walk())
    place = next(number for number, each in enumerate(every) if each.tag == "h3" and each.text == title)
    return next(each for each in every[place:] if each.tag == "table").rows()


def figures(root: Element) -> dict[str, str]:
    """The large figures."""
    return {each.one("dt").text: each.one("dd").text for each in root.all("dl", class_="totals")[0].elements}


@pytest.mark.usefixtures("past")
def test_what_stands_on_it(page: Page) -> None:
    found = page()
    assert titles(found) == HEADINGS
    assert found.one("h1").text == "My shop"
    assert found.one("title", id="recipe-1-entries-title").text == "Entries by day"
    assert found.one("p", class_="span").text == "1 February 2026 to 28 February 2026"
    assert figures(found) == {"mails": "4", "people who get mail": "4", "entries": "6", "goals reached": "1"}
    said = found.text
    for sentence in (
        "7 contacts and 17 recorded messages.",
        "This is no forecast of uplift.",
        "so a goal that is met was not met because of the recipe",
        "1 of these mails cannot be made : the template fails with what is known of the contact. See thanks .",
        "Nothing happened in win-back.",
        "Busiest hour: 2 February 2026, 10:00 to 10:59, 3 mails.",
        "This page names people and shows their mails: it is personal data",
    ):
        assert sentence in said


@pytest.mark.usefixtures("past")
def test_the_figures_of_a_recipe(page: Page) -> None:
    found = page()
    assert table(found, "Recipes") == [
        ["recipe", "entries over time", "entered", "mails", "not sent", "goals"],
        ["thanks", "", "6", "4", "2", "1"],
    ]
    assert [row[:3] for row in table(found, "How far people came")] == [
        ["step", "came to it", "share"],
        ["entered", "6", ""],
        ["test split part warm 75%, part nobody 25%, held out", "6", "100 %"],
        ["warm with those who are held out, to whom nothing goes", "6", "100 %"],
        ["send email thanks", "6", "100 %"],
        ["wait for event email_clicked, up to 3 days", "6", "100 %"],
        ["then", "0", "0 %"],
        ["add tag keen", "0", "0 %"],
        ["otherwise", "6", "100 %"],
        ["notify sales “{{ contact.first_name | default('Somebody') }} ordered.”", "6", "100 %"],
        ["wait 30 days", "6", "100 %"],
    ]
    assert table(found, "The parts of the split") == [
        ["split", "part", "fell into it", "mails", "goals", "share", "share, drawn", "under way"],
        ["test", "warm", "4", "4", "1", "25.0 %", "", "3"],
        ["", "nobody held out", "2", "0", "0", "0.0 %", "", "2"],
    ]
    assert "With so few people in a part, a difference between parts may be chance alone." in found.text
    assert table(found, "How it ended") == [["reached the goal", "1"], ["are still under way", "5"]]
    assert table(found, "What went out") == [["mails", "4"], ["notices to sales", "4"]]
    assert table(found, "Turned away") == [
        ["did not meet “total of the event is at least 10”", "1"],
        ["was in it already", "1"],
    ]
    assert table(found, "Not sent") == [["mails: held out", "2"], ["notices to sales: held out", "2"]]
    assert found.one("div", class_="failing").one("li").text == (
        "1 mail of thanks , such as that for cy: templates/thanks.html:2: “contact.first_name” has no value here. "
        "Give it a stand-in, as in {{ contact.first_name | default('…') }}"
    )


@pytest.mark.usefixtures("past")
def test_mails_to_open_are_as_they_would_have_gone_out(page: Page) -> None:
    found = page()
    assert [each.one("summary").text for each in found.all("details")] == [
        "Thank you, Ana thanks, to ana@example.com, 2 February 2026, 10:00",
        "Thank you, Bo thanks, to bo@example.com, 2 February 2026, 10:00",
        "Thank you, Di thanks, to di@example.com, 4 February 2026, 10:00",
    ]
    mail = read_mail(found.all("iframe")[0])
    assert mail.one("p").text == "Dear Ana, there is more."
    assert mail.all("style")[-1].text == "a,area{pointer-events:none!important}"


@pytest.mark.usefixtures("past")
def test_without_samples_it_names_nobody(shop: Shop, page: Page) -> None:
    shop.run("apply")
    shop.replace("recipes/thanks.yaml", "  - wait: 30 days", "  - id: again\n    send_email: thanks")
    named, nobody = page("--compare"), page("--compare", "--no-samples")
    names = re.compile(r"\b(ana|bo|cy|di|ed|flo|gus)\b|Ana|Bo\b|@example")
    assert names.search(named.text)
    assert not names.search(nobody.one("body").text) and not nobody.all("iframe")
    assert "Sample mails and the names of people are left out." in nobody.text
    assert "4 people get more mails." in nobody.text
    assert figures(nobody) == figures(named)
    assert [each for each in titles(named) if each not in titles(nobody)] == ["Mails to open"]


@pytest.mark.usefixtures("past")
def test_what_is_assumed_is_said_wherever_a_figure_follows_from_it(page: Page) -> None:
    label = "assumed: click 100%, unsubscribe 0.5%: not a forecast"
    found = page("--assume", "click=100%,unsubscribe=0.5%")
    assert found.one("p", class_="span").text.endswith(label)
    assert all(each.endswith(f" {label}") for each in titles(found))
    charts = [each.elements[0].text for each in found.all("svg", class_="chart")]
    assert charts == [f"Mails by day ({label})", f"Entries by day ({label})"]
    assert "Beyond what is assumed they do here what is recorded" in found.text
    assert "assumed" not in page().one("body").text


@pytest.mark.usefixtures("past")
def test_beside_what_is_applied(shop: Shop, page: Page) -> None:
    shop.run("apply")
    assert "The files decide the same as what is applied." in page("--compare").text
    shop.replace("recipes/thanks.yaml", "  - wait: 30 days", "  - id: again\n    send_email: thanks")
    shop.write("recipes/new.yaml", "recipe: new\ntrigger: {event: refunded}\nactions: [{add_tag: gone}]\n")
    shop.write(
        "segments/fresh.yaml", "segment: fresh\nconditions: [{did: purchased, within_last: 30 days}]\n"
    )
    found = page("--compare")
    assert titles(found)[:5] == [
        "In short",
        "Beside what is applied",
        "Mails of all recipes",
        "Recipes",
        "What is different",
    ]
    assert table(found, "Beside what is applied") == [
        ["all recipes", "applied", "files", "difference"],
        ["entered", "6", "7", "+1"],
        ["people who get mail", "4", "4", "0"],
        ["mails", "4", "8", "+4"],
        ["mails not sent", "2", "4", "+2"],
        ["caps hit", "0", "0", "0"],
        ["goals", "1", "0", "−1"],
    ]
    assert found.one("section", id="different").one("table").rows()[1:] == [
        ["new"],
        ["entered", "–", "1", "+1"],
        ["thanks"],
        ["mails", "4", "8", "+4"],
        ["mails not sent", "2", "4", "+2"],
        ["goals", "1", "0", "−1"],
    ]
    assert "No difference: win-back." in found.text
    assert re.search(r"4 people get more mails, such as (\w+ \(1 → 2\)(, )?){4}\.", found.text)
    assert found.one("section", id="segments").one("table").rows() == [
        ["segment", "applied", "files", "drawn"],
        ["fresh", "–", "7", ""],
        ["lapsed-buyers Bought twice or more, and nothing for 90 days.", "0", "0", ""],
    ]


@pytest.mark.usefixtures("past")
def test_what_the_gate_held(shop: Shop, page: Page) -> None:
    cap = "sending: {at_most: {emails: 1, per: 7 days}, hold_up_to: 60 days}"
    again = "  - id: again\n    send_email: thanks"
    shop.replace("recipes/thanks.yaml", "while_running: ignore", cap)
    shop.replace("recipes/thanks.yaml", "  - wait: 30 days", again)
    shop.replace("templates/thanks.html", "class: transactional", "class: marketing")
    shop.replace("templates/thanks.html", "there is more", "{{ unsubscribe_url }}")
    found = page("thanks", "--to", "2026-02-08")
    assert table(found, "Had to wait at the gate")[0] == ["for a cap", "4"]


@pytest.mark.usefixtures("past")
def test_who_came_along(shop: Shop, page: Page) -> None:
    found = page("--from", "2026-02-03", "--under-way")
    assert "3 runs that were under way at the start came along." in found.text
    assert table(found, "How far people came")[1][:2] == ["entered or came along", "6"]
    assert "It begins with nobody under way." in page("--from", "2026-02-03").text


@pytest.mark.usefixtures("past")
def test_contacts_whom_the_engine_would_stumble_over(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    from autoflow.lab.simulation import replay

    def stumbles(life: replay.Life) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(replay.Life, "play", stumbles)
    found = page().one("section", id="left-out")
    assert "The engine would stumble over 7 contacts. Nothing of theirs is counted." in found.text
    assert "ana: ZeroDivisionError" in found.one("ul").text
    assert "ana" not in page("--no-samples").one("section", id="left-out").text


def test_nothing_of_what_comes_from_outside_becomes_markup(shop: Shop, bring: Bring, page: Page) -> None:
    shop.clock.jump(shop.clock.now() + 120 * DAY)
    shop.replace("autoflow.yaml", "name: My shop\ntimezone", f'name: "{SCRIPT}"\ntimezone')
    shop.replace("recipes/win-back.yaml", "A mail to regulars", f"{SCRIPT} A mail to regulars")
    shop.replace(
        "segments/lapsed-buyers.yaml", "Bought twice", f'</td>{SCRIPT}" onload="alert(1) Bought twice'
    )
    who = f'{SCRIPT}"><img src=https://evil.example/>'
    bring(
        {
            **known(who, firstName=f"</iframe>{SCRIPT}\u202e\ud800"),
            "traits": {"email": "ana@example.com", "firstName": f"</iframe>'\"{SCRIPT}\u202e"},
        },
        bought(who, "2026-02-02"),
        bought(who, "2026-02-03"),
        message(who, "page_visited", "2026-06-28T10:00:00Z", path="/"),
    )
    found = page()
    assert found.one("h1").text == SCRIPT
    summary = found.one("summary").text
    assert summary.startswith(f"</iframe>'\"{SCRIPT}\ufffd, it has been a while win-back, to ana@example.com")
    assert f"Hello </iframe>'\"{SCRIPT}" in read_mail(found.one("iframe")).text
    assert f'</td>{SCRIPT}" onload="alert(1) Bought twice' in found.one("section", id="segments").text


@pytest.mark.usefixtures("past")
def test_it_is_written_over_what_stood_there_and_said(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("x" * 1_000_000)
    told = shop.run("simulate", "--report", file).stdout.splitlines()
    size = file.stat().st_size
    assert told[-1] == f"Report written to {file} ({-(-size // 1000)} kB)."
    assert 10_000 < size < 50_000
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.usefixtures("past")
def test_the_same_inputs_give_the_same_page(shop: Shop, tmp_path: Path) -> None:
    pages = []
    for name in ("one", "two"):
        shop.run("simulate", "--report", tmp_path / name)
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


@pytest.mark.usefixtures("past")
def test_it_goes_with_json_and_with_messages(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    result = shop.run("simulate", "--json", "--report", file)
    assert json.loads(result.stdout)["recipes"][0]["entered"] == 6
    assert result.stderr.startswith(f"Report written to {file}")
    file.unlink()
    result = shop.run("simulate", "--messages", "-", "--report", file)
    assert {json.loads(line)["recipe"] for line in result.stdout.splitlines()} == {"thanks"}
    assert result.stderr.startswith(f"Report written to {file}")
    assert file.exists()


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            ["--report", "nowhere/report.html"],
            f"{NO_FOLDER}\n  Make the folder, or name another place.\n",
        ),
        (
            ["--contact", "ana", "--report", "report.html"],
            "A report is about everybody, --contact about one.\n  Leave one of the two out.\n",
        ),
        (["--no-samples"], "--no-samples is about a report.\n  Say where to with --report FILE.\n"),
    ],
)
def test_mistakes_are_told_before_the_work(
    shop: Shop, args: list[str], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    result = shop.run("simulate", *args, status=1)
    assert (result.stdout, result.stderr) == ("", said)


def test_where_nothing_is_recorded_nothing_is_written(shop: Shop, bring: Bring, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    bring(known("ana"))
    assert shop.run("simulate", "--to", "2020-01-01", "--report", file, status=1).stdout == ""
    assert not file.exists()


def test_help_says_that_it_is_personal_data(shop: Shop) -> None:
    said = " ".join(shop.run("simulate", "--help").stdout.split())
    assert "It shows sample mails and names people: personal data." in said


@pytest.mark.usefixtures("past")
def test_it_names_the_commit_of_the_files(shop: Shop, page: Page) -> None:
    assert "commit" not in page().one("header").text

    def git(*args: str) -> str:
        who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", *who, *args]
        return subprocess.run(command, cwd=shop.folder, check=True, capture_output=True, text=True).stdout

    git("init", "--quiet")
    git("add", "autoflow.yaml", "recipes", "segments", "templates")
    git("commit", "--quiet", "--message", "All of it")
    commit = git("rev-parse", "HEAD")[:12]
    assert f"The files are those of commit {commit} ." in page().one("header").text
    shop.replace("recipes/thanks.yaml", "30 days", "31 days")
    assert f"The files are changed since commit {commit} ." in page().one("header").text
