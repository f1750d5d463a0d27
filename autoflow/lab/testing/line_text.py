"""A time line for people: a line a thing, by the project's clock, with what was not as expected marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from autoflow.lab.testing.line import EXPECT, Line
from autoflow.lab.testing.story import local_time

_PASSED, _FAILED = "✓", "✗"
_MOST = 40  # lines of a time line that is not told whole
_BEFORE, _AFTER = 12, 1  # lines beside one that failed
_TELLING = frozenset({"refused", "email_skipped", "email_held", "skipped"})
_LONGEST = 160  # characters of a line that is not told whole


def timeline_text(lines: Sequence[Line], zone: str, *, whole: bool = False) -> Iterator[str]:
    """The time line under a heading; nothing where nothing happened. Unless `whole`, a long one is shortened to what
    lies before and after what failed, and what was refused, skipped or held.
    """
    if not lines:
        return
    clocks = ", in brackets the contact's own" if any(line.clock for line in lines) else ""
    yield f"What happened (times in {zone}{clocks}):"
    several = {line.recipe for line in lines if line.run > 1}
    rows = [_row(line, zone, several, whole=whole) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    last, left_out = "", 0
    kept = set(range(len(rows))) if whole or len(rows) <= _MOST else _kept(lines)
    for place, (when, who, text) in enumerate(rows):
        if place not in kept:
            left_out += 1
            continue
        if left_out:
            yield from _gap(left_out)
            last, left_out = "", 0
        mark = _mark(lines[place])
        shown = "" if when == last else when
        yield f"{mark} {shown:<{widths[0]}}  {who:<{widths[1]}}{'  ' * bool(widths[1])}{text}"
        last = when
    yield from _gap(left_out)


def _row(line: Line, zone: str, several: Iterable[str], *, whole: bool) -> tuple[str, str, str]:
    when = local_time(line.at, zone) + (f" ({line.clock})" if line.clock else "")
    who = f"{line.recipe} {line.run}" if line.run and line.recipe in several else line.recipe
    text = line.text
    return when, who, text if whole or line.failed or len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _mark(line: Line) -> str:
    if line.failed:
        return _FAILED
    return _PASSED if line.kind == EXPECT else " "


def _kept(lines: Sequence[Line]) -> set[int]:
    kept = {0, len(lines) - 1}
    for place, line in enumerate(lines):
        if line.failed:
            kept.update(range(max(place - _BEFORE, 0), min(place + _AFTER + 1, len(lines))))
        elif line.kind in _TELLING:
            kept.add(place)
    return kept


def _gap(lines: int) -> Iterator[str]:
    if lines:
        yield f"  … {lines} more {'line' if lines == 1 else 'lines'}, which -v shows"


def printable(text: str) -> str:
    """The text in one line that cannot move a terminal's cursor."""
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
