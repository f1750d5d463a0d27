"""A recipe's file read into a `Recipe`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from autoflow.kinds.base import EVENT, Condition, Step, Trigger
from autoflow.language import scalars
from autoflow.language.branches import lay_out, read_steps
from autoflow.language.definitions import Recipe, RecipeSending, Status
from autoflow.language.lints.clashing import report_clashes
from autoflow.language.names import Names
from autoflow.language.reader import all_of, any_of, read_action, read_conditions, read_trigger
from autoflow.language.scalars import attempt, items
from autoflow.language.scope import Part, Scope
from autoflow.language.settings.sending import read_recipe_sending
from autoflow.language.slips.elsewhere import asked, meant
from autoflow.language.slips.own_file import check_own_name, in_its_folder
from autoflow.language.source import FIRST, Report, Source, Span, Unreadable
from autoflow.language.yaml.nodes import Broken, Entry, Node, Scalar, plain_data, read_yaml
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.durations import Duration
from autoflow.model.problems import Problem

RECIPE_KEYS = (
    *("recipe", "description", "owner", "status", "priority", "trigger", "conditions", "keep_while", "per"),
    *("reentry", "while_running", "goal", "exit", "sending", "actions"),
)
_LISTS = ("trigger", "conditions", "keep_while", "goal", "exit", "actions")


@dataclass(eq=False, repr=False)
class ReadRecipe:
    """What reading gave: the recipe (None where a part of it could not be read), what is wrong, and places.

    `places` holds where each step stands, by its id; `span` is the file's first key. `asked` are the conditions of
    each list as they are written, with their places, `conditions` those at any depth, and `triggers` the places of the
    triggers.
    """

    recipe: Recipe | None
    report: Report
    places: Mapping[str, Span]
    span: Span = FIRST
    asked: Mapping[str, Sequence[tuple[Condition, Span]]] = field(default_factory=dict)
    triggers: Sequence[Span] = ()
    conditions: Sequence[tuple[Condition, Span]] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The mistakes, in the order in which they stand."""
        return tuple(sorted(self.report.problems))


def read_recipe(name: str, text: str, names: Names, file: str = "") -> ReadRecipe:
    """Read one recipe, also an old version from elsewhere; `names` says what may be named.

    A name that stands for nothing is a problem, and the recipe is still there; a part that cannot be read is
    not, and then there is no recipe.
    """
    report = Report(Source(file or f"recipes/{name}.yaml", text))
    root = read_yaml(report)
    if root is None or not in_its_folder(root, report, "recipe", ("recipe", "trigger", "actions")):
        return ReadRecipe(None, report, {})
    try:
        entries = scalars.section(root, report, "a recipe", RECIPE_KEYS)
    except Unreadable:
        return ReadRecipe(None, report, {})
    return _Reading(name, entries, Scope(report, names, "trigger"), root).read()


