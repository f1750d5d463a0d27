"""How far people came in one recipe: entries by day, the steps, the parts of a split."""

from __future__ import annotations

from autoflow.cli.drawing import bar, line
from autoflow.cli.output import count, local, say, table
from autoflow.lab.simulation.findings import Part, busiest, days, funnel, parts
from autoflow.lab.simulation.simulate import Simulation
from autoflow.lab.simulation.tally import RecipeTally
from autoflow.model.effects import GOAL

_WIDTH, _BAR = 60, 24
_FEW = 100


def tell_details(found: Simulation, tally: RecipeTally, zone: str) -> None:
    """Print it, below what was told of the recipe."""
    recipe = found.program.recipes[tally.recipe]
    by_day = days(tally.entries, found.start, found.end, zone)
    if tally.entered:
        most = max(number for _, number in by_day)
        drawn = line([number for _, number in by_day], _WIDTH)
        say()
        say(f"  Entries by day, {by_day[0][0]} to {by_day[-1][0]}, at most {most:,}:")
        say(f"  {drawn.rstrip() or drawn}")
    hour = busiest(tally.mails, zone)
    if hour is not None:
        say(f"  Busiest hour: {local(hour.start, zone)}, {count(hour.number, 'mail')}.")
    stages, found_parts = funnel(tally, recipe), parts(tally, recipe)
    fell: dict[
        str, dict[str, int]
    ] = {}  # who is held out walks another part's way, and is counted in his own
    for each in found_parts:
        fell.setdefault(each.split, {})[each.part] = each.fell
    if any(stage.reached for stage in stages):
        say()
        most = max(stage.reached for stage in stages)
        rows = []
        for stage in stages:
            rows.append([f"  {stage.step}", f"{stage.reached:,}", bar(stage.reached, most, _BAR)])
            into = fell.get(stage.step)
            for name, walked in stage.branches.items():
                rows.append([f"    {name}", f"{walked if into is None else into.get(name, 0):,}", ""])
        table(["  step", "came to it", ""], rows, numbers=[1])
    if found_parts:
        _tell_parts(found_parts)


def _tell_parts(found: list[Part]) -> None:
    say()
    rows = [
        [
            f"  {each.split}",
            each.part,
            f"{each.fell:,}",
            f"{each.mails:,}",
            f"{each.ended[GOAL]:,}",
            f"{100 * each.ended[GOAL] / each.fell:.1f} %" if each.fell else "",
            f"{each.ended['running']:,}",
        ]
        for each in found
    ]
    table(
        ["  split", "part", "fell into it", "mails", "goals", "share", "under way"], rows, numbers=range(2, 7)
    )
    if min(each.fell for each in found) < _FEW:
        say("  With so few people in a part, a difference between parts may be chance alone.")
