"""`autoflow simulate`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import count, iso, local, progress, say
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.problems import AutoflowError, did_you_mean

if TYPE_CHECKING:
    from autoflow.lab.simulate import RecipeOutcome, Simulation
    from autoflow.language.definitions import Workspace
    from autoflow.model.effects import Message

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_FIRST = (
    *("recipe", "version", "entered", "refused", "running", "finished", "goal", "exited", "failed"),
    "messages",
)
_WHY_SKIPPED = {
    "no_consent": "no consent",
    "no_email": "no address",
    "unsubscribed": "unsubscribed",
    "suppressed": "a dead address or a complaint",
    "deny": "in a segment that denies mail",
}
_WHY_REFUSED = {"while_running": "were in it already", "reentry": "had been in it too recently"}


@click.command()
@click.argument("recipes", metavar="[RECIPE]...", nargs=-1)
@click.option("--from", "start", metavar="WHEN", help="Where the span begins: a date, or a date and time.")
@click.option("--to", "end", metavar="WHEN", help="Where it ends; a date means the end of that day.")
@click.option("--seed", default="0", show_default=True, help="The same seed gives the same outcome.")
@click.option(
    "--messages",
    type=click.Path(dir_okay=False, allow_dash=True, writable=True, path_type=Path),
    metavar="FILE",
    help="Write every message to FILE, a JSON line each.",
)
@json_option
@pass_state
def command(
    state: State,
    recipes: tuple[str, ...],
    start: str | None,
    end: str | None,
    seed: str,
    messages: Path | None,
    *,
    as_json: bool,
) -> None:
    """Play the recipes over what is recorded, in virtual time. Sends nothing and changes nothing.

    With RECIPEs only those run, even where they are drafts or paused. WHEN is in the project's time zone, such as
    2011-03-01 or "2011-03-01 14:00"; without --from and --to the span is all that is recorded. Before --from
    everybody's past is remembered, and nobody is under way.
    """
    found = _simulate(state, recipes, start, end, seed)
    if messages is not None:
        from autoflow.lab.recording import ndjson

        with click.open_file(str(messages), "wb") as file:
            file.write(ndjson(found.rows()))
    if as_json:
        print_json(
            {
                "from": iso(found.start),
                "to": iso(found.end),
                "seed": found.seed,
                "digest": found.digest,
                "recipes": [_row(outcome) for outcome in found.recipes],
                "segments": dict(sorted(found.segments.items())),
            }
        )
    elif str(messages) != "-":
        _tell(found, state.settings.timezone)


def _simulate(
    state: State, recipes: tuple[str, ...], start: str | None, end: str | None, seed: str
) -> Simulation:
    from autoflow.core.program import compile_program
    from autoflow.lab.simulate import simulate
    from autoflow.store.definitions import numbered

    workspace = _chosen(state.project.sound_workspace(), recipes)
    zone = workspace.settings.timezone
    first = _instant(start, zone, "--from") if start is not None else None
    last = _instant(end, zone, "--to") if end is not None else None
    if first is not None and last is not None and last < first:
        raise AutoflowError("--to lies before --from.", "Turn the two round.")
    with state.store() as database, progress("Simulating") as told:
        program = compile_program(numbered(database, workspace))
        found = simulate(database, program, start=first, end=last, seed=seed, progress=told)
    if found is None:
        until = f" up to {end}" if last is not None else ""
        raise AutoflowError(
            f"Nothing is recorded{until}, so there is nothing to play the recipes over.",
            "`autoflow import FILE` brings in what happened.",
        )
    if first is None and last is None:
        return found
    if found.start > found.end:
        raise AutoflowError(f"Nothing is recorded after {start}.", "Choose an earlier --from.")
    return found


def _chosen(workspace: Workspace, names: tuple[str, ...]) -> Workspace:
    if not names:
        return workspace
    for name in names:
        if name not in workspace.recipes:
            near = did_you_mean(name, workspace.recipes)
            hint = f'Did you mean "{near}"?' if near else f"There is {', '.join(sorted(workspace.recipes))}."
            raise AutoflowError(f'There is no recipe called "{name}".', hint)
    return replace(
        workspace, recipes={name: replace(workspace.recipes[name], status="live") for name in names}
    )


def _instant(text: str, zone: str, option: str) -> int:
    """The first instant of --from, the last one of --to."""
    from autoflow.model.instants import from_wall, parse_instant, to_wall

    try:
        instant = parse_instant(text, zone)
        if option == "--to" and _DATE.fullmatch(text.strip()):
            return from_wall(to_wall(instant, zone) + timedelta(days=1), zone) - 1
    except (ValueError, OverflowError):
        raise AutoflowError(
            f'{option}: "{text}" is not a date.', 'Write 2011-03-01, or "2011-03-01 14:00".'
        ) from None
    return instant


def _row(outcome: RecipeOutcome) -> dict[str, Any]:
    row = outcome.row()
    return {**{key: row[key] for key in _FIRST}, **{key: row[key] for key in row if key not in _FIRST}}


def _tell(found: Simulation, zone: str) -> None:
    by_recipe: dict[str, list[Message]] = {}
    for message, _ in found.messages:
        by_recipe.setdefault(message.recipe, []).append(message)
    contacts, events = count(found.contacts, "contact"), count(found.events, "recorded message")
    say(f"{local(found.start, zone)} to {local(found.end, zone)} ({zone}): {contacts}, {events}.")
    say()
    for outcome in found.recipes:
        for line in _sentences(outcome, by_recipe.get(outcome.recipe, [])):
            say(line)
    say()
    say(
        "What this cannot know: how people would have answered. They do here what is recorded, mail or no mail,"
    )
    say(
        "so a goal that is met was not met because of the recipe, and nobody opens or clicks what was never sent."
    )
    say(f"Digest {found.digest[:16]} (seed {found.seed}): the same files, events and seed give it again.")


def _sentences(outcome: RecipeOutcome, messages: list[Message]) -> list[str]:
    turned = ""
    if outcome.refused:
        told = [f"{number:,} {_refusal(why)}" for why, number in _most(outcome.refusals)]
        were = "was" if outcome.refused == 1 else "were"
        turned = f" ({outcome.refused:,} {were} turned away: {', '.join(told)})"
    lines = [f"{outcome.recipe}: {outcome.entered:,} entered{turned}."]
    if outcome.entered:
        lines.append(f"  {_ends(outcome)}")
    if messages:
        lines.append(f"  {_sent(messages)}")
    return lines


def _ends(outcome: RecipeOutcome) -> str:
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


def _sent(messages: list[Message]) -> str:
    from autoflow.model.effects import AUDIENCES, EMAIL, HELD, SALES, SENT, SKIPPED

    sent = Counter(message.channel for message in messages if message.outcome == SENT)
    told = [
        count(sent[channel], *words)
        for channel, words in (
            (EMAIL, ("mail",)),
            (SALES, ("notice to sales", "notices to sales")),
            (AUDIENCES, ("change of an audience", "changes of audiences")),
        )
        if sent[channel]
    ]
    skipped = Counter(message.reason for message in messages if message.outcome == SKIPPED)
    if skipped:
        why = ", ".join(f"{number:,} {_WHY_SKIPPED.get(reason, reason)}" for reason, number in _most(skipped))
        told.append(f"{count(skipped.total(), 'mail')} not sent ({why})")
    held = sum(message.outcome == HELD for message in messages)
    if held:
        told.append(f"{count(held, 'mail')} held back")
    return f"{', '.join(told)}."


def _refusal(why: str) -> str:
    return _WHY_REFUSED.get(why, f"did not meet “{why}”")


def _most(numbers: dict[str, int] | Counter[str]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
