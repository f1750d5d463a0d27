"""`autoflow why`: what a marketer reads, and what programs read."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from autoflow.core.walk import Walk
from autoflow.model.event import Event
from autoflow.store.database import open_database
from tests.cli.shop import DAY, Shop, ana, message

Bring = Callable[..., Path]
HOUR = DAY // 24


@pytest.fixture
def lived(shop: Shop, bring: Bring) -> Shop:
    """Ana bought twice and Ben once, as history; the engine has read it on 2026-03-10 at noon."""
    bring(*ana(), message("ben", "purchased", "2026-03-01T10:00:00Z", order_id="B1", total=9, items=1))
    shop.run("run", "--until-idle")
    return shop


def told(shop: Shop, *words: str) -> list[str]:
    return shop.run("why", *words).stdout.splitlines()


def recipe(shop: Shop, name: str, text: str) -> None:
    shop.write(f"recipes/{name}.yaml", f"recipe: {name}\n{text}")


def goes_on(shop: Shop, time: int = 0) -> None:
    shop.clock.jump(shop.clock.now() + time)
    shop.run("run", "--until-idle")


def test_who_has_not_come_in_yet(lived: Shop) -> None:
    assert told(lived, "ana", "win-back") == [
        "ana and win-back, as of 2026-03-10 12:00 (Europe/London)",
        "A mail has that name too: `autoflow why ana templates/win-back`.",
        "",
        "Has never been in it, and was never turned away.",
        "Missed by one thing: 90 days without purchased; by itself on 2026-04-30 11:00.",
        "Without new activity he comes in on 2026-04-30 11:00.",
        "",
        'Starts when the contact comes into the segment "lapsed-buyers".',
        '  ✗ is in the segment "lapsed-buyers": no',
        "      ✓ has done purchased at least 2 times: twice, last on 2026-01-30 10:00",
        "      ✗ has not done purchased within the last 90 days: at least once, last on 2026-01-30 10:00",
        "          → 90 days without purchased; by itself on 2026-04-30 11:00",
        "Mails, at the gate now",
        "  ✓ win-back: would go out now",
        "",
        "Version 1: release 1, applied on 2026-03-10 12:00 by " + by(lived) + ".",
        "What happened is told from traces; all else was worked out as things stand, by release 1.",
    ]


def by(shop: Shop) -> str:
    return str(shop.json("why", "ana")["releases"][0]["by"])


def test_who_was_in_it_is_told_what_became_of_his_mail(lived: Shop) -> None:
    goes_on(lived, 51 * DAY)
    lived.run("track", "ana", "purchased", "order_id=A3")
    goes_on(lived, HOUR)
    shown = told(lived, "ana", "win-back")
    assert shown[3:11] == [
        "Was in it from 2026-04-30 11:00 to 2026-04-30 13:00: reached the goal.",
        "Without new activity it would start on 2026-07-29 13:00, and turn him away: had been in it too recently.",
        "",
        "What happened",
        "  2026-04-30 11:00  entered",
        "  2026-04-30 11:00  mail win-back, sent",
        "  2026-04-30 13:00  reached the goal",
        "",
    ]
    assert "Re-entry: was let in on 2026-04-30 11:00, and may come again from 2026-10-27 11:00" in shown


def test_every_live_recipe_near_misses_first(lived: Shop) -> None:
    recipe(lived, "asked", "trigger: {event: page_visited}\nactions: [{add_tag: seen}]\n")
    recipe(
        lived,
        "big",
        "trigger: {event: purchased}\nconditions: [{sum_of: purchased.total, at_least: 100}]\n"
        "actions: [{add_tag: big}]\n",
    )
    recipe(lived, "waits", "trigger: {event: purchased}\nactions: [{wait: 3 days}, {add_tag: x}]\n")
    recipe(
        lived,
        "both",
        "trigger: {event: purchased}\nconditions: [{has_tag: a}, {has_tag: b}]\nactions: [{add_tag: c}]\n",
    )
    goes_on(lived)
    lived.run("track", "ana", "purchased", "order_id=A3", "total=10")
    goes_on(lived, HOUR)
    assert told(lived, "ana")[:8] == [
        "ana, as of 2026-03-10 13:00 (Europe/London)",
        "",
        "recipe    how it stands  when and why",
        "big       missed by one  34.50 more of purchased.total",
        "win-back  missed by one  90 days without purchased; by itself on 2026-06-08 13:00",
        "waits     is in it       since 2026-03-10 12:00, at wait:3 days until 2026-03-13 12:00",
        'both      turned away    2026-03-10 12:00: this did not hold: has the tag "a"',
        "asked     never          starts when page_visited comes in",
    ]


def test_who_was_in_the_segment_already_is_told_so_at_a_glance(lived: Shop) -> None:
    """`starts when the contact comes into the segment` would send whoever asks to look whether she is in it."""
    lived.write("segments/two.yaml", "segment: two\nconditions: [{did: purchased, at_least: 2 times}]\n")
    recipe(lived, "twos", "trigger: {segment_entered: two}\nactions: [{add_tag: x}]\n")
    goes_on(lived)
    [line] = [each for each in told(lived, "ana") if each.startswith("twos ")]
    assert line.endswith(
        "  never          was in the segment already when it was applied, and nobody enters because a file changed"
    )


GATE = """\
trigger: manual
sending: {at_most: {emails: 1, per: 7 days}}
actions: [{send_email: win-back}]
"""


def test_the_gate_is_asked_for_each_mail(lived: Shop) -> None:
    recipe(lived, "by-hand", GATE)
    goes_on(lived)
    lived.run("enter", "by-hand", "ana")
    goes_on(lived, HOUR)
    assert told(lived, "ana", "by-hand")[-7:-2] == [
        "Mails, at the gate now",
        "  ✗ win-back: would wait until 2026-03-13 13:00: had enough mail already",
        "      at most 1 per 7 days for this recipe: free again on 2026-03-17 12:00",
        "        taken on 2026-03-10 12:00 by win-back (by-hand)",
        "",
    ]
    lived.run("track", "ana", "unsubscribed")
    goes_on(lived)
    assert told(lived, "ana", "by-hand")[-5:-2] == [
        "  ✗ win-back: would not go out: unsubscribed",
        "      unsubscribed from everything on 2026-03-10 13:00",
        "",
    ]
    lived.write(
        "segments/staff.yaml", "segment: staff\nkind: deny\nconditions: [{attribute: email, is_set: true}]\n"
    )
    goes_on(lived)
    assert told(lived, "ana", "by-hand")[-5:-2] == [
        "  ✗ win-back: would not go out: in a segment that denies mail",
        "      in the segment staff since 2026-03-10 13:00",
        "",
    ]


def test_quiet_hours_are_told_by_both_clocks(lived: Shop) -> None:
    recipe(
        lived,
        "night",
        "trigger: manual\nsending: {quiet_hours: {from: '20:00', to: '09:00'}}\nactions: [{send_email: win-back}]\n",
    )
    lived.run("track", "ana", "identify", "timezone=America/New_York")
    goes_on(lived)
    shown = told(lived, "ana", "night")
    assert shown[0] == "ana and night, as of 2026-03-10 12:00 (Europe/London; he is in America/New_York)"
    assert shown[-4:-2] == [
        "  ✗ win-back: would wait until 2026-03-10 13:00 (09:00 where he is): quiet hours",
        "      quiet hours from 20:00 to 09:00 by his clock",
    ] or shown[-5:-3] == [
        "  ✗ win-back: would wait until 2026-03-10 13:00 (09:00 where he is): quiet hours",
        "      quiet hours from 20:00 to 09:00 by his clock",
    ]


def test_a_mail_is_asked_about_by_its_name(lived: Shop) -> None:
    goes_on(lived, 51 * DAY)
    assert told(lived, "ana", "templates/win-back.html")[:9] == [
        "ana and the mail win-back, as of 2026-04-30 13:00 (Europe/London)",
        "",
        "Recipe win-back",
        "  Is in it since 2026-04-30 11:00, at wait:30 days until 2026-05-30 11:00.",
        "  2026-04-30 11:00  mail win-back, sent",
        "  ✓ win-back: would go out now",
        "  `autoflow why ana win-back` tells more.",
        "",
        "win-back version 1: release 1, applied on 2026-03-10 12:00 by " + by(lived) + ".",
    ]
    assert "  He did not come to this mail." not in told(lived, "ben", "templates/win-back")


def test_as_it_was_then(lived: Shop) -> None:
    goes_on(lived, 51 * DAY)
    shown = told(lived, "ana", "win-back", "--at", "2026-03-20")
    assert shown[0] == "ana and win-back, as of 2026-03-20 23:59:59 (Europe/London)"
    assert "Had never been in it by then, and was never turned away." in shown
    assert "Without new activity he comes in on 2026-04-30 11:00." not in shown
    assert "          → 90 days without purchased; by itself on 2026-04-30 11:00" in shown
    shown = told(lived, "ana", "win-back", "--at", "2026-04-30 11:30")
    assert "Was in it since 2026-04-30 11:00." in shown
    shown = told(lived, "ana", "win-back", "--at", "2026-01-20")
    assert "win-back was not in force then. This is how it would have judged, as it is in force now." in shown
    assert "      ✗ has done purchased at least 2 times: once, last on 2026-01-10 10:00" in shown
    assert told(lived, "ana", "--at", "2026-01-01") == [
        "ana, as of 2026-01-01 23:59:59 (Europe/London)",
        "Nothing was known of him then.",
        "",
        "Nothing was in force then: release 1 was applied on 2026-03-10 12:00.",
    ]


SILENT = [
    (
        "{event: purchased}",
        "purchased comes in: last on 2026-01-30 10:00; it was brought in as history, which",
    ),
    (
        "{segment_entered: two}",
        'the contact comes into the segment "two": he was in it when it was applied, and nobody enters because',
    ),
    (
        "{event: {name: purchased, where: {order_id: A1}}}",
        "purchased comes in, where order_id is A1: last on 2026-01-10",
    ),
    ("{event: page_visited}", "page_visited comes in: that has not happened."),
    (
        "{inactivity: {for: 60 days, of: [purchased]}}",
        "the contact has not done purchased for 60 days: next on",
    ),
    (
        '{schedule: {every: monday, at: "09:00"}}',
        "the clock comes to 09:00 on Monday: next on 2026-03-16 09:00.",
    ),
    (
        "contact_created",
        "the contact is first heard of: last on 2026-01-10 10:00; it was brought in as history,",
    ),
    (
        "{attribute_changed: {attribute: email}}",
        "email changes: last on 2026-01-10 10:00; that was before the recipe was applied.",
    ),
    ("manual", "somebody puts the contact in by hand: that has not happened."),
    ("{tag_added: vip}", 'the tag "vip" is put on: that has not happened.'),
]


@pytest.mark.parametrize(("trigger", "words"), SILENT)
def test_what_started_nothing_is_told_with_the_reason(lived: Shop, trigger: str, words: str) -> None:
    lived.write("segments/two.yaml", "segment: two\nconditions: [{did: purchased, at_least: 2 times}]\n")
    recipe(lived, "one", f"trigger: {trigger}\nactions: [{{add_tag: vip}}]\n")
    goes_on(lived)
    starts = [line for line in told(lived, "ana", "one") if line.startswith("Starts when")]
    assert starts[0].removeprefix("Starts when ").startswith(words)


def test_what_came_before_the_recipe_was_applied_is_told(lived: Shop) -> None:
    lived.run("track", "ana", "page_visited")
    goes_on(lived)
    lived.clock.jump(lived.clock.now() + HOUR)
    recipe(lived, "new", "trigger: {event: page_visited}\nactions: [{add_tag: x}]\n")
    goes_on(lived)
    starts = "Starts when page_visited comes in: last on 2026-03-10 12:00"
    assert f"{starts}; that was before the recipe was applied." in told(lived, "ana", "new")
    lived.run("track", "ana", "page_visited")
    goes_on(lived)
    assert "Starts when page_visited comes in: last on 2026-03-10 13:00." in told(lived, "ana", "new")


def test_what_came_too_late_is_told(lived: Shop) -> None:
    recipe(lived, "late", "trigger: {event: purchased}\nactions: [{add_tag: x}]\n")
    goes_on(lived)
    late = message("ana", "purchased", "2026-03-05T10:00:00Z", order_id="A9")
    file = lived.write("late.ndjson", json.dumps(late) + "\n")
    lived.run("import", file, "--enter")
    goes_on(lived)
    assert (
        "Starts when purchased comes in: last on 2026-03-10 12:00; it came in too late to start anything."
        in told(lived, "ana", "late")
    )


def test_a_draft_and_what_is_not_applied_judge_what_is_recorded(lived: Shop) -> None:
    asks = "trigger: manual\nconditions: [{did: purchased, at_least: 2 times, longer_ago_than: 30 days}]\n"
    recipe(lived, "sketch", f"status: draft\n{asks}actions: [{{add_tag: x}}]\n")
    goes_on(lived)
    recipe(lived, "new", f"{asks}actions: [{{add_tag: x}}]\n")
    asked = "  ✓ has done purchased at least 2 times longer ago than 30 days: twice, last on 2026-01-30 10:00"
    shown = told(lived, "ana", "sketch")
    assert "It is a draft: nobody enters it. This is how it would judge." in shown
    assert asked in shown
    shown = told(lived, "ana", "new")
    assert shown[1] == "new is not applied, so nobody enters it. This is how it would judge."
    assert asked in shown
    assert shown[-1].endswith("all else was worked out as things stand, by the files.")
    assert [each["recipe"] for each in lived.json("why", "ana")["recipes"]] == ["win-back"]


def test_what_the_files_say_otherwise_is_told(lived: Shop) -> None:
    lived.replace("recipes/win-back.yaml", "after 180 days", "after 10 days")
    note = "recipes/win-back.yaml is not what is in force; this is by what is. `autoflow plan` shows how they differ."
    assert told(lived, "ana", "win-back")[1] == note
    assert (
        told(lived, "ana")[1]
        == "The files are not what is in force; this is by what is. `autoflow plan` shows how they differ."
    )
    lived.replace("recipes/win-back.yaml", "trigger:", "trigge:")  # what cannot be read is no matter here
    assert "Has never been in it, and was never turned away." in told(lived, "ana", "win-back")


def test_what_was_deleted_tells_what_happened(lived: Shop) -> None:
    recipe(lived, "once", "trigger: {event: page_visited}\nactions: [{add_tag: x}]\n")
    goes_on(lived)
    lived.run("track", "ana", "page_visited")
    goes_on(lived, HOUR)
    (lived.folder / "recipes/once.yaml").unlink()
    goes_on(lived)
    assert told(lived, "ana", "once")[1:9] == [
        "once is not in force any more. This is what happened while it was.",
        "",
        "Was in it from 2026-03-10 12:00 to 2026-03-10 12:00: went through to the end.",
        "",
        "What happened",
        "  2026-03-10 12:00  entered",
        "  2026-03-10 12:00  tagged x",
        "  2026-03-10 12:00  went through to the end",
    ]


def test_paused(lived: Shop) -> None:
    recipe(lived, "rest", "trigger: {event: page_visited}\nactions: [{wait: 1 day}, {add_tag: x}]\n")
    goes_on(lived)
    lived.run("track", "ana", "page_visited")
    goes_on(lived)
    recipe(
        lived,
        "rest",
        "status: paused\ntrigger: {event: page_visited}\nactions: [{wait: 1 day}, {add_tag: x}]\n",
    )
    goes_on(lived)
    goes_on(lived, 2 * DAY)
    assert told(lived, "ana", "rest")[2:4] == [
        "It is paused: nobody enters it, and whoever is in it stays where he is.",
        "Is in it since 2026-03-10 12:00, at wait:1 day, held there while the recipe is paused.",
    ]


def test_what_is_stopped_is_told_at_a_glance_too(lived: Shop) -> None:
    """Whoever asks why somebody got nothing must not be left to find out that it was paused."""
    lived.run("pause", "win-back")
    recipe(lived, "rest", "status: draft\ntrigger: {event: page_visited}\nactions: [{add_tag: x}]\n")
    goes_on(lived)
    assert told(lived, "ana")[2:4] == [
        "recipe    how it stands  when and why",
        (
            "win-back  missed by one  90 days without purchased; by itself on 2026-04-30 11:00;"
            " it is paused, and nobody enters"
        ),
    ]


def test_who_comes_while_it_drains_is_told_that_nobody_enters(lived: Shop) -> None:
    recipe(lived, "rest", "trigger: {event: page_visited}\nactions: [{wait: 1 day}, {add_tag: x}]\n")
    goes_on(lived)
    lived.run("drain", "rest")
    goes_on(lived)
    lived.run("track", "ana", "page_visited")
    goes_on(lived)
    assert told(lived, "ana", "rest")[2:4] == [
        "It is draining: nobody enters it any more, and whoever is in it goes on to the end.",
        "Has never been in it, and was never turned away.",
    ]


def test_refusals_that_repeat_themselves_are_one_line(lived: Shop) -> None:
    recipe(
        lived,
        "vips",
        "trigger: {event: page_visited}\nconditions: [{none: [{has_tag: no}]}, {has_tag: vip}]\n"
        "actions: [{add_tag: x}]\n",
    )
    goes_on(lived)
    for _ in range(3):
        lived.run("track", "ana", "page_visited")
        goes_on(lived, HOUR)
    shown = told(lived, "ana", "vips")
    away = '  2026-03-10 14:00  was turned away: this did not hold: has the tag "vip"'
    assert shown[2:7] == [
        'Turned away on 2026-03-10 14:00, the last of 3 times: this did not hold: has the tag "vip".',
        'Missed by one thing: the tag "vip" would have to be put on.',
        "",
        "What happened",
        f"{away} (3 times since 2026-03-10 12:00)",
    ]
    assert shown[9:13] == [
        "Lets in whoever meets",
        "  ✓ none of these:",
        '      ✓ has the tag "no": no',
        '  ✗ has the tag "vip": no',
    ]
    assert len(lived.json("why", "ana", "vips")["recipes"][0]["happened"]) == 3


def test_what_is_not_done_yet_is_said(lived: Shop) -> None:
    lived.run("track", "ana", "page_visited")
    assert (
        told(lived, "ana")[1]
        == "1 message of his has not been read by the engine yet: `autoflow run --until-idle` does."
    )
    assert told(lived, "ben")[1] == ""
    lived.clock.jump(lived.clock.now() + 60 * DAY)
    assert told(lived, "ben")[:2] == [
        "ben, as of 2026-03-10 12:00 (Europe/London)",
        "That is how far the engine has come; what fell due since, `autoflow run --until-idle` does.",
    ]


def test_who_is_set_aside_or_unread(shop: Shop, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    take = Walk.take

    def stumbling(walk: Walk, item: Event) -> None:
        take(walk, item)
        if walk.record.key == "u:ana":
            raise ZeroDivisionError("ana@example.com")

    monkeypatch.setattr(Walk, "take", stumbling)
    bring(*ana())
    assert told(shop, "ana")[1:] == [
        "The engine has not read anything about him yet.",
        "3 messages of his have not been read by the engine yet: `autoflow run --until-idle` does.",
        "",
        "Nothing is in force: `autoflow apply` puts it in force.",
    ]
    shop.run("run", "--until-idle")
    shown = told(shop, "ana", "win-back")
    assert shown[1].startswith(
        "Set aside since 2026-03-10 12:00, for the engine stumbled: ZeroDivisionError in "
    )
    assert shown[2] == "Nothing is decided for him and nothing is sent until `autoflow retry` succeeds."
    assert "Starts when" not in "\n".join(shown)


def test_who_was_erased(lived: Shop) -> None:
    lived.run("contact", "erase", "ana", "--yes")
    for words in (["why", "ana"], ["contact", "show", "ana@example.com"]):
        assert lived.run(*words, status=1).stderr == (
            f'"{words[-1]}" was erased on 2026-03-10.\n  Nothing is left of him that could be told.\n'
        )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["anna"], 'There is no contact "anna".\n  Did you mean "ana"?\n'),
        (["ana", "winback"], 'There is no recipe or mail called "winback".\n  Did you mean "win-back"?\n'),
        (
            ["ana", "templates/xyz"],
            'There is no mail called "xyz".\n  `autoflow why WHO` tells of every recipe in force.\n',
        ),
        (
            ["ana", "--at", "soon"],
            '--at: "soon" is not a date.\n  Write 2011-03-01, or "2011-03-01 14:00".\n',
        ),
        (
            ["ana", "--at", "2026-03-11"],
            "--at: 2026-03-11 lies ahead.\n  `autoflow simulate` plays recipes over what is recorded.\n",
        ),
    ],
)
def test_what_cannot_be_answered_is_told(lived: Shop, words: list[str], said: str) -> None:
    before = (lived.folder / ".autoflow/store.db").read_bytes()
    assert lived.run("why", *words, status=1).stderr == said
    lived.run("why", "ana", "win-back")
    assert (lived.folder / ".autoflow/store.db").read_bytes() == before


def test_for_programs(lived: Shop) -> None:
    found = lived.json("why", "ana", "win-back")
    assert list(found) == [
        *("contact", "key", "asked", "is_mail", "at", "then", "known", "zone", "contact_zone", "release"),
        *("pending", "refusals_since", "unread", "built", "set_aside", "recipes", "releases"),
    ]
    (answer,) = found["recipes"]
    assert list(answer) == [
        *("recipe", "version", "status", "files", "state", "near_miss", "missing", "runs", "happened"),
        *("messages", "now"),
    ]
    now: dict[str, Any] = answer["now"]
    assert list(now) == [
        *("triggers", "conditions", "keep_while", "goal", "exit", "under_way", "refused_by", "reentry"),
        *("mails", "enters_at", "refused_at", "refused_then_by"),
    ]
    assert now["enters_at"] == "2026-04-30T10:00:00Z"
    (missing,) = answer["missing"]
    assert missing == {
        "kind": "did_not",
        "says": "has not done purchased within the last 90 days",
        "wanted": True,
        "holds": False,
        "seen_at": "2026-01-30T10:00:00Z",
        "seen": {"times": 1, "last": "2026-01-30T10:00:00Z"},
        "seen_whole": False,
        "lacks": {"words": "90 days without purchased", "share": None, "never": False},
        "turns_at": "2026-04-30T10:00:00Z",
        "segment": None,
        "parts": [],
    }
    assert now["mails"] == [
        {
            "step": "send_email:win-back",
            "template": "win-back",
            "class": "marketing",
            "topic": "news",
            "outcome": "sent",
            "reason": None,
            "until": None,
            "segments": {},
            "topics": {},
            "quiet_hours": [],
            "suppressed": None,
            "caps": [],
        }
    ]
    assert lived.json("why", "ana", "win-back", "--at", "2026-03-10 11:00")["then"] is True


def test_refusals_are_told_for_as_long_as_they_are_kept(lived: Shop) -> None:
    recipe(
        lived,
        "vips",
        "trigger: {event: page_visited}\nconditions: [{has_tag: vip}]\nactions: [{add_tag: x}]\n",
    )
    goes_on(lived)
    lived.run("track", "ana", "page_visited")
    goes_on(lived, 180 * DAY - HOUR)
    assert lived.json("why", "ana", "vips")["recipes"][0]["state"] == "turned_away"
    assert "told from traces;" in told(lived, "ana", "vips")[-1]
    goes_on(lived, 2 * HOUR)
    assert lived.json("why", "ana", "vips")["recipes"][0]["state"] == "never"
    shown = told(lived, "ana", "vips")
    assert "Has never been in it, and was not turned away since 2026-03-10." in shown
    assert "told from traces (refusals since 2026-03-10);" in shown[-1]
    shown = told(lived, "ana", "vips", "--at", "2026-03-10 12:30")
    assert "Had never been in it by then; whether he was turned away is not told any more." in shown


NESTED = """\
trigger: [{event: purchased}, {event: page_visited}]
conditions:
  - any:
      - {attribute: country, is: Germany}
      - all:
          - {did: purchased, at_least: 2 times}
          - {has_tag: vip}
  - none:
      - {has_tag: no}
      - any: [{did: refunded}, {did: purchased, within_last: 60 days}]
      - all: [{did: purchased}, {has_tag: vip}]
  - {entered_by: event}
  - {sum_of: purchased.total, at_least: 40}
  - {local_time: {between: ["09:00", "11:00"]}}
