"""`autoflow recipes`."""

from __future__ import annotations

from textwrap import TextWrapper, indent
from typing import Any

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import say
from autoflow.cli.state import json_option
from autoflow.language.names import listed
from autoflow.starters.catalogue import Starter, starter, starters

_SECTIONS = (("events", "event"), ("attributes", "attribute"), ("scores", "score"), ("stages", "stage"))
_FOLDERS = (("templates", "mail"), ("segments", "segment"))
_WRAPPER = TextWrapper(width=100, break_on_hyphens=False, break_long_words=False)


@click.command()
@click.argument("name", required=False)
@json_option
def command(name: str | None, *, as_json: bool) -> None:
    """List the starter recipes that come with autoflow, or show the one of that NAME.

    `autoflow add NAME` copies it into the workspace, with its mails and its tests, as a draft.
    """
    if name is None:
        found = list(starters().values())
        if as_json:
            print_json({"recipes": [_row(each) for each in found]})
        else:
            _list(found)
    elif as_json:
        print_json(_whole(starter(name)))
    else:
        _show(starter(name))


def _list(found: list[Starter]) -> None:
    for each in found:
        say(each.name)
        for line in (each.description, *_needs_and_brings(each)):
            say(indent(_WRAPPER.fill(line), "  "))
        say()
    say("autoflow recipes NAME   shows one")
    say("autoflow add NAME       copies it into the workspace, as a draft that nobody enters yet")


def _show(shown: Starter) -> None:
    say(_WRAPPER.fill(f"{shown.name}: {shown.description}"))
    for paragraph in shown.about.split("\n\n"):
        say()
        say(_WRAPPER.fill(paragraph))
    say()
    for line in _needs_and_brings(shown):
        say(_WRAPPER.fill(line))
    say()
    say("The recipe:")
    say(indent(shown.recipe.rstrip(), "  "))
    say()
    say("Its files:")
    for path in shown.files:
        say(f"  {path}")
    say()
    say(f"autoflow add {shown.name}   copies them, as a draft that nobody enters yet")


def _needs_and_brings(of: Starter) -> list[str]:
    """What autoflow.yaml must declare for it, and what it brings beside the recipe."""
    declared = of.declared
    needs = [_named(word, [str(each) for each in declared.get(section, ())]) for section, word in _SECTIONS]
    brings = [_named(word, of.names(folder)) for folder, word in _FOLDERS]
    parts = (("Needs", needs), ("Brings", brings))
    return [f"{begins} {listed(filter(None, part))}." for begins, part in parts if any(part)]


def _named(word: str, names: list[str]) -> str:
    if not names:
        return ""
    return f"the {word}{'' if len(names) == 1 else 's'} {', '.join(names)}"


def _row(of: Starter) -> dict[str, Any]:
    return {
        "name": of.name,
        "title": of.title,
        "description": of.description,
        "needs": of.declared,
        **{folder: of.names(folder) for folder in ("recipes", "segments", "templates")},
    }


def _whole(of: Starter) -> dict[str, Any]:
    return {
        **_row(of),
        "about": of.about,
        "files": [{"path": path, "text": text} for path, text in of.files.items()],
        "yours": [place._asdict() for place in of.yours()],
    }
