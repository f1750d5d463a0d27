"""What can be seen only across files: circles, loops, audiences that fill for ever, mail that cannot go out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from autoflow.kinds.actions.add_to_audience import AddToAudience
from autoflow.kinds.actions.choose import Choose
from autoflow.kinds.actions.exit import Exit
from autoflow.kinds.actions.remove_from_audience import RemoveFromAudience
from autoflow.kinds.actions.send_email import SendEmail
from autoflow.kinds.actions.split import Split
from autoflow.kinds.actions.wait import WaitFor
from autoflow.kinds.actions.wait_for import WaitForIt
from autoflow.kinds.base import EVENT, Step
from autoflow.language.definitions import Recipe
from autoflow.language.names import Names
from autoflow.language.recipe import ReadRecipe
from autoflow.language.segment import ReadSegment
from autoflow.language.settings_reader import ReadSettings
from autoflow.language.source import Source, Span
from autoflow.language.templates import Template
from autoflow.model.durations import DAY, Duration
from autoflow.model.problems import Problem, did_you_mean

A = TypeVar("A")
_MONTH = 30  # days, where lengths are only compared


def check_circles(segments: Mapping[str, ReadSegment]) -> None:
    """Report segments that use each other in a circle, once for each circle."""
    told: set[str] = set()
    for name in sorted(segments):
        circle = _circle(name, segments)
        if not circle or told & set(circle):
            continue
        told |= set(circle)
        uses = ", which uses ".join(f'"{each}"' for each in (*circle[1:], name))
        report = segments[name].report
        message = f'A segment cannot use itself: "{name}" uses {uses}.'
        report.add("circle", segments[name].uses[(*circle, name)[1]], message, "Take one of them out.")


def _circle(name: str, segments: Mapping[str, ReadSegment]) -> tuple[str, ...]:
    """The shortest way from a segment back to itself; empty where there is none."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for used in segments[way[-1]].uses:
            if used == name:
                return way
            if used in segments and used not in seen:
                seen.add(used)
                ways.append((*way, used))
    return ()


def check_recipes(recipes: Mapping[str, ReadRecipe]) -> None:
    """Warn of steps and audiences that cannot have been meant."""
    for read in recipes.values():
        if read.recipe is not None:
            _check_steps(read.recipe, read)
    _check_audiences(recipes)


def _check_steps(recipe: Recipe, read: ReadRecipe) -> None:
    gap = recipe.reentry if recipe.while_running == "ignore" else None
    for step in recipe.steps:
        wait = step.action.duration if isinstance(step.action, WaitFor) else None
        if isinstance(wait, Duration) and isinstance(gap, Duration) and _days(wait) > _days(gap):
            message = f'The wait of {wait} is longer than the gap of "reentry: after {gap}".'
            fix = "Whoever is still in the recipe cannot enter again: lengthen the gap."
            read.report.warn("wait-over-reentry", read.places[step.id], message, fix)
    _check_reach(recipe, read)


def _check_reach(recipe: Recipe, read: ReadRecipe) -> None:
    """Warn of the first step that stands behind the end, or behind branches that all end."""
    reached: set[int] = set()
    ahead = [0]
    while ahead:
        position = ahead.pop()
        if position in reached or position == len(recipe.steps):
            continue
        reached.add(position)
        ahead += ways_on(recipe.steps[position])
    for position, step in enumerate(recipe.steps):
        if position not in reached:
            before = next(each for each in reversed(recipe.steps[:position]) if isinstance(each.action, Exit))
            message = f'Nobody gets here: the recipe ends with "{before.id}" above.'
            read.report.warn("unreachable-step", read.places[step.id], message, 'Remove it, or the "exit".')
            return


def ways_on(step: Step) -> list[int]:
    """The positions at which a run may go on behind a step."""
    action = step.action
    if isinstance(action, Exit):
        return []
    if isinstance(action, WaitForIt):  # `skipped` is for those whose mail was
        return list(step.branches)
    if isinstance(action, Choose) and any(case.condition is None for case in action.cases):
        return list(step.branches)
    if isinstance(action, Split):
        return list(step.branches)
    return [step.next, *step.branches]


def _check_audiences(recipes: Mapping[str, ReadRecipe]) -> None:
    emptied = {action.audience for _, _, action in _actions(recipes, RemoveFromAudience)}
    filled = {action.audience for _, _, action in _actions(recipes, AddToAudience)}
    told: set[str] = set()
    for read, step, action in _actions(recipes, AddToAudience):
        name = action.audience
        if name in emptied or name in told:
            continue
        told.add(name)
        near = did_you_mean(name, emptied - filled)
        fix = f"Add a recipe with remove_from_audience: {name}."
        if near:
            fix = f'A recipe takes contacts out of "{near}", which nobody fills: is that the same one?'
        message = f'Nobody ever leaves the audience "{name}".'
        read.report.warn("audience-never-emptied", read.places[step.id], message, fix)


