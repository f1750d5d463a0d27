"""A mail server that takes everything and notes when: no more than what a client of SMTP needs to be content."""

from __future__ import annotations

import asyncio
import threading
import time

_REPLIES = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
    b"HELO": b"250 sink\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
_END = b"\r\n.\r\n"


class Sink:
    """Listens on a free port of this machine; `arrivals` has each recipient's instants on `time.perf_counter`."""

    def __init__(self) -> None:
        self.arrivals: dict[str, list[float]] = {}
        self.count = 0
        self.last_mail = b""
        self._wanted = 0
        self._enough = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Session(self), "127.0.0.1", 0)
        )
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, name="sink")
        self._thread.start()

    def wait(self, count: int, seconds: float) -> None:
        """Return once that many mails have arrived; raises `TimeoutError` where they do not come in time."""
        self._wanted = count
        if self.count < count and not self._enough.wait(seconds):
            raise TimeoutError(f"{self.count} of {count} mails arrived within {seconds:.0f} s")
        self._enough.clear()

    def took(self, recipient: str, mail: bytes) -> None:
        """A mail has arrived."""
        self.arrivals.setdefault(recipient, []).append(time.perf_counter())
        self.count += 1
        self.last_mail = mail
        if self.count == self._wanted:
            self._enough.set()

    def close(self) -> None:
        """Listen no more."""
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Session(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._waiting = b""
        self._recipient = ""
        self._in_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        replies = []
        while True:
            line, end, rest = self._waiting.partition(_END if self._in_text else b"\r\n")
            if not end:
                break
            self._waiting = rest
            replies.append(self._text(line) if self._in_text else self._command(line))
        self._transport.write(b"".join(replies))

    def _text(self, mail: bytes) -> bytes:
        self._in_text = False
        self._sink.took(self._recipient, mail)
        return b"250 2.0.0 taken\r\n"

    def _command(self, line: bytes) -> bytes:
        word = line[:4].upper()
        if word == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0].decode()
        self._in_text = word == b"DATA"
        return _REPLIES.get(word, b"250 2.0.0 ok\r\n")