actions: [{add_tag: x}]
"""


def test_groups_are_laid_out_as_they_are_meant(lived: Shop) -> None:
    lived.replace("autoflow.yaml", "items: number}", "items: number}\n  refunded: {order_id: text}")
    recipe(lived, "nested", NESTED)
    goes_on(lived)
    shown = told(lived, "ana", "nested")
    start = shown.index("Lets in whoever meets")
    assert shown[start + 1 : start + 22] == [
        "  ✗ one of these:",
        "      ✗ country is Germany: nothing",
        '          → country would have to be "Germany"',
        "      ✗ all of these:",
        "          ✓ has done purchased at least 2 times: twice, last on 2026-01-30 10:00",
        '          ✗ has the tag "vip": no',
        '              → the tag "vip" would have to be put on',
        "  ✗ none of these:",
        '      ✓ has the tag "no": no',
        "      ✗ none of these:",
        "          ✓ has done refunded: never",
        "          ✗ has done purchased within the last 60 days: at least once, last on 2026-01-30 10:00",
        "              → 60 days without purchased; by itself on 2026-03-31 11:00",
        "      ✓ not all of these:",
        "          ✗ has done purchased: twice, last on 2026-01-30 10:00",
        "              → can come true no more: purchased was done, and that stays so",
        '          ✓ has the tag "vip": no',
        '  ✓ was started by "event": event',
        "  ✓ the sum of purchased.total is at least 40: 55.5",
        "  ✗ it is between 09:00 and 11:00 where the contact is: Tuesday 12:00",
        "      → it would have to be between 09:00 and 11:00 where the contact is; by itself on 2026-03-11 09:00",
    ]
    missing = lived.json("why", "ana", "nested")["recipes"][0]["missing"]
    assert [each["kind"] for each in missing] == ["any", "did", "local_time"]


def test_a_release_that_is_not_reached_and_one_that_is_being_built_are_told(lived: Shop) -> None:
    recipe(lived, "later", "trigger: {event: page_visited}\nactions: [{add_tag: x}]\n")
    lived.run("apply")
    note = "Release 2 is applied, and not yet reached: all this is by release 1."
    assert note in told(lived, "ana")
    assert "later was not in force then" not in told(lived, "ana", "win-back")
    goes_on(lived)
    assert note not in told(lived, "ana")
    with closing(open_database("sqlite:///.autoflow/store.db", lived.folder)) as database:
        database.do("UPDATE state SET epoch = epoch + 1, built_to = 0")
    assert "The engine is still working out what release 2 asks of him: counts may be short." in told(
        lived, "ana"
    )


def test_a_visitor_is_told_under_the_name_that_he_turned_out_to_have(lived: Shop, bring: Bring) -> None:
    bring(
        {
            "type": "identify",
            "userId": "ana",
            "anonymousId": "v1",
            "timestamp": "2026-03-02T10:00:00Z",
            "messageId": "merge",
        }
    )
    goes_on(lived)
    assert told(lived, "v1")[:2] == [
        "ana, as of 2026-03-10 12:00 (Europe/London)",
        '"v1" turned out to be ana.',
    ]
    assert '"ANA@example.com" turned out to be ana.' not in told(lived, "ANA@example.com")


def test_a_mail_that_is_held_and_what_becomes_of_it(lived: Shop) -> None:
    recipe(
        lived,
        "noon",
        "trigger: manual\nsending: {quiet_hours: {from: '11:00', to: '14:00'}}\nactions: [{send_email: win-back}]\n",
    )
    goes_on(lived)
    lived.run("enter", "noon", "ana")
    goes_on(lived)
    held = "  2026-03-10 12:00  mail win-back was held back: quiet hours, until 2026-03-10 14:00"
    shown = told(lived, "ana", "noon")
    assert (
        "Is in it since 2026-03-10 12:00, at send_email:win-back where its mail is held until 2026-03-10 14:00."
        in shown
    )
    assert held in shown
    goes_on(lived, 2 * HOUR)
    shown = told(lived, "ana", "noon")
    start = shown.index("What happened")
    assert shown[start + 2 : start + 5] == [
        held,
        "  2026-03-10 14:00  mail win-back, sent",
        "  2026-03-10 14:00  went through to the end",
    ]


@pytest.mark.parametrize(
    ("state", "result", "said"),
    [
        ("refused", "unsubscribed", "mail win-back was refused on the last look: unsubscribed"),
        (
            "failed",
            "templates/win-back.html:3: …",
            "mail win-back could not be made or delivered: templates/",
        ),
        ("held", "late", "mail win-back is late, and held: late"),
        (
            "unknown",
            "stopped while sending",
            "mail win-back may have gone out, nobody can see: stopped while",
        ),
        ("pending", "cap", "mail win-back waits to be sent: had enough mail already"),
    ],
)
def test_what_became_of_a_mail_behind_the_gate_is_told(
    lived: Shop, state: str, result: str, said: str
) -> None:
    goes_on(lived, 51 * DAY)
    with closing(open_database("sqlite:///.autoflow/store.db", lived.folder)) as database:
        database.do("UPDATE outbox SET state = ?, result = ?", state, result)
    for name in ("win-back", "templates/win-back"):
        assert any(line.strip().startswith(f"2026-04-30 11:00  {said}") for line in told(lived, "ana", name))
