from __future__ import annotations

import pytest

from autoflow.ingest.dates import parse_format
from autoflow.ingest.refusals import RefusedError
from autoflow.ingest.typed import typed
from autoflow.language.settings.declared import Declared


def read(text: str, kind: str, *, decimal: str = ".") -> object:
    declared = Declared(kind, ("free", "Pro") if kind == "choice" else ())
    return typed(text, declared, zone="Europe/London", decimal=decimal)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("24.50", "money", 24.5),
        ("£1,024.50", "money", 1024.5),
        ("-£5", "money", -5),
        ("GBP 12", "money", 12),
        ("12.50 EUR", "money", 12.5),
        ("3", "number", 3),
        ("1 000 000", "number", 1_000_000),
        (".5", "number", 0.5),
        ("Yes", "yes_no", True),
        ("0", "yes_no", False),
        ("2026-3-6", "date", "2026-03-06"),
        ("2026-07-06 14:00", "date_time", "2026-07-06T13:00:00Z"),
        ("2026-07-06T14:00:00Z", "date_time", "2026-07-06T14:00:00Z"),
        ("PRO", "choice", "Pro"),
        ("coffee, tea,", "list", ["coffee", "tea"]),
        ("007", "text", "007"),
    ],
)
def test_values(text: str, kind: str, expected: object) -> None:
    found = read(text, kind)
    assert found == expected
    assert type(found) is type(expected)


def test_a_comma_may_part_the_decimals() -> None:
    assert read("1.024,50", "money", decimal=",") == 1024.5
    assert read("24,5", "number", decimal=",") == 24.5


def test_what_nothing_declares_stays_text() -> None:
    assert typed("12", None, zone="UTC") == "12"


def test_dates_in_a_form_of_their_own() -> None:
    form = parse_format("DD/MM/YYYY HH:mm")
    assert (
        typed("06/07/2026 14:00", Declared("date_time"), zone="Europe/London", dates=form)
        == "2026-07-06T13:00:00Z"
    )
    assert typed("06/07/2026 14:00", Declared("date"), zone="Europe/London", dates=form) == "2026-07-06"


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("abc", "number", '"abc" is not a number.'),
        ("24,5", "number", '"24,5" is not a number.'),
        ("1,2,3", "money", '"1,2,3" is not a number.'),
        ("£", "money", '"£" is not a number.'),
        ("nan", "number", '"nan" is not a number.'),
        ("maybe", "yes_no", '"maybe" is neither yes nor no.'),
        ("06/03/2026", "date", '"06/03/2026" is not a date such as 2026-03-06.'),
        ("2026-02-30", "date", '"2026-02-30" is not a date such as 2026-03-06.'),
        ("tomorrow", "date_time", '"tomorrow" is not a date and time such as 2026-03-06 14:00.'),
        ("fre", "choice", '"fre" is not one of the choices: did you mean "free"?'),
        ("x", "choice", '"x" is not one of the choices: there is free, Pro.'),
    ],
)
def test_refusals(text: str, kind: str, reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read(text, kind)
    assert str(refused.value) == reason
