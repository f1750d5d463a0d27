"""The difference between two workspaces in words: what was applied last, and the files as they are.

Nothing here looks at people: this is what a change says, `plan_people` what it does to whom.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher
from typing import Any, Literal

from autoflow.kinds.base import Trigger
from autoflow.kinds.limits import LimitOn
from autoflow.lab.plan.settings import settings_changed
from autoflow.lab.plan.words import conditions_changed, steps_changed
from autoflow.language.definitions import Recipe, RecipeSending, Segment, Workspace
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.owners import OWNERS_FILE
from autoflow.language.templates.templates import Template
from autoflow.language.wording import differences, instead, pieces, written
from autoflow.model.clock_times import ClockWindow
from autoflow.model.durations import Duration
from autoflow.model.values import plain

Kind = Literal["settings", "recipe", "segment", "template"]
How = Literal["added", "changed", "removed"]
Reach = Literal["everybody", "entering", "nobody"]
"""Whom a change reaches (language.md, rule 11): everybody at once, those under way too; only who enters from now on;
nobody, for it is there for people to read."""

_OF_FOLDER: Mapping[str, Kind] = {"": "settings", "recipes": "recipe", "segments": "segment"}
_CONDITIONS = {"conditions": "condition", "keep_while": "keep_while", "goal": "goal", "exit": "exit"}
_REACHES: Mapping[str, Reach] = {
    **dict.fromkeys(("trigger", "conditions", "per", "reentry", "while_running", "actions"), "entering"),
    **dict.fromkeys(("keep_while", "goal", "exit", "sending", "status", "priority"), "everybody"),
    **dict.fromkeys(("description", "owner", "color"), "nobody"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise: under which key of the file, in a sentence, and whom it reaches.

    `step` names the step it concerns, by its id before (after, where it is new).
    """

    part: str
    says: str
    reaches: Reach
    step: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A recipe, a segment, a template or autoflow.yaml that came, went or changed.

    Without `changes` what is `changed` means the same: comments and layout. `version` is the one that a recipe would
    have, `applied` the one that it has; 0 where there is none.
    """

    kind: Kind
    name: str
    how: How
    changes: tuple[Change, ...] = ()
    version: int = 0
    applied: int = 0


def compare(before: Workspace, after: Workspace) -> tuple[Changed, ...]:
    """Everything that `after` says otherwise than `before`: settings, owners, recipes, segments, templates, each by
    name.
    """
    found = (
        *_settings(before, after),
        *_owners(before, after),
        *_sorted("recipe", before.recipes, after.recipes, recipe_changes),
        *_sorted("segment", before.segments, after.segments, segment_changes),
        *_sorted("template", before.templates, after.templates, template_changes),
    )
    return *found, *_only_layout(before, after, found)


def _settings(before: Workspace, after: Workspace) -> Iterator[Changed]:
    old, new = (each.sources.get(SETTINGS_FILE, "") for each in (before, after))
    changes = tuple(
        Change(path.partition(".")[0], says, "everybody") for path, says in settings_changed(old, new)
    )
    if changes:
        yield Changed("settings", SETTINGS_FILE, "changed", changes)


def _owners(before: Workspace, after: Workspace) -> Iterator[Changed]:
    """Who may change what: a change that reaches nobody, and that everybody who reviews one wants to see."""
    old, new = (each.sources.get(OWNERS_FILE, "") for each in (before, after))
    changes = tuple(Change("owners", says, "nobody") for _, says in settings_changed(old, new))
    if changes:
        yield Changed("settings", OWNERS_FILE, "changed", changes)


def _sorted(
    kind: Kind,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    changes: Callable[[Any, Any], Iterator[Change]],
) -> Iterator[Changed]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        versions = (_version(new), _version(old))
        if old is None:
            yield Changed(kind, name, "added", tuple(_new(kind, new)), *versions)
        elif new is None:
            yield Changed(kind, name, "removed", (), *versions)
        elif found := tuple(changes(old, new)):
            yield Changed(kind, name, "changed", found, *versions)


def _only_layout(before: Workspace, after: Workspace, told: Collection[Changed]) -> Iterator[Changed]:
    """Files that were written otherwise and say the same."""
    known = {(each.kind, each.name) for each in told}
    for path, text in after.sources.items():
        folder, _, file = path.rpartition("/")
        name = file.rpartition(".")[0] if folder else file
        kind = _OF_FOLDER.get(folder)
        if kind is not None and before.sources.get(path, text) != text and (kind, name) not in known:
            version = _version(after.recipes.get(name)) if kind == "recipe" else 0
            yield Changed(kind, name, "changed", (), version, version)


def _version(definition: object) -> int:
    return definition.version if isinstance(definition, Recipe) else 0


def _new(kind: Kind, value: Any) -> Iterator[Change]:
    """What is worth saying of something new."""
    if kind == "recipe":
        for trigger in value.triggers:
            yield Change("trigger", f"starts when {trigger.says()}", "entering")
        steps = "1 step" if len(value.steps) == 1 else f"{len(value.steps)} steps"
        yield Change("actions", steps, "entering")
        if value.status != "live":
            yield Change("status", f"status {value.status}", "everybody")
    elif kind == "segment":
        yield Change("conditions", value.conditions.says(), "everybody")
        if value.kind:
            yield Change("kind", f"kind {value.kind}", "everybody" if value.kind == "deny" else "nobody")
    elif kind == "template":
        yield Change("subject", f"subject “{value.subject}”", "everybody")


def recipe_changes(before: Recipe, after: Recipe) -> Iterator[Change]:
    """What one recipe says otherwise, in the order of the file."""
    yield from _fields(before, after, ("description", "owner", "status", "priority"))
    yield from (Change("trigger", says, "entering") for says in _triggers(before, after))
    for part in ("conditions", "keep_while"):
        yield from _conditions(before, after, part)
    yield from _fields(before, after, ("per", "reentry", "while_running"))
    for part in ("goal", "exit"):
        yield from _conditions(before, after, part)
    for field in fields(RecipeSending):
        old, new = getattr(before.sending, field.name), getattr(after.sending, field.name)
        if old != new:
            yield Change("sending", _otherwise(field.name, old, new), "everybody")
    for each in steps_changed(before.steps, after.steps):
        yield Change("actions", each.says, "entering", each.step)
    if before.hash != after.hash and _meaning(before) == _meaning(after):
        yield Change("actions", "counts otherwise, by what autoflow.yaml declares", "entering")


def _meaning(recipe: Recipe) -> Recipe:
    return replace(recipe, hash="", version=0)


def segment_changes(before: Segment, after: Segment) -> Iterator[Change]:
    """What one segment says otherwise."""
    yield from _fields(before, after, ("description", "owner", "color"))
    if before.kind != after.kind:
        denies = "deny" in {before.kind, after.kind}
        yield Change("kind", _otherwise("kind", before.kind, after.kind), "everybody" if denies else "nobody")
    for says in conditions_changed(before.conditions, after.conditions, "condition"):
        yield Change("conditions", says, "everybody")


def template_changes(before: Template, after: Template) -> Iterator[Change]:
    """What one mail says otherwise; its layouts are part of it."""
    for part, name in (
        ("subject", "subject"),
        ("preheader", "preheader"),
        ("class", "klass"),
        ("topic", "topic"),
    ):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            says = f"{part} changed: {_quoted(new)} instead of {_quoted(old)}" if old and new else None
            yield Change(
                part, says or _otherwise(part, old and _quoted(old), new and _quoted(new)), "everybody"
            )
    for file in dict.fromkeys((*before.sources, *after.sources)):
        if file in {f"{after.name}.subject", f"{after.name}.preheader"}:
            continue
        old, new = before.sources.get(file), after.sources.get(file)
        if old == new:
            continue
        what = {f"{after.name}.html": "text", f"{after.name}.txt": "plain text"}.get(file, f"layout {file}")
        if old is None or new is None:
            yield Change("text", f"{what} {'removed' if new is None else 'added'}", "everybody")
        else:
            count = _lines_changed(old, new)
            lines = "1 line" if count == 1 else f"{count} lines"
            yield Change("text", f"{lines} of {what} changed", "everybody")


def _quoted(text: str) -> str:
    return f"“{text}”"


def _lines_changed(before: str, after: str) -> int:
    matcher = SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal")


def _triggers(before: Recipe, after: Recipe) -> Iterator[str]:
    old, new = (
        dict(zip(each.trigger_ids or [trigger.word for trigger in each.triggers], each.triggers, strict=True))
        for each in (before, after)
    )
    if len(old) == len(new) == 1 and old.keys() != new.keys():
        (was,), (now,) = old.values(), new.values()
        yield f"starts when {now.says()}, instead of when {was.says()}"
        return
    for name in {**old, **new}:
        was_there, now_there = old.get(name), new.get(name)
        if was_there is None and now_there is not None:
            yield f"starts also when {now_there.says()}"
        elif now_there is None and was_there is not None:
            yield f"starts no longer when {was_there.says()}"
        elif was_there is not None and now_there is not None and was_there != now_there:
            yield f"trigger {name}: {_trigger_changed(was_there, now_there)}"
    if list(old) != list(new) and set(old) == set(new):
        yield f"triggers in another order: {', '.join(new)}"


def _trigger_changed(before: Trigger, after: Trigger) -> str:
    told = differences(pieces(before), pieces(after)) if before.word == after.word else []
    return ", ".join(told) or f"{written(after)} instead of {written(before)}"


def _conditions(before: Recipe, after: Recipe, part: str) -> Iterator[Change]:
    old, new = getattr(before, part), getattr(after, part)
    if old != new:
        what = _CONDITIONS[part]
        for says in conditions_changed(old, new, what, f"{what} "):
            yield Change(part, says, _REACHES[part])


def _fields(before: Any, after: Any, names: tuple[str, ...]) -> Iterator[Change]:
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            if name == "reentry":
                old, new = (f"after {each}" if isinstance(each, Duration) else each for each in (old, new))
            says = f"{name} changed" if name == "description" else _otherwise(name, old, new)
            yield Change(name, says, _REACHES[name])


def _otherwise(name: str, before: object, after: object) -> str:
    label = name.replace("_", " ")
    if before in (None, ""):
        return f"{label} added: {_value(after)}"
    if after in (None, ""):
        return f"{label} removed: it was {_value(before)}"
    return f"{label} {instead(_value(before), _value(after))}"


def _value(value: object) -> str:
    if isinstance(value, LimitOn):
        return f"{value.limit.most} per {value.limit.per}"
    if isinstance(value, ClockWindow):
        return value.says()
    if isinstance(value, Duration):
        return str(value)
    return plain(value)
