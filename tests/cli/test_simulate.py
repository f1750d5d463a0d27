from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.shop import DAY, Shop, ana, message

Bring = Callable[..., Path]


@pytest.fixture
def past(shop: Shop, bring: Bring) -> None:
    """Ana falls silent in April and buys again in May; Ben buys once. It is 2027 now."""
    shop.clock.jump(shop.clock.now() + 400 * DAY)
    bring(
        *ana(),
        message("ana", "purchased", "2026-05-10T10:00:00Z", order_id="A3", total=40, items=4),
        message("ben", "purchased", "2026-05-10T12:00:00Z", order_id="B1", total=9, items=1),
    )


@pytest.mark.usefixtures("past")
def test_for_programs(shop: Shop) -> None:
    found = shop.json("simulate", "--seed", "7")
    assert list(found)[:5] == ["from", "to", "seed", "digest", "recipes"]
    assert (found["from"], found["seed"]) == ("2026-01-10T10:00:00Z", "7")
    [row] = found["recipes"]
    assert list(row)[:10] == [
        *(
            "recipe",
            "version",
            "entered",
            "refused",
            "running",
            "finished",
            "goal",
            "exited",
            "failed",
            "messages",
        ),
    ]
    assert row["recipe"] == "win-back"


def test_a_span_and_its_messages(shop: Shop, bring: Bring, tmp_path: Path) -> None:
    shop.clock.jump(shop.clock.now() + 400 * DAY)
    bring(*ana(), message("ana", "purchased", "2026-05-10T10:00:00Z", order_id="A3", total=40, items=4))
    out = tmp_path / "messages.ndjson"
    found = shop.json("simulate", "--from", "2026-04-01", "--to", "2026-05-10", "--messages", out)
    assert (found["from"], found["to"]) == ("2026-03-31T23:00:00Z", "2026-05-10T22:59:59.999999Z")
    [row] = found["recipes"]
    assert (row["entered"], row["goal"], row["running"], row["messages"]) == (1, 1, 0, 1)
    [line] = [json.loads(each) for each in out.read_text().splitlines()]
    assert line == {
        "at": "2026-04-30T10:00:00Z",
        "recipe": "win-back",
        "step": "send_email:win-back",
        "contact": "ana",
        "channel": "email",
        "name": "win-back",
        "key": "win-back/1/send_email:win-back/1/u:ana",
        "outcome": "sent",
        "reason": "",
    }


def test_to_a_time_ends_there(shop: Shop, bring: Bring) -> None:
    shop.clock.jump(shop.clock.now() + 400 * DAY)
    bring(*ana())
    assert shop.json("simulate", "--to", "2026-04-30 10:59:59")["recipes"][0]["entered"] == 0
    assert shop.json("simulate", "--to", "2026-04-30 11:00:00")["recipes"][0]["entered"] == 1
    assert shop.json("simulate", "--to", "2026-04-30")["recipes"][0]["entered"] == 1


@pytest.mark.usefixtures("past")
def test_a_recipe_that_is_named_is_told_in_detail(shop: Shop) -> None:
    told = shop.run("simulate", "win-back", "--to", "2026-06-01").stdout.splitlines()
    assert told[6:] == [
        "  Entries by day, 2026-01-10 to 2026-06-01, at most 1:",
        told[7],
        "  Busiest hour: 2026-04-30 11:00, 1 mail.",
        "",
        "  step                 came to it",
        "  send_email:win-back           1  ████████████████████████",
        "  wait:30 days                  1  ████████████████████████",
        "",
        *told[-3:],
    ]
    assert len(told[7]) <= 62 and set(told[7]) <= set("  ▁▂▃▄▅▆▇█")
    two = (shop.folder / "recipes/win-back.yaml").read_text().replace("recipe: win-back", "recipe: again")
    shop.write("recipes/again.yaml", two)
    assert "With the name of a recipe it tells more" in shop.run("simulate", "--to", "2026-06-01").stdout


