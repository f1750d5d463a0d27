"""How many in which time, `1 per 7 days`, read from a file."""

from __future__ import annotations

import re

from autoflow.kinds.limits import Limit
from autoflow.language import scalars
from autoflow.language.source import Report
from autoflow.language.yaml.nodes import Node, Scalar

MOST = 1_000
RATE = re.compile(r"(\d{1,6})(?:\s*times?)?\s+(?:per|a|an|each|every)\s+(.+)")


def read_rate(node: Node, report: Report, what: str) -> Limit:
    """`1 per 7 days`, `3 per day`."""
    found = scalars.scalar(node, report, what)
    match = RATE.fullmatch(found.text.strip())
    example = "For example 1 per 7 days."
    if match is None:
        report.fail(
            "value",
            found.span,
            f'{scalars.capital(what)} says how many in which time, not "{found.text}".',
            example,
        )
    if not 1 <= int(match[1]) <= MOST:
        report.fail("value", found.span, f"{scalars.capital(what)} counts from 1 to {MOST:,}.", example)
    length = match[2] if match[2][:1].isdigit() else f"1 {match[2]}"
    place = scalars.inside(found.span, report, match[2])
    return Limit(int(match[1]), scalars.duration(Scalar(place, length, length), report, what))