def check_mail(
    recipes: Mapping[str, ReadRecipe], templates: Mapping[str, Template], settings: ReadSettings
) -> None:
    """Marketing mail needs a consent setting, and every mail a sender."""
    sent = [
        (read, step, templates[action.template])
        for read, step, action in _actions(recipes, SendEmail)
        if action.template in templates
    ]
    marketing = next((each for each in sent if each[2].klass == "marketing"), None)
    if marketing is not None and settings.settings.consent is None and settings.declared:
        read, _, template = marketing
        message = (
            f'{read.report.source.file} sends the marketing mail "{template.name}", '
            "and nothing says who may get marketing mail."
        )
        fix = "Write sending: {consent: …} with required, customers or not_refused."
        settings.report.add("consent-missing", settings.sending, message, fix)
    if sent and not settings.settings.sender.email and not settings.report.problems:
        message = f"{sent[0][0].report.source.file} sends mail, and no sender is named."
        fix = "Write sender: {name: …, email: …, postal_address: …}"
        settings.report.add("missing-key", settings.sending, message, fix)


def template_warnings(
    template: Template, recipes: Mapping[str, ReadRecipe], names: Names, sources: Mapping[str, str]
) -> Iterator[Problem]:
    """What a template reads and nothing defines, and a marketing mail that nobody can unsubscribe from."""
    if template.klass == "marketing" and "unsubscribe_url" not in template.reads:
        source = Source(f"templates/{template.name}.html", sources.get(f"templates/{template.name}.html", ""))
        message = "This marketing mail has no unsubscribe link."
        fix = 'Add <a href="{{ unsubscribe_url }}">Unsubscribe</a>, or class: transactional where it is one.'
        yield source.problem("unsubscribe-missing", Span(0, 3), message, fix, "warning")
    if not names.declared:
        return
    starts = _starting_events(template.name, recipes)
    for path in sorted(template.reads):
        root, _, rest = path.partition(".")
        name = rest.partition(".")[0]
        if root == "contact" and name and name != "id" and name not in names.settings.attributes:
            yield _unknown(path, template, sources, *names.missing("attribute", name))
        elif root == "event" and name and starts is not None:
            yield from _unknown_property(path, name, starts, template, names, sources)


def _unknown_property(
    path: str,
    name: str,
    starts: frozenset[str],
    template: Template,
    names: Names,
    sources: Mapping[str, str],
) -> Iterator[Problem]:
    known = [names.properties(event) for event in sorted(starts)]
    if any(properties is None or name in properties for properties in known):
        return
    if starts:
        yield _unknown(path, template, sources, *names.missing_property(min(starts), name))
    else:
        message = f'There is no "event.{name}": no event starts the recipes that send this mail.'
        fix = "Send it from a recipe that an event starts, or leave it out."
        yield _unknown(path, template, sources, message, fix)


def _starting_events(template: str, recipes: Mapping[str, ReadRecipe]) -> frozenset[str] | None:
    """The events that start the recipes which send a template; None where none sends it."""
    senders = [read.recipe for read, _, action in _actions(recipes, SendEmail) if action.template == template]
    if not senders:
        return None
    heard = (
        topic for recipe in senders if recipe for trigger in recipe.triggers for topic in trigger.hears()
    )
    return frozenset(name for kind, name in heard if kind == EVENT)


def _unknown(path: str, template: Template, sources: Mapping[str, str], message: str, fix: str) -> Problem:
    short = ".".join(path.split(".")[:2])
    pattern = re.compile(rf"(?<![\w.]){re.escape(short)}(?!\w)")
    main = f"templates/{template.name}.html"
    files = dict.fromkeys((main, *(template.file_of(source) for source in sorted(template.sources))))
    for file in files:
        found = pattern.search(sources.get(file, ""))
        if found is not None:
            span = Span(found.start(), found.end())
            return Source(file, sources[file]).problem("unknown-variable", span, message, fix, "warning")
    source = Source(main, sources.get(main, ""))
    return source.problem("unknown-variable", Span(0, 1), f"{message} ({path})", fix, "warning")


def _actions(recipes: Mapping[str, ReadRecipe], kind: type[A]) -> Iterator[tuple[ReadRecipe, Step, A]]:
    for name in sorted(recipes):
        read = recipes[name]
        for step in read.recipe.steps if read.recipe else ():
            if isinstance(step.action, kind):
                yield read, step, step.action


def _days(duration: Duration) -> float:
    return duration.months * _MONTH + duration.days + duration.micros / DAY
