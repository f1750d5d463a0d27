"""A mail server that does as it is told, so that every way of breaking off can be played. No clock is involved."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

DROP = "drop"  # close the connection instead of answering
REPLIES = {
    "greeting": "220 fake",
    "mail": "250 2.1.0 ok",
    "rcpt": "250 2.1.5 ok",
    "data": "354 go on",
    "dot": "250 2.0.0 queued",
    "rset": "250 2.0.0 flushed",
    "quit": "221 bye",
    "auth": "235 2.7.0 welcome",
}


@dataclass
class Play:
    """One connection: what to answer in each phase. A key is a phase, or a phase and the number of the mail.

    An answer is a reply, several parts of one (each in a packet of its own), or `DROP`; a reply that begins
    with 421 is followed by a hang-up. `hang_up_in_text` closes after that many bytes of the text.
    """

    answers: Mapping[Any, str | list[str]] = field(default_factory=dict)
    pipelining: bool = True
    extensions: tuple[str, ...] = ()
    hang_up_in_text: int | None = None


@dataclass
class FakeSmtp:
    """The server; `mails` are those it answered with 250, `lines` all commands, `texts` all texts that ended."""

    plays: list[Play]
    port: int = 0
    connections: int = 0
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    early: list[str] = field(default_factory=list)


@contextlib.contextmanager
def fake_smtp(*plays: Play) -> Iterator[FakeSmtp]:
    """Plays one after another, a connection each; further connections are refused."""
    server = FakeSmtp(list(plays) or [Play()])
    failures: list[BaseException] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]

        def serve() -> None:
            try:
                for play in server.plays:
                    peer, _ = listener.accept()
                    server.connections += 1
                    with peer, contextlib.suppress(OSError):  # the client may hang up, too
                        _Connection(server, play, peer).run()
                listener.close()
            except OSError:
                pass  # the test is over
            except BaseException as error:  # noqa: BLE001 - handed to the test
                failures.append(error)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=10)
        assert not thread.is_alive(), "the fake server still waits for the client"
        assert not failures, failures


class _HangUp(Exception):
    pass


class _Connection:
    def __init__(self, server: FakeSmtp, play: Play, peer: socket.socket) -> None:
        self.server, self.play, self.peer = server, play, peer
        self.buffer = b""
        self.mail = 0

    def run(self) -> None:
        with contextlib.suppress(_HangUp):
            self.answer("greeting")
            recipient, begun = "", False
            while True:
                line = self.line()
                self.server.lines.append(line)
                verb = line.partition(" ")[0].upper()
                if verb == "EHLO":
                    offered = [*(["PIPELINING"] if self.play.pipelining else []), *self.play.extensions]
                    self.say("".join(f"250-{word}\r\n" for word in ["fake", *offered]) + "250 8BITMIME\r\n")
                elif verb == "MAIL":
                    self.mail += 1
                    recipient = ""
                    begun = self.answer("mail").startswith("250")
                elif verb == "RCPT":
                    recipient = line if self.answer("rcpt", refuse=not begun).startswith("250") else ""
                elif verb == "DATA":
                    if self.answer("data", refuse=not recipient).startswith("354"):
                        text = self.text()
                        self.server.texts.append(text)
                        if self.answer("dot").startswith("250") and recipient:
                            self.server.mails.append((recipient, text))
                elif verb == "QUIT":
                    self.answer("quit")
                    return
                else:
                    self.answer("auth" if verb == "AUTH" else "rset")

    def answer(self, phase: str, *, refuse: bool = False) -> str:
        answers = self.play.answers
        usual = "503 5.5.1 out of order" if refuse else answers.get(phase, REPLIES[phase])
        reply = answers.get((phase, self.mail), usual)
        parts = reply if isinstance(reply, list) else [reply if reply == DROP else f"{reply}\r\n"]
        if not self.play.pipelining and self.buffer:
            self.server.early.append(phase)
        for part in parts:
            if part == DROP:
                self.hang_up()
            self.say(part)
        if parts[0].startswith("421"):
            self.hang_up()
        return "".join(parts)

    def say(self, text: str) -> None:
        self.peer.sendall(text.encode())

    def hang_up(self) -> None:
        if self.buffer or self.play.hang_up_in_text is not None:
            # With unread input, closing would throw away what was said before.
            self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
        raise _HangUp

    def line(self) -> str:
        while b"\r\n" not in self.buffer:
            self.more()
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line.decode()

    def text(self) -> bytes:
        limit = self.play.hang_up_in_text
        while b"\r\n.\r\n" not in b"\r\n" + self.buffer:
            if limit is not None and len(self.buffer) >= limit:
                self.hang_up()
            self.more()
        text, _, self.buffer = (b"\r\n" + self.buffer).partition(b"\r\n.\r\n")
        return text[2:] + b"\r\n" if text else b""

    def more(self) -> None:
        data = self.peer.recv(65536)
        if not data:
            raise _HangUp
        self.buffer += data
