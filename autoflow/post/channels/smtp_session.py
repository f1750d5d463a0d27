"""One session with a mail server: opened, secured, logged in, and what it answers."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass

from autoflow.language.settings.settings import Smtp
from autoflow.post.channels.base import ChannelDown

# What goes at once over TLS: what is left of it after an error may have gone or not.
_CHUNK = 16_384
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\d)")
_ADDRESS = re.compile(r"[^\s<>:;,()]+@[^\s<>:;,()]+")
_AUTHENTICATION = frozenset((530, 534, 535, 538))


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How many seconds to wait for a connection, for a reply, and for the reply to a whole mail."""

    connect: float = 20
    reply: float = 60
    mail: float = 300


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said: its code, its enhanced status (RFC 3463) or "", and the text on one line."""

    code: int
    status: str
    text: str

    @property
    def reason(self) -> str:
        """For people: without addresses, and no longer than a line."""
        return _ADDRESS.sub("(address)", f"{self.code} {self.text}")[:300]

    @property
    def ok(self) -> bool:
        """Whether the server did what it was told."""
        return 200 <= self.code < 300

    @property
    def temporary(self) -> bool:
        """Whether it refuses for now."""
        return 400 <= self.code < 500

    @property
    def permanent(self) -> bool:
        """Whether it refuses for good."""
        return 500 <= self.code < 600

    @property
    def about_login(self) -> bool:
        """Whether the server wants a login, or another one, before it takes anything."""
        return self.code in _AUTHENTICATION


class LostError(Exception):
    """The session is over; `after_dot` tells whether the mail under way may have been taken."""

    def __init__(self, reason: str, *, after_dot: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_dot = after_dot


class Session:
    """An open session; raises `LostError` from the moment at which it is over."""

    def __init__(self, server: Smtp, timeouts: Timeouts, context: ssl.SSLContext | None = None) -> None:
        """Connect, secure and log in. Raises `ChannelDown`, which says what the operator must mend if anything."""
        self._timeouts = timeouts
        self._secured = server.security != "none"
        self._smtp = _opened(server, timeouts, context)
        self.pipelining = self._smtp.has_extn("pipelining")
        sock = self._smtp.sock
        if sock is None:  # closed by the server in the meantime
            raise ChannelDown("The mail server closed the connection.")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(timeouts.reply)
        self._sock = sock

    def write(self, data: bytes, dot: int | None = None) -> None:
        """Write all of `data`; `dot` is where in it the dot stands that ends a mail."""
        view = memoryview(data)
        done = 0
        while done < len(view):
            chunk = view[done : done + _CHUNK] if self._secured else view[done:]
            try:
                done += self._sock.send(chunk)
            except OSError as error:
                # Over TLS nobody can tell how much of the failing chunk went out; without it, none did.
                reached = done + len(chunk) if self._secured else done
                after_dot = dot is not None and reached > dot
                raise LostError(
                    f"The connection broke while writing: {_said(error)}.", after_dot=after_dot
                ) from error

    def read(self, *, mail: bool = False) -> Reply:
        """The next reply; `mail` waits as long as the server may take to store one."""
        if mail:
            self._sock.settimeout(self._timeouts.mail)
        try:
            code, raw = self._smtp.getreply()
        except OSError as error:
            raise LostError(f"The connection broke before the reply: {_said(error)}.") from error
        if mail:
            self._sock.settimeout(self._timeouts.reply)
        reply = _reply(code, raw)
        if not 200 <= code < 600:
            raise LostError("The mail server answered something that is no reply.")
        return reply

    def quit(self) -> None:
        """Take leave; what the server says to that changes nothing, for all was settled before."""
        try:
            self._sock.settimeout(min(5.0, self._timeouts.reply))
            self._smtp.quit()
        except OSError:
            self.drop()

    def drop(self) -> None:
        """Let go without a word."""
        self._smtp.close()


def _opened(server: Smtp, timeouts: Timeouts, context: ssl.SSLContext | None) -> smtplib.SMTP:
    where = f"{server.host}:{server.port}"
    smtp: smtplib.SMTP | None = None
    try:
        address, wait = (server.host, server.port, _own_name()), timeouts.connect
        if server.security == "tls":
            smtp = smtplib.SMTP_SSL(*address, timeout=wait, context=context or ssl.create_default_context())
        else:
            smtp = smtplib.SMTP(*address, timeout=wait)
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            _encrypt(smtp, context or ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
    except OSError as error:
        if smtp is not None:
            smtp.close()
        raise _down(error, where) from error
    return smtp


def _down(error: OSError, where: str) -> ChannelDown:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        said = _reply(error.smtp_code, error.smtp_error).reason
        if 400 <= error.smtp_code < 500:
            return ChannelDown(f"{where} cannot check the login now: {said}")
        return ChannelDown(
            f"{where} refuses the login: {said}", "See user and password of channels.email.smtp."
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        fix = "See port, security and user of channels.email.smtp."
        return ChannelDown(f"{where} offers no encryption or no login as asked for.", fix)
    if isinstance(error, smtplib.SMTPResponseException):
        return ChannelDown(f"{where} takes no mail: {_reply(error.smtp_code, error.smtp_error).reason}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return ChannelDown(f"The certificate of {where} does not hold: {error.verify_message}.")
    return ChannelDown(f"{where} cannot be reached: {_said(error)}.")


def _encrypt(smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
    # Never on without it: neither password nor mail goes in the clear because somebody on the way cut it out.
    code, raw = smtp.starttls(context=context)
    if code != 220:
        raise smtplib.SMTPResponseException(code, raw)
    smtp.ehlo()


def _own_name() -> str:
    """How we greet, with no question to a name server: the host's full name, else an address."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _reply(code: int, raw: bytes | str) -> Reply:
    text = raw[:2000].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[:2000]
    if not text.isprintable():
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    status = _STATUS.match(text)
    return Reply(code, status.group() if status else "", text)


def _said(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    return _ADDRESS.sub("(address)", error.strerror or str(error) or "no reason given").rstrip(".")
