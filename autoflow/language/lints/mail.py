"""Mail that cannot go out, or that nobody can unsubscribe from, and templates that read what nothing defines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from autoflow.kinds.actions.send_email import SendEmail
from autoflow.kinds.base import EVENT
from autoflow.language.definitions import Recipe
from autoflow.language.names import Names
from autoflow.language.recipe import ReadRecipe
from autoflow.language.settings.reader import ReadSettings
from autoflow.language.slips.elsewhere import meant
from autoflow.language.slips.foreign import foreign_dates, foreign_placeholders
from autoflow.language.source import Source, Span
from autoflow.language.steps_of import steps_of
from autoflow.language.templates.family import FOLDER, LINK
from autoflow.language.templates.templates import Template
from autoflow.language.yaml.values import in_quotes
from autoflow.model.problems import Problem

_OF_SENDER = {"sender": ("name", "email", "postal_address")}
_INSIDE = {  # what to write in the place of something inside of these
    "sender": "It has name, email and postal_address.",
    "segments": 'It is a list of names: write "{name}" in segments.',
    "tags": 'It is a list of names: write "{name}" in tags.',
    "recipe": "Write {{{{ recipe }}}}, which is its name.",
    "now": 'Write {{{{ now | date("%-d %B %Y") }}}}, for example.',
    LINK: "Write {{{{ unsubscribe_url }}}}, which is an address.",
}
_COMMENTED = re.compile(r"^(?:subject|preheader)\s*:\s*([^\s'\"#][^\n]*? #\S[^\n]*?)\s*$", re.MULTILINE)
_LINK = '<a href="{{ unsubscribe_url }}">Unsubscribe</a>'


def check_mail(
    recipes: Mapping[str, ReadRecipe], templates: Mapping[str, Template], settings: ReadSettings
) -> None:
    """Marketing mail needs a consent setting, and every mail a sender."""
    sent = [
        (read, step, templates[action.template])
        for read, step, action in steps_of(recipes, SendEmail)
        if action.template in templates
    ]
    marketing = next((each for each in sent if each[2].klass == "marketing"), None)
    said = settings.settings.consent is not None or "sending" in settings.report.meant
    if marketing is not None and not said and settings.declared:
        read, _, template = marketing
        message = (
            f'{read.report.source.file} sends the marketing mail "{template.name}", '
            "and nothing says who may get marketing mail."
        )
        fix = (
            "Write sending: {consent: required} for whoever gave consent, customers in its place for whoever bought as"
            " well, or not_refused for everybody who did not unsubscribe."
        )
        settings.report.add("consent-missing", settings.sending, message, fix)
    if sent and not settings.settings.sender.email and not settings.report.problems:
        message = f"{sent[0][0].report.source.file} sends mail, and no sender is named."
        fix = "Write sender: {name: …, email: …, postal_address: …}"
        settings.report.add("missing-key", settings.sending, message, fix)


def template_warnings(
    template: Template, recipes: Mapping[str, ReadRecipe], names: Names, sources: Mapping[str, str]
) -> Iterator[Problem]:
    """What a template reads and nothing defines, and a marketing mail that nobody can unsubscribe from."""
    yield from _elsewhere(template, names, sources)
    yield from _cut_off(template, sources)
    if not any(meant(unknown.name, (LINK,), "root") for unknown in template.unknown):
        yield from _lacking_link(template, sources)
    if not names.declared:
        return
    starts = _starting_events(template.name, recipes, names)
    for path in sorted(template.reads):
        root, _, rest = path.partition(".")
        name = rest.partition(".")[0]
        if root == "contact" and name and name != "id" and name not in names.settings.attributes:
            yield _unknown(path, template, sources, *names.missing("attribute", name))
        elif root == "event" and name and starts is not None:
            yield from _unknown_property(path, name, starts, template, names, sources)
        elif name and root in _INSIDE and name not in _OF_SENDER.get(root, ()):
            message = f'There is no "{root}.{name}".'
            yield _unknown(path, template, sources, message, _INSIDE[root].format(name=name))


def _lacking_link(template: Template, sources: Mapping[str, str]) -> Iterator[Problem]:
    for file, at_times in template.lacking_link:
        text = sources.get(f"{FOLDER}/{file}", "")
        span, part = Span(0, 3), "This marketing mail"
        fix = f"Add {_LINK}, or class: transactional where it is one."
        if file.endswith(".txt"):
            part = "The text part of this marketing mail"
            fix = "Add a line  Unsubscribe: {{ unsubscribe_url }}"
        message = f"{part} has no unsubscribe link."
        if at_times:
            found = max(text.find(LINK), 0)
            span = Span(found, found + len(LINK)) if found else span
            message = f"Some get {part[0].lower()}{part[1:]} without the unsubscribe link."
            fix = "Put it outside of {% if … %} and {% for … %}, or into each of the ways."
        yield Source(f"{FOLDER}/{file}", text).problem("unsubscribe-missing", span, message, fix, "warning")


def _elsewhere(template: Template, names: Names, sources: Mapping[str, str]) -> Iterator[Problem]:
    """Placeholders as other programs write them, which would be sent as they stand."""
    for file in dict.fromkeys(template.file_of(source) for source in sorted(template.sources)):
        text = sources.get(file, "")
        for found in (*foreign_placeholders(text, names), *foreign_dates(text)):
            yield Source(file, text).problem("placeholder-elsewhere", *found, "warning")


def _cut_off(template: Template, sources: Mapping[str, str]) -> Iterator[Problem]:
    """What a `#` cuts off at the beginning of a template, as in `subject: Order #5`."""
    file = f"{FOLDER}/{template.name}.html"
    text = sources.get(file, "")
    found = _COMMENTED.search(text.partition("\n---")[0])
    if found is not None:
        message = "# begins a comment, so the value ends before it."
        span = Span(*found.span(1))
        yield Source(file, text).problem("yaml-comment", span, message, in_quotes(found[1]), "warning")


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


def _starting_events(template: str, recipes: Mapping[str, ReadRecipe], names: Names) -> frozenset[str] | None:
    """The events with which contacts enter the recipes that send a template; None where none sends it."""
    senders = [
        read.recipe
        for read, _, action in steps_of(recipes, SendEmail)
        if action.template == template and read.recipe is not None
    ]
    if not senders:
        return None
    return frozenset().union(*(_begun_by(recipe, names) for recipe in senders))


def _begun_by(recipe: Recipe, names: Names) -> frozenset[str]:
    """The events of its own triggers; without any, those with which other recipes let contacts in."""
    heard = (topic for trigger in recipe.triggers for topic in trigger.hears())
    own = frozenset(name for kind, name in heard if kind == EVENT)
    return own or names.handed.get(recipe.id, frozenset())


def _unknown(path: str, template: Template, sources: Mapping[str, str], message: str, fix: str) -> Problem:
    root, name = map(re.escape, path.split(".")[:2])
    pattern = re.compile(rf"(?<![\w.]){root}(?:\.{name}(?!\w)|\[\s*[\"']{name}[\"'])")
    main = f"templates/{template.name}.html"
    files = dict.fromkeys((main, *(template.file_of(source) for source in sorted(template.sources))))
    for file in files:
        found = pattern.search(sources.get(file, ""))
        if found is not None:
            span = Span(found.start(), found.end())
            return Source(file, sources[file]).problem("unknown-variable", span, message, fix, "warning")
    source = Source(main, sources.get(main, ""))
    return source.problem("unknown-variable", Span(0, 1), f"{message} ({path})", fix, "warning")
