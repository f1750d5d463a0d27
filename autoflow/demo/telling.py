"""What the demo says: a screenful that can be read aloud, every figure of it counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import wrap

from autoflow.demo.weeks import Message
from autoflow.lab.recording import digest, message_row, ndjson
from autoflow.lab.simulate import Simulation
from autoflow.language.definitions import Workspace
from autoflow.language.settings import Mailbox
from autoflow.model.effects import AUDIENCES, EMAIL, SALES
from autoflow.model.instants import parse_instant, to_wall
from autoflow.store import reports
from autoflow.store.database import Database
from autoflow.store.reports import MessageLine

_DIGITS = 16
_DECISION = ("at", "contact", "recipe", "step", "channel", "name", "key", "outcome", "reason")
_MACHINE_PAGES = "/products/x200"
_REFUSING = ("unsubscribed", "deny")


@dataclass
class Outcome:
    """What there is to tell of. `simulated` is the whole year, `again` the weeks from `start` to `end` alone."""

    folder: Path
    program: str
    zone: str
    start: int
    end: int
    year: list[Message]
    simulated: Simulation
    again: Simulation
    workspace: Workspace
    database: Database

    @cached_property
    def messages(self) -> list[MessageLine]:
        """What the engine decided, in order."""
        return reports.messages(self.database)

    @cached_property
    def sent(self) -> list[MessageLine]:
        """What has gone out."""
        return [message for message in self.messages if message.state == "sent"]

    @cached_property
    def mails(self) -> list[MessageLine]:
        """The mails that have gone out."""
        return [message for message in self.sent if message.channel == EMAIL]

    @cached_property
    def runs(self) -> Mapping[str, Mapping[str, int]]:
        """Runs by recipe and state."""
        return reports.runs_by_recipe(self.database)

    @cached_property
    def digest(self) -> str:
        """Of everything that the engine decided."""
        return digest([ndjson({key: getattr(each, key) for key in _DECISION} for each in self.messages)])

    @cached_property
    def agrees(self) -> bool:
        """Whether the simulation of these weeks decided the same."""
        rows = ({**message_row(message, who), "at": message.at} for message, who in self.again.messages)
        return digest([ndjson({key: row[key] for key in _DECISION} for row in rows)]) == self.digest

    def tracked(self, event: str) -> list[Message]:
        """The year's events of a name."""
        return [each for each in self.year if each.get("event") == event]


def day(instant: int, zone: str) -> str:
    """`4 December 2025`, in the zone."""
    wall = to_wall(instant, zone)
    return f"{wall.day} {wall:%B %Y}"


def opening(folder: Path, contacts: int) -> Iterator[str]:
    """What is going to happen."""
    yield f"Morrow & Kettle, a coffee shop that does not exist, with {contacts:,} contacts, is put into {folder}."
    yield "Its mail goes into a folder there and nowhere else. The clock is VIRTUAL: a year takes about a minute,"
    yield "and every date below is the shop's, not yours."
    yield ""


def closing(found: Outcome) -> Iterator[str]:
    """What has happened, what is worth knowing, and what to try."""
    yield ""
    yield from _happened(found)
    yield ""
    yield from _recipes(found)
    yield ""
    yield "Worth knowing"
    for fact in _facts(found):
        yield from _wrapped(fact)
    yield ""
    yield from _where(found)
    yield ""
    yield from _next(found)


def _happened(found: Outcome) -> Iterator[str]:
    first, last = to_wall(found.start, found.zone), to_wall(found.end - 1, found.zone)
    channels = Counter(message.channel for message in found.sent)
    yield f"What happened from {first.day} {first:%B} to {last.day} {last:%B %Y} (virtual time)"
    yield (
        f"  {channels[EMAIL]:,} mails went out, {channels[SALES]:,} notices to colleagues,"
        f" {channels[AUDIENCES]:,} changes of ad audiences."
    )
    refused = sum(message.channel == EMAIL and message.reason in _REFUSING for message in found.messages)
    yield (
        f"  {refused:,} mails were kept back from people who had unsubscribed or must not be written to;"
        f" {_after_unsubscribing(found):,} slipped through."
    )
    if not found.agrees:
        yield "  The same weeks simulated from the log gave other decisions. That is a bug: please report it."
        return
    yield (
        f"  The same weeks simulated from the log give the same {len(found.messages):,} decisions, to the byte:"
        f" digest {found.digest[:_DIGITS]}."
    )


