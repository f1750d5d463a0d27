"""Writes into docs/problems/ what `check` says of each broken example, and the index.

    python tools/problem_pages.py            writes the pages
    python tools/problem_pages.py --check    exit status 1 where a page is out of date

Everything else there is written by hand.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from click.testing import CliRunner

from autoflow.cli.group import cli
from autoflow.cli.state import State
from autoflow.daemon import running
from autoflow.language.catalogue import FAMILIES, INDEX, Entry, Example, Shown, pages, read_page
from autoflow.language.present import as_text
from autoflow.language.workspace import read_workspace
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant

BEGIN = "<!-- index: made by tools/problem_pages.py, not by hand -->"
END = "<!-- end of index -->"
_TOLD = re.compile(r"^```text\n.*?^```\n\n?", re.MULTILINE | re.DOTALL)
_MENDED = re.compile(r"^```\w+ mended ", re.MULTILINE)


def starter() -> dict[str, str]:
    """The workspace that `autoflow init` makes: path → text."""
    return {
        path: text for path, text in _walk(files("autoflow") / "starter") if not path.startswith("tests/")
    }


def said(example: Example, around: Mapping[str, str]) -> str:
    """What `check` prints of the broken files, or with people `check --data`."""
    sources = {**({} if example.alone else around), **example.files("broken")}
    if example.people:
        return _said_of_data(sources, example.people)
    found = read_workspace(sources, {})
    return as_text(found.problems, found.sources)


def _said_of_data(sources: Mapping[str, str], people: str) -> str:
    """The same once what came in has been read by the engine."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in {**sources, "people.ndjson": people}.items():
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        for command in (["import", f"{folder}/people.ndjson"], ["run", "--until-idle"], ["check", "--data"]):
            state = State(
                run=running.run, clock=VirtualClock(parse_instant("2026-03-10 12:00")), environment={}
            )
            done = CliRunner().invoke(cli, ["-C", folder, *command], obj=state, catch_exceptions=False)
            if done.exit_code:
                raise SystemExit(done.output)
        return done.stdout


def filled(page: str, text: str, around: Mapping[str, str]) -> str:
    """The page with what `check` says of each example, before what mends it."""
    bare = _TOLD.sub("", text)
    heads = {code: bare.index(f"## {code}\n") for code in read_page(page, bare)}
    pieces, done = [], 0
    for code, entry in read_page(page, bare).items():
        at = heads[code]
        for example in entry.examples():
            first = next(block for block in example.blocks if block.role == "broken")
            at = bare.index(_opening(first), at)
            mended = _MENDED.search(bare, at)
            if mended is None:
                raise SystemExit(f"{page}.md: an example of {code} is not mended.")
            pieces += [bare[done : mended.start()], f"```text\n{said(example, around)}```\n\n"]
            done = at = mended.start()
    return "".join((*pieces, bare[done:]))


def index(text: str, entries: list[tuple[str, str, list[Entry]]]) -> str:
    """The index page with a table of every page's entries between its marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{INDEX}.md lacks the marks between which the index stands.")
    return f"{before}{begin}\n\n{''.join(_tables(entries))}{end}{after}"


def _tables(entries: list[tuple[str, str, list[Entry]]]) -> Iterator[str]:
    for name, title, found in entries:
        yield f"## [{title}]({name}.md)\n\n| code | what it means |\n| --- | --- |\n"
        for entry in found:
            yield f"| [{entry.code}]({name}.md#{entry.code}) | {entry.summary} |\n"
        yield "\n"


def _opening(block: Shown) -> str:
    marks = "".join(f"{mark} " for mark in sorted(block.marks))
    return f" broken {marks}{block.file}\n{block.text}"


def _walk(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{above}{entry.name}/")
        else:
            yield above + entry.name, entry.read_text(encoding="utf-8")


def main() -> None:
    """Write the pages, or with `--check` say which are out of date."""
    around, stale = starter(), False
    listed = []
    for page in (*FAMILIES, INDEX):
        path = pages() / f"{page}.md"
        text = path.read_text(encoding="utf-8")
        made = index(text, listed) if page == INDEX else filled(page, text, around)
        if page != INDEX:
            title = made.partition("\n")[0].removeprefix("# ")
            listed.append((page, title, list(read_page(page, made).values())))
        if made == text:
            continue
        stale = True
        if "--check" in sys.argv:
            print(f"{path.name} is out of date: python tools/problem_pages.py", file=sys.stderr)
        else:
            path.write_text(made, encoding="utf-8")
    sys.exit("--check" in sys.argv and stale)


if __name__ == "__main__":
    main()
