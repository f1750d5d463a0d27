"""What a plan says of a change: each sentence by hand, and that none goes untold whatever is written otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from autoflow.lab.plan.changes import compare, recipe_changes, segment_changes
from autoflow.lab.plan.settings import settings_changed
from autoflow.language.definitions import Workspace
from autoflow.language.names import Names
from autoflow.language.recipe import read_recipe
from autoflow.language.segment import read_segment
from autoflow.language.source import Report, Source
from autoflow.language.templates.templates import email_names
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.language.yaml.nodes import plain_data, read_yaml

ROOT = Path(__file__).parents[3]
SECRETS = {"CRM_SECRET": "a secret of 24 bytes, or more"}
SETTINGS = """\
name: Shop
timezone: Europe/London
sender: {name: The Shop, email: hello@shop.example, postal_address: "1 High Street"}
channels:
  email: {smtp: {host: smtp.shop.example, port: 587, user: me, password: "hush", security: starttls}}
attributes: {plan: {choice: [free, pro]}, income: number}
events: {purchased: {order_id: text, total: money}}
scores:
  lead: {rules: [{when: purchased, add: 5}]}
sending: {consent: not_refused}
"""
SEGMENT = """\
segment: vip
description: They buy a lot.
kind: value
conditions:
  - {sum_of: purchased.total, at_least: 300, where: {total: {at_least: 10}}}
  - any:
      - {did: purchased, at_least: 3 times, within_last: 30 days}
      - {attribute: plan, is: pro}
"""
RECIPE = """\
recipe: win-back
trigger: {segment_entered: vip}
conditions:
  - {score: lead, at_least: 5}
reentry: after 30 days
goal: {did: purchased}
sending: {at_most: {emails: 2, per: 7 days}}
actions:
  - send_email: hello
  - wait: 12 days
  - wait_for:
      event: email_clicked
      up_to: 3 days
      then:
        - add_tag: keen
        - add_tag: warm
      otherwise:
        - send_email: offer
  - wait: 30 days
