"""The channel against aiosmtpd: another's idea of SMTP, and real encryption."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from autoflow.language.settings.settings import Security, Smtp
from autoflow.post.channels.base import ChannelDown, Outgoing
from autoflow.post.channels.smtp import SmtpChannel
from autoflow.post.channels.smtp_session import Timeouts
from autoflow.post.content.mime import Sender, build_mail

HERE = Path(__file__).parent
SHOP = Sender("The Shop", "hello@shop.example", "1 High Street")
TRUSTING = ssl.create_default_context(cafile=HERE / "localhost.pem")


class Sink:
    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.encrypted: list[bool] = []

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("gone"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 2.0.0 ok"


class AnyPort(Controller):
    """Takes the port that the system gives, which aiosmtpd's own look at whether it stands does not foresee."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        socket.create_connection(("127.0.0.1", self.port), 5).close()


Start = Callable[..., tuple[Sink, int]]


@pytest.fixture
def start() -> Iterator[Start]:
    controllers: list[Controller] = []

    def started(*, tls: bool = False, starttls: bool = False, password: str = "") -> tuple[Sink, int]:
        sink = Sink()
        inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        inside.load_cert_chain(HERE / "localhost.pem", HERE / "localhost.key")

        def check(server: SMTP, session: Session, envelope: Envelope, way: str, given: object) -> AuthResult:
            right = isinstance(given, LoginPassword) and given.password == password.encode()
            return AuthResult(success=right, handled=False)

        controller = AnyPort(
            sink,
            hostname="127.0.0.1",
            port=0,
            ssl_context=inside if tls else None,
            tls_context=inside if starttls else None,
            authenticator=check,
            auth_required=bool(password),
        )
        controller.start()
        controllers.append(controller)
        return sink, controller.port

    yield started
    for controller in controllers:
        controller.stop()


def channel(port: int, security: Security, password: str = "") -> SmtpChannel:
    user = "shop" if password else ""
    settings = Smtp("localhost", port, user, password, security)
    return SmtpChannel(settings, SHOP.email, timeouts=Timeouts(5, 5, 5), context=TRUSTING)


def outgoing(to: str, key: str) -> Outgoing:
    mail = build_mail(
        sender=SHOP,
        to=to,
        subject="Grüße aus 東京",
        at=0,
        key=key,
        extra=[],
        text=".\r\nHi",
        html="<p>Hi</p>",
    )
    return Outgoing(key, to, mail)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_mail_arrives_as_it_left(start: Start, security: Security) -> None:
    sink, port = start(tls=security == "tls", starttls=security == "starttls")
    opened = channel(port, security)
    group = [
        outgoing("ana@example.com", "k1"),
        outgoing("gone@example.com", "k2"),
        outgoing("bo@example.com", "k3"),
    ]
    results = opened.send(group)
    opened.close()
    assert [result.outcome for result in results] == ["sent", "rejected", "sent"]
    assert results[1].suppress
    assert [envelope.rcpt_tos for envelope in sink.envelopes] == [["ana@example.com"], ["bo@example.com"]]
    assert sink.envelopes[0].original_content == group[0].payload
    assert sink.encrypted == [security != "none"] * 2
    content = sink.envelopes[0].original_content
    assert content is not None
    assert email.message_from_bytes(content, policy=email.policy.default)["Subject"] == "Grüße aus 東京"


def test_a_login_over_an_encrypted_connection(start: Start) -> None:
    sink, port = start(starttls=True, password="right")
    opened = channel(port, "starttls", "right")
    assert opened.send([outgoing("ana@example.com", "k1")])[0].outcome == "sent"
    opened.close()
    with pytest.raises(ChannelDown, match="refuses the login"):
        channel(port, "starttls", "wrong").send([outgoing("ana@example.com", "k2")])
    with pytest.raises(ChannelDown, match="wants a login"):
        channel(port, "starttls").send([outgoing("ana@example.com", "k3")])
    assert len(sink.envelopes) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(start: Start, security: Security) -> None:
    sink, port = start(tls=security == "tls", starttls=security == "starttls")
    settings = Smtp("localhost", port, "", "", security)
    opened = SmtpChannel(settings, SHOP.email, timeouts=Timeouts(5, 5, 5))
    with pytest.raises(ChannelDown, match="certificate"):
        opened.send([outgoing("ana@example.com", "k1")])
    elsewhere = Smtp("127.0.0.2", port, "", "", security)
    assert sink.envelopes == []
    with pytest.raises(ChannelDown):
        SmtpChannel(elsewhere, SHOP.email, timeouts=Timeouts(5, 5, 5), context=TRUSTING).send(
            [outgoing("ana@example.com", "k1")]
        )


def test_no_encryption_where_it_is_asked_for_takes_the_channel_down(start: Start) -> None:
    sink, port = start()
    with pytest.raises(ChannelDown, match="no encryption"):
        channel(port, "starttls").send([outgoing("ana@example.com", "k1")])
    assert sink.envelopes == []
