"""Mail over SMTP, driven phase by phase, so that of each mail is known what can be known.

Before the final dot a mail is surely unsent. After the reply to it the reply decides, whatever comes later.
Between the two it is `unknown`. One recipient a transaction, over a connection that is kept between groups.
"""

from __future__ import annotations

import re
import ssl
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from autoflow.language.settings.settings import Smtp
from autoflow.post.channels.base import ChannelDown, Outcome, Outgoing, Result
from autoflow.post.channels.smtp_session import LostError, Reply, Session, Timeouts
from autoflow.post.content.addresses import checked_address

# The address is dead, by RFC 3463: no such mailbox, no such domain, no address at all, moved away, a domain that
# takes no mail (null MX), a mailbox that was closed. Not 5.1.0, which servers say of anything; not 5.1.7 and
# 5.1.8, which are about the sender; nothing of 5.2.2 (full), 5.4.x (routes) and 5.7.x (policy and spam).
_DEAD = frozenset(("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"))
# Some say 5.2.1 of a living mailbox that gets too much at a time.
_BUSY = re.compile(r"\brate\b|too (?:quickly|fast|many)|limit", re.IGNORECASE)
_SHUTTING_DOWN = 421
_TOO_LARGE = 552
_LINE_END = re.compile(rb"\r\n|\r|\n")
_STRIKES = 2  # sessions lost one after another without a word about any mail


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail as it goes over the wire: the commands before it, its text up to the final dot."""

    key: str
    commands: tuple[bytes, bytes, bytes]
    text: bytes

    @property
    def envelope(self) -> bytes:
        return b"".join(self.commands)


class SmtpChannel:
    """Sends mail over `server` with `mail_from` (one address) as envelope sender.

    Uses PIPELINING where it is offered: the next mail's commands go in one packet with this one's text. A
    session that went stale is opened anew, and the mail that met it goes again, for it is surely unsent.
    """

    name = "email"
    idempotent = False
    group_size = 20

    def __init__(
        self,
        server: Smtp,
        mail_from: str,
        *,
        timeouts: Timeouts | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._mail_from = mail_from
        self._timeouts = timeouts or Timeouts()
        self._context = context
        self._session: Session | None = None

    def send(self, group: Sequence[Outgoing]) -> list[Result]:
        """Send a group. Raises `ChannelDown` where the server cannot be reached, refuses login or sender."""
        results: dict[str, Result] = {}
        todo = self._prepared(group, results)
        strikes = 0
        while todo:
            before = len(results)
            stale = self._session is not None
            try:
                self._session = self._session or Session(self._server, self._timeouts, self._context)
                _Exchange(self._session, results).run(todo)
            except LostError as lost:
                self._drop()
                fresh_in_vain = not stale and len(results) == before
                strikes = strikes + 1 if fresh_in_vain else 0
                if fresh_in_vain:
                    _settle(results, todo[0].key, "unsent", lost.reason)
                if strikes == _STRIKES:
                    _rest_unsent(results, todo, lost.reason)
            except ChannelDown as down:
                self._drop()
                # Of what was sent the caller must hear; the next group will meet the same refusal.
                if not any(result.outcome in {"sent", "unknown"} for result in results.values()):
                    raise
                _rest_unsent(results, todo, down.message)
            while todo and todo[0].key in results:
                todo.popleft()
        return [results[one.key] for one in group]

    def close(self) -> None:
        """End the session, if there is one."""
        if self._session is not None:
            self._session.quit()
            self._session = None

    def _prepared(self, group: Sequence[Outgoing], results: dict[str, Result]) -> deque[_Mail]:
        """The mails to send, each key once; what is no mail is settled."""
        sender = checked_address(self._mail_from)
        if sender is None:
            raise ChannelDown("The sender is not one mail address.", "See sender.email in autoflow.yaml.")
        mails: dict[str, _Mail] = {}
        for one in group:
            to = checked_address(one.to)
            if to is None:
                _settle(results, one.key, "rejected", "It is not one mail address.")
            elif not isinstance(one.payload, bytes) or not one.payload.isascii():
                _settle(results, one.key, "rejected", "It is not a mail.")
            else:
                commands = (f"MAIL FROM:<{sender}>\r\n".encode(), f"RCPT TO:<{to}>\r\n".encode(), b"DATA\r\n")
                mails[one.key] = _Mail(one.key, commands, wire_text(one.payload))
        return deque(mails.values())

    def _drop(self) -> None:
        if self._session is not None:
            self._session.drop()
            self._session = None


class _Exchange:
    """The mails of one group over one session: what is settled stands in `results`."""

    def __init__(self, session: Session, results: dict[str, Result]) -> None:
        self._session = session
        self._results = results
        self._owed = 0  # replies still to come to what no mail waits for
        self._written = False  # whether the next mail's commands went along with the last one's text

    def run(self, todo: deque[_Mail]) -> None:
        """Send until nothing is left. Raises `LostError`, and `ChannelDown` where the sender is refused."""
        while todo:
            mail = todo[0]
            if self._begin(mail):
                self._finish(mail, todo[1].envelope if len(todo) > 1 and self._session.pipelining else b"")
            todo.popleft()
        self._read_owed()

    def _begin(self, mail: _Mail) -> bool:
        """MAIL, RCPT and DATA; whether the server now waits for the text. If not, the mail is settled."""
        pipelining = self._session.pipelining
        if pipelining and not self._written:
            self._session.write(mail.envelope)
        self._written = False
        self._read_owed()
        for phase, command in enumerate(mail.commands, 1):
            if not pipelining:
                self._session.write(command)
            reply = self._session.read()
            if reply.code == 354 if phase == 3 else reply.ok:
                continue
            self._refused(mail, reply, phase)
            self._reset(len(mail.commands) - phase if pipelining else 0)
            return False
        return True

    def _refused(self, mail: _Mail, reply: Reply, phase: int) -> None:
        if reply.code == _SHUTTING_DOWN or not (reply.temporary or reply.permanent):
            raise LostError(reply.reason)
        if reply.about_login or (phase == 1 and reply.permanent and reply.code != _TOO_LARGE):
            # That is about us and would meet every mail alike: none of them may be given up for it.
            what = "a login" if reply.about_login else "another sender"
            raise ChannelDown(f"The mail server wants {what}: {reply.reason}")
        self._judge(mail, reply, dead=phase == 2)

    def _reset(self, replies: int) -> None:
        """End what is left of a refused transaction, of which that many replies are still to come."""
        last = [self._session.read() for _ in range(replies)][-1:]
        if last and last[0].code == 354:
            # The server wants a text for nobody (RFC 2920, 3.1): an empty one ends it and reaches no one.
            self._session.write(b".\r\n")
            self._owed += 1
        self._session.write(b"RSET\r\n")
        self._owed += 1

    def _read_owed(self) -> None:
        while self._owed:
            self._session.read()
            self._owed -= 1

    def _finish(self, mail: _Mail, following: bytes) -> None:
        """The text, the dot, and the reply that decides; `following` goes in one packet with them."""
        try:
            self._session.write(b"".join((mail.text, b".\r\n", following)), dot=len(mail.text))
        except LostError as lost:
            if lost.after_dot:
                _settle(self._results, mail.key, "unknown", lost.reason)
            else:
                self._last_words(mail)
            raise
        try:
            reply = self._session.read(mail=True)
        except LostError as lost:
            _settle(self._results, mail.key, "unknown", lost.reason)
            raise
        self._written = bool(following)
        self._judge(mail, reply, dead=True)
        if reply.code == _SHUTTING_DOWN or not (reply.ok or reply.temporary or reply.permanent):
            raise LostError(reply.reason)

    def _last_words(self, mail: _Mail) -> None:
        """A server that hung up on a text may have said why; if so, the mail is settled by that."""
        try:
            reply = self._session.read()
        except LostError:
            return
        if reply.permanent or (reply.temporary and reply.code != _SHUTTING_DOWN):
            self._judge(mail, reply, dead=False)

    def _judge(self, mail: _Mail, reply: Reply, *, dead: bool) -> None:
        if reply.ok:
            _settle(self._results, mail.key, "sent", reply.reason)
        elif reply.temporary:
            _settle(self._results, mail.key, "unsent", reply.reason)
        elif reply.permanent:
            suppress = dead and address_is_dead(reply)
            self._results[mail.key] = Result(mail.key, "rejected", reply.reason, suppress=suppress)
        else:
            _settle(self._results, mail.key, "unknown", reply.reason)


def address_is_dead(reply: Reply) -> bool:
    """Whether a refusal says that nothing will ever reach this address; in doubt it does not."""
    return (
        reply.permanent
        and reply.status in _DEAD
        and not (reply.status == "5.2.1" and _BUSY.search(reply.text))
    )


def wire_text(mail: bytes) -> bytes:
    """A mail's text up to the final dot: CRLF line ends alone, dots at the head of a line doubled."""
    if not mail.count(b"\r\n") == mail.count(b"\n") == mail.count(b"\r"):
        mail = _LINE_END.sub(b"\r\n", mail)
    if not mail.endswith(b"\r\n"):
        mail += b"\r\n"
    if mail.startswith(b"."):
        mail = b"." + mail
    return mail.replace(b"\r\n.", b"\r\n..")


def _settle(results: dict[str, Result], key: str, outcome: Outcome, reason: str) -> None:
    results[key] = Result(key, outcome, reason)


def _rest_unsent(results: dict[str, Result], todo: deque[_Mail], reason: str) -> None:
    for mail in todo:
        if mail.key not in results:
            _settle(results, mail.key, "unsent", reason)
