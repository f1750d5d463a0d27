"""Printing: plain to a pipe, tables and progress on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from autoflow.model.instants import to_iso, to_wall

Progress = Callable[[int, int], None]


def say(text: str = "") -> None:
    """A line for people."""
    click.echo(text)


def note(text: str) -> None:
    """A line beside the outcome: on stderr."""
    click.echo(text, err=True)


def note_unread(who: str) -> None:
    """Why a contact whom the engine has not met yet looks empty."""
    note(f"The engine has not read anything about {clean(who)} yet: `autoflow run --until-idle` does.")


def as_json(value: Any) -> None:
    """One JSON document."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def iso(instant: int | None) -> str | None:
    """An instant for programs: ISO 8601 in UTC."""
    return to_iso(instant) if instant is not None else None


def building_row(progress: tuple[int, int] | None) -> dict[str, int] | None:
    """How far building what is new has come, for programs; None where everybody is there."""
    return {"done": progress[0], "contacts": progress[1]} if progress is not None else None


def local(instant: int, zone: str) -> str:
    """An instant for people: to the second only where it is not a whole minute."""
    wall = to_wall(instant, zone)
    return wall.strftime("%Y-%m-%d %H:%M:%S" if wall.second else "%Y-%m-%d %H:%M")


def count(number: int, word: str, words: str = "") -> str:
    """`1 mail`, `2,310 mails`."""
    return f"{number:,} {word if number == 1 else words or word + 's'}"


def share(part: int, whole: int) -> str:
    """`7.2 %`; a dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def clean(text: str) -> str:
    """Text of foreign origin that cannot move the cursor."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int] = ()) -> None:
    """Rows under headings; columns in `numbers` are aligned to the right. Without rows nothing is printed."""
    if not rows:
        return
    cells = [[clean(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _drawn(headings, cells, numbers)
    else:
        _plain(headings, cells, numbers)


def _drawn(headings: Sequence[str], rows: list[list[str]], numbers: Sequence[int]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, heading in enumerate(headings):
        drawn.add_column(heading, justify="right" if index in numbers else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console().print(drawn)


def _plain(headings: Sequence[str], rows: list[list[str]], numbers: Sequence[int]) -> None:
    lines = [list(headings), *rows]
    widths = [max(_columns(line[index]) for line in lines) for index in range(len(headings))]
    for line in lines:
        cells = []
        for index, cell in enumerate(line):
            space = " " * (widths[index] - _columns(cell))
            cells.append(space + cell if index in numbers else cell + space)
        click.echo("  ".join(cells).rstrip())


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


@contextmanager
def progress(what: str) -> Iterator[Progress | None]:
    """Tells how far a long piece of work is (done, in all), on stderr; None where nobody looks at it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
