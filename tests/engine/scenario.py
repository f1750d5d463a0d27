"""The story that is killed at every commit: entries, waits, goals, a merge, an unsubscribe,
into mail, notices and audiences. Small, for it is told some hundred times."""

from __future__ import annotations

from autoflow.model.event import IDENTIFY, PAGE_VISITED, Incoming
from autoflow.model.instants import parse_instant

START = parse_instant("2026-03-02 08:00")
END = parse_instant("2026-03-12 00:00")


def _event(
    n: int, name: str, user: str | None = None, visitor: str | None = None, **properties: object
) -> Incoming:
    return Incoming(name, user, visitor, {"n": n, **properties}, message_id=f"m{n}")


def _known(n: int, user: str, visitor: str | None = None) -> Incoming:
    return Incoming(IDENTIFY, user, visitor, {"email": f"{user}@example.com"}, message_id=f"i{n}")


STORY: list[tuple[int, list[Incoming]]] = [
    (
        parse_instant("2026-03-02 09:00"),
        [
            *(_known(n, who) for n, who in enumerate(("ana", "bo", "cy"))),
            _event(1, "purchased", "ana", total=60, order_id="A"),
            _event(2, "purchased", "bo", total=70, order_id="B"),
            _event(3, PAGE_VISITED, None, "visitor", path="/products/x"),
        ],
    ),
    (
        parse_instant("2026-03-02 15:00"),
        [
            _event(4, "purchased", "ana", total=60, order_id="C"),
            _known(9, "dee", "visitor"),
            _event(5, PAGE_VISITED, "dee", "visitor", path="/products/y"),
            _event(6, "refunded", "bo", order_id="B"),
        ],
    ),
    (
        parse_instant("2026-03-03 08:59"),
        [
            _event(7, "unsubscribed", "bo"),
            _event(8, PAGE_VISITED, None, "other", path="/products/x"),
            _event(9, PAGE_VISITED, "cy", "other", path="/products/z"),  # two turn out to be one
        ],
    ),
    (
        parse_instant("2026-03-04 10:00"),
        [_event(10, "purchased", "cy", total=120, order_id="D", category="tea")],
    ),
]
