"""Claim, look once more, render, send, settle: the way of one message out of the house.

Messages go in groups. What became of a group is written in the same transaction that starts the next, so that
a crash can park no more than one group as `unknown`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from autoflow.language.settings.settings import Settings
from autoflow.model.effects import EMAIL, WEBHOOKS
from autoflow.model.problems import AutoflowError
from autoflow.post.channels.base import Channel, ChannelDown, Keeps, Outgoing
from autoflow.post.content.making import UNMADE, Letterhead, Mails
from autoflow.post.content.render import Rendered
from autoflow.store import erasing, ledger
from autoflow.store.database import Database
from autoflow.store.definitions import template_at
from autoflow.store.last_look import Cap, Entry, Rules
from autoflow.store.ledger import Settlement, Started

AHEAD = 2_000
MOST_ATTEMPTS = 70  # about three days of trying
PAUSE = 60_000_000  # how long a channel that is down is left alone


class Post:
    """Everything that leaves the house. One for each engine; may run in a thread of its own."""

    def __init__(
        self, database: Database, channels: Mapping[str, Channel], settings: Settings, secret: bytes
    ) -> None:
        self._database = database
        self._channels = channels
        self._settings = settings
        self._secret = secret
        self._mails = Mails(Letterhead.of(settings, secret), lambda *named: template_at(database, *named))
        self._down_until: dict[str, int] = {}
        self._settled: list[Settlement] = []  # what became of the last group, until the store has it
        self._fence = 0
        self._deny: Collection[str] = ()
        self._caps: Sequence[Cap] = ()

    def start(self, fence: int, deny: Collection[str], caps: Sequence[Cap] = ()) -> None:
        """Work under this fence; `deny` names the segments whose members get no marketing mail, and `caps` say how
        much of it a contact gets (see `Rules`).
        """
        self._fence, self._deny, self._caps = fence, deny, caps

    def step(self, now: int) -> bool:
        """Send what may go out at `now`; returns whether there was anything to do.

        Raises `FencedOff` where another engine has taken over, `StoreError` where the store cannot be written:
        then nothing was sent that is not written down as `sending`.
        """
        held = ledger.hold_late(self._database, now, self._late_after)
        progressed = self._send_off(ledger.waiting(self._database, now, AHEAD, self._closed(now)), now)
        return self._forget() or progressed or held > 0

    def see_off(self, now: int) -> bool:
        """The same for those only who are being erased: their audiences hear of it, and channels clean their files."""
        leaving = erasing.contacts(self._database)
        if not leaving:
            return False
        entries = ledger.waiting(self._database, now, AHEAD, self._closed(now), only=leaving)
        progressed = self._send_off(entries, now)
        return self._forget() or progressed

    def _closed(self, now: int) -> list[str]:
        return [channel for channel, until in self._down_until.items() if until > now]

    def _send_off(self, entries: list[Entry], now: int) -> bool:
        progressed = False
        for channel, group in self._groups(entries):
            if self._down_until.get(channel, 0) > now:
                continue  # it went down with the group before: to try the rest would cost a time-out each
            ready, failed = self._render(channel, group, now)
            self._settled += failed
            started, moved = self._start([entry for entry, _ in ready], now)
            progressed = progressed or bool(started or moved or failed)
            going = {entry.id for entry in started}
            self._settled = self._send(
                channel, [(entry, mail) for entry, mail in ready if entry.id in going], now
            )
        self._start([], now)
        return progressed

    def _forget(self) -> bool:
        """Have the channels take out of their files what they have of people who are erased.

        In the same thread that sends, and after it has: nothing is written after it was taken out.
        """
        owed = erasing.owed(self._database)
        for channel in sorted({each.channel for each in owed}):
            kept: object = self._channels.get(channel)
            mine = [each for each in owed if each.channel == channel]
            if isinstance(kept, Keeps):
                try:
                    kept.forget({each.key for each in mine}, {each.person for each in mine})
                except OSError as error:
                    raise AutoflowError(
                        f"What {channel} has of somebody who is erased cannot be taken out: {error.strerror}.",
                        "It is tried again until it can.",
                    ) from error
            erasing.paid(self._database, mine)
        return bool(owed)

    def close(self) -> None:
        """Close what is open."""
        for channel in self._channels.values():
            channel.close()
        self._database.close()

    def preview(self, entry: Entry) -> Rendered:
        """The mail of one ledger entry, as it goes out; raises `RenderError` where it cannot be made."""
        return self._mails.make(entry, entry.contact_key)

    @property
    def repeatable(self) -> frozenset[str]:
        """The channels on which sending a key again changes nothing, so that nothing need stay unknown there."""
        return frozenset(name for name, channel in self._channels.items() if channel.idempotent)

    def _groups(self, entries: list[Entry]) -> Iterator[tuple[str, list[Entry]]]:
        """Groups of one channel each, as large as the channel takes them, each in the order of the decisions."""
        by_channel: dict[str, list[Entry]] = {}
        for entry in entries:
            by_channel.setdefault(entry.channel, []).append(entry)
        for channel, found in by_channel.items():
            size = self._channels[channel].group_size
            for start in range(0, len(found), size):
                yield channel, found[start : start + size]

    @property
    def _late_after(self) -> int:
        return self._settings.late_after.window_end(0, "UTC")

    def _start(self, entries: list[Entry], now: int) -> Started:
        """Write down what became of the last group and start the next, in one transaction."""
        if not self._settled and not entries:
            return Started([], 0)
        settings = self._settings
        started = ledger.settle_and_start(
            self._database,
            self._settled,
            entries,
            now,
            self._fence,
            Rules(
                self._deny,
                self.repeatable,
                MOST_ATTEMPTS,
                self._caps,
                self._late_after,
                settings.timezone,
                self._secret,
            ),
        )
        self._settled = []
        return started

    def _render(
        self, channel: str, group: list[Entry], now: int
    ) -> tuple[list[tuple[Entry, Outgoing]], list[Settlement]]:
        ready: list[tuple[Entry, Outgoing]] = []
        failed: list[Settlement] = []
        for entry in group:
            try:
                ready.append((entry, self._outgoing(channel, entry, now)))
            except UNMADE as error:
                failed.append(Settlement(entry, ledger.FAILED, str(error)))
        return ready, failed

    def _outgoing(self, channel: str, entry: Entry, now: int) -> Outgoing:
        if channel == EMAIL:
            return Outgoing(entry.key, str(entry.values["to"]), self.preview(entry).mime, now)
        said = {**entry.values, "at": entry.at, "recipe": entry.recipe}
        if channel == WEBHOOKS:
            said["contact"] = entry.contact_key.partition(":")[2]
        return Outgoing(entry.key, entry.name, said, now)

    def _send(self, channel: str, mails: list[tuple[Entry, Outgoing]], now: int) -> list[Settlement]:
        if not mails:
            return []
        try:
            results = self._channels[channel].send([mail for _, mail in mails])
        except ChannelDown as error:
            self._down_until[channel] = now + PAUSE
            return [Settlement(entry, ledger.POSTPONED, str(error), retry_after=PAUSE) for entry, _ in mails]
        by_key = {result.key: result for result in results}
        return [
            Settlement(
                entry,
                by_key[entry.key].outcome,
                by_key[entry.key].reason,
                by_key[entry.key].suppress,
                by_key[entry.key].retry_after,
            )
            for entry, _ in mails
        ]