class _Reading:
    """One recipe on its way from nodes."""

    def __init__(self, name: str, entries: Mapping[str, Entry], scope: Scope, root: Node) -> None:
        self.name = name
        self.entries = entries
        self.scope = scope
        self.report = scope.report
        self.root = root
        self.asked: dict[str, list[tuple[Condition, Span]]] = {}
        self.places: list[Span] = []

    def read(self) -> ReadRecipe:
        """Read every part, so that all mistakes are told at once."""
        check_own_name(self.entries.get("recipe"), self.name, "recipe", self.report)
        triggers, trigger_ids = self.triggers()
        self.scope.triggers = trigger_ids
        heard = {topic for trigger in triggers for topic in trigger.hears()}
        handed = self.scope.names.handed.get(self.name, frozenset())
        own = {name for kind, name in heard if kind == EVENT}
        self.scope.starts = tuple(sorted(own or handed))  # whose own events start it asks for those
        conditions = self.conditions("conditions", "entry")
        keep_while = self.conditions("keep_while", "keep_while")
        goal, exit_ = self.leaving("goal"), self.leaving("exit")
        steps = self.steps()
        per, reentry = self.per(), self.reentry(triggers)
        recipe = Recipe(
            id=self.name,
            triggers=tuple(triggers),
            steps=steps,
            conditions=conditions,
            keep_while=keep_while,
            goal=goal,
            exit=exit_,
            description=self.text("description"),
            owner=self.text("owner"),
            status=cast("Status", self.word("status", ("draft", "live", "paused"), "live")),
            priority=self.priority(),
            per=per,
            reentry=reentry,
            while_running=cast(
                "Literal['ignore', 'restart', 'parallel']",
                self.word("while_running", ("ignore", "restart", "parallel"), "ignore"),
            ),
            sending=self.sending(),
            trigger_ids=trigger_ids,
            hash=self.hash(steps, reentry),
        )
        return ReadRecipe(
            recipe=None if self.report.broken else recipe,
            report=self.report,
            places=self.scope.places,
            span=self.root.span,
            asked=self.asked,
            triggers=self.places,
            conditions=self.scope.read,
        )

    def list_of(self, key: str) -> list[Node]:
        entry = self.entries.get(key)
        return items(entry.value, self.report) if entry else []

    def triggers(self) -> tuple[list[Trigger], tuple[str, ...]]:
        """The triggers that can be read, and the id of each."""
        nodes = self.needed("trigger", "trigger: {segment_entered: lapsed-buyers}")
        found: list[Trigger] = []
        ids: dict[str, Span] = {}
        for node in nodes:
            trigger = attempt(lambda node=node: read_trigger(node, self.scope), None)  # type: ignore[misc]
            if trigger is None:
                continue
            own = node.entries.get("id") if isinstance(node, MappingNode) else None
            name = trigger.word
            if own is not None:
                name = attempt(lambda own=own: scalars.name(own.value, self.report, 'an "id"'), name)  # type: ignore[misc]
            number = 1
            while own is None and name in ids:  # twins without ids are told apart by their place
                number += 1
                name = f"{trigger.word} {number}"
            if name in ids:
                message = f'There are two triggers "{name}".'
                self.report.add("duplicate-step", node.span, message, "Give one of them another id.")
                continue
            ids[name] = node.span
            found.append(trigger)
            self.places.append(node.span)
        return found, tuple(ids)

    def needed(self, key: str, example: str) -> list[Node]:
        nodes = self.list_of(key)
        entry = self.entries.get(key)
        if not nodes and not (entry and isinstance(entry.value, Broken)):
            span = entry.key.span if entry else self.root.span
            message = f'"{key}" is empty.' if entry else f'The recipe has no "{key}".'
            if key not in self.report.meant:
                self.report.add("missing-key", span, message, f"For example {example}")
            self.report.broken = True
        return nodes

    def read_list(self, key: str, part: Part) -> list[Condition]:
        entry = self.entries.get(key)
        if entry is None:
            return []
        scope = self.scope.within(part)
        nothing: list[Condition] = []
        found = attempt(lambda: read_conditions(entry.value, scope), nothing)
        report_clashes(found, scope, any_of=part == "leave")
        spans = {id(condition): span for condition, span in scope.read}
        self.asked[key] = [(condition, spans[id(condition)]) for condition in found]
        return found

    def conditions(self, key: str, part: Part) -> Condition | None:
        return all_of(self.read_list(key, part))

    def leaving(self, key: str) -> Condition | None:
        found = any_of(self.read_list(key, "leave"))
        return found.since_start() if found is not None else None

    def steps(self) -> tuple[Step, ...]:
        nodes = self.needed("actions", "actions: [{send_email: welcome}]")
        return lay_out(read_steps(nodes, self.scope.within("action"), read_action))

    def sending(self) -> RecipeSending:
        entry = self.entries.get("sending")
        if entry is None:
            return RecipeSending()
        return attempt(lambda: read_recipe_sending(entry.value, self.report), RecipeSending())

    def per(self) -> str | None:
        entry = self.entries.get("per")
        return None if entry is None else attempt(lambda: self.read_per(entry.value), None)

    def read_per(self, node: Node) -> str:
        placed = (
            re.fullmatch(r"\{\{\s*(event\.\w+)\s*\}\}", node.text.strip())
            if isinstance(node, Scalar)
            else None
        )
        if placed is not None:
            message = '"per" names a property, without braces.'
            self.report.fail("value", node.span, message, f"Write per: {placed[1]}")
        found = scalars.name(node, self.report, '"per"')
        root, dot, name = found.partition(".")
        if root != "event" or not dot or not name:
            message = '"per" names a property of the event that starts the recipe.'
            self.report.fail("value", node.span, message, "For example per: event.order_id")
        starts, names = self.scope.starts, self.scope.names
        if not starts:
            message = f'There is no "{found}": no event starts this recipe.'
            self.report.add("unknown-name", node.span, message, 'Remove "per".')
        for event in starts if names.declared else ():
            if names.properties(event) is not None and self.scope.property(event, name) is None:
                self.report.add("unknown-name", node.span, *names.missing_property(event, name))
        return name

    def reentry(self, triggers: list[Trigger]) -> Duration | Literal["never", "always"]:
        """What is written; else `never` where every trigger's own default is never, and `always` otherwise."""
        usual = {trigger.default_reentry for trigger in triggers}
        default: Literal["never", "always"] = "never" if usual == {"never"} else "always"
        entry = self.entries.get("reentry")
        if entry is None:
            return default
        return attempt(lambda: self.read_reentry(entry.value), default)

    def read_reentry(self, node: Node) -> Duration | Literal["never", "always"]:
        found = scalars.scalar(node, self.report, '"reentry"')
        if found.text == "never":
            return "never"
        if found.text == "always":
            return "always"
        word, _, rest = found.text.partition(" ")
        if word != "after" or not rest.strip():
            message = f'"reentry" is never, always or after some time, not "{found.text}".'
            self.report.fail("value", node.span, message, _reentry_fix(found.text))
        span = scalars.inside(found.span, self.report, rest.strip())
        return scalars.duration(Scalar(span, rest.strip(), rest.strip()), self.report, '"reentry"')

    def text(self, key: str) -> str:
        return scalars.optional_text(self.entries, key, self.report)

    def word(self, key: str, words: tuple[str, ...], default: str) -> str:
        entry = self.entries.get(key)
        if entry is None:
            return default
        return attempt(lambda: scalars.one_of(entry.value, self.report, f'"{key}"', words), default)

    def priority(self) -> int:
        entry = self.entries.get("priority")
        if entry is None:
            return 0
        return attempt(lambda: scalars.whole_number(entry.value, self.report, '"priority"', -1000, 1000), 0)

    def hash(self, steps: Sequence[Step], reentry: object) -> str:
        """The hash of the meaning: wording, owner, status, priority and sending change no version."""
        meaning: dict[str, Any] = {key: [plain_data(node) for node in self.list_of(key)] for key in _LISTS}
        per = self.entries.get("per")
        meaning["per"] = plain_data(per.value) if per else None
        meaning["reentry"] = str(reentry)
        meaning["ids"] = [step.id for step in steps]
        return meaning_hash(meaning, self.scope)


def _reentry_fix(written: str) -> str:
    """How to mend what is no way of entering again."""
    from autoflow.language.slips import likely

    length = likely.length(f"{written} days" if written.isdigit() else written)
    near = meant(written, ("never", "always"), "reentry")
    return asked(near or (f"after {length}" if length else None), "For example reentry: after 30 days")


def meaning_hash(meaning: dict[str, Any], scope: Scope) -> str:
    """A short hash of plain values and of the declared types that they rely on."""
    whole = {**meaning, "types": sorted(scope.uses)}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
