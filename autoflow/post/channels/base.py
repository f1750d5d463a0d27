"""The port of everything that leaves the house: one protocol for mail, notices, audiences and calls."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from autoflow.model.problems import AutoflowError

Outcome = Literal["sent", "unsent", "postponed", "rejected", "unknown"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way: the key of its effect, to whom, and what.

    `to` is one mail address, or the name of a sales channel, an audience or an endpoint. `payload` is the finished
    mail as bytes, or the values of a notice, of an audience's row or of a call. `now` is the instant at which it is
    handed over, for channels have no clock.
    """

    key: str
    to: str
    payload: bytes | Mapping[str, object]
    now: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message.

    - `sent`: it was taken.
    - `unsent`: surely not taken, and may be tried again, after `retry_after` microseconds if that is known.
    - `postponed`: not tried, since where it goes is left alone for a while (`retry_after`); no attempt of its own.
    - `rejected`: refused for good, this message alone. `suppress`: because the address is dead, so that nothing
      should be sent to it again; never for policy, spam or a full mailbox.
    - `unknown`: it may or may not have been taken; nobody can tell.

    `reason` is for people, one line, without the address.
    """

    key: str
    outcome: Outcome
    reason: str = ""
    retry_after: int | None = None
    suppress: bool = False


class ChannelDown(AutoflowError):
    """The channel takes nothing now (a refused login, a full disk): nothing of this group counts as sent.

    Leave it alone for a while and keep what waits; to try each message in turn would fail alike. What an
    idempotent channel did of the group after all, it finds done when the group comes again.
    """


@runtime_checkable
class Keeps(Protocol):
    """A channel that keeps what it is given in files of this house, and can take it out of them again."""

    def forget(self, keys: Collection[str], people: Collection[str]) -> None:
        """For somebody who is erased: take out what was given under these keys, and what is about these people (as
        `contact` names them in an audience's row). What is not there any more is no error. Raises `OSError` where a
        file cannot be written; then it is asked again.
        """


class Channel(Protocol):
    """Sends groups of messages; used by one thread at a time, and keeps its connection between groups."""

    @property
    def name(self) -> str:
        """Of the kind: `email`, `sales`, `audiences` or `webhooks`."""

    @property
    def idempotent(self) -> bool:
        """Whether sending a key again changes nothing, so that `unknown` may always be sent again."""

    @property
    def group_size(self) -> int:
        """How many messages to hand over at once: few where a crash leaves a group unknown."""

    def send(self, group: Sequence[Outgoing]) -> list[Result]:
        """Send a group in its order, and say of each message what became of it.

        Raises `ChannelDown` only where nothing of the group was sent.
        """

    def close(self) -> None:
        """Let go of connections and files. A channel that is closed opens again when it is used."""
