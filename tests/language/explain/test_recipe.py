"""A recipe read back: who enters and how often, what it comes to, who leaves, and what the gate does."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from autoflow.language.definitions import Status
from autoflow.language.explain.recipe import explain_recipe
from autoflow.language.explain.told import Line, RecipeTold
from tests.language.small import SETTINGS, workspace

MAIL = "[{send_email: welcome}]"
LETTER = '---\nsubject: x\ntopic: {}\n---\n<p><a href="{{{{ unsubscribe_url }}}}">u</a></p>\n'
LETTERS = {
    "templates/news.html": LETTER.format("news"),
    "templates/offer.html": LETTER.format("offers"),
}
RECEIPT = "---\nsubject: Your receipt\nclass: transactional\n---\n<p>Thank you.</p>\n"


def told(
    rest: str = "", *, trigger: str = "{event: purchased}", actions: str = MAIL, sending: str = ""
) -> RecipeTold:
    text = f"recipe: r\ntrigger: {trigger}\nactions: {actions}\n{rest}\n"
    project = SETTINGS.replace(
        "sending: {consent: customers}", f"sending: {sending or '{consent: customers}'}"
    )
    found = workspace(
        {"recipes/r.yaml": text, "autoflow.yaml": project, "templates/receipt.html": RECEIPT, **LETTERS}
    )
    assert found.sound, found.problems
    return explain_recipe(found.recipes["r"], found)


def flat(lines: tuple[Line, ...], depth: int = 0) -> list[str]:
    return [each for line in lines for each in (f"{'  ' * depth}{line.says}", *flat(line.lines, depth + 1))]


# ---- who enters


NOBODY_IS_ASKED = "No condition is asked: it lets in everybody for whom it begins."
NOT_TWICE = "While he is still in it he does not enter a second time."


def test_a_recipe_that_mails_everybody_every_day_says_so() -> None:
    daily = told(trigger="{schedule: {every: day}}")
    assert daily.short == "1 mail, all at once; for the same contact again every day."
    assert flat(daily.entry) == [
        "It begins when the clock comes to 09:00 on any day.",
        "  That concerns everybody who is known by then.",
        "  By the clock where he lives.",
        NOBODY_IS_ASKED,
        "He enters again each time that it begins for him: every day.",
        NOT_TWICE,
    ]


@pytest.mark.parametrize(
    ("trigger", "rhythm"),
    [
        ("{schedule: {every: weekdays}}", "every weekday"),
        ("{schedule: {every: [monday, thursday]}}", "every Monday and Thursday"),
        ("{schedule: {every: month}}", "on the first of each month"),
        ('{schedule: {cron: "0 9 * * 1"}}', 'at each "0 9 * * 1"'),
        ("{date: {attribute: birthday, every: year}}", "once a year"),
        ("{date: {attribute: birthday}}", "each time that it begins"),
        ('{schedule: {at: "2026-11-27 09:00"}}', "each time that it begins"),
        (
            "[{schedule: {every: day}}, {schedule: {every: month}}]",
            "every day and on the first of each month",
        ),
        ("[{schedule: {every: day}}, {event: purchased}]", "each time that it begins"),
    ],
)
def test_how_often_the_clock_brings_it(trigger: str, rhythm: str) -> None:
    assert told(trigger=trigger).short == f"1 mail, all at once; for the same contact again {rhythm}."


@pytest.mark.parametrize(
    ("rest", "short", "lines"),
    [
        ("reentry: never", "only once", ["He enters once, and never again."]),
        (
            "reentry: after 30 days",
            "at most once in 30 days",
            ["He enters again at the earliest 30 days after he last did.", NOT_TWICE],
        ),
        (
            "while_running: parallel",
            "again each time that it begins",
            [
                "He enters again each time that it begins for him.",
                "Whoever is still in it goes through it once more beside that.",
            ],
        ),
        (
            "reentry: never\nwhile_running: restart",
            "only once",
            [
                "He enters once, and never again.",
                (
                    "Whoever is still in it when it begins for him anew leaves it and starts from the beginning,"
                    " with the new event; what he waited for is dropped."
                ),
            ],
        ),
        (
            "per: event.order_id",
            "again each time that it begins, each order_id by itself",
            [
                "Each order_id is a matter of its own: he may be in it several times at once, once for each.",
                "He enters again with the same order_id each time that it begins for him.",
                "While he is still in it with the same order_id he does not enter a second time.",
            ],
        ),
        (
            "per: event.order_id\nreentry: never",
            "only once for each order_id",
            [
                "Each order_id is a matter of its own: he may be in it several times at once, once for each.",
                "He enters once with the same order_id, and never again.",
            ],
        ),
    ],
)
def test_how_often_the_same_contact_enters(rest: str, short: str, lines: list[str]) -> None:
    found = told(rest)
    assert found.short == f"1 mail, all at once; for the same contact {short}."
    assert flat(found.entry) == ["It begins when purchased comes in.", NOBODY_IS_ASKED, *lines]


def test_silence_of_one_sort_and_of_several() -> None:
    silent = told(trigger="{inactivity: {for: 90 days, of: purchased}}").entry[0].says
    assert silent == "It begins when the contact has not done purchased for 90 days."
    silent = told(trigger="{inactivity: {for: 90 days, of: [purchased, refunded]}}").entry[0].says
    assert silent == "It begins when the contact has done none of purchased, refunded for 90 days."


def test_several_triggers_and_the_names_that_conditions_know_them_by() -> None:
    found = told(trigger="[{event: purchased, id: bought}, {segment_entered: vip}]")
    assert flat(found.entry)[:4] == [
        "It begins as soon as one of these happens:",
        "  purchased comes in (called “bought”)",
        '  the contact comes into the segment "vip"',
        "    Whoever is in it already when this is applied does not enter: nobody comes in by a file.",
    ]


def test_recipes_that_let_contacts_in_are_named() -> None:
    found = workspace(
        {
            "recipes/first.yaml": "trigger: {event: purchased}\nactions:\n"
            "  - choose: [{if: [{has_tag: a}], actions: [{enter_recipe: win-back}]}]\n"
            "  - {id: again, enter_recipe: win-back}\n"
        }
    )
    assert flat(explain_recipe(found.recipes["win-back"], found).entry)[2:4] == [
        'Or when the recipe "first" lets him in, at its step enter_recipe:win-back.',
        'Or when the recipe "first" lets him in, at its step again.',
    ]


def test_conditions_are_laid_out_as_they_are_meant() -> None:
    found = told(
        "conditions:\n"
        "  - {attribute: plan, is_not: free}\n"
        "  - none: [{attribute: country, is: GB}]\n"
        "  - none: [{any: [{has_tag: a}, {has_tag: b}]}]\n"
        "  - none: [{all: [{has_tag: c}, {has_tag: d}]}]\n"
        "  - any: [{none: [{has_tag: e}, {has_tag: f}]}, {none: [{has_tag: g}]}]\n".replace(
            "{stage: [x]}", "{has_tag: g}"
        )
    )
    assert flat(found.entry)[1:-3] == [
        "It lets him in only if all of this holds:",
        "  plan is not free",
        "    Whoever has no plan counts too.",
        "  country is not GB",
        "    Whoever has no country counts too.",
        "  none of these holds:",
        '    he has the tag "a"',
        '    he has the tag "b"',
        "  not all of this holds:",
        '    he has the tag "c"',
        '    he has the tag "d"',
        "  at least one of these holds:",
        "    none of these holds:",
        '      he has the tag "e"',
        '      he has the tag "f"',
        '    he does not have the tag "g"',
    ]


def test_one_condition_stands_in_the_sentence() -> None:
    assert flat(told("conditions: [{did: purchased, at_least: 2 times}]").entry)[1:3] == [
        "It lets him in only if he has done purchased at least 2 times.",
        "Whoever is turned away has his next chance when it begins for him again.",
    ]


# ---- what it comes to


@pytest.mark.parametrize(
    ("actions", "short"),
    [
        ("[{add_tag: a}]", "no mail, all at once"),
        ("[{wait: 2 days}, {send_email: welcome}, {wait: 12 hours}]", "1 mail, over 2 days 12 hours"),
        ("[{send_email: welcome}, {wait: 1 month}, {id: b, send_email: welcome}]", "2 mails, over 1 month"),
        ('[{wait: {until: "09:30", not_before: 2 days}}, {send_email: welcome}]', "1 mail, within 3 days"),
        ('[{wait: {until: "09:30", days: monday}}, {send_email: welcome}]', "1 mail, within 7 days"),
        ('[{wait: {until: "09:30", days: weekdays}}, {send_email: welcome}]', "1 mail, within 3 days"),
        ('[{wait: {until: "09:30", days: [monday, thursday]}}]', "no mail, within 4 days"),
        ('[{wait: "{{ contact.income }} days"}]', "no mail, over a time that depends on the contact"),
        ('[{wait: {until: "{{ contact.birthday }}"}}]', "no mail, over a time that depends on the contact"),
        (
            "[{wait_for: {event: refunded, up_to: 3 days, then: [exit], otherwise: [{send_email: welcome}]}}]",
            "at most 1 mail, within 3 days",
        ),
        (
            "[{send_email: welcome}, {choose: [{if: [{has_tag: a}], actions: [exit]}]}, {id: b, send_email: welcome}]",
            "1 or 2 mails, all at once",
        ),
        (
            (
                "[{choose: [{if: [{has_tag: a}], actions: [exit]}, {otherwise: [{send_email: welcome}]}]},"
                " {id: b, send_email: welcome}, {id: c, send_email: welcome}]"
            ),
            "at most 3 mails, all at once",
        ),
        (
            "[{choose: [{if: [{has_tag: a}], actions: [{wait: 90 days}]}, {otherwise: [{wait: 1 month}]}]}]",
            "no mail, within 90 days",
        ),
        (
            (
                "[{split: [{name: a, percent: 50, actions: [{send_email: welcome}]}, {name: b, percent: 50,"
                " holdout: true}]}, {wait: 1 day}, {id: again, send_email: welcome}]"
            ),
            "at most 2 mails, over 1 day",
        ),
        (
            (
                "[{split: [{name: a, percent: 50, actions: [{send_email: welcome}]}, {name: b, percent: 50,"
                " actions: [{id: two, send_email: welcome}, {wait: 2 days}, {id: three, send_email: welcome}]}]}]"
            ),
            "1 or 2 mails, within 2 days",
        ),
        ("[exit]", "no mail, all at once"),
    ],
)
def test_what_it_comes_to(actions: str, short: str) -> None:
    assert told(actions=actions).short == f"{short}; for the same contact again each time that it begins."


# ---- the end, and who leaves before


def test_what_becomes_of_those_who_only_wait_any_more() -> None:
    waits = "[{send_email: welcome}, {wait: 30 days}]"
    assert told("goal: {did: refunded}", actions=waits).end == (
        "Meanwhile nothing more is done, but goal still counts. Then he is through."
    )
    both = told("goal: {did: refunded}\nexit: {has_tag: a}", actions=waits)
    assert both.end == "Meanwhile nothing more is done, but goal and exit still count. Then he is through."
    assert told(actions=waits).end == "Then he is through."
    assert told("goal: {did: refunded}").end == "Then he is through."
    assert told(actions="[{add_tag: a}, exit]").end == ""


def test_who_leaves_before_the_end() -> None:
    found = told(
        "goal: {did: refunded}\nexit: [{has_tag: a}, {in_segment: vip}]\nkeep_while: [{has_tag: b}]\n",
        actions="[{wait: 1 day}]",
    )
    assert flat(found.leaving) == [
        "With success, as soon as he has done refunded since the start.",
        "Without success, as soon as at least one of these holds:",
        '  he has the tag "a"',
        '  he is in the segment "vip"',
        'Before each step he is looked at: he goes on only if he has the tag "b".',
        "Whoever leaves gets nothing more of it.",
    ]


def test_that_nobody_leaves_before_the_end() -> None:
    assert flat(told(actions="[{wait: 1 day}, {send_email: welcome}]").leaving) == [
        (
            "Nobody: there is neither a goal nor an exit, so whoever has entered walks to the end, whatever he does"
            " meanwhile."
        )
    ]
    assert flat(told(actions='[{wait: "{{ contact.income }} days"}]').leaving)[0].startswith(
        "Nobody: there is"
    )
    assert flat(told().leaving) == ["Nobody: all of it happens at once."]


STANDS = {
    "live": "It is live once it is applied.",
    "draft": "It is a draft: it does nothing, and nobody enters.",
    "paused": "It is paused: nobody enters, and whoever is in it stays where he is.",
    "draining": "It is draining: nobody enters any more, and whoever is in it walks on to his end.",
}


def test_how_it_stands() -> None:
    found = workspace({})
    recipe = found.recipes["win-back"]
    told = {each: explain_recipe(replace(recipe, status=each), found).stands for each in get_args(Status)}
    assert told == STANDS


# ---- the gate


ALL_THE_SAME = "Whoever is not sent a mail goes on with the next step all the same."
NO_QUIET, NO_CAP = (
    "No quiet hours: it goes at any hour of the day.",
    "No cap: it goes however much mail he has had of late.",
)
DEAD = "An address that is dead, or whose owner complained, gets none."
HELD = (
    "A mail waits no longer than {}, then it is left out. Meanwhile he stays on its step; what follows counts from"
    " when it goes."
)


@pytest.mark.parametrize(
    ("consent", "says"),
    [
        (
            "required",
            "Only to whoever has agreed to {0} or to everything, and has not unsubscribed from {0} or from everything.",
        ),
        (
            "customers",
            (
                "Only to whoever has bought something, or has agreed to {0} or to everything, and has not"
                " unsubscribed from {0} or from everything."
            ),
        ),
        (
            "not_refused",
            "To everybody who has not unsubscribed from {0} or from everything; nobody need have agreed.",
        ),
    ],
)
def test_to_whom_it_goes(consent: str, says: str) -> None:
    sending = f"{{consent: {consent}}}"
    news = flat(told(actions="[{send_email: news}]", sending=sending).sending)
    assert news == [says.format('"news"'), DEAD, NO_QUIET, NO_CAP, ALL_THE_SAME]
    both = flat(told(actions="[{send_email: news}, {send_email: offer}]", sending=sending).sending)
    assert both[0] == says.format('the topic of the mail ("news" or "offers")')
    without = says.replace("to {0} or to", "to").replace("from {0} or from", "from")
    assert flat(told(sending=sending).sending)[0] == without


PROJECT = '{consent: customers, quiet_hours: {from: "21:00", to: "08:00"}, at_most: {emails: 4, per: 7 days}}'


def test_the_project_s_rules() -> None:
    assert flat(told(sending=PROJECT).sending)[2:] == [
        (
            "Not between 21:00 and 08:00 where the contact lives (autoflow.yaml): a mail that falls"
            " into that time waits"
            " until 08:00."
        ),
        (
            "At most 4 in any 7 days (autoflow.yaml), the marketing mail of all recipes counted: one"
            " more waits until there"
            " is room."
        ),
        HELD.format("3 days"),
        ALL_THE_SAME,
    ]


def test_the_project_s_and_its_own_rules_are_united() -> None:
    own = 'sending: {quiet_hours: {from: "20:00", to: "07:00"}, if_quiet: skip, at_most: {emails: 2, per: 7 days}}'
    assert flat(told(own, sending=PROJECT).sending)[2:] == [
        (
            "Not between 20:00 and 08:00 where the contact lives (autoflow.yaml and this recipe): a"
            " mail that falls into"
            " that time is left out."
        ),
        (
            "At most 4 in any 7 days (autoflow.yaml) and 2 in any 7 days (this recipe), the marketing"
            " mail of all recipes"
            " counted: one more waits until there is room."
        ),
        HELD.format("3 days"),
        ALL_THE_SAME,
    ]


def test_quiet_hours_that_do_not_touch_are_told_one_by_one() -> None:
    own = 'sending: {quiet_hours: {from: "12:00", to: "13:00"}, if_over: skip, hold_up_to: 1 day}'
    assert flat(told(own, sending=PROJECT).sending)[2:] == [
        (
            "Not between 12:00 and 13:00 or between 21:00 and 08:00 where the contact lives (autoflow.yaml and this"
            " recipe): a mail that falls into that time waits until it is over."
        ),
        "At most 4 in any 7 days (autoflow.yaml), the marketing mail of all recipes counted: one more is left out.",
        HELD.format("1 day"),
        ALL_THE_SAME,
    ]


def test_quiet_hours_that_fill_the_day() -> None:
    own = 'sending: {quiet_hours: {from: "08:00", to: "21:00"}}'
    assert flat(told(own, sending=PROJECT).sending)[2].startswith("Not between 00:00 and 00:00 where")


def test_nothing_may_wait_where_all_is_left_out() -> None:
    own = "sending: {if_quiet: skip, if_over: skip}"
    assert HELD.format("3 days") not in flat(told(own, sending=PROJECT).sending)


def test_transactional_mail() -> None:
    alone = (
        "Its mail is transactional: consent, unsubscribes, quiet hours and caps do not hold it back, only a dead"
        " address does."
    )
    assert flat(told(actions="[{send_email: receipt}]").sending) == [alone]
    both = flat(told(actions="[{send_email: receipt}, {send_email: welcome}]").sending)
    assert both[-1] == alone.replace("Its mail", 'The mail "receipt"')
    assert len(both) == 6
    assert told(actions="[{add_tag: a}]").sending == ()


# ---- what is named


def test_names_are_explained_that_the_workspace_explains() -> None:
    found = told(
        "conditions: [{in_segment: vip}, {has_tag: a}, {attribute: plan, is: pro}]",
        actions="[{enter_recipe: win-back}]",
        trigger="{segment_entered: lapsed-buyers}",
    )
    assert flat(found.named) == [
        (
            'segment "lapsed-buyers": he has done purchased at least 2 times and he has not done'
            " purchased within the last"
            " 90 days."
        ),
        'segment "vip": the sum of purchased.total is at least 500.',
    ]
