"""What becomes of a call by what the endpoint does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from autoflow.language.settings.settings import Webhook
from autoflow.model.clock import MICROS
from autoflow.post.channels import calling
from autoflow.post.channels.webhooks import LONGEST_WAIT, PAUSE, asked_wait
from tests.post.channels.fake_endpoint import (
    NOW,
    SECRET,
    Serve,
    calls,
    channel,
    outcomes,
)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((200, "sent"), (201, "sent"), (202, "sent"), (299, "sent")),
        *((410, "rejected"), (400, "rejected"), (413, "rejected"), (422, "rejected")),
        *(
            (300, "unsent"),
            (304, "unsent"),
            (401, "unsent"),
            (403, "unsent"),
            (404, "unsent"),
            (408, "unsent"),
        ),
        *((429, "unsent"), (500, "unsent"), (502, "unsent"), (503, "unsent"), (504, "unsent")),
    ],
)
def test_what_an_answer_means(serve: Serve, status: int, outcome: str) -> None:
    [result] = channel(serve(status).url).send(calls("k1"))
    assert result.outcome == outcome
    assert (str(status) in result.reason) is (outcome != "sent")
    assert result.reason.isprintable()


def test_one_that_is_gone_says_what_to_do(serve: Serve) -> None:
    [result] = channel(serve(410).url).send(calls("k1"))
    assert result.reason == "The endpoint is gone for good (410): take it out of autoflow.yaml."


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(serve: Serve, status: int) -> None:
    other = serve()
    endpoint = serve((status, {"Location": other.url}), (status, {"Location": "/elsewhere"}))
    assert outcomes(channel(endpoint.url).send(calls("k1", "k2"))) == ["unsent", "unsent"]
    assert [asked.path for asked in endpoint.asked] == ["/hook?to=a"] * 2
    assert other.asked == []


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("asked", ["120", "Sat, 07 Mar 2026 09:32:00 GMT"])
def test_an_endpoint_that_asks_for_time_gets_it(serve: Serve, status: int, asked: str) -> None:
    endpoint = serve((status, {"Retry-After": asked}), 204)
    opened = channel(endpoint.url)
    first, second = opened.send(calls("k1", "k2"))
    assert (first.outcome, first.retry_after) == ("unsent", 120 * MICROS)
    assert (second.outcome, second.retry_after) == ("postponed", 120 * MICROS)
    [result] = opened.send(calls("k2", now=NOW + 119 * MICROS))
    assert (result.outcome, result.retry_after) == ("postponed", MICROS)
    assert len(endpoint.asked) == 1
    assert outcomes(opened.send(calls("k1", "k2", now=NOW + 120 * MICROS))) == ["sent", "sent"]


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        *(("", None), ("soon", None), ("-5", None), ("0", None), ("1.5", None), ("١٢", None)),
        *(("1", MICROS), (" 30 ", 30 * MICROS), ("86401", LONGEST_WAIT), ("9" * 60, LONGEST_WAIT)),
        ("Sat, 07 Mar 2026 09:30:01 GMT", MICROS),
        ("Sat, 07 Mar 2026 10:30:01 +0100", MICROS),
        ("Sat, 07 Mar 2026 09:30:02 -0000", 2 * MICROS),
        ("Sat, 07 Mar 2026 09:29:59 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
    ],
)
def test_how_long_is_asked_for(asked: str, wait: int | None) -> None:
    assert asked_wait(asked, NOW) == wait


def test_one_busy_endpoint_is_left_alone_and_no_other(serve: Serve) -> None:
    busy, idle = serve(429), serve(204)
    opened = channel(busy.url, others={"shop": Webhook(idle.url, SECRET)})
    group = [*calls("k1", "k2"), *calls("k3", to="shop"), *calls("k4")]
    assert outcomes(opened.send(group)) == ["unsent", "postponed", "sent", "postponed"]
    assert (len(busy.asked), len(idle.asked)) == (1, 1)


def test_where_nobody_listens_nothing_was_sent(serve: Serve) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # taken, and nobody listens
        opened = channel(f"http://localhost:{held.getsockname()[1]}/")
        first, second = opened.send(calls("k1", "k2"))
    assert (first.outcome, second.outcome, second.retry_after) == ("unsent", "postponed", PAUSE)
    assert "could not be reached" in first.reason


def hang_up(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def keep_silent(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    over.wait(20)


def answer_by_drops(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not over.wait(0.01):
        handler.wfile.write(b"x")


def talk_nonsense(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n" * 10)


@pytest.mark.parametrize("behave", [hang_up, keep_silent, answer_by_drops, talk_nonsense])
def test_without_an_answer_nobody_can_tell(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, behave: Callable[..., None]
) -> None:
    monkeypatch.setattr(calling, "WHOLE", 0.2)
    endpoint = serve(behave)
    opened = channel(endpoint.url)
    first, second = opened.send(calls("k1", "k2"))
    assert (first.outcome, second.outcome) == ("unknown", "postponed")
    assert opened.idempotent, "so the ledger sends it again"
    assert len(endpoint.asked) == 1


def test_each_piece_of_an_answer_is_waited_for_so_long(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "WAIT", 0.05)
    assert outcomes(channel(serve(keep_silent).url).send(calls("k1"))) == ["unknown"]


def test_an_answer_that_never_ends_is_not_read_to_its_end(serve: Serve) -> None:
    written: list[int] = []

    def talk_on(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(10_000):
            handler.wfile.write(b"x" * 100_000)
            written.append(100_000)

    assert outcomes(channel(serve(talk_on).url).send(calls("k1"))) == ["sent"]
    assert sum(written) < 100_000_000


def test_the_rest_of_an_answer_that_does_not_come_is_no_matter(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "WHOLE", 0.2)

    def stop(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
        handler.wfile.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n\r\n123")
        over.wait(20)

    assert outcomes(channel(serve(stop).url).send(calls("k1"))) == ["sent"]
