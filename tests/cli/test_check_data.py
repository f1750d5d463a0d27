"""`autoflow check --data` on a store that the engine has worked on."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from autoflow.cli.group import cli
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant
from autoflow.store import seen
from autoflow.store.database import open_database
from tests.cli.shop import Shop

DECLARED = """
attributes:
  plan: {choice: [free, pro]}
  income: number
  spent: {sum_of: purchased.total}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("made") / "shop", VirtualClock(parse_instant("2026-03-10 12:00")))
    CliRunner().invoke(cli, ["init", str(shop.folder)], catch_exceptions=False)
    settings = (shop.folder / "autoflow.yaml").read_text(encoding="utf-8")
    settings = settings.replace("items: number}", "items: number}\n  refunded: {total: money}")
    shop.write("autoflow.yaml", settings + DECLARED)
    shop.write("segments/buyers.yaml", "segment: buyers\nconditions: [{did: purchased}]\n")
    shop.run("apply")
    for who, city, country in (("ana", "Bonn", "DE"), ("ben", "Bonn", ""), ("cleo", "Ulm", "")):
        shop.run(
            "track",
            who,
            "identify",
            f"city={city}",
            f"first_name={who}",
            *([f"country={country}"] if country else []),
        )
    shop.run("track", "ana", "purchased", "order_id=1", "total=9")
    shop.run("track", "ana", "refunded", "total=9")
    shop.run("run", "--until-idle")
    return shop


@pytest.fixture
def shop(made: Shop, tmp_path: Path) -> Shop:
    shop = made.copy(tmp_path / "shop")
    (shop.folder / "segments/lapsed-buyers.yaml").unlink()
    (shop.folder / "recipes/win-back.yaml").unlink()
    (shop.folder / "tests/win-back.yaml").unlink()
    return shop


def _told(shop: Shop) -> list[tuple[str, int, str, str]]:
    found = json.loads(shop.run("check", "--data", "--format", "json").stdout)["problems"]
    assert {each["severity"] for each in found} <= {"warning"}
    return [(each["file"], each["line"], each["code"], each["message"]) for each in found]


def _segment(shop: Shop, *conditions: str, kind: str = "value") -> list[tuple[int, str, str]]:
    lines = "".join(f"  - {condition}\n" for condition in conditions)
    shop.write("segments/s.yaml", f"segment: s\nkind: {kind}\nconditions:\n{lines}")
    return [each[1:] for each in _told(shop)]


def test_where_everything_is_as_it_should_be(shop: Shop) -> None:
    assert _told(shop) == []
    assert shop.run("check", "--data").stdout.startswith("No mistakes: 0 recipes, 1 segment, 1 template.")


def test_without_the_flag_the_store_is_not_opened(shop: Shop) -> None:
    shop.write("segments/s.yaml", "conditions: [{attribute: phone, is: a}]\n")
    (shop.folder / ".autoflow/store.db").write_bytes(b"nothing")
    assert shop.run("check").stdout.startswith("No mistakes")


@pytest.mark.parametrize(
    ("conditions", "line"),
    [
        (["{attribute: city, is: Kiel}"], 4),
        (["{attribute: city, is: Ulm}", "{attribute: country, is: DE}"], 4),
        (["{attribute: city, is_set: true}", "{attribute: city, is: Kiel}"], 5),
        (["{in_segment: buyers}", "{attribute: city, is: Ulm}"], 4),
    ],
)
def test_a_segment_that_holds_nobody(shop: Shop, conditions: list[str], line: int) -> None:
    [(at, code, message)] = _segment(shop, *conditions)
    assert (at, code) == (line, "holds-nobody")
    why = "this condition" if "Kiel" in str(conditions) else "all of its conditions"
    assert message == f"Nobody is in this segment: of 3 contacts no one fulfils {why}."
    assert _segment(shop, *conditions, kind="deny") == []


def test_what_people_have_instead_is_told_unless_it_names_them(shop: Shop) -> None:
    _segment(shop, "{attribute: city, is: Kiel}")
    assert 'People have as "city": Bonn and Ulm.' in shop.run("check", "--data").stdout
    _segment(shop, "{attribute: first_name, is: Dora}")
    assert "ana" not in shop.run("check", "--data").stdout


def test_a_segment_that_holds_everybody(shop: Shop) -> None:
    assert _segment(shop, "{attribute: city, is_set: true}") == [
        (4, "holds-everybody", "Everybody is in this segment: 3 of 3 contacts.")
    ]
    assert len(_segment(shop, "{attribute: city, is_set: true}", kind="deny")) == 1


