"""Figures of a report, and how its size stays bounded whatever a workspace holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from markupsafe import Markup

from autoflow.app import Project
from autoflow.cli.report import figures, steps
from autoflow.cli.report.figures import Line
from autoflow.cli.report.page import About, render_report
from autoflow.cli.report.samples import Samples
from autoflow.cli.simulate import outcomes
from autoflow.kinds.actions.send_email import SendEmail
from autoflow.kinds.base import Step
from autoflow.lab.simulation.simulate import Simulation, compare
from autoflow.lab.simulation.tally import QUARTER, Failing, RecipeTally
from autoflow.model.clock import VirtualClock
from autoflow.model.durations import DAY
from autoflow.model.effects import EMAIL, HELD, SENT, SKIPPED, TASKS, Message
from autoflow.model.event import Incoming
from autoflow.model.instants import parse_instant
from autoflow.model.problems import AutoflowError
from autoflow.post.content.render import Rendered
from autoflow.store import log
from tests.cli.markup import read
from tests.cli.shop import Shop

START = parse_instant("2026-01-01")
ABOUT = About("Shop", "UTC", START, {})


@pytest.fixture
def found(shop: Shop) -> Simulation:
    """A simulation of the starter workspace, in which one contact did one thing."""
    project = Project(shop.folder, environment={}, clock=VirtualClock(START + 100 * DAY))
    database = project.database(create=True)
    log.append(database, [Incoming("page_visited", "ana", occurred_at=START, history=True)], START + DAY)
    outcome = compare(database, project.workshop())
    database.close()
    assert outcome is not None
    return outcome[0][0]


def test_a_year_is_drawn_by_day() -> None:
    counts = {START // QUARTER: 2, (START + DAY) // QUARTER: 1}
    unit, counted = figures.series(counts, START, START + 399 * DAY, "UTC")
    assert (unit, len(counted), counted[:3]) == (
        "day",
        400,
        [(date(2026, 1, 1), 2), (date(2026, 1, 2), 1), (date(2026, 1, 3), 0)],
    )


def test_longer_spans_are_drawn_by_week_and_by_month() -> None:
    counts = {(START + day * DAY) // QUARTER: 1 for day in range(500)}
    unit, weeks = figures.series(counts, START, START + 499 * DAY, "UTC")
    assert (unit, weeks[:2], weeks[-1]) == (
        "week",
        [(date(2026, 1, 1), 4), (date(2026, 1, 5), 7)],  # the first of January was a Thursday
        (date(2027, 5, 10), 6),
    )
    unit, months = figures.series(counts, START, START + 1_999 * DAY, "UTC")
    assert (unit, months[0], months[1], months[-1]) == (
        "month",
        (date(2026, 1, 1), 31),
        (date(2026, 2, 1), 28),
        (date(2031, 6, 1), 0),
    )


def test_what_the_gate_let_wait_and_what_it_kept_back() -> None:
    tally = RecipeTally("r", 1)
    tally.holds.update(quiet_hours=2, cap=5)
    tally.messages.update(
        {
            (EMAIL, HELD, "cap"): 3,
            (EMAIL, SENT, ""): 1,
            (TASKS, SENT, ""): 2,
            (EMAIL, SKIPPED, "cap"): 4,
            (TASKS, SKIPPED, "holdout"): 1,
        }
    )
    assert figures.waited(tally) == [
        Line("for a cap", 5),
        Line("for quiet hours to end", 2),
        Line("still held back at the end", 3),
    ]
    assert figures.gone_out(tally) == [Line("mail", 1), Line("tasks", 2)]
    assert figures.not_sent(tally).shown == [
        Line("mails: had enough mail already", 4),
        Line("task: held out", 1),
    ]
    assert outcomes.caps_hit(tally) == 9


def test_who_began_anew_is_told_apart_from_who_left() -> None:
    tally = RecipeTally("r", 1, running=1, restarts=2)
    tally.ended.update(goal=4, exited=5)
    assert figures.ends(tally) == [
        Line("reached the goal", 4),
        Line("left by an exit", 3),
        Line("began anew", 2),
        Line("is still under way", 1),
    ]


def test_long_lists_are_cut_and_say_so(found: Simulation) -> None:
    [tally] = found.recipes
    tally.entered, tally.refused = 1, 50
    tally.refusals.update({f"condition {number}": 1 + number for number in range(50)})
    tally.failing = {("win-back", f"reason {number}"): Failing(1, "ana", "k") for number in range(20)}
    crowd = [(f"contact {number}", "ValueError") for number in range(100)]
    page = read(render_report([replace(found, aside=crowd)], None, ABOUT)).one("body").text
    assert "did not meet “condition 49” 50" in page and "condition 41" not in page
    assert "and 42 more" in page and "and 12 more reasons" in page and "and 80 more" in page


def test_of_very_many_recipes_the_busiest_are_shown(found: Simulation) -> None:
    recipe = found.program.recipes["win-back"]
    names = [f"r{number:03}" for number in range(200)]
    program = replace(found.program, recipes={name: replace(recipe, id=name) for name in names})
    tallies = [RecipeTally(name, 1, entered=1 + number) for number, name in enumerate(names)]
    text = render_report([replace(found, program=program, recipes=tallies)], None, ABOUT)
    page = read(text)
    assert [each.one("h2").text for each in page.all("section", class_="recipe")] == names[120:]
    assert "and 120 more in which less happened" in page.one("section", id="summary").text
    quiet = [RecipeTally(name, 1) for name in names]
    page = read(render_report([replace(found, program=program, recipes=quiet)], None, ABOUT))
    assert "Nothing happened in r000, r001" in page.text and "r079 and 120 more." in page.text


def test_a_recipe_of_very_many_steps_is_cut(found: Simulation) -> None:
    recipe = found.program.recipes["win-back"]
    many = tuple(replace(recipe.steps[1], id=f"step-{number}") for number in range(500))
    cut = steps.steps(RecipeTally("win-back", 1), replace(recipe, steps=many))
    assert (len(cut.shown), cut.more) == (60, 440)


def test_texts_are_cut(found: Simulation) -> None:
    [tally] = found.recipes
    tally.entered = 1
    recipe = replace(found.program.recipes["win-back"], description="long " * 10_000)
    program = replace(found.program, recipes={"win-back": recipe})
    page = render_report([replace(found, program=program)], None, ABOUT._replace(name="name " * 10_000))
    assert len(page) < 50_000


def mail(number: int, name: str = "win-back") -> tuple[str, str, Message]:
    key = f"win-back/1/{name}/1/u:c{number}"
    decided = Message(
        key, number, 0, "win-back", 1, 1, name, EMAIL, name, SENT, values={"to": f"c{number}@example.com"}
    )
    return str(number), f"c{number}", decided


def rendered(size: int) -> Rendered:
    return Rendered("Hello", "<p>" + "x" * size + "</p>", "", b"")


def test_a_mail_that_is_too_large_is_named_and_not_shown(found: Simulation) -> None:
    [tally] = found.recipes
    tally.entered = 1
    tally.samples["win-back"] = [mail(1)]
    page = render_report([found], None, ABOUT, lambda _: rendered(200_000))
    assert len(page) < 50_000
    assert "Hello win-back, to c1@example.com: too large to show here" in read(page).text


def test_all_sample_mails_together_are_bounded(found: Simulation) -> None:
    recipe, samples = found.program.recipes["win-back"], Samples(lambda _: rendered(100_000))
    tally = RecipeTally("win-back", 1, samples={"win-back": [mail(1), mail(2), mail(3)]})
    shown = [bool(sample.page) for _ in range(40) for sample in samples.of(tally, recipe)]
    assert (len(shown), shown.count(True), shown[:29]) == (120, 29, [True] * 29)


def test_each_template_has_its_sample_before_one_has_a_second(found: Simulation) -> None:
    recipe = found.program.recipes["win-back"]
    sends = [Step(name, SendEmail(name)) for name in "bac"]
    tally = RecipeTally("win-back", 1, samples={name: [mail(1, name), mail(2, name)] for name in "abc"})
    every = Samples(lambda _: rendered(1)).of(tally, replace(recipe, steps=tuple(sends)))
    assert [(each.template, each.contact) for each in every] == [("b", "c1"), ("a", "c1"), ("c", "c1")]
    two = Samples(lambda _: rendered(1)).of(tally, replace(recipe, steps=tuple(sends[:2])))
    assert [(each.template, each.contact) for each in two] == [("b", "c1"), ("b", "c2"), ("a", "c1")]


def test_a_sample_that_cannot_be_made_is_passed_over(found: Simulation) -> None:
    def make(message: Message) -> Rendered:
        if message.at == 1:
            raise AutoflowError("It cannot be made.")
        return rendered(1)

    tally = RecipeTally("win-back", 1, samples={"win-back": [mail(1), mail(2)]})
    [sample] = Samples(make).of(tally, found.program.recipes["win-back"])
    assert (sample.contact, sample.to, isinstance(sample.page, Markup)) == ("c2", "c2@example.com", True)
