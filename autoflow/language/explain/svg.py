"""A flow as SVG: one file, no script, nothing loaded, light or dark as whoever looks at it likes it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from autoflow.language.explain.flow import Flow
from autoflow.language.explain.layout import (
    FONT,
    LINE,
    SMALL,
    SMALL_LINE,
    TITLE,
    Box,
    Drawing,
    Label,
    Line,
    lay_out,
)

_ROUND = {"start": 24.0, "end": 24.0, "exit": 24.0, "goal": 12.0, "choice": 12.0, "asked": 12.0}
_MARGIN, _ARROW = 24.0, 5.0
_STYLE = """
.flow { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
.flow .paper { fill: #fbfaf7; }
.flow text { fill: #1d2126; text-anchor: middle; }
.flow .title { font-size: 17px; font-weight: 600; text-anchor: start; }
.flow .short { font-size: 12px; fill: #5d6670; text-anchor: start; }
.flow .label text, .flow .heading text { font-size: 12px; fill: #5d6670; }
.flow .heading text { font-weight: 600; }
.flow rect { fill: #ffffff; stroke: #c3bfb4; }
.flow .mail rect, .flow .goal rect { fill: #eef3f0; stroke: #1f6a5c; }
.flow .start rect { fill: #1f6a5c; stroke: #1f6a5c; }
.flow .start text { fill: #ffffff; }
.flow .choice rect, .flow .asked rect { stroke: #5d6670; stroke-width: 1.5; }
.flow .wait rect { stroke-dasharray: 5 3; }
.flow .note rect { fill: none; stroke-dasharray: 2 3; }
.flow .line { fill: none; stroke: #8a8f94; shape-rendering: crispEdges; }
.flow .head { fill: #8a8f94; }
@media (prefers-color-scheme: dark) {
  .flow .paper { fill: #15181a; }
  .flow text { fill: #e6e4df; }
  .flow .short, .flow .label text, .flow .heading text { fill: #9aa3a8; }
  .flow rect { fill: #1e2325; stroke: #4d5356; }
  .flow .mail rect, .flow .goal rect { fill: #1c2f2b; stroke: #6fc2ae; }
  .flow .start rect { fill: #6fc2ae; stroke: #6fc2ae; }
  .flow .start text { fill: #15181a; }
  .flow .choice rect, .flow .asked rect { stroke: #9aa3a8; }
  .flow .note rect { fill: none; }
  .flow .line { stroke: #737a7e; }
  .flow .head { fill: #737a7e; }
}
"""


def svg(drawn: Flow) -> str:
    """The drawing. Texts are escaped, whatever stands in them."""
    return "".join(_parts(lay_out(drawn)))


def _parts(found: Drawing) -> Iterator[str]:
    wide, high = round(found.width), round(found.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="img" width="{wide}" height="{high}"'
        f' viewBox="0 0 {wide} {high}">\n<title>{_text(found.title)}</title>\n'
        f"<desc>{_text(' '.join(found.short))}</desc>\n<style>{_STYLE}</style>\n"
        f'<rect class="paper" width="{wide}" height="{high}" stroke="none"/>\n'
    )
    y = _MARGIN + TITLE * 0.8
    yield f'<text class="title" x="{_MARGIN:g}" y="{y:g}">{_text(found.title)}</text>\n'
    for number, line in enumerate(found.short, start=1):
        at = _MARGIN + TITLE + 4 + SMALL_LINE * number
        yield f'<text class="short" x="{_MARGIN:g}" y="{at:g}">{_text(line)}</text>\n'
    yield from map(_line, found.lines)
    yield from map(_box, found.boxes)
    yield from map(_label, found.labels)
    yield "</svg>\n"


def _box(box: Box) -> str:
    middle = box.x + box.width / 2
    top = box.y + box.height / 2 - LINE * len(box.lines) / 2
    lines = _lines(box.lines, middle, top, LINE, FONT)
    corner = min(_ROUND.get(box.looks, 4.0), box.height / 2)
    return (
        f'<g class="{box.looks}"><rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}"'
        f' height="{box.height:.1f}" rx="{corner:g}"/>{lines}</g>\n'
    )


def _label(label: Label) -> str:
    return f'<g class="{label.looks}">{_lines(label.lines, label.x, label.y, SMALL_LINE, SMALL)}</g>\n'


def _lines(lines: tuple[str, ...], x: float, top: float, high: float, size: float) -> str:
    base = (high + size * 0.7) / 2
    return "".join(
        f'<text x="{x:.1f}" y="{top + high * number + base:.1f}">{_text(line)}</text>'
        for number, line in enumerate(lines)
    )


def _line(line: Line) -> str:
    points = [
        point for number, point in enumerate(line.points) if not number or point != line.points[number - 1]
    ]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    drawn = f'<path class="line" d="M{path}"/>\n'
    if not line.arrow:
        return drawn
    x, y = points[-1]
    return f'{drawn}<path class="head" d="M{x:.1f} {y:.1f}l{-_ARROW:g} {-1.6 * _ARROW:g}h{2 * _ARROW:g}z"/>\n'


def _text(text: str) -> str:
    """Text that no reader of XML takes for anything else, or refuses."""
    return escape("".join(each if each.isprintable() else "\ufffd" for each in text))
