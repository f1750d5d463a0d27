"""An email template together with the layouts and parts that it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from autoflow.language.codes import Code
from autoflow.language.templates.front_matter import FrontMatter, read_front_matter
from autoflow.language.templates.names import ROOTS, Mistake, Use, names_of
from autoflow.model.problems import AutoflowError, Problem, did_you_mean

FOLDER = "templates"
LINK = "unsubscribe_url"
MOST_CHARACTERS = 500_000  # of one source
MOST_USES = 200  # of other sources, each counted as often as it is used


class TemplateProblem(AutoflowError):
    """A mistake in a template: its file in the workspace, line and column from 1, and how to mend it."""

    def __init__(
        self,
        file: str,
        line: int,
        column: int,
        message: str,
        fix: str = "",
        code: Code = "template",
        width: int = 1,
    ) -> None:
        super().__init__(message, fix)
        self.file = file
        self.line = line
        self.column = column
        self.code = code
        self.width = width

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {super().__str__()}"

    def as_problem(self) -> Problem:
        """The same as `check` lists it."""
        return Problem(self.file, self.line, self.column, self.code, self.message, self.fix, width=self.width)


class UnknownName(NamedTuple):
    """A name that a template reads and nothing defines."""

    name: str
    line: int
    column: int
    file: str


class Family:
    """One email with every source that it uses: their texts, what they read from outside, their mistakes.

    `texts` are the files as they stand, `prepared` what Jinja compiles: front matter taken off, the fields of
    it as sources of their own, and every line where it was.
    """

    def __init__(self, name: str, sources: Mapping[str, str]) -> None:
        main = f"{name}.html"
        self.sources = sources
        self.texts = {main: _clean(sources[main])}
        self.front = _front(self.texts[main])
        self.prepared = {main: "\n" * (self.front.body_line - 1) + self.front.body}
        self.reads: list[tuple[str, int, str]] = []  # path, line, file
        self.links: list[
            tuple[str, bool]
        ] = []  # each source with the link to unsubscribe, and whether at times alone
        self.problems: list[TemplateProblem] = []
        self.uses = 0
        self.note(main, self.front.mistakes)
        if self.front.body_line > 1:
            self.walk(main, main)
        for part in ("subject", "preheader"):
            text, line = self.front.fields.get(part, ("", 1))
            self.prepared[f"{name}.{part}"] = "\n" * (line - 1) + text
            self.walk(f"{name}.{part}", main)
        if f"{name}.txt" in sources:
            self.take(f"{name}.txt")
            self.walk(f"{name}.txt", f"{name}.txt")

    def take(self, source: str) -> None:
        """Add a file that has no front matter."""
        self.texts[source] = self.prepared[source] = _clean(self.sources[source])
        if source.endswith(".html") and self.texts[source].startswith("---\n"):
            fix = "Only the template itself has a subject; remove the lines between the two  ---"
            self.note(source, [Mistake(1, "A layout has no front matter.", fix, code="template-head")])

    def note(self, source: str, mistakes: list[Mistake]) -> None:
        """Note mistakes of one file; what is used twice is noted once."""
        lines = self.texts[source].split("\n")
        for mistake in mistakes:
            column, width = _place(lines, mistake.line, mistake.word)
            problem = TemplateProblem(
                f"{FOLDER}/{source}",
                mistake.line,
                column,
                mistake.message,
                mistake.fix,
                mistake.code,
                width,
            )
            if all(str(problem) != str(known) for known in self.problems):
                self.problems.append(problem)

    def walk(
        self,
        source: str,
        file: str,
        bound: frozenset[str] = frozenset(),
        above: tuple[str, ...] = (),
        replaced: frozenset[str] = frozenset(),
        *,
        at_times: bool = False,
    ) -> None:
        """Take in what `source` reads and uses.

        `bound` are the names set where it is used, `above` the sources on the way to it, `replaced` the blocks that
        those write over, and `at_times` says whether they may pass it by.
        """
        if len(self.prepared[source]) > MOST_CHARACTERS:
            message = f"The file is longer than {MOST_CHARACTERS:,} characters."
            self.note(file, [Mistake(1, message, "Take a part of it out.", code="too-large")])
            return
        names = names_of(self.prepared[source], source.endswith(".html"))
        self.note(file, names.mistakes)
        for read in names.reads:
            if root_of(read.path) not in bound and replaced.isdisjoint(read.blocks):
                self.reads.append((read.path, read.line, file))
                if read.path == LINK:
                    self.links.append((source, at_times or read.at_times))
        above = (*above, source)
        for use in names.uses:
            if not replaced.isdisjoint(use.blocks) or not self.has(use, file, above):
                continue
            if use.how == "extends":
                inner = (use.source, use.source, bound | names.sets, above, replaced | names.replaced)
            else:
                inner = (use.source, use.source, bound | use.bound, above, frozenset())
            self.walk(*inner, at_times=at_times or use.at_times)

    def has(self, use: Use, file: str, above: tuple[str, ...]) -> bool:
        """Whether what is used can be walked; if not, why has been noted."""
        wrong: tuple[str, str] | None = None
        if use.source in above:
            wrong = (f'"{use.source}" uses itself.', "Break the circle.")
        elif use.source not in self.sources:
            near = did_you_mean(use.source, (name for name in self.sources if name.startswith("_")))
            fix = f'Did you mean "{near}"?' if near else f"Write {FOLDER}/{use.source}, or remove this line."
            wrong = (f'There is no file "{FOLDER}/{use.source}".', fix)
        elif self.uses >= MOST_USES:
            wrong = (
                f"The template uses more than {MOST_USES} others.",
                "Use fewer, or fewer inside each other.",
            )
        if wrong:
            self.note(file, [Mistake(use.line, *wrong, use.source, "template-part")])
            return False
        self.uses += 1
        if use.source not in self.texts:
            self.take(use.source)
        if use.how == "import" and not use.sees_names:
            self.imported(use, file)
        return True

    def imported(self, use: Use, file: str) -> None:
        """Note what an imported source would look for in vain."""
        inside = names_of(self.prepared[use.source], use.source.endswith(".html"))
        path = next((read.path for read in inside.reads if root_of(read.path) in ROOTS), None)
        if path is not None:
            message = f'"{use.source}" reads "{path}", which it does not see when it is imported like this.'
            mend = 'Write "with context" at the end.'
            self.note(file, [Mistake(use.line, message, mend, use.source, "template-part")])

    def unknown(self) -> Iterator[UnknownName]:
        """What is read and nothing defines: once for each name and line."""
        seen: set[tuple[str, int, str]] = set()
        for path, line, file in self.reads:
            at = (root_of(path), line, file)
            if at[0] not in ROOTS and at not in seen:
                seen.add(at)
                column, _ = _place(self.texts[file].split("\n"), line, at[0])
                yield UnknownName(at[0], line, column, f"{FOLDER}/{file}")


def root_of(path: str) -> str:
    """`contact` of `contact.first_name`."""
    return path.partition(".")[0]


@lru_cache(maxsize=512)
def _front(source: str) -> FrontMatter:
    return read_front_matter(source)


def _clean(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _place(lines: list[str], line: int, word: str) -> tuple[int, int]:
    """The column in which a word stands, and how long it is there; the beginning of the line where it is not found."""
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    around = (r"(?<![\w.])", r"(?!\w)") if word[:1].isalnum() or word[:1] == "_" else ("", "")
    found = re.search(re.escape(word).join(around), shown) if word else None
    return (found.start() + 1, len(found[0])) if found else (len(shown) - len(shown.lstrip()) + 1, 1)
