"""What `why` says is what the engine does: of the past, of what comes by itself, and at the gate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from autoflow.kinds.view import View
from autoflow.lab.why.contact import Files, Why, why
from autoflow.lab.why.tree import Asked
from autoflow.model.contact import Record, unpack
from autoflow.model.durations import DAY
from autoflow.model.effects import EMAIL
from autoflow.model.event import Incoming
from autoflow.store.standing import standing
from tests.engine import scenario
from tests.engine.sources import RECIPES, SEGMENTS, SETTINGS, workspace
from tests.engine.world import World, identify, track

HOUR = DAY // 24
NEXT = {
    "monthly": 'trigger: {schedule: {every: month, at: "06:30"}}\nconditions: [{did: purchased}]\n'
    "actions: [{send_email: again}]\n",
    "birthday": 'trigger: {date: {attribute: birthday, at: "10:00", every: year}}\n'
    "sending: {quiet_hours: {from: '09:00', to: '11:30'}}\nactions: [{send_email: hello}]\n",
    "rested": "trigger: {segment_left: {segment: keen, for: 5 days}}\nconditions: [{did_not: refunded}]\n"
    "actions: [{add_tag: rested}]\n",
    "follow": "trigger: {tag_added: rested}\nconditions:\n  - any: [{in_segment: lapsed}, {attribute: plan, is: pro}]\n"
    "actions:\n  - split:\n      - {name: most, percent: 50, actions: [{send_email: again}]}\n"
    "      - {name: rest, percent: 50, holdout: true}\n",
}
MORE = SETTINGS.replace(
    "sending: {consent: not_refused}",
    'sending: {consent: not_refused, quiet_hours: {from: "21:00", to: "08:00"}, at_most: {emails: 2, per: 5 days}}',
)
FILES = workspace({**RECIPES, **NEXT}, SEGMENTS, MORE)
PEOPLE = ("ana", "bo", "cy", "dee", "eva", "flo", "gil")
EXTRA: list[tuple[int, list[Incoming]]] = [
    (
        scenario.START + 30 * HOUR,
        [
            identify("eva", email="eva@example.com", birthday="1990-03-20", timezone="America/New_York"),
            identify("flo", birthday="1985-03-09"),
            identify("gil", email="gil@shop.example"),
            *(
                track("page_visited", who, path="/products/x")
                for who in ("eva", "flo", "gil")
                for _ in range(3)
            ),
        ],
    ),
    (
        scenario.START + 57 * HOUR,
        [track("purchased", "eva", total=60, order_id="E"), identify("bo", plan="pro")],
    ),
]


class Lived:
    """The scenario, and then some days more; with every record as it was at some instants on the way."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder, FILES, scenario.START)
        self.snapshots: dict[int, dict[str, Record]] = {}
        for when, messages in sorted(scenario.STORY + EXTRA, key=lambda each: each[0]):
            self.world.happens(when, *messages)
            self.snap()
            self.world.live_until(when + 5 * HOUR + 7)
            self.snap()

    def snap(self) -> None:
        rows = self.world.database.all("SELECT key, record FROM contact WHERE record IS NOT NULL")
        horizon = standing(self.world.database).horizon  # rows are received a microsecond apart
        instant = max(self.world.clock.now(), horizon)
        self.snapshots[instant] = {key: unpack(blob) for key, blob in rows}

    def why(self, who: str, what: str | None = None, at: int | None = None) -> Why:
        files = Files(self.world.project.workspace)
        return why(self.world.database, files, who, what, at, self.world.clock.now())


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    one = Lived(tmp_path_factory.mktemp("lived"))
    with closing(one.world):
        yield one


def known(record: Record) -> dict[str, Any]:
    """All that conditions can ask of a record, memory apart."""
    return {
        **{
            name: getattr(record, name)
            for name in ("attributes", "computed", "stage", "refused", "suppressed")
        },
        **{name: sorted(getattr(record, name)) for name in ("tags", "segments", "audiences", "consent")},
        "runs": sorted((run.recipe, run.entry) for run in record.runs),
        "entries": {
            name: (each.count, each.last if name != "money-back" else {})  # of each order nothing is kept
            for name, each in record.entries.items()
        },
        "first_known": record.first_known,
    }


def test_the_past_is_rebuilt_as_it_was(lived: Lived) -> None:
    compared = 0
    for instant, records in lived.snapshots.items():
        for who in PEOPLE:
            found = lived.why(who, at=instant).record
            if found is None:
                assert not any(record.name == who for record in records.values())
                continue
            then = records[found.key]
            if then.first_known:
                assert known(found) == known(then), (who, instant)
                compared += 1
    assert compared > 40


def test_conditions_of_the_past_are_answered_as_they_would_have_been(lived: Lived) -> None:
    asked = 0
    for instant, records in lived.snapshots.items():
        for who in PEOPLE:
            found = lived.why(who, "win-back", at=instant)
            if found.record is None or found.answers[0].now is None:
                continue
            view = View(records[found.record.key], instant, found.zone)
            for tree in found.answers[0].now.trees():
                for each in tree.walk():
                    assert each.condition.holds(view) is each.holds, (who, instant, each.condition.says())
                    asked += 1
    assert asked > 80