@pytest.mark.usefixtures("past")
def test_beside_what_is_applied(shop: Shop) -> None:
    shop.run("apply")
    same = shop.run("simulate", "--to", "2026-06-01", "--compare").stdout
    assert "  The files decide the same as what is applied.\n" in same
    shop.replace("recipes/win-back.yaml", "goal:", "conditions: [{attribute: first_name, is: Bo}]\ngoal:")
    told = shop.run("simulate", "--to", "2026-06-01", "--compare").stdout.splitlines()
    first = told.index("Beside what is applied:")
    assert told[first + 1 : first + 9] == [
        "recipe                       applied  files  difference",
        "win-back     entered               1      0          -1",
        "             mails                 1      0          -1",
        "             mails not sent        0      0           0",
        "             caps hit              0      0           0",
        "             goals                 1      0          -1",
        "all recipes  mails                 1      0          -1",
        "1 person gets fewer mails: ana (1 → 0).",
    ]
    found = shop.json("simulate", "--to", "2026-06-01", "--compare")
    assert found["applied"]["recipes"][0]["sent"] == 1
    assert found["changed"] == {
        "more_mails": 0,
        "fewer_mails": 1,
        "examples": [{"contact": "ana", "applied": 1, "files": 0}],
    }


@pytest.mark.usefixtures("past")
def test_what_is_assumed_is_labelled(shop: Shop) -> None:
    told = shop.run("simulate", "--to", "2026-06-01", "--assume", "purchase=100%,click=0.5%").stdout
    assert (
        "Assumed of every mail that goes out: purchase 100%, click 0.5%: what follows from that is no record and no"
        " forecast.\n" in told
    )
    assert "Beyond what is assumed they do here what is" in told
    found = shop.json("simulate", "--to", "2026-06-01", "--assume", "click=4%")
    assert found["assumed"] == [{"event": "email_clicked", "percent": 4.0}]


@pytest.mark.usefixtures("past")
def test_one_persons_story(shop: Shop) -> None:
    told = shop.run("simulate", "--contact", "ana", "--from", "2026-04-01", "--to", "2026-06-01").stdout
    assert told.splitlines() == [
        "ana in the simulation, 2026-04-01 00:00 to 2026-06-01 23:59:59 (Europe/London).",
        "",
        "when              recipe    what (·: recorded)",
        "2026-04-30 11:00            came into the segment lapsed-buyers",
        "2026-04-30 11:00  win-back  entered",
        "2026-04-30 11:00  win-back  mail win-back sent",
        "2026-05-10 11:00  ·         purchased (order_id: A3, total: 40, items: 4)",
        "2026-05-10 11:00            left the segment lapsed-buyers",
        "2026-05-10 11:00  win-back  ended: goal",
        "",
    ]
    story = shop.json("simulate", "--contact", "ana", "--to", "2026-05-01")
    assert (story["contact"], story["segments"]) == ("ana", ["lapsed-buyers"])
    assert story["under_way"] == [{"recipe": "win-back", "run": 1, "step": "wait:30 days"}]
    assert story["story"][-1]["text"] == "mail win-back sent"


@pytest.mark.usefixtures("past")
def test_it_changes_nothing_and_gives_the_same_again(shop: Shop) -> None:
    store = shop.folder / ".autoflow/store.db"
    before = (store.read_bytes(), sorted(path.name for path in store.parent.iterdir()))
    digests = {shop.json("simulate", "--to", "2026-06-01")["digest"] for _ in range(2)}
    assert len(digests) == 1
    assert (store.read_bytes(), sorted(path.name for path in store.parent.iterdir())) == before


def test_for_people(shop: Shop, bring: Bring) -> None:
    shop.clock.jump(shop.clock.now() + 400 * DAY)
    bring(*ana(), message("ana", "purchased", "2026-05-10T10:00:00Z", order_id="A3", total=40, items=4))
    told = shop.run("simulate", "--from", "2026-04-01", "--to", "2026-06-01").stdout.splitlines()
    assert told[:5] == [
        "2026-04-01 00:00 to 2026-06-01 23:59:59 (Europe/London): 1 contact, 4 recorded messages.",
        "",
        "win-back: 1 entered.",
        "  1 reached the goal.",
        "  1 mail.",
    ]
    assert told[14].startswith("What this cannot know: how people would have answered.")


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ("{name: a, percent: 50}, {name: b, percent: 50}", "1 notice to sales, 1 task, 1 call"),
        (
            "{name: a, percent: 99.99, holdout: true}, {name: b, percent: 0.01}",
            "1 notice to sales not made (1 held out), 1 task not made (1 held out), 1 call not made (1 held out)",
        ),
    ],
)
def test_notices_tasks_and_calls_are_no_mails(shop: Shop, parts: str, told: str) -> None:
    shop.replace("autoflow.yaml", "channels:", "channels:\n  webhooks: {crm: {file: calls.ndjson}}")
    shop.write(
        "recipes/win-back.yaml",
        "recipe: win-back\ntrigger: {segment_entered: lapsed-buyers}\nactions:\n"
        f"  - split: [{parts}]\n  - notify_sales: hello\n  - create_task: hello\n  - webhook: {{to: crm}}\n",
    )
    assert f"  {told}." in shop.run("simulate", "--to", "2026-06-01").stdout.splitlines()


