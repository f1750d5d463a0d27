"""`autoflow simulate --contact WHO`: one person's story."""

from __future__ import annotations

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import clean, iso, local, say, table
from autoflow.cli.state import State
from autoflow.lab.simulation.one_life import RECORDED, OneLife, one_life
from autoflow.lab.simulation.simulate import Asked
from autoflow.model.problems import AutoflowError
from autoflow.store.reports import find_contact


def tell_contact(state: State, who: str, recipes: tuple[str, ...], asked: Asked, *, as_json: bool) -> None:
    """Print what is recorded of a contact in the span, and what would follow from it."""
    workshop = state.project.workshop(recipes, mails=False)
    with state.store(reading=True) as database:
        contact = find_contact(database, who)
        found = one_life(database, workshop.programs(database)[-1], contact, asked)
    if found is None:
        raise AutoflowError(
            f"Nothing is recorded of {clean(who)} in that time.", "Choose another --from or --to."
        )
    if as_json:
        print_json(_row(found))
    else:
        _tell(found, state.settings.timezone)


def _row(found: OneLife) -> dict[str, object]:
    return {
        "contact": found.name,
        "from": iso(found.start),
        "to": iso(found.end),
        "story": [{**each._asdict(), "at": iso(each.at)} for each in found.told],
        "segments": sorted(found.record.segments),
        "tags": sorted(found.record.tags),
        "under_way": [
            {"recipe": run.recipe, "run": run.entry, "step": run.step} for run in found.record.runs
        ],
    }


def _tell(found: OneLife, zone: str) -> None:
    say(
        f"{clean(found.name)} in the simulation, {local(found.start, zone)} to {local(found.end, zone)} ({zone})."
    )
    say()
    several = {each.recipe for each in found.told if each.run > 1}
    rows = []
    for each in found.told:
        whose = f"{each.recipe} {each.run}" if each.recipe in several and each.run else each.recipe
        rows.append([local(each.at, zone), whose if each.kind != RECORDED else "·", each.text])
    table(["when", "recipe", "what (·: recorded)"], rows)
    say()
    for what, names in (("Tags", sorted(found.record.tags)), ("Segments", sorted(found.record.segments))):
        if names:
            say(f"{what} at the end: {clean(', '.join(names))}.")
    for run in found.record.runs:
        until = f", until {local(run.due, zone)}" if run.due is not None else ""
        say(f"Still under way in {run.recipe}: at {run.step}{until}.")
