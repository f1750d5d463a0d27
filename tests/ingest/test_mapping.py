from __future__ import annotations

import pytest

from autoflow.ingest.mapping import CsvMapping, MappingUnsoundError, check_columns, read_mapping
from autoflow.language.present import as_text
from autoflow.language.settings.reader import read_settings
from autoflow.model.event import IDENTIFY

SETTINGS = read_settings(
    "timezone: Europe/London\nattributes: {plan: text}\nevents: {purchased: {total: money, items: number}}\n",
    {},
).settings
PURCHASES = """\
csv:
  event: purchased
  user_id: Customer
  timestamp: Date
  properties: {total: Amount}
"""


def mapping(text: str) -> CsvMapping:
    return read_mapping("orders.map.yaml", text, SETTINGS)[0]


def problems(text: str) -> str:
    with pytest.raises(MappingUnsoundError) as refused:
        mapping(text)
    return as_text(refused.value.problems, refused.value.sources)


def test_a_mapping_of_events() -> None:
    found = mapping(
        PURCHASES + "  where: {Status: [Paid, sent], Shop: online}\n  delimiter: tab\n  decimal: comma\n"
    )
    assert (found.event, found.zone, found.decimal) == ("purchased", "Europe/London", ",")
    assert found.delimiter == "\t"
    assert [column.name for column in found.columns()] == ["Customer", "Date", "Amount", "Status", "Shop"]
    assert found.values[0][2] == SETTINGS.events["purchased"].properties["total"]
    assert found.where[0][1] == {"paid", "sent"}


def test_a_mapping_of_contacts() -> None:
    found = mapping(
        "csv:\n  identify: true\n  anonymous_id: Visitor\n  zone: Asia/Tokyo\n"
        "  traits: {plan: Plan, created_at: {column: Since, format: DD/MM/YYYY}}\n"
    )
    assert (found.event, found.zone) == (IDENTIFY, "Asia/Tokyo")
    assert found.values[1][1].dates is not None


def test_the_form_of_the_file_is_that_of_the_timestamp_alone() -> None:
    found = mapping(PURCHASES + "  format: DD/MM/YYYY\n")
    assert found.timestamp is not None
    assert found.timestamp.dates is not None
    assert found.values[0][1].dates is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rows: 1", 'There is no "rows" in a mapping file.'),
        ("csv: [a]", '"csv" is written as keys with values.'),
        ("csv:\n  user_id: A\n", 'Write "event: NAME" or "identify: true".'),
        (
            "csv:\n  event: purchased\n  identify: true\n  user_id: A\n  timestamp: B\n",
            "Either the rows are events",
        ),
        ("csv:\n  event: $apply\n  user_id: A\n  timestamp: B\n", "Names with $ are autoflow's own."),
        ("csv:\n  event: purchased\n  timestamp: B\n", "Nothing says whose the rows are."),
        ("csv:\n  event: purchased\n  user_id: A\n", "Nothing says when it happened."),
        (PURCHASES + "  traits: {a: B}\n", '"traits" does not go with events.'),
        (PURCHASES + "  format: DD-MM\n", "A form of dates has a year, a month and a day."),
        (PURCHASES + "  zone: Europe/Lundon\n", 'Did you mean "Europe/London"?'),
        (PURCHASES + "  encoding: latin-99\n", 'There is no encoding called "latin-99".'),
        (PURCHASES + "  delimiter: ab\n", "A delimiter is one sign."),
        (PURCHASES + "  decimal: x\n", '"decimal" is point or comma, not "x".'),
        (PURCHASES + "  usr_id: X\n", 'Remove it: "user_id" stands in line 3.'),
        ("csv:\n  event: purchased\n  usr_id: A\n  timestamp: B\n", 'Did you mean "user_id"?'),
        (
            "csv:\n  event: purchased\n  user_id: [A]\n  timestamp: B\n",
            "A column takes one value, not a list.",
        ),
        ("csv:\n  event: purchased\n  user_id: {format: D}\n  timestamp: B\n", "The column is not named."),
        (
            "csv:\n  event: purchased\n  user_id: A\n  timestamp: B\n  properties: x\n",
            '"properties" is written as names',
        ),
        ("", "The file is empty."),
    ],
)
def test_mistakes_are_told_at_their_place(text: str, expected: str) -> None:
    told = problems(text)
    assert expected in told
    assert told.startswith("orders.map.yaml:")


def test_all_mistakes_are_told_at_once() -> None:
    assert problems("csv:\n  evnt: a\n  zone: Nowhere\n  delimiter: ab\n").count("orders.map.yaml:") == 5


def test_what_is_not_declared_is_a_warning() -> None:
    _, warnings = read_mapping("m", PURCHASES.replace("{total", "{itmes: Pieces, total"), SETTINGS)
    assert [(each.severity, each.fix) for each in warnings] == [("warning", 'Did you mean "items"?')]


def test_columns_that_the_file_has_not() -> None:
    found = mapping(PURCHASES)
    with pytest.raises(MappingUnsoundError) as refused:
        check_columns(found, ["Custmer", "Date", "Amount", "Amount"], "orders.csv")
    assert (
        as_text(refused.value.problems, refused.value.sources)
        == """\
orders.map.yaml:3:12: orders.csv has no column called "Customer".
    3 |   user_id: Customer
      |            ^^^^^^^^
      Did you mean "Custmer"?
orders.map.yaml:5:23: orders.csv has two columns called "Amount".
    5 |   properties: {total: Amount}
      |                       ^^^^^^
      Give one of them another name.
"""
    )
