"""`autoflow segments NAME --explain`: its conditions as a tree, and what each of them does to its size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from autoflow.cli.drawing import bar
from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import building_row, count, iso, local, note, progress, say, share, table
from autoflow.cli.standing import in_force, refuse_nobody, refuse_unknown_to_the_engine
from autoflow.cli.state import State
from autoflow.lab.segments.explained import Explained, Part, explain
from autoflow.model.problems import AutoflowError
from autoflow.store.database import Database
from autoflow.store.definitions import Applied
from autoflow.store.everybody import Everybody
from autoflow.store.standing import building

_BAR = 10
_GROUPS = {"all": "all of these", "any": "at least one of these", "none": "none of these"}


def show(state: State, database: Database, names: Sequence[str], *, as_json: bool) -> None:
    """Print what one segment asks; raises `AutoflowError` where there is none, or nobody to ask."""
    if len(names) != 1:
        raise AutoflowError("--explain tells of one segment.", "Name it: autoflow segments NAME --explain.")
    [name] = names
    applied = in_force(state, database)
    refuse_unknown_to_the_engine(names, [segment.id for segment in applied.program.segments])
    refuse_nobody(database)
    with database.read(), progress("Asking everybody") as told:
        found = explain(Everybody(database, applied, state.project.clock.now()), name, told)
    otherwise = _says_otherwise(state, applied, name)
    if as_json:
        row = building_row(building(database))
        print_json({**_row(found), "release": applied.release, "file": otherwise or "same", "building": row})
    else:
        _tell(state, found, applied)
        if otherwise:
            gone = otherwise == "gone"
            say()
            say(
                f"This is what is in force (release {applied.release}). segments/{name}.yaml"
                f" {'is no longer in the files' if gone else 'says otherwise by now'}."
            )
    if building(database) is not None:
        note("What is new is still being built; here everybody is counted as if it were done.")


def _says_otherwise(state: State, applied: Applied, name: str) -> str:
    """How the file differs from what is in force: `gone` or `changed`, else nothing."""
    if name not in state.project.workspace.segments:
        file = f"segments/{name}.yaml"
        return "changed" if file in state.project.workspace.sources else "gone"
    there = applied.workspace.segments[name] if applied.workspace is not None else None
    return (
        "" if there is not None and there.hash == state.project.workspace.segments[name].hash else "changed"
    )


# ---- for people


def _tell(state: State, found: Explained, applied: Applied) -> None:
    of = f"{found.members:,} of {count(found.contacts, 'contact')} ({share(found.members, found.contacts)})"
    zone = state.settings.timezone
    say(f"{found.segment}: {of}, at {local(found.at, zone)} ({zone}).")
    segment = applied.workspace.segments[found.segment] if applied.workspace is not None else None
    if segment is not None and segment.description:
        say(segment.description)
    say()
    lacking = any(part.no_value for part in found.whole.leaves())
    headings = ["fulfil it", "", "", "without it", "", *(["no value"] if lacking else []), "condition"]
    rows = [_cells(part, depth, found, lacking=lacking) for part, depth in _lines(found.whole)]
    table(headings, rows, numbers=[0, 1, 3, 4, *([5] if lacking else [])])
    said = [*_most(found), *_taken_in(found)]
    if found.left_out:
        said.append(f"{count(found.left_out, 'contact')} whom the engine has set aside, or would, left out.")
    if said:
        say()
    for sentence in said:
        say(sentence)


def _lines(part: Part, depth: int = 0) -> Iterator[tuple[Part, int]]:
    yield part, depth
    for each in part.parts:
        yield from _lines(each, depth + 1)


def _cells(part: Part, depth: int, found: Explained, *, lacking: bool) -> list[str]:
    whole = part is found.whole
    words = f"{_GROUPS[part.group]}:" if part.group else part.words
    return [
        f"{part.fulfil:,}",
        share(part.fulfil, found.contacts),
        bar(part.fulfil, found.contacts, _BAR),
        "" if whole else f"{part.without:,}",
        "" if whole else f"({part.without - found.members:+,})",
        *([f"{part.no_value:,}" if part.no_value else ""] if lacking else []),
        f"{'  ' * depth}{words}",
    ]


def _most(found: Explained) -> list[str]:
    """The condition that keeps most people out, and the one that lets most in."""
    parts = [part for part in found.whole.leaves() if part is not found.whole]
    said = []
    costs = max(parts, key=lambda part: part.without, default=None)
    if costs is not None and costs.without > found.members:
        more = f"{costs.without - found.members:,}"
        said.append(f"“{costs.words}” keeps most out: without it there would be {more} more.")
    brings = min(parts, key=lambda part: part.without, default=None)
    if brings is not None and brings.without < found.members:
        fewer = f"{found.members - brings.without:,}"
        said.append(f"“{brings.words}” lets most in: without it there would be {fewer} fewer.")
    return said


def _taken_in(found: Explained) -> list[str]:
    """Complements hold where there is no value."""
    return [
        f"{count(part.takes_in, 'contact')} {'counts' if part.takes_in == 1 else 'count'} for lack of a value, in"
        f" “{part.words}”."
        for part in found.whole.leaves()
        if part.takes_in
    ]


# ---- for programs


def _row(found: Explained) -> dict[str, Any]:
    return {
        "segment": found.segment,
        "at": iso(found.at),
        "contacts": found.contacts,
        "members": found.members,
        "left_out": found.left_out,
        "condition": _part_row(found.whole),
    }


def _part_row(part: Part) -> dict[str, Any]:
    return {
        "words": part.words,
        "group": part.group or None,
        "fulfil": part.fulfil,
        "without": part.without,
        "no_value": part.no_value,
        "takes_in": part.takes_in,
        "parts": [_part_row(each) for each in part.parts],
    }
