"""Releases in words: who brought them, and what each of them did."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from autoflow.cli.output import clean, count, local
from autoflow.lab.plan.changes import Changed, How
from autoflow.lab.versions import Release, Stop
from autoflow.language.names import listed
from autoflow.store.orders import Halted
from autoflow.store.releases import Origin

_COMMIT = 12
_MOST_NAMED = 6
_HOW: dict[How, str] = {"added": "new", "changed": "changed", "removed": "removed"}
_NOW: dict[Halted | None, str] = {
    "paused": "paused by hand",
    "draining": "drained by hand",
    None: "let go on",
}
_STOPPED: dict[Halted, str] = {"paused": "Paused by hand", "draining": "Drained by hand"}


def by_whom(origin: Origin) -> str:
    """Who applied it, from which commit of the folder, and whether files had been edited since that."""
    if not origin.commit:
        return clean(origin.by)
    edited = " and edits since" if origin.edited else ""
    return clean(f"{origin.by}, commit {origin.commit[:_COMMIT]}{edited}")


def did(release: Release) -> str:
    """What a release did, in one line."""
    if release.origin.release == 1:
        return "everything is new"
    parts = [f"{recipe} {_NOW[state]}" for recipe, state in release.halted.items()]
    if not parts and release.changes:
        parts = [changed_names(release.changes)]
    if release.back_to:
        parts.append(f"with that the files of release {release.back_to} again")
    if release.moved:
        parts.append(f"those under way in {listed(release.moved)} were moved")
    return clean("; ".join(parts) or "nothing that is told here")


def changed_names(changes: Collection[Changed]) -> str:
    """What came, changed and went, by name where that are few: `recipe win-back changed, segment vip new`."""
    return ", ".join(_of_a_sort(changes))


def _of_a_sort(changes: Collection[Changed]) -> Iterator[str]:
    for how, word in _HOW.items():
        some = [each for each in changes if each.how == how]
        if len(some) > _MOST_NAMED:
            kinds = dict.fromkeys(each.kind for each in some)
            counted = [count(sum(each.kind == kind for each in some), _word(kind)) for kind in kinds]
            yield f"{listed(counted)} {word}"
        elif some:
            yield f"{listed(_name(each) for each in some)} {word}"


def _word(kind: str) -> str:
    return "file" if kind == "settings" else kind


def _name(each: Changed) -> str:
    return each.name if each.kind == "settings" else f"{each.kind} {each.name}"


def stopped(recipe: str, stop: Stop, zone: str) -> str:
    """When a recipe was stopped by hand, and by whom."""
    when, by = local(stop.origin.at, zone), clean(stop.origin.by)
    if stop.until is None:
        return f"{_STOPPED[stop.state]} since {when} (by {by}): `autoflow resume {recipe}` lets it go on."
    until = f"{local(stop.until.at, zone)} (by {clean(stop.until.by)})"
    return f"{_STOPPED[stop.state]} from {when} (by {by}) to {until}."
