"""What both pages of the guide say in the same words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from autoflow.cli.output import count, share
from autoflow.lab.segments.guide import CHANGED, NEW, Entry, Guide
from autoflow.language.explain.told import joined, sentence

MEANS = (
    "A segment is a group of contacts who have something in common. Who is in it follows from what is known of them, at"
    " every moment and by itself: nobody keeps a list, and nobody can be put in or taken out by hand."
)
KINDS = {
    "demographic": "who somebody is",
    "geographic": "where somebody is",
    "psychographic": "what somebody likes and thinks",
    "behavioural": "what somebody does",
    "technographic": "what somebody uses",
    "value": "what somebody is worth to us",
    "lifecycle": "how far somebody has come with us",
    "deny": "who is to be left alone: no marketing mail, and in no audience",
}
MOST_SHARED = 6
_STATUS = {"draft": " (a draft, which does nothing yet)", "paused": " (paused)"}


class About(NamedTuple):
    """Whose guide it is: the project's name and zone, and when it is made (UTC microseconds)."""

    name: str
    zone: str
    made_at: int


def kinds_of(guide: Guide) -> list[tuple[str, str]]:
    """The kinds that there are, each with what it means."""
    used = {entry.told.kind for entry in guide.entries}
    return [(kind, means) for kind, means in KINDS.items() if kind in used]


def size_of(entry: Entry, guide: Guide) -> str:
    """How many are in it; nothing where nobody knows."""
    if entry.counted is None or guide.contacts is None:
        return ""
    members, contacts = entry.counted.members, count(guide.contacts, "contact")
    return (
        f"{members:,} of {contacts} ({share(members, guide.contacts)})"
        if members
        else f"nobody of {contacts}"
    )


def stands(entry: Entry, guide: Guide) -> str:
    """That the file says otherwise than what is in force, where anything is."""
    if guide.contacts is None:
        return ""
    if entry.stands == NEW:
        return "It is not in force yet, so nobody is counted."
    return "It is in force in an older wording, by which it is counted." if entry.stands == CHANGED else ""


def uses_of(entry: Entry, guide: Guide) -> Iterator[str]:
    """Where it is used, a line for each place; of a recipe also what it does, for whoever has never heard of it."""
    places: dict[tuple[str, str], list[str]] = {}
    for use in entry.told.used:
        places.setdefault((use.kind, use.name), []).append(use.says)
    for (kind, name), says in places.items():
        recipe = guide.recipes.get(name) if kind == "recipe" else None
        status = _STATUS.get(recipe.status, "") if recipe is not None else ""
        about = f". {recipe.description}" if recipe is not None and recipe.description else ""
        yield f"{kind.capitalize()} {name}{status}: {joined(says)}{about}"
    for test in entry.tests:
        yield f"Test {test.file}: {count(test.cases, 'case asks', 'cases ask')} about it"


def dated(guide: Guide) -> str:
    """What the numbers are of, where there are some."""
    if guide.contacts is None:
        return "Nobody is counted here: the engine has met no contacts yet."
    if guide.building is not None:
        return sentence("what is new is still being built, so numbers may be too small")
    return ""