@pytest.mark.usefixtures("past")
def test_who_is_held_out_is_counted_in_his_own_part(shop: Shop) -> None:
    """He walks the way of another part, silently; a part with nobody in it would look as if it did not work."""
    shop.write(
        "recipes/win-back.yaml",
        "recipe: win-back\ntrigger: {segment_entered: lapsed-buyers}\nactions:\n"
        "  - split:\n      - {name: mail, percent: 0.01, actions: [{send_email: win-back}]}\n"
        "      - {name: nothing, percent: 99.99, holdout: true}\n",
    )
    told = shop.run("simulate", "win-back", "--to", "2026-06-01").stdout.splitlines()
    at = told.index("  step                 came to it")
    assert [line.split() for line in told[at + 1 : at + 4]] == [
        ["split", "1", "████████████████████████"],
        ["mail", "0"],
        ["nothing", "1"],
    ]


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("status", ["draft", "paused"])
def test_a_recipe_that_is_named_runs_whatever_its_status(shop: Shop, status: str) -> None:
    shop.replace("recipes/win-back.yaml", "reentry:", f"status: {status}\nreentry:")
    rows = shop.json("simulate", "--to", "2026-06-01")["recipes"]
    assert sum(row["entered"] for row in rows) == 0
    [row] = shop.json("simulate", "win-back", "--to", "2026-06-01")["recipes"]
    assert row["entered"] == 1


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["winback"], 'There is no recipe called "winback".\n  Did you mean "win-back"?\n'),
        (["zzz"], 'There is no recipe called "zzz".\n  There is win-back.\n'),
        (["--from", "soon"], '--from: "soon" is not a date.\n'),
        (["--to", "2026-02-30"], '--to: "2026-02-30" is not a date.\n'),
        (["--from", "2026-03-01", "--to", "2026-02-01"], "--to lies before --from.\n"),
        (["--to", "2020-01-01"], "Nothing is recorded up to 2020-01-01, so there is nothing to play"),
        (["--from", "2030-01-01"], "Nothing is recorded after 2030-01-01.\n"),
        (["--under-way"], "--under-way is for a span that begins later.\n"),
        (["--compare"], "Nothing is applied yet, so there is nothing to compare the files with.\n"),
        (["--assume", "click"], '--assume: "click" is not NAME=PERCENT%.\n'),
        (["--assume", "klick=4%"], '--assume: nobody reacts by "klick".\n  Did you mean "click"?\n'),
        (["--assume", "click=101%"], "--assume: 101% of mails is more than all of them.\n"),
        (["--assume", "click=1%,click=2%"], '--assume: "click" stands there twice.\n'),
        (["--contact", "anna"], 'There is no contact "anna".\n  Did you mean "ana"?\n'),
        (["--contact", "ana", "--compare"], "--contact tells one person's story, and nothing else.\n"),
        (["--contact", "ben", "--to", "2026-02-01"], "Nothing is recorded of ben in that time.\n"),
    ],
)
def test_mistakes(shop: Shop, args: list[str], said: str) -> None:
    result = shop.run("simulate", *args, status=1)
    assert result.stderr.startswith(said)
    assert result.stdout == ""


def test_without_anything_recorded(shop: Shop) -> None:
    assert shop.run("simulate", status=1).stderr.startswith("There is no store at ")
    shop.run("apply")
    assert shop.run("simulate", status=1).stderr == (
        "Nothing is recorded, so there is nothing to play the recipes over.\n"
        "  `autoflow import FILE` brings in what happened.\n"
    )
