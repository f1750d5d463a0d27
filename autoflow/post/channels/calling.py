"""One endpoint on the open network, called over HTTP: only where autoflow.yaml says, in bounded time.

The name is resolved once, every address that it stands for must be public, and the connection goes to an address
that was looked at: a name that means something else a moment later leads nowhere. Redirects are not followed and
no proxy is asked. Of the answer no more is read than its head and a little of the rest.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autoflow.model.networks import is_public

if TYPE_CHECKING:
    import ssl

CONNECT, WAIT, WHOLE = (
    5.0,
    10.0,
    20.0,
)  # seconds: for a connection, for each piece of the answer, for one call
MOST_READ = 65_536  # bytes of an answer's body; nothing of it matters to us
MOST_ADDRESSES = 3
Resolve = Callable[[str, int], Sequence[str]]


class Unreachable(Exception):
    """The endpoint cannot or must not be called; the message is for people, one line."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call. `status` is None where no answer came; `asked` says whether the call may have arrived
    all the same. `why` is for people, one line.
    """

    status: int | None
    retry_after: str = ""
    asked: bool = True
    why: str = ""


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses that a name stands for; raises `OSError` where it stands for none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def checked_addresses(host: str, port: int, resolver: Resolve, *, local: bool) -> Sequence[str]:
    """The addresses of an endpoint, all of them public, or with `local` all of them this machine's own.

    Raises `Unreachable` where they are not, or where there are none.
    """
    try:
        found = resolver(host, port)
    except (OSError, UnicodeError):
        raise Unreachable("Its name stands for no address.") from None
    if not found:
        raise Unreachable("Its name stands for no address.")
    if local and not all(ipaddress.ip_address(address).is_loopback for address in found):
        raise Unreachable("Its name stands for another machine than this one.")
    if not local and not all(is_public(address) for address in found):
        raise Unreachable("Its name stands for an address that is not public, so it is not called.")
    return found[:MOST_ADDRESSES]


class Line:
    """A line to one endpoint, kept open for a group of calls. Used by one thread."""

    def __init__(self, url: str, trust: ssl.SSLContext, resolver: Resolve, *, local: bool) -> None:
        import httpx2

        try:
            self._url = httpx2.URL(url)
        except httpx2.InvalidURL:
            raise Unreachable("Its address cannot be read.") from None
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        self._addresses = list(checked_addresses(self._url.host, port, resolver, local=local))
        self._client = httpx2.Client(
            verify=trust,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(WAIT, connect=CONNECT),
            headers={"host": self._url.netloc.decode("ascii"), "user-agent": "autoflow"},
        )
        self._watch = _Watch()

    def post(self, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Call the endpoint; an address that does not answer at all makes way for the next."""
        watch = self._watch
        watch.begin()
        timer = threading.Timer(WHOLE, watch.cut)
        timer.daemon = True
        timer.start()
        try:
            answer = self._post(self._addresses[0], content, headers)
            while answer.status is None and not answer.asked and not watch.late and len(self._addresses) > 1:
                del self._addresses[0]
                answer = self._post(self._addresses[0], content, headers)
            return answer
        finally:
            timer.cancel()
            self._client.cookies.clear()  # no call knows of another

    def close(self) -> None:
        """Hang up."""
        self._client.close()
        self._watch.close()

    def _post(self, address: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        import httpx2

        try:
            with self._client.stream(
                "POST",
                self._url.copy_with(host=address),
                content=content,
                headers=dict(headers),
                extensions={"sni_hostname": self._url.host, "trace": self._watch.hear},
            ) as response:
                answer = Answer(response.status_code, response.headers.get("retry-after", ""))
                with contextlib.suppress(httpx2.HTTPError):
                    _read_a_little(response)
                return answer
        except (httpx2.HTTPError, ValueError) as error:  # a name too long for encryption is a ValueError
            if self._watch.asked:
                return Answer(None, why="The call went out, and no answer came.")
            said = "".join(letter if letter.isprintable() else " " for letter in str(error))[:200]
            return Answer(None, asked=False, why=f"It could not be reached: {said or type(error).__name__}.")


def _read_a_little(response: Any) -> None:
    """Read on where the answer is short, so that the line can be used again."""
    read = 0
    for piece in response.iter_raw():
        read += len(piece)
        if read > MOST_READ:
            return


class _Watch:
    """Knows whether a call has begun to go out, and can end it from another thread when its time is up."""

    def __init__(self) -> None:
        self.asked = self.late = False
        self._socket: socket.socket | None = None

    def begin(self) -> None:
        self.asked = self.late = False

    def hear(self, event: str, info: Mapping[str, Any]) -> None:
        """What the client tells of its progress."""
        if event == "connection.connect_tcp.complete":
            opened = info["return_value"].get_extra_info("socket")
            self.close()
            # A handle of our own: encryption takes the other over, and a closed one's number may be another's soon.
            self._socket = socket.fromfd(opened.fileno(), opened.family, opened.type)
            if self.late:
                self.cut()
        elif event.endswith(".send_request_headers.started"):
            self.asked = True

    def cut(self) -> None:
        """End the call: whoever waits for the endpoint finds the line dead."""
        self.late = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
