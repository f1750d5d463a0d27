"""All segments, for everybody in the company: what they mean, how large they are, whom they share, what uses them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from autoflow.lab.segments.overlap import overlap
from autoflow.lab.testing.story import RecipeTest
from autoflow.language.definitions import Recipe, Workspace
from autoflow.language.explain.segment import explain_segment
from autoflow.language.explain.told import SegmentTold
from autoflow.store import reports, standing
from autoflow.store.database import Database
from autoflow.store.definitions import load_release

SAME, NEW, CHANGED = "same", "new", "changed"
_TESTED = "segments"


class Shared(NamedTuple):
    """Another segment, and how many are in both."""

    segment: str
    both: int


class Tested(NamedTuple):
    """A test file, and how many of its cases ask whether the contact is in the segment."""

    file: str
    cases: int


class Counted(NamedTuple):
    """The members of one segment, and whom it shares with others, the largest share first."""

    members: int
    shares: tuple[Shared, ...]


class Entry(NamedTuple):
    """One segment. `counted` is None where nobody knows who is in it; `stands` is what its file is to what is in
    force: `same`, `changed`, or `new`, where it is not in force.
    """

    told: SegmentTold
    counted: Counted | None
    stands: str
    tests: tuple[Tested, ...]


@dataclass(frozen=True)
class Guide:
    """The segments of the files by name. `contacts` are all that the engine knows, as of the instant `at`; both are
    None where there is nobody to count. `building` is how far the engine is with what is new. `recipes` are those of
    the files, for what uses a segment is named.
    """

    entries: tuple[Entry, ...]
    recipes: Mapping[str, Recipe]
    contacts: int | None = None
    at: int | None = None
    building: tuple[int, int] | None = None


def guide(
    workspace: Workspace,
    tests: Iterable[RecipeTest],
    database: Database | None,
    environment: Mapping[str, str],
    now: int,
) -> Guide:
    """What the files say, with what the store knows of it at one moment; without a `database` nothing is counted."""
    tested = list(tests)
    if database is None:
        return Guide(tuple(_entries(workspace, tested, {}, {})), workspace.recipes)
    with database.read():
        return _of_store(workspace, tested, database, environment, now)


def _of_store(
    workspace: Workspace,
    tested: list[RecipeTest],
    database: Database,
    environment: Mapping[str, str],
    now: int,
) -> Guide:
    release = standing.standing(database).release
    contacts = reports.counts(database).contacts
    if not release or not contacts:
        return Guide(tuple(_entries(workspace, tested, {}, {})), workspace.recipes)
    applied = load_release(database, release, environment)
    in_force = (
        {each.id: each.hash for each in applied.workspace.segments.values()} if applied.workspace else {}
    )
    counted = _counted(database, sorted(in_force.keys() & workspace.segments.keys()))
    return Guide(
        tuple(_entries(workspace, tested, in_force, counted)),
        workspace.recipes,
        contacts,
        standing.settled(database, now),
        standing.building(database),
    )


def _entries(
    workspace: Workspace,
    tests: list[RecipeTest],
    in_force: Mapping[str, str],
    counted: Mapping[str, Counted],
) -> Iterator[Entry]:
    for name, segment in sorted(workspace.segments.items()):
        stands = NEW if name not in in_force else SAME if in_force[name] == segment.hash else CHANGED
        yield Entry(
            explain_segment(segment, workspace), counted.get(name), stands, tuple(_tests_of(name, tests))
        )


def _counted(database: Database, names: list[str]) -> dict[str, Counted]:
    found = overlap(database, names)
    shares: dict[str, list[Shared]] = {name: [] for name in names}
    for pair in found.pairs:
        if pair.both:
            shares[pair.first].append(Shared(pair.second, pair.both))
            shares[pair.second].append(Shared(pair.first, pair.both))
    return {
        name: Counted(found.members[name], tuple(sorted(some, key=lambda each: (-each.both, each.segment))))
        for name, some in shares.items()
    }


def _tests_of(name: str, tests: Iterable[RecipeTest]) -> Iterator[Tested]:
    for test in tests:
        asked = (
            any(
                each.key == _TESTED and name in each.value
                for moment in case.story
                for each in moment.expected
            )
            for case in test.cases
        )
        cases = sum(asked)
        if cases:
            yield Tested(test.file, cases)
