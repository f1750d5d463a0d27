"""`autoflow plan`: what an apply would change, told before anybody applies."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from autoflow.cli.plan.points import Line, as_markdown, as_text
from tests.cli.shop import DAY, Shop, ana, message


@pytest.fixture
def shop(shop: Shop, bring: Callable[..., Path]) -> Shop:
    """Ana is known, and the starter workspace is applied."""
    bring(*ana())
    shop.run("run", "--until-idle")
    return shop


def test_the_same_files_change_nothing(shop: Shop) -> None:
    assert shop.run("plan").stdout == "Nothing has changed since release 1 was applied.\n"
    assert shop.json("plan")["changes"] == []


def test_a_change_in_words(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    shop.replace("recipes/win-back.yaml", "reentry:", "status: paused\nreentry:")
    assert shop.run("plan", "--weeks", "0").stdout == (
        "Changed since release 1 was applied: 1 recipe.\n"
        "\n"
        "Recipe win-back: changed, version 2 after version 1\n"
        "  - for everybody at once, those under way too:\n"
        "    - status paused instead of live\n"
        "  - for who enters from then on; those under way stay on version 1, or what they entered:\n"
        "    - waits 20 days instead of 30 after send_email:win-back\n"
    )
    assert shop.json("plan", "--weeks", "0") == {
        "applied": 1,
        "at": "2026-03-10T12:00:00.000004Z",
        "changes": [
            {
                "kind": "recipe",
                "name": "win-back",
                "how": "changed",
                "version": 2,
                "applied": 1,
                "changes": [
                    {
                        "part": "status",
                        "says": "status paused instead of live",
                        "reaches": "everybody",
                        "step": None,
                    },
                    {
                        "part": "actions",
                        "says": "waits 20 days instead of 30 after send_email:win-back",
                        "reaches": "entering",
                        "step": "wait:30 days",
                    },
                ],
            }
        ],
        "segments": [],
        "audiences": [],
        "existing": [],
        "waiting": [],
        "forecast": None,
        "left_out": 0,
        "failed": [],
    }


def test_nothing_is_changed_by_looking(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    store = shop.folder / ".autoflow/store.db"
    before = (store.read_bytes(), sorted(path.name for path in store.parent.iterdir()))
    shop.run("plan")
    assert (store.read_bytes(), sorted(path.name for path in store.parent.iterdir())) == before


def test_before_anything_was_applied(shop: Shop, bring: Callable[..., Path]) -> None:
    (shop.folder / ".autoflow/store.db").unlink()
    bring(*ana())
    told = shop.run("plan").stdout
    assert told.startswith("Nothing was applied yet, so everything is new.\n\nautoflow.yaml: new\n\nRecipe")
    assert [(each["kind"], each["name"], each["how"]) for each in shop.json("plan")["changes"]] == [
        ("settings", "autoflow.yaml", "added"),
        ("recipe", "win-back", "added"),
        ("segment", "lapsed-buyers", "added"),
        ("template", "win-back", "added"),
    ]


def test_mistakes(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "lapsed-buyers", "lapsed-buyer")
    found = shop.run("plan", status=1)
    assert "There is no segment called “lapsed-buyer”." in found.stderr.replace(
        '"lapsed-buyer"', "“lapsed-buyer”"
    )
    assert found.stdout == ""
    assert shop.json("plan", status=1)["problems"][0]["file"] == "recipes/win-back.yaml"


def test_a_store_without_history(shop: Shop) -> None:
    store = shop.folder / ".autoflow/store.db"
    store.unlink()
    assert shop.run("plan").stdout.startswith("Nothing was applied yet, so everything is new.\n")
    assert shop.run("plan", "--out", shop.folder / "p.json", status=1).stderr.startswith(
        "There is no store at "
    )
    assert not store.exists()
    shop.run("apply")
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    assert shop.run("plan").stdout == (
        "Changed since release 1 was applied: 1 recipe.\n"
        "\n"
        "Recipe win-back: changed, version 2 after version 1\n"
        "  - for who enters from then on; those under way stay on version 1, or what they entered:\n"
        "    - waits 20 days instead of 30 after send_email:win-back\n"
    )


def test_who_may_change_what_is_a_change_too(shop: Shop) -> None:
    shop.environment["AUTOFLOW_USER"] = "kim@shop.example"
    shop.run("apply")
    shop.write("owners.yaml", 'owners:\n  kim@shop.example: ["*"]\n')
    assert shop.run("plan", "--weeks", "0").stdout == (
        "Changed since release 1 was applied: owners.yaml.\n"
        "\n"
        "owners.yaml: changed\n"
        "  - owners: new, {kim@shop.example: [*]}\n"
    )
    shop.run("apply")
    assert shop.run("versions").stdout.splitlines()[0].endswith(", in force: owners.yaml changed.")


def test_as_a_comment_of_a_pull_request(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    assert shop.run("plan", "--weeks", "0", "--format", "markdown").stdout == (
        "**Changed since release 1 was applied: 1 recipe.**\n"
        "\n"
        "**Recipe win-back: changed, version 2 after version 1**\n"
        "\n"
        "- for who enters from then on; those under way stay on version 1, or what they entered:\n"
        "  - waits 20 days instead of 30 after send\\_email:win-back\n"
    )


def test_what_people_are_called_means_nothing_in_markdown() -> None:
    lines = [Line(0, "<b>*x*</b>"), Line(1, "`a_b` and c_d, @bob"), Line(2, "a ` alone")]
    assert as_markdown(lines) == ("**\\<b\\>\\*x\\*\\</b\\>**\n\n- `a_b` and c\\_d, \\@bob\n  - a ' alone")
    assert as_text(lines) == "<b>*x*</b>\n  - `a_b` and c_d, @bob\n    - a ` alone"


@pytest.fixture
def busy(shop: Shop, bring: Callable[..., Path]) -> Shop:
    """Ana has fallen silent and is won back; Ben bought once; Cy is silent since long before the recipe."""
    known = {"type": "identify", "userId": "ben", "traits": {"email": "ben@example.com"}}
    bring(
        {**known, "timestamp": "2026-03-01T10:00:00Z", "messageId": "ben"},
        message("ben", "purchased", "2026-03-01T10:00:00Z", order_id="B1", total=9, items=1),
        *(
            message("cy", "purchased", f"2025-0{month}-01T10:00:00Z", order_id=f"C{month}", total=9, items=1)
            for month in (1, 2)
        ),
    )
    shop.run("run", "--until-idle")
    shop.clock.jump(shop.clock.now() + 60 * DAY)
    shop.run("run", "--until-idle")
    return shop


def test_who_moves_and_who_does_not_enter(busy: Shop) -> None:
    busy.replace("segments/lapsed-buyers.yaml", "at_least: 2 times", "at_least: 1 times")
    busy.clock.jump(busy.clock.now() + 25 * DAY)
    assert busy.run("plan", "--weeks", "0").stdout.partition("\n\n")[2] == (
        "Segment lapsed-buyers: changed\n"
        "  - `did purchased` at least 1 time instead of 2 times\n"
        "\n"
        "Segments\n"
        "  - lapsed-buyers: 2 now, 3 after (1 joins)\n"
        "    - joining: ben\n"
        "\n"
        "Match already, where nobody enters because a file changed\n"
        "  - win-back: 2 people, 1 of them only by this change;"
        " `autoflow apply --include-existing win-back` lets them in\n"
        "    - ben, cy\n"
        "\n"
        "Counted as if it were applied at 2026-06-03 13:00 (Europe/London).\n"
    )
    found = busy.json("plan", "--weeks", "0")
    assert found["at"] == "2026-06-03T12:00:00Z"
    assert found["segments"] == [
        {
            "segment": "lapsed-buyers",
            "now": 2,
            "after": 3,
            "joins": 1,
            "leaves": 0,
            "joining": ["ben"],
            "leaving": [],
        }
    ]
    assert found["existing"] == [
        {
            "recipe": "win-back",
            "trigger": "segment_entered",
            "matches": 2,
            "by_this_change": 1,
            "enters": False,
            "examples": ["ben", "cy"],
        }
    ]


def test_those_under_way_at_a_step_that_changes(busy: Shop) -> None:
    busy.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    assert busy.run("plan", "--weeks", "0").stdout.endswith(
        "Under way\n  - win-back: 1 person at wait:30 days of version 1, who stays on that version;"
        " `autoflow apply --move-running win-back` moves him\n"
    )
    assert busy.json("plan", "--weeks", "0")["waiting"] == [
        {"recipe": "win-back", "version": 1, "step": "wait:30 days", "people": 1, "fate": "step"}
    ]
    (busy.folder / "recipes/win-back.yaml").unlink()
    assert busy.run("plan", "--weeks", "0").stdout.endswith(
        "  - win-back: 1 person under way, who walks on to the end by the version that they entered\n"
    )


def test_planned_for_another_time(busy: Shop) -> None:
    """Ben is silent for ninety days at the end of May."""
    busy.replace("segments/lapsed-buyers.yaml", "at_least: 2 times", "at_least: 1 times")
    sizes = {
        when: busy.json("plan", "--at", when)["segments"][0]["after"]
        for when in ("2026-05-30 10:59:59", "2026-05-30 11:00:00")
    }
    assert sizes == {"2026-05-30 10:59:59": 2, "2026-05-30 11:00:00": 3}
    assert busy.run("plan", "--at", "2026-05-01", status=1).stderr.startswith(
        "--at lies before the last thing that happened, at 2026-05-09 13:00."
    )
    assert busy.run("plan", "--at", "soon", status=1).stderr.startswith('--at: "soon" is not a date.')


def test_nobody_need_be_named(busy: Shop) -> None:
    busy.replace("segments/lapsed-buyers.yaml", "at_least: 2 times", "at_least: 1 times")
    busy.clock.jump(busy.clock.now() + 25 * DAY)
    told = busy.run("plan", "--examples", "0", "--format", "markdown").stdout
    assert not {"ana", "ben", "cy"}.intersection(re.split(r"\W+", told))
    assert "- win-back: 2 people, 1 of them only by this change; `autoflow apply" in told
    assert "  - joining: `ben`" in busy.run("plan", "--format", "markdown").stdout


# -- a plan in a file


def planned(shop: Shop, *args: str) -> Path:
    file = shop.folder / "plan.json"
    told = shop.run("plan", "--out", file, *args)
    assert told.stderr == f"Written to {file}: `autoflow apply {file}` applies exactly this.\n"
    return file


def stands(shop: Shop) -> object:
    """All that an apply could change."""
    store = sqlite3.connect(shop.folder / ".autoflow/store.db")
    try:
        return [
            store.execute(f"SELECT * FROM {table}").fetchall()
            for table in ("event", "release", "release_file", "version", "state", "contact")
        ]
    finally:
        store.close()


def test_what_was_planned_is_applied(busy: Shop) -> None:
    busy.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    file = planned(busy)
    assert (
        busy.run("apply", file).stdout == "Release 2: 1 live recipe, 1 segment.\n  recipe win-back changed\n"
    )
    assert busy.run("plan").stdout == "Nothing has changed since release 2 was applied.\n"


def test_who_enters_stands_in_the_plan(busy: Shop) -> None:
    busy.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    args = ("--include-existing", "win-back", "--pace", "1 per day")
    assert "  - win-back: 1 person, who enters on purpose\n    - cy\n" in busy.run("plan", *args).stdout
    file = planned(busy, *args)
    assert busy.run("apply", file, "--include-existing", status=1).stderr == (
        "A plan is applied as it was planned.\n  Leave the options out, or apply without the plan.\n"
    )
    assert busy.run("apply", file).stdout.endswith(
        "Put forward for win-back: 1 person who matches already.\n"
    )
    whole = json.loads(file.read_text("utf-8"))
    assert {
        key: value for key, value in whole.items() if key not in {"files", "plan", "store", "applied_files"}
    } == {
        "autoflow_plan": 1,
        "applied": 1,
        "include_existing": ["win-back"],
        "pace": "1 per day",
    }
    assert whole["plan"]["existing"][0]["enters"] is True
    assert sorted(whole["files"]) == [
        "autoflow.yaml",
        "recipes/win-back.yaml",
        "segments/lapsed-buyers.yaml",
        "templates/win-back.html",
    ]


def test_a_stale_plan_is_refused(busy: Shop) -> None:
    busy.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    file = planned(busy)
    busy.run("apply")
    before = stands(busy)
    assert busy.run("apply", file, status=1).stderr == (
        "The plan is stale: it was made when release 1 was applied, and now it is release 2. Nothing was changed.\n"
        "  Plan anew: autoflow plan --out FILE.\n"
    )
    assert stands(busy) == before


def test_a_plan_of_other_files_is_refused(busy: Shop) -> None:
    busy.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    file = planned(busy)
    before = stands(busy)
    busy.replace("recipes/win-back.yaml", "wait: 20 days", "wait: 10 days")
    busy.write("segments/all.yaml", "segment: all\nconditions: [{did: purchased}]\n")
    assert busy.run("apply", file, status=1).stderr == (
        "The files are not those that were planned: recipes/win-back.yaml and segments/all.yaml differ."
        " Nothing was changed.\n"
        "  Bring them back to what was planned. Or plan anew: autoflow plan --out FILE.\n"
    )
    assert stands(busy) == before


def test_a_plan_of_another_store_is_refused_and_one_of_a_copy_is_not(busy: Shop, tmp_path: Path) -> None:
    busy.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    file = planned(busy)
    other = Shop(tmp_path / "other", busy.clock)
    shutil.copytree(busy.folder, other.folder)
    assert other.run("apply", file).stdout.startswith("Release 2"), "a copy of the store is that store"
    (other.folder / ".autoflow/store.db").unlink()
    assert other.run("apply", file, status=1).stderr.startswith("There is no store at ")
    history = "".join(json.dumps(each) + "\n" for each in ana())
    other.run("import", other.write("history.ndjson", history))
    assert other.run("apply", file, status=1).stderr == (
        "This is a plan of another store, so nothing was changed.\n"
        "  Apply it where it was made, or plan anew here.\n"
    )
    assert other.json("status")["release"] == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello", "is not a plan.\n  `autoflow plan --out FILE` makes one.\n"),
        ("[1]", "is not a plan.\n"),
        ('{"applied": 1}', "is not a plan.\n"),
        ('{"autoflow_plan": 2}', "was made by a newer autoflow.\n  Apply it with that one, or plan anew.\n"),
        ('{"autoflow_plan": 1, "store": "x"}', "is not a whole plan: something of it is missing.\n"),
        (
            (
                '{"autoflow_plan": 1, "store": 1, "applied": 1, "applied_files": "", "files": {},'
                ' "include_existing": [], "pace": null}'
            ),
            "is not a whole plan: something of it is missing.\n",
        ),
    ],
)
def test_what_is_no_plan_is_refused(busy: Shop, text: str, told: str) -> None:
    before = stands(busy)
    file = busy.write("plan.json", text)
    assert busy.run("apply", file, status=1).stderr.startswith(f"{file} {told}")
    assert busy.run("apply", busy.folder / "nowhere.json", status=1).stderr.endswith(
        "nowhere.json: No such file or directory.\n"
    )
    assert stands(busy) == before


def test_mistakes_come_before_the_plan(busy: Shop) -> None:
    file = planned(busy)
    busy.replace("recipes/win-back.yaml", "lapsed-buyers", "lapsed-buyer")
    assert "There is no segment called" in busy.run("apply", file, status=1).stderr


def test_what_is_asked_wrongly_is_refused(busy: Shop) -> None:
    for args in (["--pace", "5 per day"], ["--include-existing", "nobody"]):
        file = busy.folder / "plan.json"
        assert busy.run("plan", "--out", file, *args, status=1).stdout == ""
        assert not file.exists()


# -- what the week to come may bring, and rules


def test_what_is_expected_of_a_week(busy: Shop) -> None:
    """Ben, who bought once, falls silent on 30 May; Ana and Cy were silent before."""
    busy.replace("segments/lapsed-buyers.yaml", "at_least: 2 times", "at_least: 1 times")
    args = ("--at", "2026-05-28")
    told = busy.run("plan", *args).stdout
    assert told.partition("Expected")[2] == (
        " of the seven days to come, by the 4 weeks from Monday 2026-02-02\n"
        "  - 1 mail after, 0 now\n"
        "  - 1 entry after, 0 now\n"
        "  - win-back: 1 entry after, 0 now; 1 mail after, 0 now\n"
        "  - as if the recipes had been in force all along, and people did as they did in those weeks\n"
        "\n"
        "Counted as if it were applied at 2026-05-28 00:00 (Europe/London).\n"
    )
    one, none = {"mean": 1.0, "low": 1, "high": 1}, {"mean": 0.0, "low": 0, "high": 0}
    assert busy.json("plan", *args)["forecast"] == {
        "weeks": ["2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23"],
        "entries_per_week": {"now": none, "after": one},
        "mails_per_week": {"now": none, "after": one},
        "people_at_caps_per_week": {"now": 0.0, "after": 0.0},
        "recipes": [
            {
                "recipe": "win-back",
                "entries_per_week": {"now": none, "after": one},
                "mails_per_week": {"now": none, "after": one},
            }
        ],
    }
    assert busy.json("plan", *args, "--weeks", "2")["forecast"]["weeks"] == ["2026-02-16", "2026-02-23"]


def test_a_rule_that_holds_fails_the_plan(busy: Shop) -> None:
    busy.replace("segments/lapsed-buyers.yaml", "at_least: 2 times", "at_least: 1 times")
    file = busy.folder / "plan.json"
    rules = ("--fail-if", "mails_per_week > +20%", "--fail-if", "segment_joins > 5", "--out", file)
    failed = busy.run("plan", "--at", "2026-05-28", *rules, status=1)
    sentence = "The plan fails by “mails_per_week > +20%”: 1 after, 0 now."
    assert failed.stderr == f"{sentence}\n"
    assert failed.stdout.startswith(
        f"Changed since release 1 was applied: 1 segment.\n  - {sentence}\n\nSegment"
    )
    assert not file.exists(), "what fails is not kept for an apply"
    assert busy.json("plan", "--at", "2026-05-28", *rules, status=1)["failed"] == [
        {"rule": "mails_per_week > +20%", "after": 1.0, "now": 0.0, "limit": 0.0}
    ]
    passed = busy.json("plan", "--at", "2026-05-28", "--fail-if", "mails_per_week > +1", "--out", file)
    assert (passed["failed"], file.exists()) == ([], True)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--fail-if", "mail_per_week > 5"], '--fail-if: Nothing called "mail_per_week" is counted.\n  Did you mean'),
        (["--fail-if", "mails_per_week > 5", "--weeks", "0"], "--fail-if asks for a week, and --weeks 0 looks at"),
        (["--fail-if", "nonsense"], '--fail-if: "nonsense" is no rule of the form METRIC > NUMBER.'),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_answered(busy: Shop, args: list[str], told: str) -> None:
    found = busy.run("plan", *args, status=1)
    assert found.stderr.startswith(told)
    assert found.stdout == ""


def test_a_rule_is_answered_where_nothing_has_changed(busy: Shop) -> None:
    assert busy.run("plan", "--fail-if", "mails_per_week > +0").exit_code == 0
    assert busy.run("plan", "--fail-if", "mails_per_week >= 0", status=1).stderr == (
        "The plan fails by “mails_per_week >= 0”: 0 after, 0 now.\n"
    )


def test_no_week_is_recorded(shop: Shop, bring: Callable[..., Path]) -> None:
    (shop.folder / ".autoflow/store.db").unlink()
    bring(message("ben", "purchased", "2026-03-03T10:00:00Z", order_id="B1", total=9, items=1))
    assert "Expected" not in shop.run("plan").stdout
    assert shop.run("plan", "--fail-if", "mails_per_week > 5", status=1).stderr.startswith(
        '--fail-if: "mails_per_week" cannot be told: not one full week, Monday to Sunday, is recorded.\n'
    )
