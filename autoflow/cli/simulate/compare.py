"""Files beside what is applied: two columns, and the difference."""

from __future__ import annotations

from collections.abc import Iterator

from autoflow.cli.output import clean, say, table
from autoflow.cli.simulate.outcomes import FIGURES, mails
from autoflow.lab.simulation.playing import Changed, Compared
from autoflow.lab.simulation.simulate import Simulation
from autoflow.lab.simulation.tally import RecipeTally


def tell_compared(applied: Simulation, files: Simulation, compared: Compared) -> None:
    """Print what would be otherwise; recipes in which nothing would be are named in one line."""
    rows, same = [], []
    for name in sorted({each.recipe for each in (*applied.recipes, *files.recipes)}):
        found = list(_rows(_named(applied, name), _named(files, name)))
        if any(row[1] != row[2] for row in found):
            rows += [[name if place == 0 else "", *row] for place, row in enumerate(found)]
        else:
            same.append(name)
    say()
    say("Beside what is applied:")
    if not rows:
        say("  The files decide the same as what is applied.")
        return
    total = [sum(map(mails, each.recipes)) for each in (applied, files)]
    rows.append(["all recipes", "mails", *map("{:,}".format, total), _signed(total[1] - total[0])])
    table(["recipe", "", "applied", "files", "difference"], rows, numbers=[2, 3, 4])
    if same:
        say(f"No difference: {', '.join(same)}.")
    for word, number in (("more", compared.more), ("fewer", compared.fewer)):
        if number:
            people = "person gets" if number == 1 else "people get"
            say(f"{number:,} {people} {word} mails: {', '.join(map(_example, compared.examples[word]))}.")


def _rows(applied: RecipeTally | None, files: RecipeTally | None) -> Iterator[list[str]]:
    for what, figure in FIGURES:
        before = figure(applied) if applied is not None else 0
        after = figure(files) if files is not None else 0
        yield [what, f"{before:,}", f"{after:,}", _signed(after - before)]


def _named(found: Simulation, name: str) -> RecipeTally | None:
    return next((each for each in found.recipes if each.recipe == name), None)


def _signed(number: int) -> str:
    return f"{number:+,}" if number else "0"


def _example(changed: Changed) -> str:
    return f"{clean(changed.contact)} ({changed.before} → {changed.after})"