@pytest.mark.parametrize(
    ("condition", "counts"),
    [
        ("{attribute: country, is_not: FR}", 2),
        ("{attribute: country, not_in: [FR, IT]}", 2),
        ("{none: [{attribute: country, is: FR}]}", 2),
        ("{none: [{any: [{attribute: country, is: FR}, {has_tag: x}]}]}", 2),
        ("{none: [{attribute: country, is_not: DE}]}", 0),
        ("{attribute: country, is_set: false}", 0),
        ("{did_not: refunded}", 0),
    ],
)
def test_who_counts_for_lack_of_a_value(shop: Shop, condition: str, counts: int) -> None:
    found = [
        each for each in _segment(shop, condition, "{attribute: city, in: [Bonn, Ulm]}") if each[1][0] == "t"
    ]
    said = f'{counts} of its 3 members have no "country", and count all the same.'
    assert found == ([(4, "takes-in-missing", said)] if counts else [])


def test_whoever_another_condition_keeps_out_does_not_count(shop: Shop) -> None:
    assert _segment(shop, "{attribute: country, is_not: FR}", "{attribute: country, is_set: true}") == []


def test_a_recipe_that_lets_somebody_in_for_lack_of_a_value(shop: Shop) -> None:
    recipe = "trigger: {event: purchased}\nactions: [{add_tag: x}]\nconditions:\n  - {attribute: country, is_not: FR}\n"
    shop.write("recipes/r.yaml", recipe)
    said = '2 of 3 contacts have no "country", and pass here all the same.'
    assert _told(shop) == [("recipes/r.yaml", 4, "takes-in-missing", said)]
    shop.write("recipes/r.yaml", recipe + "  - {attribute: country, is_set: true}\n")
    assert _told(shop) == []


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("{attribute: country, is: DE}", False),
        ("{none: [{attribute: country, is: FR}]}", True),
        ("{none: [{attribute: country, is_not: DE}]}", False),
        ("{attribute: country, is_set: false}", False),
    ],
)
def test_only_complements_let_somebody_in(shop: Shop, condition: str, told: bool) -> None:
    shop.write("recipes/r.yaml", f"trigger: manual\nactions: [{{add_tag: x}}]\nconditions: [{condition}]\n")
    assert [each[2] for each in _told(shop)] == ["takes-in-missing"] * told


def test_an_attribute_that_nobody_has_is_told_once_a_file(shop: Shop) -> None:
    shop.write(
        "recipes/r.yaml",
        'trigger: {attribute_changed: income}\nactions:\n  - wait: "{{ contact.income | default(3) }} days"\n'
        "  - send_email: win-back\n",
    )
    shop.write(
        "templates/win-back.html",
        "---\nsubject: x\nclass: transactional\n---\n{{ contact.phone | default('') }}\n",
    )
    assert _told(shop) == [
        ("recipes/r.yaml", 1, "nobody-has", 'Of 3 contacts none has a "income".'),
        ("templates/win-back.html", 5, "nobody-has", 'Of 3 contacts none has a "phone".'),
    ]


def test_what_a_step_sets_or_is_worked_out_may_still_come(shop: Shop) -> None:
    text = "trigger: {attribute_changed: plan}\nactions: [{set_attribute: {plan: pro}}]\n"
    shop.write("recipes/r.yaml", text)
    assert _told(shop) == []
    shop.write("segments/s.yaml", "conditions: [{attribute: spent, at_least: 1}]\n")
    assert _told(shop) == []


def test_an_event_that_never_came_in(shop: Shop) -> None:
    settings = (shop.folder / "autoflow.yaml").read_text(encoding="utf-8")
    shop.write("autoflow.yaml", settings.replace("events:", "events:\n  ordered: {total: money}"))
    shop.write(
        "recipes/r.yaml",
        "trigger:\n  - {event: ordered}\n  - {inactivity: {for: 3 days, of: [refunded, ordered]}}\n"
        "actions: [{wait_for: {event: email_clicked, up_to: 1 day}}]\n",
    )
    assert _told(shop) == [("recipes/r.yaml", 2, "never-seen", 'The event "ordered" has never come in.')]
    shop.write("recipes/q.yaml", "trigger: manual\nactions: [{record_event: ordered}]\n")
    assert _told(shop) == []


def _of_recipes(shop: Shop) -> list[tuple[str, int, str, str]]:
    return [each for each in _told(shop) if each[0].startswith("recipes/")]


def _mail(shop: Shop, mails: int) -> None:
    """So many mails have gone out."""
    with closing(open_database("sqlite:///.autoflow/store.db", shop.folder)) as database:
        database.do("DELETE FROM outbox")
        for number in range(mails):
            database.do(
                "INSERT INTO outbox SELECT NULL, ?, 0, 1, 0, 0, 'r', 1, 1, 's', 'email', 'm', 'sent', '', 'marketing',"
                " '', '{}', 'sent', 1, 0, '', 0",
                str(number),
            )