"""
HELLO = """\
---
subject: Hello
---
{% extends "_layout.html" %}
{% block body %}
<p>One</p>
<p>Two</p>
<a href="{{ unsubscribe_url }}">Unsubscribe</a>
{% endblock %}
"""
FILES = {
    "autoflow.yaml": SETTINGS,
    "segments/vip.yaml": SEGMENT,
    "recipes/win-back.yaml": RECIPE,
    "templates/hello.html": HELLO,
    "templates/offer.html": HELLO.replace("Hello", "Offer"),
    "templates/_layout.html": "<body>\n{% block body %}{% endblock %}\n</body>\n",
}


def told(file: str, *edits: tuple[str, str]) -> list[tuple[str, str, str]]:
    """(of what, sentence, whom it reaches) after these edits of one file."""
    text = FILES[file]
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    after = read_workspace({**FILES, file: text}, {})
    assert after.sound, after.problems
    found = compare(read_workspace(FILES, {}), after)
    assert {each.how for each in found} == {"changed"}
    return [(f"{each.kind} {each.name}", one.says, one.reaches) for each in found for one in each.changes]


@pytest.mark.parametrize(
    ("old", "new", "says", "reaches"),
    [
        ("wait: 12 days", "wait: 14 days", "waits 14 days instead of 12 after send_email:hello", "entering"),
        ("wait: 12 days", "wait: 2 hours", "waits 2 hours instead of 12 days after send_email:hello", "entering"),
        ("- send_email: hello", "- send_email: offer-2", None, None),
        (
            "send_email: hello\n",
            "send_email: {template: hello, if_late: skip after 3 days}\n",
            "send_email:hello: now if late skip after 3 days",
            "entering",
        ),
        (
            "  - wait: 30 days",
            "  - {id: last, wait: 30 days}",
            "step renamed: wait:30 days is called last now",
            "entering",
        ),
        ("  - wait: 30 days\n", "", "step removed: wait 30 days", "entering"),
        (
            "        - add_tag: warm\n",
            "        - add_tag: warm\n        - notify_sales: keen!\n",
            "step added: notify sales keen!, after add_tag:warm",
            "entering",
        ),
        (
            "        - add_tag: keen\n        - add_tag: warm\n",
            "        - add_tag: warm\n        - add_tag: keen\n",
            "step moved: add_tag:warm now comes at the beginning of “then” of wait_for:email_clicked",
            "entering",
        ),
        ("up_to: 3 days", "up_to: 5 days", "wait_for:email_clicked: up to 5 days instead of 3", "entering"),
        ("at_least: 5}", "at_most: 9}", "condition `score lead` at most 9 instead of at least 5", "entering"),
        ("reentry: after 30 days", "reentry: never", "reentry never instead of after 30 days", "entering"),
        ("reentry: after 30 days", "reentry: after 60 days", "reentry after 60 days instead of 30", "entering"),
        ("reentry:", "status: paused\nreentry:", "status paused instead of live", "everybody"),
        ("reentry:", "priority: 5\nreentry:", "priority 5 instead of 0", "everybody"),
        ("reentry:", "owner: me@shop.example\nreentry:", "owner added: me@shop.example", "nobody"),
        ("reentry:", "description: Hm\nreentry:", "description changed", "nobody"),
        ("goal: {did: purchased}\n", "", "goal removed: has done purchased since the start", "everybody"),
        ("reentry:", "exit: {has_tag: angry}\nreentry:", 'exit added: has the tag "angry"', "everybody"),
        ("reentry:", "keep_while: {has_tag: on}\nreentry:", 'keep_while added: has the tag "on"', "everybody"),
        ("emails: 2", "emails: 3", "at most 3 per 7 days instead of 2", "everybody"),
        ("reentry:", "while_running: restart\nreentry:", "while running restart instead of ignore", "entering"),
        (
            "{segment_entered: vip}",
            "{segment_left: vip}",
            (
                'starts when the contact leaves the segment "vip",'
                ' instead of when the contact comes into the segment "vip"'
            ),
            "entering",
        ),
        (
            "{segment_entered: vip}",
            "{segment_entered: {segment: vip, for: 7 days}}",
            "trigger segment_entered: now for 7 days",
            "entering",
        ),
        (
            "{segment_entered: vip}",
            "[{segment_entered: vip}, manual]",
            "starts also when somebody puts the contact in by hand",
            "entering",
        ),
    ],
)  # fmt: skip
def test_of_a_recipe(old: str, new: str, says: str | None, reaches: str | None) -> None:
    if says is None:  # a template that is not there is a mistake, and is still told
        after = read_workspace({**FILES, "recipes/win-back.yaml": RECIPE.replace(old, new)}, {})
        assert [one.says for each in compare(read_workspace(FILES, {}), after) for one in each.changes] == [
            "sends email offer-2 instead of hello at the beginning"
        ]
        return
    assert told("recipes/win-back.yaml", (old, new)) == [("recipe win-back", says, reaches)]


def test_a_step_that_moves_into_a_branch() -> None:
    found = told(
        "recipes/win-back.yaml",
        ("  - wait: 30 days\n", ""),
        ("        - send_email: offer\n", "        - send_email: offer\n        - wait: 30 days\n"),
    )
    assert [each[1] for each in found] == ["step moved: wait:30 days now comes after send_email:offer"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("at_least: 300", "at_least: 500", "`sum_of purchased.total` at least 500 instead of 300"),
        ("at_least: 10}", "at_least: 20}", "`sum_of purchased.total` where total at least 20 instead of 10"),
        (", where: {total: {at_least: 10}}", "", "`sum_of purchased.total` no longer where total at least 10"),
        ("at_least: 300,", "at_least: 300, within_last: 60 days,", "`sum_of purchased.total` now within last 60 days"),
        ("3 times", "1 times", "under “any”: `did purchased` at least 1 time instead of 3 times"),
        (
            "within_last: 30 days",
            "longer_ago_than: 90 days",
            "under “any”: `did purchased` longer ago than 90 days instead of within last 30 days",
        ),
        ("      - {attribute: plan, is: pro}\n", "", "under “any”: condition removed: plan is pro"),
        ("  - any:", "  - {has_tag: vip}\n  - any:", 'condition added: has the tag "vip"'),
    ],
)  # fmt: skip
def test_of_a_segment(old: str, new: str, says: str) -> None:
    assert told("segments/vip.yaml", (old, new)) == [("segment vip", says, "everybody")]


def test_what_a_segment_is_for_people_and_what_it_denies() -> None:
    assert told("segments/vip.yaml", ("kind: value", "kind: deny")) == [
        ("segment vip", "kind deny instead of value", "everybody")
    ]
    assert told("segments/vip.yaml", ("kind: value", "kind: lifecycle"))[0][2] == "nobody"


def test_of_a_template() -> None:
    found = told("templates/hello.html", ("subject: Hello", "subject: Hi"), ("One", "1"), ("Two", "2"))
    assert found == [
        ("template hello", "subject changed: “Hi” instead of “Hello”", "everybody"),
        ("template hello", "2 lines of text changed", "everybody"),
    ]
    assert told("templates/hello.html", ("subject: Hello", "subject: Hello\ntopic: news"))[0][1] == (
        "topic added: “news”"
    )


def test_a_layout_changes_every_mail_that_stands_in_it() -> None:
    assert told("templates/_layout.html", ("<body>", "<body id=1>")) == [
        (f"template {name}", "1 line of layout _layout.html changed", "everybody")
        for name in ("hello", "offer")
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("consent: not_refused", "consent: required", "sending.consent: required instead of not_refused"),
        ("income: number", "income: number, birthday: date", "attributes.birthday: new, date"),
        ("[free, pro]", "[free, pro, team]", "attributes.plan.choice: [free, pro, team] instead of [free, pro]"),
        ("port: 587", "port: 25", "channels.email.smtp.port: 25 instead of 587"),
        ('"hush"', '"psst"', "channels.email.smtp.password: changed"),
    ],
)  # fmt: skip
def test_of_the_settings(old: str, new: str, says: str) -> None:
    assert told("autoflow.yaml", (old, new)) == [("settings autoflow.yaml", says, "everybody")]


def test_a_property_that_is_called_as_secrets_are_is_told() -> None:
    """Under `events` stand names and types: whoever reviews a change wants to see them."""
    before = "events: {a: {url: number}}\n"
    after = "events: {a: {url: text}, b: {token: text}}\n"
    assert [says for _, says in settings_changed(before, after)] == [
        "events.a.url: text instead of number",
        "events.b: new, {token: text}",
    ]


def test_a_secret_is_shown_in_no_form() -> None:
    before = "channels: {}\n"
    after = "channels: {webhooks: {crm: {url: 'https://x.example/hush', secret: hush}}}\nstore: 'sqlite:///hush'\n"
    for old, new in ((before, after), (after, before), (after, after.replace("hush", "hush2"))):
        said = list(settings_changed(old, new))
        assert said
        assert "hush" not in str(said)


def test_a_score_that_counts_otherwise_is_told_with_what_asks_for_it() -> None:
    assert told("autoflow.yaml", ("add: 5", "add: 6")) == [
        (
            "settings autoflow.yaml",
            "scores.lead.rules: [{when: purchased, add: 6}] instead of [{when: purchased, add: 5}]",
            "everybody",
        ),
        (
            "recipe win-back",
            "condition `score lead` reads as before and counts otherwise, by what autoflow.yaml says of it",
            "entering",
        ),
    ]


def test_comments_and_layout_change_nothing_and_are_told() -> None:
    sources = {
        **FILES,
        "recipes/win-back.yaml": f"# Hm\n{RECIPE}",
        "segments/vip.yaml": f"{SEGMENT}\n",
        "autoflow.yaml": f"{SETTINGS}# Hm\n",
    }
    found = compare(read_workspace(FILES, {}), read_workspace(sources, {}))
    assert {(each.kind, each.name, each.how, each.changes) for each in found} == {
        ("recipe", "win-back", "changed", ()),
        ("segment", "vip", "changed", ()),
        ("settings", "autoflow.yaml", "changed", ()),
    }


def test_what_is_new_and_what_is_gone() -> None:
    after = {path: text for path, text in FILES.items() if path != "recipes/win-back.yaml"}
    after["recipes/hi.yaml"] = "recipe: hi\nstatus: draft\ntrigger: manual\nactions: [{add_tag: hi}]\n"
    after["segments/pro.yaml"] = "segment: pro\nkind: deny\nconditions: [{attribute: plan, is: pro}]\n"
    found = compare(read_workspace(FILES, {}), read_workspace(after, {}))
    assert [(each.kind, each.name, each.how, [one.says for one in each.changes]) for each in found] == [
        (
            "recipe",
            "hi",
            "added",
            ["starts when somebody puts the contact in by hand", "1 step", "status draft"],
        ),
        ("recipe", "win-back", "removed", []),
        ("segment", "pro", "added", ["plan is pro", "kind deny"]),
    ]


def test_the_same_files_are_no_change() -> None:
    assert compare(read_workspace(FILES, {}), read_workspace(FILES, {})) == ()


# -- none goes untold ------------------------------------------------------------------------------------------


@cache
def workspaces() -> dict[str, Workspace]:
    folders = [ROOT, *(path.parent for path in sorted((ROOT / "tests/scenarios").glob("*/autoflow.yaml")))]
    read = {folder.name: read_workspace(load_sources(folder), SECRETS) for folder in folders}
    return {name: workspace for name, workspace in read.items() if workspace.recipes}


def mutants(value: Any) -> Iterator[Any]:
    """The same value with one thing otherwise: another number, another text, something left out, two swapped."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {each: other for each, other in value.items() if each != key}
            for mutant in mutants(inner):
                yield {**value, key: mutant}
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield value[:number] + value[number + 1 :]
            if number:
                yield [*value[: number - 1], inner, value[number - 1], *value[number + 1 :]]
            for mutant in mutants(inner):
                yield [*value[:number], mutant, *value[number + 1 :]]
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float)):
        yield value + 1
    elif isinstance(value, str):
        yield re.sub(r"\d+", lambda found: str(int(found[0]) + 1), value, count=1)
        yield f"{value}x"


