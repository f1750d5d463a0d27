"""A workspace's files as plain values, read with as little ceremony as can be: they are known to be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.oracle import timing
from tests.oracle.conditions import Words

Sources = Mapping[str, Any]
"""Path -> text, or for a YAML file what stands in it."""


class _Yaml12(yaml.SafeLoader):
    """The types of YAML 1.2's core schema: `on`, `no`, `21:00` and dates stay text."""


_Yaml12.yaml_implicit_resolvers = {}


for _tag, _pattern in {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
}.items():
    _Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})\\Z"), None)
_Yaml12.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))  # 010 is ten, not octal


@dataclass(frozen=True)
class Step:
    id: str
    word: str
    argument: Any


@dataclass(frozen=True)
class Recipe:
    id: str
    triggers: list[tuple[str, Any]]
    steps: list[Step]
    conditions: list[Any]
    keep_while: list[Any]
    goal: list[Any]
    exit: list[Any]
    status: str
    priority: int
    per: str | None
    reentry: str


@dataclass(frozen=True)
class Workspace:
    """`segments` in the order in which they are evaluated; `templates` maps a name to its class."""

    zone: str
    consent: str
    words: Words
    recipes: list[Recipe]
    segments: list[str]
    deny: list[str]
    templates: Mapping[str, str] = field(default_factory=dict)


def read_workspace(where: Path | Sources) -> Workspace:
    sources = _folder(where) if isinstance(where, Path) else where
    settings = _yaml(sources["autoflow.yaml"])
    segments = {path[9:-5]: _yaml(text) for path, text in sources.items() if path.startswith("segments/")}
    recipes = {path[8:-5]: _yaml(text) for path, text in sources.items() if path.startswith("recipes/")}
    conditions = {name: listed(segment["conditions"]) for name, segment in segments.items()}
    return Workspace(
        zone=settings["timezone"],
        consent=settings.get("sending", {}).get("consent", "required"),
        words=Words(_types(settings.get("attributes", {})), _property_types(settings), conditions),
        recipes=[_recipe(name, text) for name, text in sorted(recipes.items())],
        segments=_in_order(conditions),
        deny=[name for name, segment in segments.items() if segment.get("kind") == "deny"],
        templates={
            Path(path).stem: _class(text)
            for path, text in sources.items()
            if path.startswith("templates/") and path.endswith(".html")
        },
    )


def listed(value: Any) -> list[Any]:
    """One or several, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _folder(folder: Path) -> Sources:
    patterns = ("autoflow.yaml", "recipes/*.yaml", "segments/*.yaml", "templates/*.html")
    files = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def _yaml(text: Any) -> Any:
    return yaml.load(text, _Yaml12) if isinstance(text, str) else text


def _types(declared: Mapping[str, Any]) -> dict[str, str]:
    return {name: "choice" if isinstance(of, Mapping) else of for name, of in declared.items()}


def _property_types(settings: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (event, name): of
        for event, properties in settings.get("events", {}).items()
        for name, of in _types(properties or {}).items()
    }


def _class(template: str) -> str:
    front = template.split("---\n")[1] if template.startswith("---\n") else "{}"
    return str(_yaml(front).get("class", "marketing"))


def _recipe(name: str, text: Any) -> Recipe:
    written = _yaml(text)
    triggers = [pair for each in listed(written["trigger"]) for pair in each.items()]
    first_time_only = all(word == "segment_entered" for word, _ in triggers)
    per = written.get("per")
    return Recipe(
        id=name,
        triggers=triggers,
        steps=[_step(each) for each in written["actions"]],
        conditions=listed(written.get("conditions")),
        keep_while=listed(written.get("keep_while")),
        goal=listed(written.get("goal")),
        exit=listed(written.get("exit")),
        status=written.get("status", "live"),
        priority=written.get("priority", 0),
        per=per.removeprefix("event.") if per else None,
        reentry=written.get("reentry", "never" if first_time_only else "always"),
    )


_TARGETS = {
    "add_tag": "tag",
    "remove_tag": "tag",
    "send_email": "template",
    "add_to_audience": "audience",
    "remove_from_audience": "audience",
    "wait": "duration",
    "exit": "reason",
}


def _step(written: Any) -> Step:
    written = {written: None} if isinstance(written, str) else written
    ((word, argument),) = ((word, argument) for word, argument in written.items() if word != "id")
    if word in _TARGETS:
        argument = argument[_TARGETS[word]] if isinstance(argument, Mapping) else argument
    elif word == "notify_sales":
        argument = argument if isinstance(argument, Mapping) else {"message": argument}
    elif word == "set_attribute":
        argument = argument.get("values", argument)
    else:
        raise ValueError(f"no such action: {word}")
    return Step(written.get("id") or f"{word}:{_target(word, argument)}".removesuffix(":"), word, argument)


def _target(word: str, argument: Any) -> str:
    if word == "notify_sales":
        return str(argument.get("channel", "sales"))
    if word == "set_attribute":
        return ",".join(argument)
    return str(timing.span(argument)) if word == "wait" else argument or ""


def _in_order(segments: Mapping[str, list[Any]]) -> list[str]:
    """Segments that use no other first, then those that use only these, and so on; by name on each floor."""

    def floor(name: str) -> int:
        return max((floor(used) + 1 for used in _used(segments[name])), default=0)

    return sorted(segments, key=lambda name: (floor(name), name))


def _used(condition: Any) -> set[str]:
    if isinstance(condition, list):
        return {name for each in condition for name in _used(each)}
    if "in_segment" in condition:
        return {condition["in_segment"]}
    return {
        name
        for group in ("all", "any", "none")
        if group in condition
        for name in _used(listed(condition[group]))
    }