def test_what_becomes_of_mail_and_nobody_reports(shop: Shop) -> None:
    shop.write(
        "recipes/r.yaml",
        "trigger: {event: purchased}\n"
        "goal: [{did: email_opened}]\n"
        "actions:\n  - wait_for: {event: email_clicked, up_to: 1 day}\n"
        "  - choose: [{if: {did: email_sent}, actions: [exit]}]\n",
    )
    assert _of_recipes(shop) == [], "nobody could have opened anything"
    _mail(shop, 1)
    said = 'The event "{}" has never come in, and 1 mail has gone out.'
    assert _of_recipes(shop) == [
        ("recipes/r.yaml", 2, "never-seen", said.format("email_opened")),
        ("recipes/r.yaml", 4, "never-seen", said.format("email_clicked")),
    ]
    shop.run("track", "ana", "email_opened", "template=win-back")
    _mail(shop, 3)
    assert (
        _of_recipes(shop)[0][3] == 'The event "email_clicked" has never come in, and 3 mails have gone out.'
    )


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("{did: purchased, where: {items: {at_least: 2}}}", 'No "purchased" that came in carries a "items".'),
        (
            "{did_not: purchased, where: {items: {is_not: 2}}}",
            'No "purchased" that came in carries a "items".',
        ),
        ("{sum_of: purchased.items, at_least: 2}", 'No "purchased" that came in carries a "items".'),
        ("{did: purchased, where: {items: {is_set: false}}}", None),
        ("{did: purchased, where: {total: 9, order_id: 1}}", None),
        ("{sum_of: purchased.total, at_least: 2}", None),
        ("{did: page_visited, where: {utm_source: mail}}", None),
    ],
)
def test_a_property_that_no_event_carries(shop: Shop, condition: str, told: str | None) -> None:
    shop.write("recipes/r.yaml", f"trigger: manual\nactions: [exit]\nconditions:\n  - {condition}\n")
    assert _of_recipes(shop) == ([("recipes/r.yaml", 4, "never-carried", told)] if told else [])


def test_it_is_told_once_a_file_and_of_triggers_and_waits_too(shop: Shop) -> None:
    shop.run("track", "ben", "page_visited", "path=/a")
    where = "where: {items: 2}"
    shop.write(
        "recipes/r.yaml",
        f"trigger:\n  - page_visited: {{utm_source: mail}}\n  - {{event: {{name: purchased, {where}}}}}\n"
        f"actions:\n  - wait_for: {{event: purchased, {where}, up_to: 1 day}}\n",
    )
    shop.write(
        "recipes/q.yaml",
        f"trigger: manual\nactions: [{{wait_for: {{event: purchased, {where}, up_to: 1 day}}}}]\n",
    )
    assert [each[:3] for each in _of_recipes(shop)] == [
        ("recipes/q.yaml", 2, "never-carried"),
        ("recipes/r.yaml", 2, "never-carried"),
        ("recipes/r.yaml", 3, "never-carried"),
    ]
    shop.write(
        "recipes/q.yaml",
        "trigger: manual\nactions: [{record_event: {name: purchased, with: {items: 2}}}]\n",
    )
    assert [each[:2] for each in _of_recipes(shop)] == [("recipes/r.yaml", 2)], "a step may carry it"


@pytest.mark.parametrize(
    ("condition", "code", "told"),
    [
        (
            "{sum_of: purchased.items, at_least: 2}",
            "counts-for-nothing",
            '2 of the 3 "purchased" carry no "items", and count for nothing here.',
        ),
        (
            "{did: purchased, where: {items: {is_not: 2}}}",
            "takes-in-missing",
            '2 of the 3 "purchased" carry no "items", and pass here all the same.',
        ),
        (
            "{different_values_of: purchased.order_id, at_least: 2}",
            "counts-for-nothing",
            '1 of the 3 "purchased" carries no "order_id", and counts for nothing here.',
        ),
        ("{did: purchased, where: {items: {is_not: 2, is_set: true}}}", "", ""),
        ("{did: purchased, where: {items: 3}}", "", ""),
        ("{sum_of: purchased.total, at_least: 2}", "", ""),
    ],
)
def test_how_many_events_lack_what_decides(shop: Shop, condition: str, code: str, told: str) -> None:
    shop.run("track", "ben", "purchased", "order_id=2", "total=9", "items=3")
    sent = {
        "type": "track",
        "userId": "cleo",
        "event": "purchased",
        "properties": {"total": 1, "items": None},
    }
    shop.run("import", shop.write("a.ndjson", json.dumps(sent)))
    shop.run("run", "--until-idle")
    shop.write("recipes/r.yaml", f"trigger: manual\nactions: [exit]\ngoal:\n  - {condition}\n")
    assert _of_recipes(shop) == ([("recipes/r.yaml", 4, code, told)] if code else [])


