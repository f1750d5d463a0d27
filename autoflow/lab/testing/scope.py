"""What a test file may name, and its values read by their declared types: the language's own machinery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autoflow.language import scalars
from autoflow.language.definitions import Recipe, Workspace
from autoflow.language.names import FOLDERS, SETTINGS_FILE, Names
from autoflow.language.operands import read_value
from autoflow.language.placeholders import holds_placeholder
from autoflow.language.scope import Scope
from autoflow.language.settings.declared import Declared
from autoflow.language.source import Report
from autoflow.language.yaml.nodes import Entry, Node, Scalar
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.instants import zone, zone_names
from autoflow.model.problems import did_you_mean
from autoflow.model.values import Value

_TIMEZONE = "timezone"
_NUMBER = Declared("number")


def names_of(workspace: Workspace) -> Names:
    """The names that files may use, those of files with mistakes included."""
    named = {
        of: frozenset(
            path.rpartition("/")[2].rpartition(".")[0]
            for path in workspace.sources
            if path.startswith(f"{folder}/")
        )
        for of, folder in FOLDERS.items()
    }
    return Names(
        settings=workspace.settings,
        declared=all(
            (problem.file, problem.severity) != (SETTINGS_FILE, "error") for problem in workspace.problems
        ),
        segments=frozenset(workspace.segments) | named["segment"],
        templates=frozenset(workspace.templates) | frozenset(named["template"]),
        recipes=frozenset(workspace.recipes) | named["recipe"],
    )


@dataclass(frozen=True)
class StoryScope:
    """One test file: its report, the names of its workspace, and the recipe that it is about (None: unknown)."""

    report: Report
    names: Names
    recipe: Recipe | None = None

    def known(self, of: str, node: Node, what: str) -> str:
        """A name of something in the workspace; reports one that stands for nothing."""
        found = scalars.name(node, self.report, what)
        known = self.names.known(of)
        if known is not None and found not in known:
            self.report.add("unknown-name", node.span, *self.names.missing(of, found))
        return found

    def step(self, node: Node) -> str:
        """The id of a step of the recipe, or `none`."""
        found = scalars.name(node, self.report, "the id of a step")
        ids = [step.id for step in self.recipe.steps] if self.recipe is not None else None
        if ids is not None and found not in {*ids, "none"}:
            near = did_you_mean(found, ids)
            fix = f'Did you mean "{near}"?' if near else f"It has {', '.join(ids)}."
            assert self.recipe is not None
            message = f'The recipe "{self.recipe.id}" has no step called "{found}".'
            self.report.add("unknown-name", node.span, message, fix)
        return found

    def attributes(self, entries: Mapping[str, Entry]) -> dict[str, Value]:
        """Attributes with values of their declared types; one without a value is None."""
        found: dict[str, Value] = {}
        for name, entry in entries.items():
            declared = self.names.settings.attributes.get(name)
            if declared is None and self.names.declared:
                self.report.add("unknown-name", entry.key.span, *self.names.missing("attribute", name))
            found[name] = scalars.attempt(lambda: self._value(entry.value, declared, name), None)  # noqa: B023 - called at once
            if name == _TIMEZONE and isinstance(found[name], str):
                self._check_zone(entry.value, found[name])
        return found

    def properties(self, event: str, node: Node) -> dict[str, Value]:
        """Properties of an event with values of their declared types; one without a value is left out."""
        known = self.names.properties(event) or {}
        found: dict[str, Value] = {}
        for name, entry in self.pairs(node, '"with"', "{order_id: A1}").items():
            if name not in known and event in self.names.settings.events and self.names.declared:
                self.report.add("unknown-name", entry.key.span, *self.names.missing_property(event, name))
            value = scalars.attempt(lambda: self._value(entry.value, known.get(name), name), None)  # noqa: B023 - called at once
            if value is not None:
                found[name] = value
        return found

    def scores(self, node: Node) -> dict[str, Value]:
        """Numbers under the names of scores."""
        known = self.names.known("score")
        found: dict[str, Value] = {}
        for name, entry in self.pairs(node, '"scores"', "{lead: 20}").items():
            if known is not None and name not in known:
                self.report.add("unknown-name", entry.key.span, *self.names.missing("score", name))
            found[name] = scalars.attempt(lambda: self._value(entry.value, _NUMBER, name), None)  # noqa: B023 - called at once
        return found

    def pairs(self, node: Node, what: str, example: str) -> Mapping[str, Entry]:
        """Names with values, none where nothing is written; `what` names them in a sentence."""
        scalars.refuse_reported(node, self.report)
        if isinstance(node, Scalar) and node.value is None:
            return {}
        if not isinstance(node, MappingNode):
            message = f"{what} is written as names with values."
            self.report.fail("value", node.span, message, f"For example {example}.")
        return node.entries

    def _value(self, node: Node, declared: Declared | None, name: str) -> Value:
        if isinstance(node, Scalar) and node.value is None:
            return None
        if holds_placeholder(node):
            message = "A placeholder cannot stand in a test, where everything is known."
            self.report.fail("placeholder-here", node.span, message, "Write the value itself.")
        scope = Scope(self.report, self.names, "action")
        return read_value(node, declared or Declared("text"), scope, f'"{name}"')

    def _check_zone(self, node: Node, name: str) -> None:
        try:
            zone(name)
        except LookupError as error:
            near = did_you_mean(name, zone_names())
            fix = f'Did you mean "{near}"?' if near else "For example Europe/London."
            self.report.add("unknown-name", node.span, str(error), fix)
