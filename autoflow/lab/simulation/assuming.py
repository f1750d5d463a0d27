"""Reactions that somebody assumes: drawn without dice, for each mail that goes out, and labelled as what they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from autoflow.lab.draws import Draws
from autoflow.model.clock import MICROS
from autoflow.model.effects import EMAIL, Message
from autoflow.model.event import Event
from autoflow.model.inside import EMAIL_SENT, as_event
from autoflow.model.problems import AutoflowError, did_you_mean
from autoflow.store.database import Database
from autoflow.store.recorded import examples

REACTIONS = {
    "open": "email_opened",
    "click": "email_clicked",
    "reply": "email_replied",
    "bounce": "email_bounced",
    "complaint": "email_complained",
    "unsubscribe": "unsubscribed",
}
_FORM = re.compile(r"\s*([a-z0-9_]+)\s*=\s*(\d+(?:\.\d{1,4})?)\s*%\s*", re.IGNORECASE)
_MILLION = 1_000_000
_DOUBLINGS = 12  # of a minute: up to some three days
_POOL = 200
_HOW = "Write --assume click=4%,unsubscribe=0.2%."


class Assumption(NamedTuple):
    """So many of a million mails bring the event about."""

    word: str
    event: str
    per_million: int

    def __str__(self) -> str:
        return f"{self.word} {self.per_million / 10_000:g}%"


def read_assumptions(text: str, events: Collection[str]) -> tuple[Assumption, ...]:
    """`click=4%,purchased=1%` as assumptions; `events` are those that the project declares.

    Raises `AutoflowError` where that is not how it is written, or where there is no such reaction.
    """
    found: dict[str, Assumption] = {}
    for part in text.split(","):
        match = _FORM.fullmatch(part)
        if match is None:
            raise AutoflowError(f'--assume: "{part.strip()}" is not NAME=PERCENT%.', _HOW)
        word, percent = match[1].lower(), match[2]
        event = _event(word, events)
        per_million = round(float(percent) * 10_000)
        if per_million > _MILLION:
            raise AutoflowError(f"--assume: {percent}% of mails is more than all of them.", _HOW)
        if event in found:
            raise AutoflowError(f'--assume: "{word}" stands there twice.', _HOW)
        found[event] = Assumption(word, event, per_million)
    return tuple(found.values())


def _event(word: str, events: Collection[str]) -> str:
    if word in REACTIONS:
        return REACTIONS[word]
    for event in (word, f"{word}d", f"{word}ed"):  # `purchase` is said for what is called purchased
        if event in events or event in REACTIONS.values():
            return event
    near = did_you_mean(word, [*REACTIONS, *events])
    hint = f'Did you mean "{near}"?' if near else f"There is {', '.join([*REACTIONS, *sorted(events)])}."
    raise AutoflowError(f'--assume: nobody reacts by "{word}".', hint)


class Assumptions:
    """What people do about the mails that they are sent, by chance and the same each time.

    A reaction follows within three days, half of them within about an hour. What is no reaction to a mail takes its
    properties from an event of that name that was recorded.
    """

    def __init__(self, database: Database, assumed: Sequence[Assumption], seed: str) -> None:
        self._assumed = tuple(assumed)
        self._seed = seed
        self._pools: Mapping[str, Sequence[dict[str, Any]]] = {
            each.event: examples(database, each.event, _POOL)
            for each in assumed
            if each.event not in REACTIONS.values()
        }

    def __call__(self, message: Message) -> Sequence[Event]:
        """The reactions to a message, each later than it by a minute at least."""
        if message.channel != EMAIL:
            return ()
        found = []
        for each in self._assumed:
            draws = Draws("assumed", self._seed, each.event, message.key)
            if draws.below(_MILLION) < each.per_million:
                found.append(self._reaction(each, message, draws))
        return sorted(found, key=lambda event: event.at)

    def _reaction(self, assumption: Assumption, message: Message, draws: Draws) -> Event:
        minutes = 1 << draws.below(_DOUBLINGS)
        at = message.at + (minutes * 60 + draws.below(minutes * 60)) * MICROS
        pool = self._pools.get(assumption.event)
        if pool is None:
            _, properties = as_event(EMAIL_SENT, message.name, message.recipe, {"class": message.klass})
        else:
            properties = dict(draws.pick(pool)) if pool else {}
        seq = (1 << 52) + draws.below(1 << 52)
        reacts_to = message.key if pool is None else None
        return Event(seq, at, at, assumption.event, properties, reacts_to=reacts_to)
