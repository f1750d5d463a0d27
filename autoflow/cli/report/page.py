"""What stands on the page, and the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from jinja2 import Environment
from markupsafe import Markup

from autoflow.cli.pages import svg
from autoflow.cli.pages.environment import environment
from autoflow.cli.report import figures, steps
from autoflow.cli.report.comparison import comparison
from autoflow.cli.report.figures import Cut, cut
from autoflow.cli.report.samples import Mail, Sample, Samples
from autoflow.cli.simulate import outcomes
from autoflow.cli.simulate.words import cannot_know
from autoflow.lab.simulation.findings import busiest
from autoflow.lab.simulation.playing import Compared
from autoflow.lab.simulation.simulate import Simulation
from autoflow.lab.simulation.tally import RecipeTally
from autoflow.language.definitions import Recipe

_MOST_RECIPES, _MOST_SEGMENTS, _MOST_ASIDE = 80, 60, 20


class About(NamedTuple):
    """Whose page it is: the project's name and zone, when it is made (UTC microseconds), what its `segments` are for,
    and the commit of the files, nothing where they are not in git; `changed`: they are not as that commit has them.
    """

    name: str
    zone: str
    made_at: int
    segments: Mapping[str, str]
    commit: str = ""
    changed: bool = False


class RecipeView(NamedTuple):
    """One recipe as the page shows it; `base` is how many a whole bar of its steps stands for."""

    ident: str
    recipe: Recipe
    tally: RecipeTally
    spark: Markup
    chart: Markup
    steps: Cut[steps.StepLine]
    base: int
    parts: list[steps.PartLine]
    samples: list[Sample]


class SegmentLine(NamedTuple):
    """A segment with its members at the end; `before` by what is applied, None where there is no such segment."""

    name: str
    description: str
    members: int | None
    before: int | None


def render_report(
    simulations: Sequence[Simulation], compared: Compared | None, about: About, mail: Mail | None = None
) -> str:
    """The page: simulations as `compare` gives them, that of the files last. The same inputs give the same text.

    With two of them and what differs, they stand beside each other. `mail` makes the sample mails; without it the
    page names no contact. The page loads nothing and runs nothing, and whatever comes from contacts is escaped.
    """
    files, applied = simulations[-1], simulations[0] if len(simulations) > 1 else None
    assumed = f"assumed: {', '.join(map(str, files.assumed))}: not a forecast" if files.assumed else ""
    drawing = _Drawing(files, applied, about.zone, assumed)
    mails = _mails(files)
    return (
        _environment()
        .get_template("report.html")
        .render(
            about=about,
            named=mail is not None,
            found=files,
            assumed=assumed,
            cannot_know=cannot_know(files),
            comparison=comparison(applied, files, compared) if applied and compared else None,
            mails=mails.total(),
            entered=sum(each.entered for each in files.recipes),
            carried=sum(each.carried for each in files.recipes),
            goals=sum(map(outcomes.goals, files.recipes)),
            unmade=sum(each.count for recipe in files.recipes for each in recipe.failing.values()),
            busiest=busiest(mails, about.zone),
            chart=drawing.chart("all-mails", "Mails", mails, _mails(applied) if applied else None),
            recipes=_recipes(files, applied, drawing, Samples(mail) if mail is not None else None),
            quiet=cut((each.recipe for each in files.recipes if not figures.happened(each)), _MOST_RECIPES),
            segments=_segments(files, applied, about.segments),
            aside=cut(files.aside, _MOST_ASIDE),
            zone=about.zone,
        )
    )


@cache
def _environment() -> Environment:
    found = environment("autoflow.cli.report")
    found.globals.update(figures=figures, outcomes=outcomes, steps=steps, bar=svg.bar, busiest_of=busiest)
    return found


class _Drawing(NamedTuple):
    """Draws what was counted over the span of the page."""

    files: Simulation
    applied: Simulation | None
    zone: str
    assumed: str

    def series(self, counts: Mapping[int, int]) -> svg.Series:
        return figures.series(counts, self.files.start, self.files.end, self.zone)

    def chart(
        self, ident: str, what: str, counts: Mapping[int, int], before: Mapping[int, int] | None
    ) -> Markup:
        drawn = self.series(counts)
        title = f"{what} by {drawn.unit}{f' ({self.assumed})' if self.assumed else ''}"
        behind = self.series(before) if before is not None else None
        return svg.chart(ident, title, what.lower(), drawn, behind)


def _mails(found: Simulation) -> Counter[int]:
    total: Counter[int] = Counter()
    for each in found.recipes:
        total.update(each.mails)
    return total


def _recipes(
    files: Simulation, applied: Simulation | None, drawing: _Drawing, samples: Samples | None
) -> Cut[RecipeView]:
    """Those in which something happened, by name; of very many the busiest."""
    busy = sorted(
        filter(figures.happened, files.recipes),
        key=lambda each: (-each.entered - each.carried - each.messages.total(), each.recipe),
    )
    before = {each.recipe: each.entries for each in applied.recipes} if applied is not None else {}
    shown = []
    for number, tally in enumerate(sorted(busy[:_MOST_RECIPES], key=lambda each: each.recipe), start=1):
        recipe, ident = files.program.recipes[tally.recipe], f"recipe-{number}"
        walked = steps.steps(tally, recipe)
        shown.append(
            RecipeView(
                ident,
                recipe,
                tally,
                svg.spark(drawing.series(tally.entries).numbers),
                drawing.chart(f"{ident}-entries", "Entries", tally.entries, before.get(tally.recipe)),
                walked,
                max([tally.entered + tally.carried, *(each.number for each in walked.shown)]),
                steps.split_parts(tally, recipe),
                samples.of(tally, recipe) if samples is not None else [],
            )
        )
    return Cut(shown, len(busy) - len(shown))


def _segments(
    files: Simulation, applied: Simulation | None, descriptions: Mapping[str, str]
) -> Cut[SegmentLine]:
    """Largest first."""
    known = {each.id for each in files.program.segments}
    before = {each.id for each in applied.program.segments} if applied is not None else set()
    lines = [
        SegmentLine(
            name,
            descriptions.get(name, ""),
            files.segments.get(name, 0) if name in known else None,
            applied.segments.get(name, 0) if applied is not None and name in before else None,
        )
        for name in known | before
    ]
    return cut(sorted(lines, key=lambda line: (-(line.members or 0), line.name)), _MOST_SEGMENTS)
