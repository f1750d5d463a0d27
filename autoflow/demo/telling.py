"""What the demo says: a screenful that can be read aloud, every figure of it counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from autoflow.demo.facts import facts
from autoflow.demo.outcome import Outcome
from autoflow.language.settings.settings import Mailbox
from autoflow.model.effects import AUDIENCES, EMAIL, SALES
from autoflow.model.instants import to_wall
from autoflow.store.reports import MessageLine

_DIGITS = 16
_REFUSING = ("unsubscribed", "deny")


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
    for fact in facts(found):
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
        f" {found.mailed_after_unsubscribing:,} slipped through."
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


def _where(found: Outcome) -> Iterator[str]:
    email = found.workspace.settings.email
    assert isinstance(email, Mailbox)
    box = found.folder / email.folder
    yield "Where the mail lies"
    yield f"  {box / 'new'}: {len(found.mails):,} .eml files, which any mail program opens"
    yield f"  (the folder as a whole is a Maildir: mutt -f {box})"


def _next(found: Outcome) -> Iterator[str]:
    who, template = _somebody(found)
    lines = [
        (f"contact show {who}", "one customer's year, and what was done about it"),
        (f"why {who}", "why the same one is in a recipe, or is not"),
    ]
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
    for message in found.marketing_mails:
        mails.setdefault(message.contact, []).append(message)
    if not mails:
        return str(next(each["userId"] for each in found.year if "userId" in each)), ""
    who = min(mails, key=lambda name: (-len(mails[name]), name))
    return who, mails[who][-1].name


def _wrapped(text: str) -> Iterator[str]:
    yield from wrap(text, 98, initial_indent="  - ", subsequent_indent="    ")
