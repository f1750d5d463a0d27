"""A workspace's files as plain values, read with as little ceremony as can be: they are known to be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from tests.oracle import computed, timing
from tests.oracle.asking import visited
from tests.oracle.look import Score, ScoreRule, Words
from tests.oracle.reading import listed, read_yaml
from tests.oracle.recipes import Recipe, Sending, inside, read_recipe, read_sending

__all__ = ["Recipe", "Sources", "Template", "Workspace", "listed", "read_workspace"]

Sources = Mapping[str, Any]
"""Path -> text, or for a YAML file what stands in it."""
_yaml = read_yaml


class Template(NamedTuple):
    """A mail without a topic is about none, which only what concerns all topics concerns."""

    of_class: str = "marketing"
    topic: str = ""


@dataclass(frozen=True)
class Workspace:
    """`segments` in the order in which they are evaluated; `mirrors` maps an audience to its segment.

    `triggers_within` has the events that say themselves how late they may come and start something.
    """

    zone: str
    consent: str
    words: Words
    recipes: list[Recipe]
    segments: list[str]
    deny: list[str]
    templates: Mapping[str, Template] = field(default_factory=dict)
    sending: Sending = field(default_factory=Sending)
    mirrors: Mapping[str, str] = field(default_factory=dict)
    triggers_within: Mapping[str, timing.Span] = field(default_factory=dict)

    def watches(self) -> list[tuple[str, Decimal]]:
        """What `score_reached` asks for, each once: scores by name, then bounds."""
        asked = [
            trigger.argument
            for recipe in self.recipes
            for trigger in recipe.triggers
            if trigger.word == "score_reached"
        ]
        return sorted({(each["score"], Decimal(str(each["at_least"]))) for each in asked})


def read_workspace(where: Path | Sources) -> Workspace:
    sources = _folder(where) if isinstance(where, Path) else where
    settings = read_yaml(sources["autoflow.yaml"])
    segments = {path[9:-5]: read_yaml(text) for path, text in sources.items() if path.startswith("segments/")}
    conditions = {name: listed(segment["conditions"]) for name, segment in segments.items()}
    recipes = {path[8:-5]: text for path, text in sources.items() if path.startswith("recipes/")}
    sending = settings.get("sending", {})
    audiences = settings.get("audiences") or {}
    return Workspace(
        zone=settings["timezone"],
        consent=sending.get("consent", "required"),
        words=_words(settings, conditions),
        recipes=[read_recipe(name, text) for name, text in sorted(recipes.items())],
        segments=_in_order(conditions),
        deny=[name for name, segment in segments.items() if segment.get("kind") == "deny"],
        templates={
            Path(path).stem: _template(text)
            for path, text in sources.items()
            if path.startswith("templates/") and path.endswith(".html")
        },
        sending=read_sending(sending),
        mirrors={name: each["segment"] for name, each in sorted(audiences.items()) if "segment" in each},
        triggers_within={
            name: timing.span(properties["triggers_within"])
            for name, properties in settings.get("events", {}).items()
            if properties and "triggers_within" in properties
        },
    )


def _folder(folder: Path) -> Sources:
    patterns = ("autoflow.yaml", "recipes/*.yaml", "segments/*.yaml", "templates/*.html")
    files = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def _words(settings: Mapping[str, Any], segments: Mapping[str, list[Any]]) -> Words:
    declared = settings.get("attributes", {})
    properties = _property_types(settings)
    made = {name: of for name, of in declared.items() if computed.is_computed(of)}
    types = _types({name: of for name, of in declared.items() if name not in made})
    types |= {name: computed.type_of(of, properties) for name, of in made.items()}
    scores = {name: _score(written) for name, written in settings.get("scores", {}).items()}
    return Words(types, properties, segments, scores, made)


def _types(declared: Mapping[str, Any]) -> dict[str, str]:
    return {name: "choice" if isinstance(of, Mapping) else of for name, of in declared.items()}


def _property_types(settings: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (event, name): of
        for event, properties in settings.get("events", {}).items()
        for name, of in _types(properties or {}).items()
        if name != "triggers_within"
    }


def _score(written: Mapping[str, Any]) -> Score:
    halves = written.get("halves_every")
    span = timing.span(halves) if halves else None
    floor = written.get("floor")
    return Score(
        floor=None if floor is None else Decimal(str(floor)),
        half_life=None if span is None else span.days * timing.DAY + span.micros,
        rules=tuple(_score_rule(rule) for rule in written.get("rules", [])),
    )


def _score_rule(written: Mapping[str, Any]) -> ScoreRule:
    when = written["when"] if isinstance(written["when"], Mapping) else {written["when"]: None}
    ((event, asked),) = when.items()
    tests = visited(asked) if event == "page_visited" else asked or {}
    most = written.get("at_most")
    return ScoreRule(event, Decimal(str(written["add"])), tests, timing.rate(most) if most else None)


def _template(text: str) -> Template:
    front = read_yaml(text.split("---\n")[1]) if text.startswith("---\n") else {}
    return Template(front.get("class", "marketing"), front.get("topic", ""))


def _in_order(segments: Mapping[str, list[Any]]) -> list[str]:
    """Segments that use no other first, then those that use only these, and so on; by name on each floor."""

    def floor(name: str) -> int:
        return max((floor(used) + 1 for used in named_in(segments[name], "in_segment")), default=0)

    return sorted(segments, key=lambda name: (floor(name), name))


def named_in(condition: Any, subject: str) -> set[str]:
    """What the conditions name after this subject, however deep."""
    if isinstance(condition, list):
        return {name for each in condition for name in named_in(each, subject)}
    if subject in condition:
        return {condition[subject]}
    return {
        name
        for group in ("all", "any", "none")
        if group in condition
        for name in named_in(listed(condition[group]), subject)
    }


def steps_of(recipe: Recipe) -> list[str]:
    """The ids of all its steps."""
    return [step.id for step in inside(recipe.steps)]
