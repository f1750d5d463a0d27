"""The files beside the log: events that never came in, and properties that events do not carry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from autoflow.kinds.operators import comparable
from autoflow.lab.data.asked import MAIL_TELLS, Asked, AskedOf, events, once_a_file, properties
from autoflow.lab.data.segments import warning
from autoflow.language.names import listed
from autoflow.language.workspace import Read
from autoflow.model.problems import Problem
from autoflow.store import seen
from autoflow.store.database import Database

_SENT = "See that it is sent under this name: `autoflow status` names events that nothing declares."
_NOT_OURS = (
    "autoflow does not see this by itself: bring it in as an event (docs/import.md), or go by what people do."
)
_CARRIED = "See that it is sent under this name: `autoflow contact show WHO` shows what events carry."
_SUMMED = "See that every event is sent with it."
_BESIDE = "Write is_set: true beside it where those are not meant."


def check_log(database: Database, read: Read) -> Iterator[Problem]:
    """Say what the files ask in vain of the events that came in, and which count, or do not, for lack of a value.

    To be used within one transaction that reads.
    """
    listened, asked = list(events(read)), list(properties(read))
    own = {name for name, each in read.workspace.settings.events.items() if not each.built_in}
    looked_for = {each.name for each in listened} | {each.event for each in asked}
    happened = seen.events_seen(database, looked_for | own)
    silent = (each for each in listened if each.name not in happened)
    yield from _never_seen(database, silent, sorted(own & happened))
    yield from _of_properties(database, read, [each for each in asked if each.event in happened])


def _never_seen(database: Database, asked: Iterable[Asked], others: Sequence[str]) -> Iterator[Problem]:
    """Warn of each event once a file; of what mail brings about, once mail has gone out.

    `others` are the declared events that have come in.
    """
    sent = seen.mails_sent(database)
    shown = listed(f'"{each}"' for each in others)
    came = f", and {shown} {'have' if len(others) > 1 else 'has'} come in" if others else ""
    for name, source, at in once_a_file(asked):
        message, fix = f'The event "{name}" has never come in', f"{_SENT[:-1]}{came}."
        if name in MAIL_TELLS:
            message, fix = (
                f"{message}, and {sent:,} mail{' has' if sent == 1 else 's have'} gone out",
                _NOT_OURS,
            )
        if sent or name not in MAIL_TELLS:
            yield warning("never-seen", source, at, f"{message}.", fix)


def _of_properties(database: Database, read: Read, asked: Sequence[AskedOf]) -> Iterator[Problem]:
    """Warn of what no event carries, once a file, and of those that lack a value, wherever that decides."""
    counted = _Counted(database, read, asked)
    never = counted.missing - seen.carried_before(database, counted.missing)
    for each in once_a_file(each for each in asked if each.subject in never):
        message = f'No "{each.event}" that came in carries a "{each.name}".'
        yield warning("never-carried", each.source, each.at, message, _CARRIED)
    for each in asked:
        if each.subject not in never and each.decides and (lacking := counted.lacking(each)):
            one = lacking == 1
            told = f'{counted.of(each)} {"carries" if one else "carry"} no "{each.name}"'
            if each.decides == "summed":
                counts = "counts" if one else "count"
                message = f"{told}, and {counts} for nothing here."
                yield warning("counts-for-nothing", each.source, each.at, message, _SUMMED)
            else:
                passes = "passes" if one else "pass"
                message = f"{told}, and {passes} here all the same."
                yield warning("takes-in-missing", each.source, each.at, message, _BESIDE)


class _Counted:
    """How many of the latest events carry what is asked, as a value of its type."""

    def __init__(self, database: Database, read: Read, asked: Iterable[AskedOf]) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for each in asked:
            wanted[each.event].add(each.name)
        settings = read.workspace.settings
        self._last = "" if seen.is_all(database) else "last "
        self._events: Counter[str] = Counter()
        self._carry: Counter[tuple[str, str]] = Counter()
        for event, carried in seen.latest_events(database, wanted.keys()):
            self._events[event] += 1
            declared = settings.events[event].properties
            for name in wanted[event] & carried.keys():
                if comparable(carried[name], declared[name].type, settings.timezone) is not None:
                    self._carry[event, name] += 1
        pairs = {(event, name) for event, names in wanted.items() for name in names}
        self.missing = {pair for pair in pairs if not self._carry[pair]}

    def lacking(self, asked: AskedOf) -> int:
        """How many lack it; none where no such event is among the latest."""
        return self._events[asked.event] - self._carry[asked.subject]

    def of(self, asked: AskedOf) -> str:
        """How many of how many, in words."""
        return f'{self.lacking(asked):,} of the {self._last}{self._events[asked.event]:,} "{asked.event}"'
