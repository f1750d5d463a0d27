"""What a plan expects of a week, against what that week then brought: weeks of which the forecast has seen nothing.

Each forecast is made from what was recorded before its week. What then happened are the entries of the same recipes
played over that week, as the engine would have let them in. The floor is the mean of the four weeks before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from autoflow.app import Project
from autoflow.ingest.importing import import_file
from autoflow.lab.periods import begins
from autoflow.lab.plan.forecast import forecast
from autoflow.lab.plan.weekly import Expected, Forecast
from autoflow.lab.shop.shop import shop_messages
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant
from bench.replay import copy_shipped
from tests.oracle import retail

WEEKS = 12
DEMO, RETAIL = date(2025, 12, 22), date(2011, 11, 28)  # the last week that is held out begins on that Monday
ALL = "all recipes together"


class Error(NamedTuple):
    """How far a forecast was off over the weeks: on average, and that of the weeks' mean; what the weeks brought on
    average; how far it was off at worst; in how many of them the week lay in the range that was told.
    """

    what: str
    mean: float
    floor: float
    actual: float
    worst: float
    within: int


def measure(folder: Path, name: str, contacts: int = 2_000, weeks: int = WEEKS) -> Iterator[Error]:
    """Entries and mails of the shipped recipes in the year called `demo` or `retail`; nothing where that is absent."""
    if name == "retail" and not retail.SOURCE.exists():
        return
    copy_shipped(folder)
    project = Project(folder, environment={}, clock=VirtualClock(parse_instant("2026-01-01")))
    zone = project.workspace.settings.timezone
    file = folder / "year.ndjson"
    _write(file, retail.messages() if name == "retail" else _demo(contacts, zone))
    database = project.database(create=True)
    import_file(database, file, clock=project.clock)
    last = RETAIL if name == "retail" else DEMO
    workshop = project.workshop(mails=False)
    made: list[Forecast] = []
    for number in range(weeks + 1):
        at = begins(last - timedelta(days=7 * (weeks - 1 - number)), zone)
        found = forecast(database, workshop, at)
        assert found is not None
        made.append(found[0])
    database.close()
    yield from _errors("entries", made, 0)
    yield from _errors("mails", made, 1)


def _demo(contacts: int, zone: str) -> Iterable[Mapping[str, Any]]:
    return shop_messages(contacts=contacts, start=parse_instant("2025-01-01", zone))


def _write(file: Path, messages: Iterable[Mapping[str, Any]]) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(each) + "\n" for each in messages)


def _errors(what: str, made: list[Forecast], place: int) -> Iterator[Error]:
    def of(found: Forecast, recipe: str) -> Expected:
        if recipe == ALL:
            return found.mails if place else found.entries
        return found.by_recipe[recipe][place]

    for recipe in (ALL, *made[0].by_recipe):
        pairs = [(of(before, recipe), of(after, recipe).weeks[-1]) for before, after in pairwise(made)]
        actual = sum(then for _, then in pairs) / len(pairs)
        if not actual:
            continue
        off = [abs(expected.mean - then) for expected, then in pairs]
        floor = [abs(sum(expected.weeks) / len(expected.weeks) - then) for expected, then in pairs]
        within = sum(expected.low <= then <= expected.high for expected, then in pairs)
        yield Error(
            f"{what}, {recipe}", sum(off) / len(off), sum(floor) / len(floor), actual, max(off), within
        )
