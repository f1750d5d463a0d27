from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from autoflow.ingest.files import Batch
from autoflow.ingest.mapping import MappingUnsoundError, read_mapping
from autoflow.ingest.table import read_csv
from autoflow.language.settings.reader import read_settings
from autoflow.model.event import IDENTIFY
from autoflow.model.instants import parse_instant
from autoflow.model.problems import AutoflowError

SETTINGS = read_settings(
    "timezone: Europe/London\nattributes: {plan: text, vip: yes_no}\n"
    "events: {purchased: {order_id: text, total: money, items: number}}\n",
    {},
).settings
ORDERS = """\
csv:
  event: purchased
  user_id: Customer
  message_id: Order
  timestamp: Date
  format: DD/MM/YYYY HH:mm
  properties: {order_id: Order, total: Amount}
  where: {Status: paid}
"""
CONTACTS = "csv:\n  identify: true\n  user_id: Email\n  traits: {email: Email, vip: VIP, phone: Phone}\n"
HEAD = "Order,Customer,Date,Amount,Status\n"


def read(tmp_path: Path, content: str | bytes, mapping: str = ORDERS) -> Batch:
    file = tmp_path / "orders.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    found, _ = read_mapping("m.yaml", mapping, SETTINGS)
    [batch] = read_csv(file, found, history=True)
    return batch


def test_a_row_is_an_event(tmp_path: Path) -> None:
    batch = read(tmp_path, HEAD + 'A1,ana,06/07/2026 14:00,"1,024.50",Paid\nA2,ana,06/07/2026 14:00,3,open\n')
    [message] = batch.messages
    assert message.name == "purchased"
    assert message.user_id == "ana"
    assert message.properties == {"order_id": "A1", "total": 1024.5}
    assert message.occurred_at == parse_instant("2026-07-06 14:00", "Europe/London")
    assert message.message_id == "purchased/A1"
    assert message.history
    assert batch.left_out == 1


def test_a_row_is_a_contact_and_empty_cells_say_nothing(tmp_path: Path) -> None:
    batch = read(tmp_path, "Email,VIP,Phone\nana@example.com,,'+44 20\nben@example.com,yes,\n", CONTACTS)
    assert [(each.name, each.user_id, each.properties, each.occurred_at) for each in batch.messages] == [
        (IDENTIFY, "ana@example.com", {"email": "ana@example.com", "phone": "+44 20"}, None),
        (IDENTIFY, "ben@example.com", {"email": "ben@example.com", "vip": True}, None),
    ]


def test_rows_without_an_id_are_known_by_their_content(tmp_path: Path) -> None:
    lines = ["ana@example.com,,\n", "ben@example.com,yes,\n", "ana@example.com,,\n"]
    ids = [
        each.message_id for each in read(tmp_path, "Email,VIP,Phone\n" + "".join(lines), CONTACTS).messages
    ]
    assert len(set(ids)) == 3
    shuffled = read(tmp_path, "Email,VIP,Phone\n" + "".join(reversed(lines)), CONTACTS)
    assert {each.message_id for each in shuffled.messages} == set(ids)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiter_and_byte_order_mark_are_recognised(tmp_path: Path, sign: str, encoding: str) -> None:
    rows = [
        ["Order", "Customer", "Date", "Amount", '"Status"'],
        ["A1", "Zoë 李", "06/03/2026 14:00", "2", "paid"],
    ]
    content = "\r\n".join(sign.join(row) for row in rows).encode(encoding)
    assert [each.user_id for each in read(tmp_path, content).messages] == ["Zoë 李"]


def test_another_encoding_is_named_by_the_mapping(tmp_path: Path) -> None:
    content = (HEAD + "A1,Zoë,06/03/2026 14:00,2,paid\nA2,ana,06/03/2026 14:00,2,paid\n").encode(
        "windows-1252"
    )
    refused = read(tmp_path, content)
    assert [each.user_id for each in refused.messages] == ["ana"]
    assert refused.refused[0].line == 2
    assert "encoding: windows-1252" in refused.refused[0].reason
    batch = read(tmp_path, content, ORDERS + "  encoding: windows-1252\n")
    assert [each.user_id for each in batch.messages] == ["Zoë", "ana"]


def test_a_gzipped_table(tmp_path: Path) -> None:
    content = gzip.compress((HEAD + "A1,ana,06/03/2026 14:00,2,paid\n").encode())
    assert len(read(tmp_path, content).messages) == 1


GOOD: dict[str, str] = {
    "Order": "A1",
    "Customer": "ana",
    "Date": "06/03/2026 14:00",
    "Amount": "2",
    "Status": "paid",
}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Customer": ""}, 'It belongs to nobody: "Customer" is empty.'),
        ({"Customer": "a\x07"}, "A contact's id is one line of at most 255 characters."),
        ({"Date": ""}, 'It does not say when: "Date" is empty.'),
        ({"Date": "2026-03-06"}, '"Date": "2026-03-06" is not a date of the form DD/MM/YYYY HH:mm.'),
        (
            {"Date": "06/03/1969 14:00"},
            '"Date": the time "06/03/1969 14:00" does not lie between 1970 and 9999.',
        ),
        ({"Amount": "much"}, '"Amount": "much" is not a number.'),
        (
            {"Amount": '"2,5"'},
            '"Amount": "2,5" is not a number. Where a comma parts the decimals, write "decimal: comma".',
        ),
        ({"Amount": "2,5"}, "It has 6 cells, and the first line names 5 columns."),
        (
            {"Status": 'a"b"', "Amount": '"2"x'},
            "The quotes in this row do not match, or a cell is far too long.",
        ),
        ({"Order": "x" * 200_000}, "The quotes in this row do not match, or a cell is far too long."),
    ],
)
def test_refused_rows_say_where_and_why(tmp_path: Path, cells: dict[str, Any], reason: str) -> None:
    good = ",".join(GOOD.values())
    bad = ",".join({**GOOD, **cells}.values())
    batch = read(tmp_path, f"{HEAD}\n{good}\n{bad}\n{good.replace('A1', 'A2')}\n")
    assert batch.refused == [(4, reason)]
    assert len(batch.messages) == 2


def test_a_row_over_several_lines_is_named_by_its_first(tmp_path: Path) -> None:
    batch = read(tmp_path, HEAD + 'A1,"a\nb",06/03/2026 14:00,2,paid\nA2,,06/03/2026 14:00,2,paid\n')
    assert [row.line for row in batch.refused] == [2, 4]


def test_dates_without_a_form_are_iso(tmp_path: Path) -> None:
    mapping = ORDERS.replace("  format: DD/MM/YYYY HH:mm\n", "")
    batch = read(tmp_path, HEAD + "A1,ana,2026-07-06 14:00,2,paid\nA2,ana,06/07/2026,2,paid\n", mapping)
    assert batch.messages[0].occurred_at == parse_instant("2026-07-06T13:00:00Z")
    assert batch.refused[0].reason.endswith('Say how dates are written, for example "format: DD/MM/YYYY".')


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MappingUnsoundError) as refused:
        read(tmp_path, HEAD.replace("Amount", "amount"))
    assert [each.fix for each in refused.value.problems] == ['Did you mean "amount"?']


@pytest.mark.parametrize("content", ["", "\n", ",,\n"])
def test_a_table_without_a_first_line(tmp_path: Path, content: str) -> None:
    with pytest.raises(AutoflowError, match="is empty"):
        read(tmp_path, content)
