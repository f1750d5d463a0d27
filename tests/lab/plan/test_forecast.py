"""What is expected of a week: what time alone brings it, and what people did in the weeks before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from autoflow.app import Project
from autoflow.lab.plan import forecast as forecasting
from autoflow.lab.plan.forecast import forecast
from autoflow.lab.plan.weekly import Expected, Forecast, full_weeks
from autoflow.lab.simulation.simulate import Asked, simulate
from autoflow.model.durations import DAY
from autoflow.model.event import Incoming
from autoflow.store import log
from tests.engine.sources import workspace
from tests.engine.world import World, at, identify, track

MONDAY = at("2026-01-05 00:00")
RECIPES = {
    "bought": "trigger: {event: purchased}\nactions: [{send_email: hello}]\n",
    "silent": "trigger: {inactivity: {for: 21 days}}\nactions: [{wait: 2 days}, {send_email: again}]\n",
}
CAPPED = "sending: {consent: not_refused, at_most: {emails: 1, per: 7 days}}"
Make = Callable[..., World]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Make]:
    made: list[World] = []

    def make(recipes: dict[str, str] | None = None, sending: str = "") -> World:
        files = workspace(RECIPES if recipes is None else recipes, {})
        if sending:
            settings = files["autoflow.yaml"]
            files["autoflow.yaml"] = settings.replace("sending: {consent: not_refused}", sending)
        made.append(World(tmp_path / f"{len(made)}", files, MONDAY - 30 * DAY, mail=False))
        return made[-1]

    yield make
    for one in made:
        one.close()


def happens(one: World, *events: tuple[str, str, float]) -> None:
    """(event, who, so many days after the first Monday), in order; whoever comes for the first time has an address."""
    for name, who, days in sorted(events, key=lambda event: event[2]):
        moment = MONDAY + int(days * DAY)
        one.clock.jump(moment)
        log.append(one.database, [identify(who, email=f"{who}@example.com"), track(name, who)], moment)


def expect(one: World, days: float, *, weeks: int = 4, processes: int = 1) -> Forecast:
    workshop = Project(one.folder, environment={}).workshop(mails=False)
    found = forecast(one.database, workshop, MONDAY + int(days * DAY), weeks=weeks, processes=processes)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("first", "last", "mondays"),
    [
        ("2026-01-05 00:00", "2026-01-11 23:59", ["2026-01-05"]),
        ("2026-01-05 12:00", "2026-01-11 00:00", ["2026-01-05"]),
        ("2026-01-06 00:00", "2026-01-18 12:00", ["2026-01-12"]),
        ("2026-01-05 00:00", "2026-01-10 23:59", []),
        ("2025-01-01 00:00", "2026-01-21 12:00", ["2025-12-22", "2025-12-29", "2026-01-05", "2026-01-12"]),
    ],
)
def test_full_weeks(first: str, last: str, mondays: list[str]) -> None:
    assert [day.isoformat() for day in full_weeks(at(first), at(last), "UTC", 4)] == mondays


def test_what_time_alone_brings_and_what_people_add_to_it() -> None:
    found = Expected((10, 8, 6, 12), (4, 4, 4, 4, 9))
    assert (found.mean, found.low, found.high) == (14.0, 11, 17)
    assert Expected((1, 0), (5, 5, 2)).mean == 0, "nobody enters less than not at all"


def test_events_are_expected_as_they_came(world: Make) -> None:
    one = world()
    happens(one, *(("purchased", f"c{day}", day + 0.5) for day in (0, 1, 2, 7, 14, 15, 21, 22, 27)))
    found = expect(one, 28)
    assert found.mondays == tuple(date(2026, 1, day) for day in (5, 12, 19, 26))
    assert found.by_recipe["bought"][0] == Expected((3, 1, 2, 3), (0, 0, 0, 0, 0))
    assert found.by_recipe["bought"][0].mean == 2.25
    log.append(one.database, [track("purchased", "nobody's address")], MONDAY + 27 * DAY + DAY // 2)
    entries, mails = expect(one, 28).by_recipe["bought"]
    assert (entries.weeks, mails.weeks) == ((3, 1, 2, 4), (3, 1, 2, 3)), "what is not sent is no mail"


def test_silence_that_will_be_over_is_known(world: Make) -> None:
    """Three fall silent in the week to come; in the weeks before, one in two came back."""
    one = world()
    events = [("looked", f"a{number}", number * 0.1) for number in range(4)]
    events += [("looked", f"a{number}", 20 + number * 0.1) for number in range(2)]  # a day before it is over
    events += [("looked", f"b{number}", 8 + number * 0.1) for number in range(3)]
    happens(one, *events, ("looked", "c", 27.9))
    found = expect(one, 28)
    entries, mails = found.by_recipe["silent"]
    assert entries.weeks == (0, 0, 0, 2)
    assert entries.alone == (0, 0, 0, 2, 3), "on Monday it was known already who came back on Sunday"
    assert (entries.mean, mails.alone[-1]) == (3.0, 3)


def test_what_is_under_way_will_send(world: Make) -> None:
    one = world({"slow": "trigger: {event: purchased}\nactions: [{wait: 10 days}, {send_email: hello}]\n"})
    happens(one, ("purchased", "a", 0.5), ("purchased", "b", 5.5), ("purchased", "c", 13.5))
    found = expect(one, 14, weeks=1)
    assert found.by_recipe["slow"][1] == Expected((1,), (1, 1))


@pytest.mark.parametrize("days", [14, 21, 28, 30.5])
def test_the_weeks_are_those_of_the_simulation(world: Make, days: float) -> None:
    one = world()
    happens(
        one,
        *(("purchased", f"c{number % 7}", number * 0.9) for number in range(30)),
        *(("looked", f"d{number}", number * 0.4) for number in range(20)),
    )
    found = expect(one, days)
    project = Project(one.folder, environment={})
    [program] = project.workshop(mails=False).programs(one.database)
    for number in range(len(found.mondays)):
        start = MONDAY + number * 7 * DAY
        played = simulate(one.database, program, Asked(start=start, end=start + 7 * DAY - 1, under_way=True))
        assert played is not None
        for recipe in played.recipes:
            assert recipe.entered == found.by_recipe[recipe.recipe][0].weeks[number]
            assert recipe.count("email", "sent") == found.by_recipe[recipe.recipe][1].weeks[number]


def test_where_nothing_more_happens_what_time_brings_comes_true(world: Make) -> None:
    one = world()
    happens(one, *(("looked", f"c{number}", number * 0.7) for number in range(40)))
    alone = expect(one, 28).by_recipe["silent"][0].alone[-1]
    happens(one, ("refunded", "somebody", 34.99))
    assert expect(one, 35).by_recipe["silent"][0].weeks[-1] == alone == 10


def test_nothing_that_lies_ahead_is_seen(world: Make) -> None:
    one = world()
    happens(one, *(("purchased", f"c{number}", number * 0.7) for number in range(40)))
    before = expect(one, 21)
    happens(one, *(("purchased", f"c{number}", 28 + number * 0.1) for number in range(40)))
    assert expect(one, 21) == before


def test_those_who_were_let_in_on_purpose_are_no_measure(world: Make) -> None:
    one = world({})
    vip = "trigger: [{segment_entered: lookers}, manual]\nconditions: [{attribute: plan, is: pro}]\nreentry: always\n"
    one.release(
        workspace(
            {"vip": f"{vip}actions: [{{send_email: hello}}]\n"}, {"lookers": "conditions: [{did: looked}]\n"}
        )
    )
    log.append(one.database, [identify(f"c{number}", plan="pro") for number in range(3)], MONDAY + 1)
    happens(one, *(("looked", who, 1.0) for who in ("c0", "c1", "c2", "free")))
    put_forward = [
        identify("free", plan="pro"),
        Incoming("$enter", "free", None, {"recipe": "vip", "trigger": "segment_entered"}),
        Incoming("$enter", "c1", None, {"recipe": "vip"}),
    ]
    log.append(one.database, put_forward, MONDAY + 8 * DAY)
    happens(one, ("refunded", "x", 13.9))
    assert expect(one, 14).by_recipe["vip"][0].weeks == (3, 1), "by hand counts as what people do"
    [program] = Project(one.folder, environment={}).workshop(mails=False).programs(one.database)
    played = simulate(one.database, program, Asked(start=MONDAY + 7 * DAY, under_way=True))
    assert played is not None
    assert played.recipes[0].entered == 2, "which is what a simulation counts too"


def test_people_of_whom_a_mail_meets_a_cap(world: Make) -> None:
    one = world({"bought": RECIPES["bought"]}, CAPPED)
    happens(
        one,
        *(("purchased", "ana", day) for day in (0.5, 1.5, 8.5, 9.5)),
        *(("purchased", "bo", day) for day in (0.5, 10.5)),
        ("looked", "bo", 13.5),
    )
    assert expect(one, 14).capped == (1, 1)


def test_without_a_full_week_nothing_is_expected(world: Make) -> None:
    one = world()
    happens(one, ("purchased", "ana", 1.5), ("purchased", "ana", 12.5))
    project = Project(one.folder, environment={})
    assert forecast(one.database, project.workshop(mails=False), MONDAY + 13 * DAY) is None
    assert forecast(one.database, project.workshop(mails=False), MONDAY) is None


def test_two_processes_expect_what_one_does(world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    one = world()
    happens(one, *(("purchased", f"c{number}", number * 0.05) for number in range(500)))
    expected = expect(one, 21)
    monkeypatch.setattr(forecasting, "WORTH_PROCESSES", 0)
    assert expect(one, 21, processes=2) == expected
