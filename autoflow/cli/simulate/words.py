"""A simulation in sentences that can be read aloud."""

from __future__ import annotations

from collections.abc import Iterable

from autoflow.cli.output import clean, count, local, say
from autoflow.cli.simulate.compare import tell_compared
from autoflow.cli.simulate.details import tell_details
from autoflow.cli.simulate.outcomes import ends, gone_out, most, not_made, thing, why_held, why_refused
from autoflow.lab.simulation.playing import Compared
from autoflow.lab.simulation.simulate import Simulation
from autoflow.lab.simulation.tally import RecipeTally
from autoflow.model.effects import EMAIL, HELD
from autoflow.model.reasons import in_short

_MOST_NAMED = 20


def tell(
    found: Simulation,
    zone: str,
    *,
    details: bool = False,
    applied: Simulation | None = None,
    compared: Compared | None = None,
) -> None:
    """Print what each recipe did, and what a simulation cannot know; with `details` also how far people came.

    With `applied` its figures stand beside those of the files.
    """
    contacts, events = count(found.contacts, "contact"), count(found.events, "recorded message")
    say(f"{local(found.start, zone)} to {local(found.end, zone)} ({zone}): {contacts}, {events}.")
    if found.assumed:
        say(f"{assumption(found)}: what follows from that is no record and no forecast.")
    say()
    for outcome in found.recipes:
        for line in _sentences(outcome):
            say(line)
        if details:
            tell_details(found, outcome, zone)
    if applied is not None and compared is not None:
        tell_compared(applied, found, compared)
    say()
    if not details:
        say(
            "With the name of a recipe it tells more: entries by day, how far people came, the parts of a split."
        )
    for who, reason in found.aside[:_MOST_NAMED]:
        say(f"Left out, for the engine would stumble over {clean(who)}: {clean(reason)}.")
    if len(found.aside) > _MOST_NAMED:
        say(f"And {len(found.aside) - _MOST_NAMED:,} more are left out.")
    for line in cannot_know(found):
        say(line)
    say(f"Digest {found.digest[:16]} (seed {found.seed}): the same files, events and seed give it again.")


def assumption(found: Simulation) -> str:
    """What people are assumed to do."""
    return f"Assumed of every mail that goes out: {', '.join(map(str, found.assumed))}"


def cannot_know(found: Simulation) -> tuple[str, str]:
    """What no replay can tell."""
    if found.assumed:
        return (
            "What this cannot know: how people would have answered. Beyond what is assumed they do here what is",
            "recorded, mail or no mail, so a goal that is met was not met because of the recipe.",
        )
    return (
        "What this cannot know: how people would have answered. They do here what is recorded, mail or no mail,",
        "so a goal that is met was not met because of the recipe, and nobody opens or clicks what was never sent.",
    )


def _sentences(outcome: RecipeTally) -> list[str]:
    turned = ""
    if outcome.refused:
        whys = most(outcome.refusals)
        were, they = ("was", "he") if outcome.refused == 1 else ("were", "they")
        told = [
            f"{they if len(whys) == 1 else f'{number:,}'} {why_refused(why, number)}" for why, number in whys
        ]
        turned = f" ({outcome.refused:,} {were} turned away: {', '.join(told)})"
    along = f", {outcome.carried:,} came along" if outcome.carried else ""
    lines = [f"{outcome.recipe}: {outcome.entered:,} entered{along}{turned}."]
    if outcome.entered or outcome.carried:
        lines.append(f"  {', '.join(f'{number:,} {said}' for said, number in ends(outcome))}.")
    if outcome.messages:
        lines.append(f"  {_sent(outcome)}")
    lines += [f"  {line}" for line in _failing(outcome)]
    return lines


def _failing(outcome: RecipeTally) -> Iterable[str]:
    """Mails that nobody could be sent, for they cannot be made."""
    for (template, reason), each in sorted(outcome.failing.items()):
        of = f"{count(each.count, 'mail')} of {template} cannot be made"
        yield f"{of}, such as that for {clean(each.contact)}: {clean(reason)}"


def _sent(outcome: RecipeTally) -> str:
    """What was sent and what was not, by what it is: mails, notices, changes of audiences, tasks, calls."""
    told = [f"{number:,} {said}" for said, number in gone_out(outcome)]
    for channel, reasons in not_made(outcome).items():
        why = ", ".join(f"{number:,} {in_short(reason)}" for reason, number in most(reasons))
        done, number = "sent" if channel == EMAIL else "made", reasons.total()
        told.append(f"{number:,} {thing(channel, number)} not {done} ({why})")
    if held := outcome.count(outcome=HELD):
        told.append(f"{count(held, 'mail')} still held back")
    if outcome.holds:
        why = ", ".join(f"{number:,} {why_held(reason)}" for reason, number in most(outcome.holds))
        told.append(f"{count(outcome.holds.total(), 'mail')} had to wait ({why})")
    return f"{', '.join(told)}."
