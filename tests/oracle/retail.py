"""The UCI Online Retail data set as Segment-spec messages: real purchases for the tests.

One `purchased` an invoice, one `refunded` a cancellation, one `identify` right before a customer's first.
The file's times are taken for UTC. Lines without a customer belong to nobody: they are counted, not guessed.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "online-retail.csv.gz"
CENT = Decimal("0.01")


@dataclass
class Invoice:
    number: str
    customer: str
    country: str
    at: str
    total: Decimal = Decimal(0)
    items: int = 0


@dataclass
class Counts:
    """What stands in the file and what became of it; `nobodys_lines` have no customer."""

    lines: int = 0
    nobodys_lines: int = 0
    customers: int = 0
    purchased: int = 0
    refunded: int = 0
    nobodys_invoices: set[str] = field(default_factory=set)

    @property
    def messages(self) -> int:
        return self.customers + self.purchased + self.refunded


def _customer(cell: str) -> str:
    return cell.strip().removesuffix(".0")


def _timestamp(cell: str) -> str:
    return cell.strip().replace(" ", "T") + "Z"


@lru_cache(maxsize=1)
def _read() -> tuple[list[Invoice], Counts]:
    invoices: dict[str, Invoice] = {}
    counts = Counts()
    with gzip.open(SOURCE, "rt", encoding="utf-8-sig", newline="") as lines:
        for line in csv.DictReader(lines):
            counts.lines += 1
            customer, number, at = (
                _customer(line["CustomerID"]),
                line["InvoiceNo"],
                _timestamp(line["InvoiceDate"]),
            )
            if not customer:
                counts.nobodys_lines += 1
                counts.nobodys_invoices.add(number)
                continue
            invoice = invoices.setdefault(number, Invoice(number, customer, line["Country"], at))
            assert invoice.customer == customer, f"invoice {number} has two customers"
            invoice.at = min(invoice.at, at)
            invoice.total += int(line["Quantity"]) * Decimal(line["UnitPrice"])
            invoice.items += int(line["Quantity"])
    ordered = sorted(invoices.values(), key=lambda invoice: (invoice.at, invoice.number))
    counts.customers = len({invoice.customer for invoice in ordered})
    counts.refunded = sum(invoice.number.startswith("C") for invoice in ordered)
    counts.purchased = len(ordered) - counts.refunded
    return ordered, counts


def counts() -> Counts:
    """How much the file holds."""
    return _read()[1]


def messages() -> Iterator[dict[str, Any]]:
    """In order of (timestamp, invoice number); a customer's country is that of his first invoice."""
    known: set[str] = set()
    for invoice in _read()[0]:
        if invoice.customer not in known:
            known.add(invoice.customer)
            yield _identify(invoice)
        yield _track(invoice)


def write_ndjson(path: Path) -> int:
    """Write one message a line; returns how many."""
    written = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for message in messages():
            file.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n")
            written += 1
    return written


def _identify(invoice: Invoice) -> dict[str, Any]:
    return {
        "type": "identify",
        "userId": invoice.customer,
        "traits": {"email": f"{invoice.customer}@example.com", "country": invoice.country},
        "timestamp": invoice.at,
        "messageId": f"identify-{invoice.customer}",
    }


def _track(invoice: Invoice) -> dict[str, Any]:
    cancelled = invoice.number.startswith("C")
    total = float(invoice.total.quantize(CENT, ROUND_HALF_UP))
    properties: dict[str, Any] = {"order_id": invoice.number, "total": abs(total)}
    if not cancelled:
        properties["total"] = total
        properties["items"] = invoice.items
    return {
        "type": "track",
        "userId": invoice.customer,
        "event": "refunded" if cancelled else "purchased",
        "properties": properties,
        "timestamp": invoice.at,
        "messageId": invoice.number,
    }
