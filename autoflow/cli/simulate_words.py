"""A simulation in sentences that can be read aloud."""

from __future__ import annotations

from collections import Counter

from autoflow.cli.output import clean, count, local, say
from autoflow.lab.simulate import Simulation
from autoflow.lab.tally import RecipeTally
from autoflow.model.effects import AUDIENCES, EMAIL, HELD, SALES, SENT, SKIPPED, TASKS, WEBHOOKS

_MOST_NAMED = 20
_WHY_SKIPPED = {
    "no_consent": "no consent",
    "no_email": "no address",
    "unsubscribed": "unsubscribed",
    "suppressed": "a dead address or a complaint",
    "deny": "in a segment that denies mail",
    "holdout": "held out",
    "quiet_hours": "quiet hours",
    "cap": "had enough mail already",
    "at_most": "had enough notices already",
}
_THINGS = {
    EMAIL: ("mail",),
    SALES: ("notice to sales", "notices to sales"),
    AUDIENCES: ("change of an audience", "changes of audiences"),
    TASKS: ("task",),
    WEBHOOKS: ("call",),
}
_WHY_REFUSED = {"while_running": "were in it already", "reentry": "had been in it too recently"}


def tell(found: Simulation, zone: str) -> None:
    """Print what each recipe did, and what a simulation cannot know."""
    contacts, events = count(found.contacts, "contact"), count(found.events, "recorded message")
    say(f"{local(found.start, zone)} to {local(found.end, zone)} ({zone}): {contacts}, {events}.")
    say()
    for outcome in found.recipes:
        for line in _sentences(outcome):
            say(line)
    say()
    for who, reason in found.aside[:_MOST_NAMED]:
        say(f"Left out, for the engine would stumble over {clean(who)}: {clean(reason)}.")
    if len(found.aside) > _MOST_NAMED:
        say(f"And {len(found.aside) - _MOST_NAMED:,} more are left out.")
    say(
        "What this cannot know: how people would have answered. They do here what is recorded, mail or no mail,"
    )
    say(
        "so a goal that is met was not met because of the recipe, and nobody opens or clicks what was never sent."
    )
    say(f"Digest {found.digest[:16]} (seed {found.seed}): the same files, events and seed give it again.")


def _sentences(outcome: RecipeTally) -> list[str]:
    turned = ""
    if outcome.refused:
        told = [f"{number:,} {_refusal(why)}" for why, number in _most(outcome.refusals)]
        were = "was" if outcome.refused == 1 else "were"
        turned = f" ({outcome.refused:,} {were} turned away: {', '.join(told)})"
    lines = [f"{outcome.recipe}: {outcome.entered:,} entered{turned}."]
    if outcome.entered:
        lines.append(f"  {_ends(outcome)}")
    if outcome.messages:
        lines.append(f"  {_sent(outcome)}")
    return lines


def _ends(outcome: RecipeTally) -> str:
    words = {
        "goal": "reached the goal",
        "finished": "went through to the end",
        "exited": "left by an exit",
        "no_longer_matches": "no longer matched",
        "failed": "failed",
        "merged": "were merged into another contact",
        "erased": "were erased",
    }
    told = [f"{outcome.ended[state]:,} {said}" for state, said in words.items() if outcome.ended[state]]
    if outcome.running:
        told.append(f"{outcome.running:,} {'is' if outcome.running == 1 else 'are'} still under way")
    return f"{', '.join(told)}."


def _sent(outcome: RecipeTally) -> str:
    """What was sent and what was not, by what it is: mails, notices, changes of audiences, tasks, calls."""
    told: list[str] = []
    for channel, words in _THINGS.items():
        if number := outcome.count(channel, SENT):
            told.append(count(number, *words))
    for channel, words in _THINGS.items():
        skipped = {
            reason: number
            for (each, decided, reason), number in outcome.messages.items()
            if (each, decided) == (channel, SKIPPED)
        }
        if skipped:
            why = ", ".join(
                f"{number:,} {_WHY_SKIPPED.get(reason, reason)}" for reason, number in _most(skipped)
            )
            done = "sent" if channel == EMAIL else "made"
            told.append(f"{count(sum(skipped.values()), *words)} not {done} ({why})")
    if held := outcome.count(outcome=HELD):
        told.append(f"{count(held, 'mail')} held back")
    return f"{', '.join(told)}."


def _refusal(why: str) -> str:
    return _WHY_REFUSED.get(why, f"did not meet “{why}”")


def _most(numbers: dict[str, int] | Counter[str]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