def read(kind: str, name: str, text: str, names: Names) -> Any:
    if kind == "recipe":
        found = read_recipe(name, text, names).recipe
        return found and replace(found, hash="")
    return read_segment(name, text, names).segment


@pytest.mark.parametrize("folder", workspaces())
def test_whatever_is_written_otherwise_is_told(folder: str) -> None:
    workspace = workspaces()[folder]
    letters = {path.removeprefix("templates/"): "" for path in workspace.sources if "templates/" in path}
    names = Names(
        workspace.settings,
        frozenset(workspace.segments),
        frozenset(email_names(letters)),
        frozenset(workspace.recipes),
    )
    tried = 0
    for kind, definitions in (("recipe", workspace.recipes), ("segment", workspace.segments)):
        for name in definitions:
            path = f"{kind}s/{name}.yaml"
            root = read_yaml(Report(Source(path, workspace.sources[path])))
            assert root is not None
            meant = plain_data(root)
            before = read(kind, name, json.dumps(meant), names)
            for mutant in mutants(meant):
                after = read(kind, name, json.dumps(mutant), names)
                if after is None or after == before or (kind == "segment" and after.hash == before.hash):
                    continue
                tried += 1
                told = recipe_changes(before, after) if kind == "recipe" else segment_changes(before, after)
                assert list(told), f"{path} with {mutant} is not told"
    assert tried > 10
