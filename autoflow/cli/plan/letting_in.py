"""The options that say who enters because he matches already, of `plan` and `apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.lab.plan.apply import LetIn

EXISTING = click.option(
    "--include-existing",
    "existing",
    multiple=True,
    is_flag=False,
    flag_value="*",
    metavar="[RECIPE]",
    help="Let those into RECIPE who match its trigger segment_entered already; without a name, into all recipes that"
    " the change concerns. May stand several times.",
)
PACE = click.option("--pace", metavar="RATE", help='Let them in one after the other, such as "500 per day".')


def let_in(existing: tuple[str, ...], pace: str | None) -> LetIn:
    """What the two options ask for; raises `AutoflowError` where that is nothing that could be done."""
    from autoflow.lab.plan.apply import LetIn
    from autoflow.lab.plan.letting_in import read_pace

    if pace is not None and not existing:
        raise AutoflowError(
            "--pace says how fast those enter who match already.", "It goes with --include-existing."
        )
    return LetIn(existing, read_pace(pace) if pace is not None else None)
