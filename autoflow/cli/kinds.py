"""`autoflow kinds`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

import click

from autoflow.cli.output import say


@click.command()
def command() -> None:
    """List the words of the recipe language, each with an example."""
    from autoflow.kinds import registry
    from autoflow.kinds.base import Kind

    families: dict[str, Mapping[str, type[Kind]]] = {
        "Triggers": registry.triggers(),
        "Conditions": registry.conditions(),
        "Actions": registry.actions(),
    }
    for number, (family, kinds) in enumerate(families.items()):
        say(f"{'' if not number else chr(10)}{family}")
        for word, kind in sorted(kinds.items()):
            first = (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")
            say(f"\n  {word}")
            say(f"    {first}")
            for line in kind.example.splitlines():
                say(f"      {line}")
