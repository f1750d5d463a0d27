"""An endpoint on this machine that answers as it is told, and keeps what it was asked."""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from autoflow.language.settings.settings import Webhook
from autoflow.model.instants import parse_instant
from autoflow.post.channels import calling
from autoflow.post.channels.base import Outgoing, Result
from autoflow.post.channels.webhooks import WebhookCalls

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
DECIDED, NOW = parse_instant("2026-03-06T14:00:00Z", "UTC"), parse_instant("2026-03-07T09:30:00Z", "UTC")
Behave = Callable[[BaseHTTPRequestHandler, threading.Event], None]


Serve = Callable[..., "Endpoint"]


class Asked(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes
    caller: int


class Endpoint:
    """`answers` are used up one call after the other, the last again and again: a status with headers, or a
    function that does something of its own with the connection, until the event says that the test is over.
    """

    def __init__(self, *answers: int | tuple[int, dict[str, str]] | Behave) -> None:
        self.answers = list(answers) or [204]
        self.asked: list[Asked] = []
        self.over = threading.Event()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/hook?to=a"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["content-length"] or 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.asked.append(Asked(handler.path, headers, body, handler.client_address[1]))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            handler.close_connection = True
            answer(handler, self.over)
            return
        status, extra = (answer, {}) if isinstance(answer, int) else answer
        handler.send_response(status)
        for name, value in {"Content-Length": "0", **extra}.items():
            handler.send_header(name, value)
        handler.end_headers()


@contextmanager
def serving(endpoint: Endpoint, tls: ssl.SSLContext | None = None) -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_POST(self) -> None:
            endpoint.answer(self)

        def do_GET(self) -> None:
            endpoint.answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A caller that hangs up is what is tested."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    endpoint.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def standing_for(*addresses: str) -> calling.Resolve:
    def resolver(host: str, port: int) -> tuple[str, ...]:
        return addresses

    return resolver


HERE_ALONE = standing_for("127.0.0.1")


def calls(*keys: str, to: str = "crm", now: int = NOW, **payload: object) -> list[Outgoing]:
    said = {
        "payload": payload or {"email": "ana@example.com"},
        "at": DECIDED,
        "contact": "ana",
        "recipe": "r",
    }
    return [Outgoing(key, to, said, now) for key in keys]


def channel(
    url: str,
    *,
    resolver: calling.Resolve = HERE_ALONE,
    trust: ssl.SSLContext | None = None,
    others: Mapping[str, Webhook] | None = None,
) -> WebhookCalls:
    hooks = {"crm": Webhook(url, SECRET), **(others or {})}
    return WebhookCalls(hooks, Path(), resolver=resolver, trust=trust)


def outcomes(results: list[Result]) -> list[str]:
    return [result.outcome for result in results]
