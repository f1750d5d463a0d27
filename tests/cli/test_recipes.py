from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from autoflow.cli.group import cli
from autoflow.starters.catalogue import starter, starters


def run(*args: str, status: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["recipes", *args], catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result


def test_the_list() -> None:
    said = run().stdout
    assert said.startswith(
        "abandoned-cart\n"
        "  A reminder of each cart that was left, three hours after the last change, and one more the day\n"
        "  after.\n"
        "  Needs the events cart_updated, cart_emptied, purchased.\n"
        "  Brings the mails cart-last-call, cart-reminder.\n"
        "\n"
        "birthday-present\n"
    )
    assert [line for line in said.splitlines() if line in starters()] == list(starters())
    assert (
        "  Needs the events pricing_downloaded, webinar_attended, trial_started, demo_requested, plan_bought,\n"
        "  the score buying-interest and the stages prospect, sales lead, customer.\n"
        "  Brings the segment warm-leads.\n"
    ) in said
    assert said.endswith(
        "\nautoflow add NAME       copies it into the workspace, as a draft that nobody enters yet\n"
    )


def test_one() -> None:
    said = run("birthday-present").stdout
    assert said == (
        "birthday-present: A present on the birthday, at nine in the morning where the contact lives.\n"
        "\n"
        "A present at nine on the contact's own clock. Who was born on 29 February has his birthday on the\n"
        "28th in other years. An order within the thirty days for which it holds is the goal, so that reports\n"
        "tell what the present brings in.\n"
        "\n"
        "Needs the event purchased and the attribute birthday.\n"
        "Brings the mail birthday-present.\n"
        "\n"
        "The recipe:\n"
        "  recipe: birthday-present\n"
        "  description: A present on the birthday, at nine in the morning where the contact lives.\n"
        "  status: draft\n"
        "  trigger:\n"
        '    date: {attribute: birthday, every: year, at: "09:00"}\n'
        "  reentry: after 300 days                # whoever changes his birthday gets no second present\n"
        "  goal: {did: purchased}\n"
        "  exit: {did: unsubscribed}\n"
        "  actions:\n"
        "    - send_email: birthday-present\n"
        "    - wait: 30 days                      # as long as the present holds; an order still counts\n"
        "\n"
        "Its files:\n"
        "  recipes/birthday-present.yaml\n"
        "  templates/_starter.html\n"
        "  templates/birthday-present.html\n"
        "  tests/birthday-present.yaml\n"
        "\n"
        "autoflow add birthday-present   copies them, as a draft that nobody enters yet\n"
    )


def test_no_workspace_is_needed(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["-C", str(tmp_path), "recipes", "vip-care"], catch_exceptions=False)
    assert result.exit_code == 0


def test_the_list_as_json() -> None:
    rows = json.loads(run("--json").stdout)["recipes"]
    assert [row["name"] for row in rows] == list(starters())
    assert rows[1] == {
        "name": "birthday-present",
        "title": "Birthday",
        "description": "A present on the birthday, at nine in the morning where the contact lives.",
        "needs": {
            "attributes": {"birthday": "date"},
            "events": {"purchased": {"order_id": "text", "total": "money"}},
        },
        "recipes": ["birthday-present"],
        "segments": [],
        "templates": ["birthday-present"],
    }


def test_one_as_json() -> None:
    found = json.loads(run("lead-handover", "--json").stdout)
    keys = "name title description needs recipes segments templates about files yours"
    assert list(found) == keys.split()
    assert found["recipes"] == ["lead-customer", "lead-handover"]
    assert found["segments"] == ["warm-leads"]
    assert {each["path"]: each["text"] for each in found["files"]} == starter("lead-handover").files
    assert found["yours"][0] == {
        "file": "recipes/lead-handover.yaml",
        "line": 21,
        "what": "whoever calls your leads",
    }


def test_a_name_that_is_none() -> None:
    said = run("welcome-serie", status=1)
    assert said.stderr == (
        'There is no starter recipe called "welcome-serie".\n  Did you mean "welcome-series"?\n'
    )