def test_of_a_long_log_the_latest_events_are_counted_and_all_are_asked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen, "_LATEST", 4)  # of them one is the mark of an apply
    shop.replace("autoflow.yaml", "{order_id: text,", "{coupon: text, order_id: text,")
    shop.run("track", "ben", "purchased", "items=3", "coupon=")
    for who in ("ben", "cleo", "ana", "ben"):
        shop.run("track", who, "purchased", "order_id=2")
    shop.run("run", "--until-idle")
    shop.write(
        "recipes/r.yaml",
        "trigger: manual\nactions: [exit]\ngoal:\n  - {sum_of: purchased.total, at_least: 2}\n"
        "  - {sum_of: purchased.items, at_least: 2}\n  - {did: purchased, where: {items: 3, coupon: x}}\n",
    )
    said = '3 of the last 3 "purchased" carry no "{}", and count for nothing here.'
    assert _of_recipes(shop) == [
        ("recipes/r.yaml", 4, "counts-for-nothing", said.format("total")),
        ("recipes/r.yaml", 5, "counts-for-nothing", said.format("items")),
        ("recipes/r.yaml", 6, "never-carried", 'No "purchased" that came in carries a "coupon".'),
    ]


def test_what_was_erased_lacks_nothing(shop: Shop) -> None:
    shop.run("track", "ben", "purchased", "total=9", "items=3")
    shop.run("run", "--until-idle")
    shop.run("contact", "erase", "ana", "--yes")
    shop.write(
        "recipes/r.yaml", "trigger: manual\nactions: [exit]\ngoal: [{sum_of: purchased.items, at_least: 2}]\n"
    )
    assert _of_recipes(shop) == []


def test_how_many_lack_what_is_shown(shop: Shop) -> None:
    text = 'trigger: manual\nactions:\n  - notify_sales: {message: "{{ contact.%s }}"}\n'
    shop.write("recipes/r.yaml", text % "country")
    said = '2 of 3 contacts have no "country": then the run fails here.'
    assert _told(shop) == [("recipes/r.yaml", 3, "may-be-missing", said)]
    shop.write("recipes/r.yaml", text % "city")
    assert _told(shop)[0][3] == 'Somebody may have no "city": then the run fails here.'


def test_what_only_the_engine_can_work_out_is_asked_once_it_is_applied(shop: Shop) -> None:
    shop.write("segments/s.yaml", "conditions: [{did: refunded, at_least: 7 times}]\n")
    told = shop.run("check", "--data")
    assert told.stdout.startswith("No mistakes")
    assert "does not know 1 segment as the files have it, so that is not asked: s." in told.stderr
    shop.run("apply")
    shop.run("run", "--until-idle")
    assert [each[2] for each in _told(shop)] == ["holds-nobody"]


def test_a_segment_that_uses_a_changed_one_waits_as_well(shop: Shop) -> None:
    shop.write("segments/buyers.yaml", "conditions: [{has_tag: none of this name}]\n")
    shop.write("segments/s.yaml", "conditions: [{in_segment: buyers}, {attribute: city, is: Bonn}]\n")
    told = shop.run("check", "--data")
    assert "1 segment as the files have it, so that is not asked: s." in told.stderr


def test_mistakes_in_files_come_first(shop: Shop) -> None:
    shop.write("segments/s.yaml", "conditions: [{attribute: citi, is: Kiel}]\n")
    told = shop.run("check", "--data", status=1)
    assert "There is no attribute" in told.stdout
    assert "The data is not looked at while the files have mistakes." in told.stderr


def test_where_there_is_nothing_to_ask(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", VirtualClock(parse_instant("2026-03-10 12:00")))
    CliRunner().invoke(cli, ["init", str(shop.folder)], catch_exceptions=False)
    assert "no store" in shop.run("check", "--data", status=1).stderr
    shop.run("track", "ana", "purchased", "total=3")
    assert "Nothing has been applied yet" in shop.run("check", "--data", status=1).stderr


def test_strict_counts_them(shop: Shop) -> None:
    _segment(shop, "{attribute: city, is: Kiel}")
    shop.run("check", "--data", "--strict", status=1)
    github = shop.run("check", "--data", "--format", "github").stdout
    assert github.startswith("::warning file=segments/s.yaml,line=4,col=5,title=holds-nobody::Nobody is in")
