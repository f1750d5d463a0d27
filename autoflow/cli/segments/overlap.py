"""`autoflow segments --overlap`: two segments beside each other, several in a table, or the pairs that share most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autoflow.cli.drawing import bar, columns, room
from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import building_row, count, iso, say, share, table
from autoflow.cli.standing import in_force, refuse_nobody, refuse_unknown_to_the_engine
from autoflow.cli.state import State
from autoflow.lab.segments.overlap import Overlap, Pair, overlap
from autoflow.model.problems import AutoflowError
from autoflow.store.database import Database
from autoflow.store.reports import counts
from autoflow.store.standing import building, settled

_BAR = 30
_MOST_PAIRS = 15
_TIGHT = 5


def show(state: State, database: Database, chosen: Sequence[str] | None, *, as_json: bool) -> None:
    """Print whom the chosen segments share, or all that are in force; raises `AutoflowError` where nothing can be."""
    known = [segment.id for segment in in_force(state, database).program.segments]
    if chosen is not None:
        refuse_unknown_to_the_engine(chosen, known)
        if len(chosen) == 1:
            raise AutoflowError(
                "An overlap needs two segments.",
                f"For example: --overlap {chosen[0]} {_other(known, chosen)}.",
            )
    refuse_nobody(database)
    contacts = counts(database).contacts
    found = overlap(database, chosen or sorted(known))
    if as_json:
        at = iso(settled(database, state.project.clock.now()))
        print_json(_row(found, contacts, at, building_row(building(database))))
    elif chosen is None:
        _tell_most(found)
    elif len(chosen) == 2:
        _tell_two(found, found.pairs[0])
    else:
        _tell_several(found, chosen)


def _other(known: Sequence[str], chosen: Sequence[str]) -> str:
    return next((name for name in sorted(known) if name not in chosen), "OTHER")


def _tell_two(found: Overlap, pair: Pair) -> None:
    first, second = pair.first, pair.second
    say(f"{first} and {second} share {count(pair.both, 'contact') if pair.both else 'nobody'}.")
    say()
    rows = [
        ("in both", pair.both),
        (f"only in {first}", pair.only_first),
        (f"only in {second}", pair.only_second),
    ]
    cells = [
        [
            *(what, f"{number:,}"),
            "" if what == f"only in {second}" else share(number, found.members[first]),
            "" if what == f"only in {first}" else share(number, found.members[second]),
        ]
        for what, number in rows
    ]
    headings = ["", "contacts", f"of {first}", f"of {second}"]
    width = room([headings, *cells], _BAR)
    drawn = [[*row, bar(number, found.in_any, width)] for row, (_, number) in zip(cells, rows, strict=True)]
    table([*headings, ""], drawn, numbers=[1, 2, 3])


def _tell_several(found: Overlap, chosen: Sequence[str]) -> None:
    say(f"{count(found.in_all, 'contact')} in all of them, {found.in_any:,} in at least one.")
    say()
    cells = [
        [
            one,
            f"{found.members[one]:,}",
            *("" if one == other else _of(found, one, other) for other in chosen),
        ]
        for one in chosen
    ]
    headings = ["of", "members", *chosen]
    if room([headings, *cells], columns()) <= _TIGHT:
        _tell_pairs(found, found.pairs)
        return
    table(headings, cells, numbers=range(1, len(headings)))
    say()
    say("A row says how many of its members are in the other segments too.")


def _of(found: Overlap, one: str, other: str) -> str:
    both = found.both(one, other)
    return f"{both:,}  {share(both, found.members[one]):>7}" if both else "0"


def _tell_most(found: Overlap) -> None:
    shared = sorted((pair for pair in found.pairs if pair.both), key=lambda pair: -pair.both)
    if not shared:
        say("No two segments share anybody.")
        return
    _tell_pairs(found, shared[:_MOST_PAIRS])
    rest, apart = len(shared) - _MOST_PAIRS, len(found.pairs) - len(shared)
    said = [f"{count(rest, 'more pair')} share fewer"] if rest > 0 else []
    said += [f"{count(apart, 'pair')} share nobody"] if apart else []
    if said:
        say()
        say(f"{', '.join(said)}.")


def _tell_pairs(found: Overlap, pairs: Sequence[Pair]) -> None:
    most = max(pair.both for pair in pairs)
    cells = [
        [
            *(pair.first, pair.second, f"{pair.both:,}"),
            *(share(pair.both, found.members[each]) for each in (pair.first, pair.second)),
        ]
        for pair in pairs
    ]
    headings = ["segment", "and", "in both", "of the first", "of the second"]
    width = room([headings, *cells], _BAR // 2)
    drawn = [[*row, bar(pair.both, most, width)] for row, pair in zip(cells, pairs, strict=True)]
    table([*headings, ""], drawn, numbers=[2, 3, 4])


def _row(found: Overlap, contacts: int, at: str | None, progress: dict[str, int] | None) -> dict[str, Any]:
    return {
        "at": at,
        "contacts": contacts,
        "segments": [{"segment": name, "members": members} for name, members in found.members.items()],
        "in_all": found.in_all,
        "in_any": found.in_any,
        "pairs": [pair._asdict() for pair in found.pairs],
        "building": progress,
    }