def test_now_is_the_record_and_not_the_past_made_anew(lived: Lived) -> None:
    for who in PEOPLE:
        now = lived.why(who)
        assert now.record is not None
        then = lived.why(who, at=lived.world.clock.now()).record
        assert then is not None
        assert known(now.record) == known(then)


def lines_after(world: World, instant: int) -> dict[tuple[str, str], tuple[int, str, str]]:
    """The first entry or refusal of each contact and recipe after an instant."""
    rows = world.database.all(
        "SELECT c.name, j.recipe, j.at, j.kind, j.subject FROM journal j JOIN contact c ON c.id = j.contact"
        " WHERE j.kind IN ('entered', 'refused') AND j.at > ? ORDER BY j.at DESC, j.n DESC",
        instant,
    )
    return {(row[0], row[1]): row[2:] for row in rows}


def test_what_comes_by_itself_comes_then(tmp_path: Path) -> None:
    """Everything that is foretold happens at that very instant, and nothing else does."""
    one = Lived(tmp_path)
    with closing(one.world):
        told: dict[tuple[str, str], tuple[int, str, str]] = {}
        turns: list[tuple[int, str, Asked]] = []
        begun, until = one.world.clock.now(), one.world.clock.now() + 40 * DAY
        for who in PEOPLE:
            for recipe in one.world.project.workspace.recipes:
                answer = one.why(who, recipe).answers[0]
                assert answer.now is not None
                now = answer.now
                if now.enters_at is not None:
                    told[who, recipe] = (now.enters_at, "entered", recipe)
                elif now.refused_at is not None:
                    told[who, recipe] = (now.refused_at, "refused", now.refused_then)
                every = [each for tree in now.trees() for each in tree.walk()]
                turns += [(each.turns_at, who, each) for each in every if each.turns_at is not None]
        for at in sorted({at for at, _, _ in turns if at <= until}):
            for instant, turned in ((at - 1, False), (at, True)):
                one.world.live_until(instant)
                for when, who, each in turns:
                    if when == at:
                        now_holds = holds(one.world, who, each, instant)
                        assert (now_holds is not each.holds) is turned, (who, each.condition.says())
        one.world.live_until(until)
        happened = lines_after(one.world, begun)
        soon = {key: line for key, line in told.items() if line[0] <= until}
        assert soon == happened
        assert {line[1] for line in soon.values()} == {"entered", "refused"}
        assert len({at for at, _, _ in turns if at <= until}) > 8


def holds(world: World, who: str, asked: Asked, instant: int) -> bool:
    row = world.database.one("SELECT record FROM contact WHERE name = ? AND merged_into IS NULL", who)
    assert row is not None
    return asked.condition.holds(View(unpack(row[0]), instant, "Europe/London"))


def test_the_gate_does_what_it_is_said_to_do(tmp_path: Path) -> None:
    """Everybody is told what would become of a mail, and then it is decided at that very instant."""
    files = workspace(
        {
            **RECIPES,
            "ask": "trigger: manual\nactions: [{send_email: hello}]\n",
            "half": "trigger: manual\nactions:\n  - split:\n      - {name: all, percent: 50, actions: []}\n"
            "      - {name: out, percent: 50, holdout: true}\n  - send_email: again\n".replace(
                ", actions: []", ""
            ),
            "must": "trigger: manual\nactions: [{send_email: bill}]\n",
        },
        SEGMENTS,
        MORE,
    )
    met: set[tuple[str, str]] = set()
    with closing(World(tmp_path, files, scenario.START)) as world:
        for when, messages in sorted(scenario.STORY + EXTRA, key=lambda each: each[0]):
            world.happens(when, *messages)
        for _ in range(4):
            world.live_until(world.clock.now() + 7 * HOUR)
            now = world.clock.now()
            for recipe in ("ask", "half", "must"):
                for who in PEOPLE:
                    found = why(world.database, Files(world.project.workspace), who, recipe, None, now)
                    assert found.answers[0].now is not None
                    if found.answers[0].now.under_way:
                        continue  # his mail is held still, and nothing lets him in again
                    (mail,) = found.answers[0].now.mails
                    met.add((mail.outcome, mail.reason))
                    world.append(Incoming("$enter", who, None, {"recipe": recipe}))
                    world.engine.tick()
                    assert decided(world, who, recipe) == (mail.outcome, mail.reason), (who, recipe)
    skipped = {("skipped", reason) for reason in ("holdout", "deny", "no_email", "unsubscribed")}
    assert met == {("sent", ""), ("held", "quiet_hours"), ("held", "cap"), *skipped}


def decided(world: World, who: str, recipe: str) -> tuple[str, str] | None:
    """What the engine did last with a mail of that recipe."""
    row = world.database.one(
        "SELECT j.kind, json_extract(j.detail, '$.reason') FROM journal j JOIN contact c ON c.id = j.contact"
        " WHERE c.name = ? AND j.recipe = ? AND j.kind LIKE 'email_%' ORDER BY j.at DESC, j.n DESC LIMIT 1",
        who,
        recipe,
    )
    return (row[0].removeprefix(f"{EMAIL}_"), row[1] or "") if row is not None else None
