from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from autoflow.ingest.fitting import Fitting
from autoflow.ingest.importing import import_file
from autoflow.ingest.refusals import RefusedError
from autoflow.language.settings.reader import read_settings
from autoflow.language.settings.settings import Settings
from autoflow.model.clock import VirtualClock
from autoflow.model.event import IDENTIFY, Incoming
from autoflow.model.instants import parse_instant
from autoflow.store.database import open_database

DECLARED = """
attributes:
  plan: {choice: [free, Pro]}
  birthday: date
  visits: number
  spent: {sum_of: purchased.total}
events:
  purchased: {order_id: text, total: money, gift: yes_no, delivered: date_time, tags: list}
"""


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read_settings(DECLARED, {}).settings


def refused(settings: Settings, name: str, **values: Any) -> str:
    try:
        Fitting(settings).check(Incoming(name, "ana", None, values))
    except RefusedError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order_id", "A1"),
        ("order_id", 17),
        ("order_id", True),
        ("total", 24.5),
        ("total", -3),
        ("total", "24.50"),
        ("total", None),
        ("total", ""),
        ("total", " "),
        ("gift", False),
        ("gift", "Yes"),
        ("delivered", "2026-03-06"),
        ("delivered", "2026-03-06T14:00:00.5+01:00"),
        ("tags", ["a", 1]),
        ("tags", "a"),
        ("tags", []),
        ("undeclared", {"a": [1]}),
    ],
)
def test_values_that_fit(settings: Settings, name: str, value: Any) -> None:
    assert refused(settings, "purchased", **{name: value}) == ""


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("order_id", ["A1"], '"order_id": a list is not text'),
        ("order_id", {"a": 1}, '"order_id": an object is not text'),
        ("total", "12 EUR", '"total": "12 EUR" is not an amount of money'),
        ("total", "abc", '"total": "abc" is not an amount of money'),
        ("total", True, '"total": true is not an amount of money'),
        ("total", 1e300, '"total": 1e+300 is not an amount of money'),
        ("total", [1], '"total": a list is not an amount of money'),
        ("gift", 1, '"gift": 1 is not yes or no'),
        ("gift", "maybe", '"gift": "maybe" is not yes or no'),
        (
            "delivered",
            "06/03/2026",
            '"delivered": "06/03/2026" is not a date and time such as 2026-03-06 14:00',
        ),
        (
            "delivered",
            "2026-02-30",
            '"delivered": "2026-02-30" is not a date and time such as 2026-03-06 14:00',
        ),
        (
            "delivered",
            "0001-01-01T00:00+14:00",
            '"delivered": "0001-01-01T00:00+14:00" is not a date and time',
        ),
        ("delivered", 1772805600, '"delivered": 1772805600 is not a date and time such as 2026-03-06 14:00'),
        ("tags", {"a": 1}, '"tags": an object is not a list'),
        ("tags", [["a"]], '"tags": a list of lists or objects is not a list of texts'),
        ("total", "x" * 90, f'"total": "{"x" * 40}…" is not an amount of money'),
    ],
)
def test_values_that_do_not(settings: Settings, name: str, value: Any, reason: str) -> None:
    said = refused(settings, "purchased", **{name: value})
    assert said.startswith(reason)
    assert said.endswith(", as which autoflow.yaml declares it."), said


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("plan", "PRO", ""),
        (
            "plan",
            "fre",
            '"plan": "fre" is not one of the choices that autoflow.yaml declares: did you mean "free"?',
        ),
        ("plan", 3, '"plan": 3 is not one of the choices that autoflow.yaml declares: there is free, Pro.'),
        ("birthday", "1990-05-17", ""),
        ("birthday", "1990-05-17T00:00:00Z", ""),
        ("birthday", "17.5.1990", '"birthday": "17.5.1990" is not a date such as 2026-03-06, as which'),
        ("created_at", "yesterday", '"created_at": "yesterday" is not a date and time such as'),
        ("spent", "what autoflow works out nobody else sets", ""),
        ("total", "abc", ""),
    ],
)
def test_attributes(settings: Settings, name: str, value: Any, reason: str) -> None:
    said = refused(settings, IDENTIFY, **{name: value})
    assert said.startswith(reason) and bool(said) is bool(reason), said


def test_an_event_that_nothing_declares_is_kept_as_it_is(settings: Settings) -> None:
    assert refused(settings, "seen", total="abc", order_id=["A1"]) == ""


def test_what_was_refused_comes_in_once_it_is_mended(settings: Settings, tmp_path: Path) -> None:
    def rows(total: Any) -> Path:
        sent = [
            {
                "type": "track",
                "userId": "ana",
                "event": "purchased",
                "messageId": f"m{number}",
                "properties": each,
            }
            for number, each in enumerate([{"total": 5}, {"total": total}])
        ]
        file = tmp_path / "a.ndjson"
        file.write_text("".join(json.dumps(row) + "\n" for row in sent))
        return file

    clock = VirtualClock(parse_instant("2026-03-10 12:00"))
    with closing(open_database("sqlite:///store.db", tmp_path, create=True)) as database:
        first = import_file(database, rows("five"), settings=settings, clock=clock)
        assert (first.accepted, [row.line for row in first.refused]) == (1, [2])
        again = import_file(database, rows(6), settings=settings, clock=clock)
        assert (again.accepted, again.duplicates, again.refused) == (1, 1, [])
