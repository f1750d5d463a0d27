"""The moment nobody can see, to the byte: what is known of a mail when writing it fails."""

from __future__ import annotations

from collections import deque
from typing import Any, cast

import pytest

from autoflow.post.channels.base import Result
from autoflow.post.channels.smtp import _Exchange, _Mail
from autoflow.post.channels.smtp_session import LostError, Reply, Session

TEXT = b"Subject: x\r\n\r\n" + b"y" * 40_000 + b"\r\n"
MAIL = _Mail("k1", (b"MAIL\r\n", b"RCPT\r\n", b"DATA\r\n"), TEXT)


class Wire:
    """A socket that takes so many bytes, `step` at a time, and then breaks."""

    def __init__(self, takes: int, step: int) -> None:
        self.left, self.step = takes, step

    def send(self, data: memoryview) -> int:
        taken = min(len(data), self.step, self.left)
        if not taken:
            raise ConnectionResetError(104, "Connection reset by peer")
        self.left -= taken
        return taken


def broken(takes: int, *, secured: bool, step: int = 1 << 20) -> LostError:
    session = object.__new__(Session)
    session._sock = cast("Any", Wire(takes, step))
    session._secured = secured
    with pytest.raises(LostError) as raised:
        session.write(TEXT + b".\r\n" + b"MAIL FROM:<a@b.example>\r\n", dot=len(TEXT))
    return raised.value


@pytest.mark.parametrize("step", [1 << 20, 1_000])
def test_until_the_dot_is_handed_over_a_mail_is_surely_unsent(step: int) -> None:
    for takes, after_dot in ((0, False), (20_000, False), (len(TEXT), False), (len(TEXT) + 1, True)):
        assert broken(takes, secured=False, step=step).after_dot is after_dot


def test_over_tls_the_piece_that_failed_may_have_gone_out() -> None:
    # Pieces are 16 KiB: the dot is in the third.
    for takes, after_dot in ((0, False), (16_384, False), (32_768, True)):
        assert broken(takes, secured=True).after_dot is after_dot


class Playing:
    """A session that loses the mail's text, and then says its last words, if it has any."""

    pipelining = True

    def __init__(self, *, after_dot: bool, last: Reply | None) -> None:
        self.after_dot, self.last = after_dot, last
        self.replies = [Reply(250, "", "ok"), Reply(250, "", "ok"), Reply(354, "", "go on")]

    def write(self, data: bytes, dot: int | None = None) -> None:
        if dot is not None:
            raise LostError("The connection broke.", after_dot=self.after_dot)

    def read(self, *, mail: bool = False) -> Reply:
        if self.replies:
            return self.replies.pop(0)
        if self.last is None:
            raise LostError("Nothing was said.")
        return self.last


@pytest.mark.parametrize(
    ("after_dot", "last", "outcome"),
    [
        (True, None, "unknown"),
        (True, Reply(552, "5.3.4", "too large"), "unknown"),
        (False, None, None),
        (False, Reply(552, "5.3.4", "too large"), "rejected"),
        (False, Reply(452, "4.3.1", "disk full"), "unsent"),
        (False, Reply(421, "4.3.2", "shutting down"), None),
        (False, Reply(250, "", "ok?"), None),
    ],
)
def test_a_text_that_broke_off(after_dot: bool, last: Reply | None, outcome: str | None) -> None:
    results: dict[str, Result] = {}
    exchange = _Exchange(cast("Session", Playing(after_dot=after_dot, last=last)), results)
    with pytest.raises(LostError):
        exchange.run(deque([MAIL]))
    # Without an outcome the mail is surely unsent, and goes again over a fresh session.
    assert (results["k1"].outcome if results else None) == outcome
