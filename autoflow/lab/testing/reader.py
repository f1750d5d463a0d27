"""Recipe tests read from their files; mistakes in them are told exactly like mistakes in recipes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autoflow.lab.testing.given import NOBODY, part, read_given
from autoflow.lab.testing.happenings import Clock, read_story
from autoflow.lab.testing.scope import StoryScope, names_of
from autoflow.lab.testing.story import Case, RecipeTest, local_time
from autoflow.language import scalars
from autoflow.language.definitions import Workspace
from autoflow.language.names import Names
from autoflow.language.scalars import attempt, items, section
from autoflow.language.source import Report, Source
from autoflow.language.yaml.nodes import Entry, Node, read_yaml
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.problems import Problem

_FILE_KEYS = ("tests", "also", "cases")
_CASE_KEYS = ("name", "given", "story")
_CASE_NEEDS = {
    "name": "name: who buys gets no second mail",
    "story": "story: [{at: 2026-03-06 14:00, page_visited: /}]",
}
_NO_NAMES: tuple[str, ...] = ()


def read_tests(sources: Mapping[str, str], workspace: Workspace) -> tuple[list[RecipeTest], list[Problem]]:
    """Read test files (path → text) against the workspace whose recipes they test.

    Never raises for what the files hold. Problems are sorted by file and place; where one is an error, the tests
    are there only as far as they could be read, and must not be run.

    A file says `tests: RECIPE` and its `cases`; `also: [RECIPE, …]` names recipes that are live beside it. A
    case has a `name`, what is `given` (see `read_given`; without it nobody has heard of the contact before the
    story), and a `story` (see `read_story`).
    """
    names = names_of(workspace)
    tests: list[RecipeTest] = []
    problems: list[Problem] = []
    for file in sorted(sources):
        report = Report(Source(file, sources[file]))
        root = read_yaml(report)
        if root is not None:
            test = attempt(lambda: _Reading(root, report, names, workspace).read(), None)  # noqa: B023 - called at once
            tests += [test] if test is not None else []
        problems += report.problems
    return tests, sorted(problems)


class _Reading:
    """One file on its way from nodes."""

    def __init__(self, root: Node, report: Report, names: Names, workspace: Workspace) -> None:
        self.root = root
        self.report = report
        self.names = names
        self.workspace = workspace
        self.scope = StoryScope(report, names)

    def read(self) -> RecipeTest:
        """The file; raises `Unreadable` where it does not even say what it tests."""
        entries = section(self.root, self.report, "a file of recipe tests", _FILE_KEYS)
        missing = [key for key in ("tests", "cases") if key not in entries]
        for key in missing:
            fix = "Write tests: NAME-OF-A-RECIPE." if key == "tests" else "Write cases: and a list below it."
            at = self.root.span
            self.report.add("missing-key", at, f'A file of recipe tests needs "{key}".', fix)
        recipe = part(entries, "tests", self._recipe, "")
        also = part(entries, "also", self._also, _NO_NAMES)
        self.scope = StoryScope(self.report, self.names, self.workspace.recipes.get(recipe))
        cases = self._cases(entries["cases"]) if "cases" in entries else ()
        if missing or not recipe:
            self.report.give_up()
        return RecipeTest(recipe, self.report.source.file, tuple(cases), also)

    def _recipe(self, node: Node) -> str:
        return self.scope.known("recipe", node, "the name of a recipe")

    def _also(self, node: Node) -> tuple[str, ...]:
        return tuple(self._recipe(item) for item in items(node, self.report))

    def _cases(self, entry: Entry) -> Iterable[Case]:
        found = items(entry.value, self.report)
        if not found:
            fix = 'Begin one below it with "- name: …".'
            self.report.add("list-empty", entry.key.span, '"cases" needs at least one case.', fix)
        cases = [attempt(lambda: self._case(node), None) for node in found]  # noqa: B023 - called at once
        return [case for case in cases if case is not None]

    def _case(self, node: Node) -> Case:
        entries = section(node, self.report, "a case", _CASE_KEYS)
        for key, example in _CASE_NEEDS.items():
            if key not in entries:
                self.report.add("missing-key", node.span, f'A case needs "{key}".', f"For example {example}.")
        name = part(entries, "name", lambda node: scalars.name(node, self.report, '"name"'), "")
        given = part(entries, "given", lambda node: read_given(node, self.scope), NOBODY)
        if "story" not in entries:
            self.report.give_up()
        zone = given.attributes.get("timezone")
        story = read_story(entries["story"], self.scope, Clock(self.names.settings.timezone, zone))
        if given.history and given.history[-1].at >= story[0].at:
            self._refuse_past(entries["given"].value, story[0].at)
        return Case(name, self.report.source.line_number(node.span.start), given, story)

    def _refuse_past(self, node: Node, start: int) -> None:
        message = "What is given lies before the story, and one of these events does not."
        fix = f"The story begins at {local_time(start, self.names.settings.timezone)}."
        assert isinstance(node, MappingNode)  # it has events
        self.report.add("out-of-place", node.entries["events"].key.span, message, fix)
