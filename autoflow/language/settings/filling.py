"""Texts of autoflow.yaml with the environment's variables filled in, written as "${NAME}"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from autoflow.language import scalars
from autoflow.language.scalars import attempt
from autoflow.language.source import Report
from autoflow.language.yaml.nodes import Entry, Node, Scalar

# Compiled where it is first used, so that `check` starts faster.
_VARIABLE = r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}"


@dataclass(frozen=True, eq=False, repr=False)
class Filling:
    """Reads texts of one file, and fills them in. What a variable holds is never shown."""

    report: Report
    environment: Mapping[str, str]

    def text(self, node: Node, what: str) -> str:
        """A text, filled in; a variable that is missing is reported."""
        found = scalars.text(node, self.report, what)
        if "${" not in found:
            return found
        for match in re.finditer(_VARIABLE, found):
            if match[1] not in self.environment:
                place = scalars.inside(node.span, self.report, match[0])
                message = f'The environment has no variable called "{match[1]}".'
                fix = f"Set it where autoflow runs: export {match[1]}=…"
                self.report.fail("missing-variable", place, message, fix)
        return re.sub(_VARIABLE, lambda match: self.environment[match[1]], found)

    def line(self, entry: Entry) -> str:
        """A text that becomes part of a mail's head, so it has no line ends."""
        found = attempt(lambda: self.text(entry.value, f'"{entry.key.text}"'), "")
        if not found.isprintable():
            message = f'"{entry.key.text}" must be one line.'
            self.report.add("not-one-line", entry.value.span, message, "Put quotes around it, in one line.")
            return ""
        return found

    def advise(self, entry: Entry | None, message: str, fix: str) -> None:
        """Warn where a secret stands in the file itself."""
        if isinstance(entry, Entry) and isinstance(entry.value, Scalar) and "${" not in entry.value.text:
            self.report.warn("secret-in-file", entry.key.span, message, fix)
