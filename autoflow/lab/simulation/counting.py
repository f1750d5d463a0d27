"""One person's replay, counted."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from autoflow.core.runs import RESTARTED
from autoflow.lab.simulation.making import Maker
from autoflow.lab.simulation.recording import message_row, ndjson
from autoflow.lab.simulation.replay import Lived, Taken
from autoflow.lab.simulation.tally import MODULUS, QUARTER, SAMPLES, Failing, RecipeTally, Tally
from autoflow.model.contact import Record, Run
from autoflow.model.effects import EMAIL, HELD, RUNNING, SENT, Effects, Happening, Message, effect_key
from autoflow.model.inside import EMAIL_HELD, ENTERED

DRAWN, REFUSED = "drawn", "refused"
_Key = tuple[str, str, int]


class Making:
    """Tries which mails can be made: one of each shape, and each of a shape where that one cannot.

    Of one shape are mails of one template whose values are there, missing, empty and of a type alike. With `every`
    all are made.
    """

    def __init__(self, make: Maker, *, every: bool = False) -> None:
        self._make = make
        self._every = every
        self._fine: set[object] = set()

    def __call__(self, message: Message) -> str | None:
        """Why it cannot be made, nothing where it can; None where it was not tried."""
        shape = (message.name, message.template_version, _shape(message.values))
        if shape in self._fine and not self._every:
            return None
        reason = self._make(message)
        if not reason:
            self._fine.add(shape)
        return reason


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return tuple(sorted((name, _shape(each)) for name, each in value.items()))
    if isinstance(value, list):
        return ("list", frozenset(map(_shape, value)))
    return (type(value).__name__, bool(value))


class Counting:
    """What one person's replay adds to a tally. `messages` are all his, in order, each with what he is called."""

    def __init__(self, tally: Tally, making: Making | None = None) -> None:
        self.messages: list[tuple[Message, str]] = []
        self._tally = tally
        self._making = making
        self._said: list[tuple[Message, Record]] = []
        self._finals: dict[str, Record] = {}
        self._drawn: dict[_Key, list[Happening]] = {}
        self._held: dict[_Key, Happening] = {}
        self._entered: set[str] = set()
        self._mailed = False

    def count(self, lived: Iterable[Lived]) -> None:
        """Count all of it."""
        for record, effects, counts, carried, taken in lived:
            self._finals[record.key] = record
            self._take_over(record, taken)
            if counts:
                self._count(record, effects)
            else:
                self._remember(record, effects)
                self._carry(carried)
        for record in self._finals.values():
            self._at_the_end(record)
        for recipe in self._entered:
            self._tally.recipes[recipe].people += 1
        self._tally.contacts += 1
        self._tally.mailed += self._mailed
        self._write_down()

    def _take_over(self, record: Record, taken: Iterable[Taken]) -> None:
        """A run that goes on under another record walks the parts that it drew, and is held as it was."""
        for key, recipe, before, entry in taken:
            was, now = (key, recipe, before), (record.key, recipe, entry)
            if (drawn := self._drawn.pop(was, None)) is not None:
                self._drawn[now] = [line._replace(n=0) for line in drawn]
            if (held := self._held.pop(was, None)) is not None:
                self._held[now] = held._replace(n=0)

    def _carry(self, carried: Iterable[str]) -> None:
        """Who is under way as the span begins."""
        for name in carried:
            if (recipe := self._tally.recipes.get(name)) is not None:
                recipe.carried += 1
                recipe.running += 1

    def _remember(self, record: Record, effects: Effects) -> None:
        """What is needed later to know whose ending it was, and what the gate last said."""
        for line in effects.journal:
            if line.kind == DRAWN:
                self._drawn.setdefault(_key(record, line), []).append(line)
            elif line.kind == EMAIL_HELD:
                self._held[_key(record, line)] = line

    def _count(self, record: Record, effects: Effects) -> None:
        recipes = self._tally.recipes
        for line in effects.journal:
            if (recipe := recipes.get(line.recipe)) is not None:
                self._line(record, recipe, line)
        for step in effects.steps:
            if (recipe := recipes.get(step.recipe)) is not None:
                if step.branch is None:
                    recipe.steps[step.step] += 1
                else:
                    recipe.branches[step.step, step.branch] += 1
        for message in effects.messages:
            self._message(message, record)
        for run in effects.runs.values():
            if run.state != RUNNING and (recipe := recipes.get(run.recipe)) is not None:
                recipe.running -= 1
                recipe.ended[run.state] += 1
                recipe.restarts += run.reason == RESTARTED
                self._parts(recipe, (record.key, run.recipe, run.entry), run.state)

    def _line(self, record: Record, recipe: RecipeTally, line: Happening) -> None:
        if line.kind == ENTERED:
            recipe.entered += 1
            recipe.running += 1
            recipe.entries[line.at // QUARTER] += 1
            self._entered.add(recipe.recipe)
        elif line.kind == REFUSED:
            recipe.refused += 1
            recipe.refusals[line.subject] += 1
        elif line.kind == DRAWN:
            recipe.parts[line.step, line.subject, DRAWN] += 1
            self._drawn.setdefault(_key(record, line), []).append(line)
        elif line.kind == EMAIL_HELD:
            before = self._held.get(_key(record, line))
            if before is None or (before.step, before.subject) != (line.step, line.subject):
                recipe.holds[_reason(line)] += 1
            self._held[_key(record, line)] = line

    def _parts(self, recipe: RecipeTally, key: _Key, what: str, n: int | None = None) -> None:
        """Count something of a run for the parts that it walks, as of line `n` of the journal."""
        for line in self._drawn.get(key, ()):
            if n is None or line.n <= n:
                recipe.parts[line.step, line.subject, what] += 1

    def _message(self, message: Message, record: Record) -> None:
        self._said.append((message, record))
        recipe = self._tally.recipes.get(message.recipe)
        if recipe is None:  # an audience that mirrors a segment changes by no recipe
            return
        recipe.messages[message.channel, message.outcome, message.reason] += 1
        if (message.channel, message.outcome) == (EMAIL, SENT):
            self._mailed = True
            recipe.mails[message.at // QUARTER] += 1
            self._parts(recipe, (record.key, message.recipe, message.entry), EMAIL, message.n)
            self._try(recipe, message, record)
        held = self._held.get(key := (record.key, message.recipe, message.entry))
        if held is not None and held.n < message.n:  # and not by what the gate held after it
            del self._held[key]

    def _try(self, recipe: RecipeTally, message: Message, record: Record) -> None:
        reason = self._making(message) if self._making is not None else None
        if reason is not None:
            recipe.tried += 1
        if reason:
            failing = Failing(1, record.name, message.key)
            recipe.failing.setdefault((message.name, reason), Failing()).add(failing)
            return
        rank = blake2b(message.key.encode(), digest_size=8).hexdigest()
        samples = recipe.samples.setdefault(message.name, [])
        if len(samples) < SAMPLES or rank < samples[-1][0]:
            samples.append((rank, record.name, message))
            samples.sort(key=lambda sample: sample[0])
            del samples[SAMPLES:]

    def _at_the_end(self, record: Record) -> None:
        for segment in record.segments:
            self._tally.segments[segment] += 1
        for run in record.runs:
            recipe = self._tally.recipes.get(run.recipe)
            if recipe is None:
                continue
            key = (record.key, run.recipe, run.entry)
            self._parts(recipe, key, RUNNING)
            line = self._held.get(key) if run.held is not None else None
            if line is not None:
                self._said.append((_held(record, run, line), record))
                recipe.messages[EMAIL, HELD, _reason(line)] += 1

    def _write_down(self) -> None:
        """All messages in order, and what they add to the digest."""
        self._said.sort(key=lambda said: (said[0].at, said[0].key.split("/", 4)[4], said[0].n))
        self.messages = [(message, record.name) for message, record in self._said]
        if self.messages:
            rows = ndjson(message_row(message, name) for message, name in self.messages)
            number = int.from_bytes(blake2b(rows, digest_size=16).digest())
            self._tally.digest = (self._tally.digest + number) % MODULUS


def _key(record: Record, line: Happening) -> _Key:
    return (record.key, line.recipe, line.entry)


def _reason(line: Happening) -> str:
    return str((line.detail or {}).get("reason", ""))


def _held(record: Record, run: Run, line: Happening) -> Message:
    """A mail that the gate still holds at the end of the span."""
    return Message(
        key=effect_key(run.recipe, run.entry, run.step, run.visits[run.step], record.key),
        at=line.at,
        n=line.n,
        recipe=run.recipe,
        version=run.version,
        entry=run.entry,
        step=run.step,
        channel=EMAIL,
        name=line.subject,
        outcome=HELD,
        reason=_reason(line),
    )
