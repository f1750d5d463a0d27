"""Where everything of a flow stands in a drawing: a tree of rows, laid out from top to bottom. Lengths are pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from autoflow.language.explain.flow import Arm, Flow, Node
from autoflow.language.explain.lines import width, wrapped

FONT, SMALL, TITLE = 13.0, 12.0, 17.0
LINE, SMALL_LINE = 17.0, 15.0
_WIDEST, _LABEL, _NARROWEST = 216.0, 168.0, 96.0  # of the text in a box and on a line, of a box
_PAD_X, _PAD_Y, _MARGIN = 13.0, 9.0, 24.0
_DOWN, _FORK, _BESIDE = 26.0, 14.0, 28.0


class Box(NamedTuple):
    """A box with its text; `looks` is that of a step, or `start`, `asked`, `end`, `note`, `goal`."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    looks: str


class Label(NamedTuple):
    """Text without a box, its first line's middle at `x` and its upper edge at `y`; `looks` is `label` or `heading`."""

    x: float
    y: float
    lines: tuple[str, ...]
    looks: str


class Line(NamedTuple):
    """A line through points, with an arrow at its end or without."""

    points: tuple[tuple[float, float], ...]
    arrow: bool


@dataclass
class Drawing:
    """Everything that is drawn, and how large it is."""

    width: float = 0
    height: float = 0
    title: str = ""
    short: tuple[str, ...] = ()
    boxes: list[Box] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


class _Sized(NamedTuple):
    """A box that has no place yet."""

    width: float
    height: float
    lines: tuple[str, ...]
    looks: str


class _Arm(NamedTuple):
    label: tuple[str, ...]
    row: _Row
    ends: bool
    width: float


class _Step(NamedTuple):
    box: _Sized
    arms: tuple[_Arm, ...]
    ends: bool
    width: float


class _Row(NamedTuple):
    steps: tuple[_Step, ...]
    width: float


def lay_out(drawn: Flow) -> Drawing:
    """A place for everything."""
    row = _row([*_beginning(drawn), *drawn.row, *([Node(drawn.end, "end", ())] if drawn.end else [])])
    early = [_sized(each.text, each.looks) for each in drawn.early]
    inner = max(row.width, 2 * _WIDEST, *(each.width for each in early))
    found = Drawing(width=inner + 2 * _MARGIN, title=_in_width(drawn.name, inner, TITLE)[0])
    found.short = _in_width(drawn.short, inner, SMALL)
    top = _MARGIN + TITLE + 8 + SMALL_LINE * len(found.short) + 18
    bottom, _ = _Painter(found).row(row, found.width / 2, top, None)
    if early:
        bottom = _below(found, early, bottom + _DOWN)
    found.height = bottom + _MARGIN
    return found


def _beginning(drawn: Flow) -> list[Node]:
    asked = [Node(drawn.asked, "asked", ())] if drawn.asked else []
    return [Node(drawn.start, "start", ()), *asked]


def _below(found: Drawing, early: Sequence[_Sized], top: float) -> float:
    """Who leaves before the end, one below the other; returns where that ends."""
    found.labels.append(Label(found.width / 2, top, ("Who leaves before the end",), "heading"))
    y = top + SMALL_LINE + 8
    for each in early:
        found.boxes.append(Box(found.width / 2 - each.width / 2, y, *each))
        y += each.height + 10
    return y - 10


# ---- how large


def _row(nodes: Sequence[Node]) -> _Row:
    steps = tuple(map(_step, nodes))
    return _Row(steps, max((step.width for step in steps), default=0))


def _step(node: Node) -> _Step:
    box = _sized(node.text, node.looks)
    arms = tuple(map(_arm, node.arms))
    across = sum(arm.width for arm in arms) + _BESIDE * (len(arms) - 1)
    return _Step(box, arms, node.ends, max(box.width, across))


def _arm(arm: Arm) -> _Arm:
    label = _in_width(arm.label, _LABEL, SMALL)
    row = _row(arm.row or ([Node(arm.note, "note", ())] if arm.note else []))
    wide = max(SMALL * width(line) for line in label)
    return _Arm(label, row, arm.ends, max(wide, row.width, _NARROWEST))


def _sized(text: str, looks: str) -> _Sized:
    lines = _in_width(text, _WIDEST, FONT)
    wide = max(FONT * width(line) for line in lines) + 2 * _PAD_X
    return _Sized(max(wide, _NARROWEST), LINE * len(lines) + 2 * _PAD_Y, lines, looks)


def _in_width(text: str, widest: float, size: float) -> tuple[str, ...]:
    return tuple(wrapped(text, widest / size, width))


# ---- where


class _Painter:
    """Puts rows into a drawing; what comes out of a row at its lower end is a point, or None where nobody goes on."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing

    def row(self, row: _Row, x: float, y: float, comes: float | None) -> tuple[float, bool]:
        """A row around `x` from `y` down, to which a line leads from the height `comes`.

        Returns the height of its lower end, and whether anybody goes on there.
        """
        goes_on = True
        for step in row.steps:
            if comes is not None:
                y = max(y, comes + _DOWN)
                self.drawing.lines.append(Line(((x, comes), (x, y)), arrow=True))
            box = step.box
            self.drawing.boxes.append(Box(x - box.width / 2, y, *box))
            y += box.height
            if step.arms:
                y = self._arms(step, x, y)
            goes_on = not step.ends
            comes = y if goes_on else None
        return y, goes_on

    def _arms(self, step: _Step, x: float, y: float) -> float:
        """The ways on from a step; returns the height at which they have come together."""
        fork = y + _FORK
        labels = fork + 8
        begins = labels + SMALL_LINE * max(len(arm.label) for arm in step.arms) + 4
        left = x - (sum(arm.width for arm in step.arms) + _BESIDE * (len(step.arms) - 1)) / 2
        places = []
        for arm in step.arms:
            places.append(left + arm.width / 2)
            left += arm.width + _BESIDE
        ends = [self._arm(arm, at, labels, begins) for arm, at in zip(step.arms, places, strict=True)]
        for at in places:
            self.drawing.lines.append(Line(((x, y), (x, fork), (at, fork), (at, labels)), arrow=False))
        join = max(ends) + _FORK
        for arm, at, end in zip(step.arms, places, ends, strict=True):
            if not arm.ends:
                self.drawing.lines.append(Line(((at, end), (at, join), (x, join)), arrow=False))
        return join if not step.ends else max(ends)

    def _arm(self, arm: _Arm, x: float, labels: float, begins: float) -> float:
        self.drawing.labels.append(Label(x, labels, arm.label, "label"))
        own = labels + SMALL_LINE * len(arm.label) + 4
        if not arm.row.steps:
            return own
        return self.row(arm.row, x, begins + _DOWN, own)[0]