def _recipes(found: Outcome) -> Iterator[str]:
    yield f"  {'recipe':<20}{'entered':>9}{'mails':>8}{'goal':>7}{'under way':>12}"
    mails = Counter(message.recipe for message in found.mails)
    for name, recipe in sorted(found.workspace.recipes.items()):
        states = found.runs.get(name, {})
        goal = f"{states.get('goal', 0):,}" if recipe.goal is not None else "–"
        sends = any(step.action.word == "send_email" for step in recipe.steps)
        sent = f"{mails[name]:,}" if sends else "–"
        entered, running = sum(states.values()), states.get("running", 0)
        yield f"  {name:<20}{entered:>9,}{sent:>8}{goal:>7}{running:>12,}"


def _facts(found: Outcome) -> Iterator[str]:
    yield from _vips(found)
    second = next(outcome for outcome in found.simulated.recipes if outcome.recipe == "second-order")
    over = second.entered - second.running
    if over:
        yield (
            f"Of {over:,} first-time buyers, {100 * second.ended['goal'] / over:.0f} % had ordered again six weeks"
            " later, and the people of this shop read no mail. A recipe that reports such a rate as its success"
            " has earned nothing yet: compare with it."
        )
    sold, unseen = _machines(found)
    if sold:
        yield (
            f"{sold:,} machines were sold, {unseen:,} of them to people who had never opened the page of the X200:"
            " no ad that waits for that visit reaches them."
        )


def _machines(found: Outcome) -> tuple[int, int]:
    """How many machines were sold, and to how many who had not looked at the page that x200-interest goes by."""
    looked: set[str] = set()
    sold = unseen = 0
    for each in found.year:
        who = str(each.get("userId") or each["anonymousId"])
        if each["type"] == "identify" and str(each["anonymousId"]) in looked:
            looked.add(who)  # a visitor brings his history along
        properties = each.get("properties")
        if not isinstance(properties, dict):
            continue
        if each["type"] == "page" and str(properties["path"]).startswith(_MACHINE_PAGES):
            looked.add(who)
        elif each.get("event") == "purchased" and properties["category"] == "machines":
            sold += 1
            unseen += who not in looked
    return sold, unseen


def _vips(found: Outcome) -> Iterator[str]:
    spent: Counter[str] = Counter()
    for each in found.tracked("purchased"):
        properties = each["properties"]
        assert isinstance(properties, dict)
        spent[str(each["userId"])] += round(properties["total"] * 100)
    vips = reports.members(found.database, "vip")
    if spent and vips:
        share = 100 * sum(spent[name] for name in vips) / spent.total()
        yield (
            f"{len(vips):,} VIPs are {100 * len(vips) / len(spent):.0f} % of the {len(spent):,} people who bought"
            f" in the year, and {share:.0f} % of what it brought in."
        )


def _where(found: Outcome) -> Iterator[str]:
    email = found.workspace.settings.email
    assert isinstance(email, Mailbox)
    box = found.folder / email.folder
    yield "Where the mail lies"
    yield f"  {box / 'new'}: {len(found.mails):,} .eml files, which any mail program opens"
    yield f"  (the folder as a whole is a Maildir: mutt -f {box})"


def _next(found: Outcome) -> Iterator[str]:
    who, template = _somebody(found)
    lines = [(f"contact show {who}", "one customer's year, and what was done about it")]
    if template:
        page = found.folder / "mail.html"
        lines.append((f"preview {template} --contact {who} --out {page}", "a mail for the browser"))
    lines += [
        ("segments", "who is in what, at the end of the year"),
        ("simulate win-back", "the year again; then change a wait in its recipe, and once more"),
        ("run --until-idle", "back to your own clock: what fell due since is done, late mail held"),
    ]
    yield "What to try next"
    for line, why in lines:
        yield f"  # {why}"
        yield f"  {found.program} -C {found.folder} {line}"


def _somebody(found: Outcome) -> tuple[str, str]:
    """Whoever got the most marketing mail, and the latest of it; the first by name among equals."""
    mails: dict[str, list[MessageLine]] = {}
    for message in found.mails:
        if found.workspace.templates[message.name].klass == "marketing":
            mails.setdefault(message.contact, []).append(message)
    if not mails:
        return str(next(each["userId"] for each in found.year if "userId" in each)), ""
    who = min(mails, key=lambda name: (-len(mails[name]), name))
    return who, mails[who][-1].name


def _after_unsubscribing(found: Outcome) -> int:
    """Marketing mails decided for somebody after he had unsubscribed."""
    since: dict[str, int] = {}
    for each in found.tracked("unsubscribed"):
        since.setdefault(str(each["userId"]), parse_instant(str(each["timestamp"])))
    return sum(
        message.at >= since.get(message.contact, found.end)
        for message in found.mails
        if found.workspace.templates[message.name].klass == "marketing"
    )


def _wrapped(text: str) -> Iterator[str]:
    yield from wrap(text, 98, initial_indent="  - ", subsequent_indent="    ")
