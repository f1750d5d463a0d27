"""owners.yaml: who may put changes of which files in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple

from autoflow.language import scalars
from autoflow.language.scalars import attempt, items
from autoflow.language.source import Report, Source, Unreadable
from autoflow.language.yaml.nodes import Entry, read_yaml
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.problems import AutoflowError
from autoflow.model.values import fold

OWNERS_FILE = "owners.yaml"
_EXAMPLE = 'For example growth@shop.example: ["recipes/win-*", segments/vip].'


class Owners(NamedTuple):
    """Patterns of files, by the person who may change them. A file that no pattern fits is anybody's."""

    patterns: Mapping[str, tuple[str, ...]]

    def of(self, path: str) -> tuple[str, ...]:
        """Who may change a file, by its path in the workspace; nobody is named where anybody may."""
        return tuple(person for person, patterns in self.patterns.items() if _fits(path, patterns))

    def may(self, person: str, path: str) -> bool:
        """Whether somebody may change a file."""
        owners = self.of(path)
        return not owners or fold(person) in {fold(each) for each in owners}


NOBODY = Owners(MappingProxyType({}))
"""There is no owners.yaml: every file is anybody's."""


class NotAllowedError(AutoflowError):
    """Somebody puts changes of `files` in force that are others' to change: by path, whose they are."""

    def __init__(self, message: str, fix: str, files: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(message, fix)
        self.files = files


def check_changes(before: Mapping[str, str], after: Mapping[str, str], owners: Owners, person: str) -> None:
    """Raise `NotAllowedError` where a file differs (by its path: what it holds) that is not the person's to change.

    It tells every such file and whose it is.
    """
    changed = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    refused = {path: owners.of(path) for path in changed if not owners.may(person, path)}
    if refused:
        told = "; ".join(whose(path, people) for path, people in refused.items())
        raise NotAllowedError(
            f"{person} may not change {'this file' if len(refused) == 1 else 'these files'}: {told}.",
            f"Ask them to apply it, or for a change of {OWNERS_FILE}. Nothing was changed.",
            refused,
        )


def whose(path: str, people: Iterable[str]) -> str:
    """Whose a file is, in words."""
    return f"{path} is for {', '.join(people)}"


def read_owners(text: str) -> tuple[Owners, Report]:
    """Read owners.yaml; what is wrong stands in the report."""
    report = Report(Source(OWNERS_FILE, text))
    root = read_yaml(report)
    found: dict[str, tuple[str, ...]] = {}
    if root is None:
        return Owners(found), report
    try:
        entries = scalars.section(root, report, OWNERS_FILE, ("owners",))
        entry = entries.get("owners")
        if entry is None or not isinstance(entry.value, MappingNode):
            span = entry.value.span if entry is not None else root.span
            report.fail("value", span, '"owners" is written as people, each with files.', _EXAMPLE)
        for each in entry.value.entries.values():
            found[each.key.text] = attempt(lambda each=each: _patterns(each, report), ())  # type: ignore[misc]
        if found and not Owners(found).of(OWNERS_FILE) and not report.problems:
            message = f"{OWNERS_FILE} itself is nobody's, so anybody could let himself in."
            report.add("value", entry.key.span, message, f"For example {next(iter(found))}: [{OWNERS_FILE}].")
    except Unreadable:
        return Owners(found), report
    return Owners(found), report


def _patterns(entry: Entry, report: Report) -> tuple[str, ...]:
    patterns = []
    for node in items(entry.value, report):
        pattern = scalars.text(node, report, "a pattern of files")
        if pattern.startswith(("/", ".")) or "\\" in pattern:
            report.add("value", node.span, f'"{pattern}" fits no file of a workspace.', _EXAMPLE)
        patterns.append(pattern)
    return tuple(patterns)


def _fits(path: str, patterns: Iterable[str]) -> bool:
    """`recipes/win-*` fits recipes/win-back.yaml: the ending may be left out, and `*` stands for anything."""
    bare = path.rpartition(".")[0]
    return any(fnmatchcase(path, pattern) or fnmatchcase(bare, pattern) for pattern in patterns)
