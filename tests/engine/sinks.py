"""The other ends: a mail server that keeps what it is given, and files read back."""

from __future__ import annotations

import asyncio
import json
import socket
from email.parser import BytesHeaderParser
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailserver:
    """aiosmtpd on a port that the system gives; keeps each mail's bytes in order of arrival."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return self._controller.port

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - named by aiosmtpd
        assert envelope.original_content is not None
        self.contents.append(envelope.original_content)
        return "250 2.0.0 taken"

    def clear(self) -> None:
        self.contents.clear()

    def ids(self) -> list[str]:
        return [mail_id(content) for content in self.contents]


class _AnyPort(Controller):
    """aiosmtpd's own look at whether it stands does not foresee a port that the system gives."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        socket.create_connection(("127.0.0.1", self.port), 5).close()


def mail_id(content: bytes) -> str:
    head, _, _ = content.partition(b"\r\n\r\n")
    return str(BytesHeaderParser().parsebytes(head)["Message-ID"])


def maildir_ids(folder: Path) -> list[str]:
    return [mail_id(path.read_bytes()) for path in sorted(folder.glob("new/*.eml"))]


def notices(file: Path) -> list[dict[str, Any]]:
    return (
        [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
    )
