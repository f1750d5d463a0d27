"""What the lints of logic rest on, held against what conditions say of people: two conditions that are told to exclude
each other never hold both, whoever it is and whatever he has done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations, product
from typing import Any
from zlib import crc32

from autoflow.language.lints.exclusion import Leaf, excludes, subject
from autoflow.language.names import Names
from autoflow.language.segment import read_segment
from autoflow.language.settings.reader import read_settings
from tests.oracle.conditions import Event, History, Words, holds
from tests.oracle.making import at

ZONE = "Europe/London"
NOW = at("2026-03-15 12:00")  # a month is 28 days long here
HOUR = 3_600_000_000
SETTINGS = """\
timezone: Europe/London
attributes: {income: number, birthday: date, keen: yes_no, plan: {choice: [free, pro]}}
events: {purchased: {total: money, category: text}}
"""
WORDS = Words(
    attributes={"birthday": "date", "income": "number", "keen": "yes_no", "plan": "choice"},
    properties={("purchased", "total"): "money", ("purchased", "category"): "text"},
    segments={},
)
AGO = (
    1,
    30,
    47,
    49,
    90,
    119,
    121,
    300,
    671,
    673,
    700,
    743,
    745,
    2_000,
)  # hours, about the ends of the windows
WINDOWS: list[dict[str, Any]] = [
    {},
    *({"within_last": window} for window in ("2 days", "5 days", "31 days", "1 month")),
    *({"longer_ago_than": window} for window in ("2 days", "5 days")),
    {"first_time_within_last": "5 days"},
]
COUNTS: list[dict[str, Any]] = [
    {},
    *({"at_least": f"{count} times"} for count in (1, 2, 3)),
    *({"at_most": f"{count} times"} for count in (0, 1, 2)),
    *({"exactly": f"{count} times"} for count in (0, 2)),
]
WHERES: list[dict[str, Any]] = [
    {},
    {"category": "tea"},
    {"category": ["tea", "milk"]},
    {"category": {"is_not": "tea"}},
    {"total": {"at_least": 20}},
    {"total": {"at_least": 50}},
    {"total": {"less_than": 50}, "category": "tea"},
]
ATTRIBUTES: list[dict[str, Any]] = [
    *(
        {"attribute": "income", word: number}
        for word in ("at_least", "at_most", "more_than", "less_than", "is", "is_not")
        for number in (10, 50)
    ),
    {"attribute": "income", "between": [10, 50]},
    {"attribute": "income", "between": [51, 60]},
    {"attribute": "income", "in": [10, 50]},
    *(
        {"attribute": name, "is_set": whether}
        for name in ("income", "city", "birthday")
        for whether in (True, False)
    ),
    *(
        {"attribute": "city", word: text}
        for word in ("is", "is_not", "contains", "starts_with", "ends_with", "matches")
        for text in ("Bonn", "B*")
    ),
    {"attribute": "city", "in": ["bonn", "Bern"]},
    {"attribute": "city", "not_in": ["bonn", "Bern"]},
    {"attribute": "plan", "is": "free"},
    {"attribute": "plan", "in": ["free", "pro"]},
    {"attribute": "keen", "is": True},
    {"attribute": "keen", "is": False},
    *(
        {"attribute": "birthday", word: window}
        for word in ("within_last", "not_within_last", "within_next", "anniversary_within")
        for window in ("2 days", "10 days")
    ),
    *({"attribute": "birthday", word: "2026-03-15"} for word in ("before", "after", "is")),
    *(
        {measure: path, word: number, **window}
        for measure, path in (("sum_of", "purchased.total"), ("different_values_of", "purchased.category"))
        for word in ("at_least", "less_than", "is", "more_than")
        for number in (1, 30)
        for window in ({}, {"within_last": "5 days"})
    ),
    *({"average_of": "purchased.total", word: 30} for word in ("at_least", "less_than")),
]
NAMES = Names(read_settings(SETTINGS, {}).settings, frozenset(), frozenset(), frozenset(), declared=True)


def deeds() -> Iterator[dict[str, Any]]:
    """Some of all that can be said of what was done."""
    for word, window, count, where in product(("did", "did_not"), WINDOWS, COUNTS, WHERES):
        leaf = {word: "purchased", **window, **count, **({"where": where} if where else {})}
        if crc32(json.dumps(leaf).encode()) % 5 == 0:
            yield leaf


def leaves() -> list[tuple[dict[str, Any], Leaf]]:
    """Each condition as it is written, and as it was read; those with mistakes left out."""
    found = []
    for written in (*ATTRIBUTES, *deeds()):
        read = read_segment("s", json.dumps({"conditions": [written]}), NAMES)
        if read.segment is not None and not any(each.severity == "error" for each in read.problems):
            found.append((written, Leaf(read.segment.conditions, negated=False)))
    return found


def people() -> Iterator[History]:
    """Contacts as they may be, with what they bought before now."""
    for number in range(150):

        def drawn(of: str, most: int, number: int = number) -> int:
            return crc32(f"{number} {of}".encode()) % most

        known = {
            "income": (None, 9, 10, 50, 51, 60)[drawn("income", 6)],
            "city": (None, "", "Bonn", "bern", "Bonn am Rhein")[drawn("city", 5)],
            "plan": (None, "free", "pro")[drawn("plan", 3)],
            "keen": (None, True, False)[drawn("keen", 3)],
            "birthday": (None, "2026-03-15", "2026-03-14", "2026-03-10", "1990-03-16", "2026-03-20")[
                drawn("birthday", 6)
            ],
        }
        times = range(drawn("events", 5))
        hours = sorted((AGO[drawn(f"hours {each}", len(AGO))] for each in times), reverse=True)
        events = []
        for each, ago in enumerate(hours):
            properties = {
                "total": (5, 20, 30, 60)[drawn(f"total {each}", 4)],
                "category": ("tea", "Milk", "cups", None)[drawn(f"category {each}", 4)],
            }
            told = {name: value for name, value in properties.items() if value is not None}
            when = NOW - ago * HOUR
            events.append(Event("purchased", when, when, told))
        yield History(
            id=f"c{number}",
            events=events,
            attributes=[(0, name, value) for name, value in known.items() if value is not None],
            tags=[],
            seen=[(0, 0)],
        )


def test_what_excludes_each_other_never_holds_together() -> None:
    every, everybody = leaves(), list(people())
    held = [
        frozenset(
            number for number, history in enumerate(everybody) if holds(written, history, NOW, ZONE, WORDS)
        )
        for written, _ in every
    ]
    all_of_them = frozenset(range(len(everybody)))
    told = 0
    wrong = []
    for (one, first), (other, second) in combinations(enumerate(leaf for _, leaf in every), 2):
        if subject(first.condition) != subject(second.condition):
            continue
        for negated in product((False, True), repeat=2):
            if not excludes(first._replace(negated=negated[0]), second._replace(negated=negated[1])):
                continue
            told += 1
            both = (all_of_them - held[one] if negated[0] else held[one]) & (
                all_of_them - held[other] if negated[1] else held[other]
            )
            if both:
                wrong.append((every[one][0], every[other][0], negated))
    assert wrong == []
    assert told > 2_000
