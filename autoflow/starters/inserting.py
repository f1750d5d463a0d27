"""Entries of one YAML text put into another as text, in the layout that is there."""

from __future__ import annotations

from autoflow.language.source import Source, Span
from autoflow.language.yaml.nodes import Entry, Node, Scalar, Sequence
from autoflow.language.yaml.nodes import Mapping as MappingNode

_INDENT = "  "
_WITHIN = 1_000  # deeper than any line


class Inserting:
    """Insertions into `target`, whose last line has its end, collected by their places.

    What goes in is taken from `given`, comments included.
    """

    def __init__(self, target: Source, given: Source) -> None:
        self.target = target
        self.given = given
        self.pieces: list[tuple[int, int, str]] = []

    def text(self) -> str:
        """The target with everything in its place, its line endings kept."""
        text, ending = self.target.text, "\r\n" if "\r\n" in self.target.text else "\n"
        done, parts = 0, []
        # At one place what belongs deeper comes first, and otherwise what was put in first.
        for place, _, piece in sorted(self.pieces, key=lambda each: (each[0], -each[1])):
            parts += [text[done:place], piece.replace("\n", ending)]
            done = place
        return "".join([*parts, text[done:]])

    def section(self, entry: Entry) -> None:
        """A new section at the end of the file."""
        self._add(len(self.target.text), 0, "\n" + self._block(entry, ""))

    def entry(self, holder: MappingNode, entry: Entry, beside: MappingNode) -> None:
        """A new entry behind the last one of a mapping; it is given as one of `beside`."""
        if self._flows(holder):
            self._into_brackets(holder, [each.value for each in holder.entries.values()], self._line(entry))
            return
        indent = self._indent(holder.span)
        in_brackets = self._flows(beside, self.given)
        lines = f"{indent}{self._line(entry)}\n" if in_brackets else self._block(entry, indent)
        self._add_lines(self._end(holder), indent, lines)

    def item(self, holder: Sequence, item: Node) -> None:
        """A new item behind the last one of a list."""
        if self._flows(holder):
            self._into_brackets(holder, holder.items, in_one_line(item, self.given))
            return
        indent = self._indent(holder.span)
        self._add_lines(self._end(holder), indent, f"{indent}- {in_one_line(item, self.given)}\n")

    def value(self, holder: Entry, value: Node) -> None:
        """What stands behind a key that has nothing yet: below it where it opens a line, else beside it."""
        indent = self._indent(holder.key.span)
        if isinstance(value, MappingNode) and not self._flows(value, self.given) and not indent:
            blocks = [self._block(each, _INDENT) for each in value.entries.values()]
            self._add_lines(holder.key.span.end, _INDENT, "".join(blocks))
            return
        colon = self.target.text.find(":", holder.key.span.end)
        self._add(colon + 1, _WITHIN, f" {in_one_line(value, self.given)}")

    def _add(self, place: int, depth: int, piece: str) -> None:
        self.pieces.append((place, depth, piece))

    def _add_lines(self, end: int, indent: str, lines: str) -> None:
        """Whole lines below the one in which `end` lies, behind its comment too."""
        self._add(self.target.text.index("\n", end) + 1, len(indent), lines)

    def _into_brackets(self, holder: MappingNode | Sequence, values: list[Node], piece: str) -> None:
        place = self._end(values[-1]) if values else holder.span.start + 1
        behind_another = bool(values) or any(place == other for other, *_ in self.pieces)
        self._add(place, _WITHIN, f", {piece}" if behind_another else piece)

    def _flows(self, node: Node, source: Source | None = None) -> bool:
        """Whether a mapping or list is written in brackets."""
        return (source or self.target).text.startswith(("{", "["), node.span.start)

    def _indent(self, span: Span) -> str:
        start = self.target.start_of(self.target.line_number(span.start))
        return self.target.text[start : span.start]

    def _end(self, node: Node, source: Source | None = None) -> int:
        """The last character of a node, and of what stands in it, plus one."""
        text = (source or self.target).text
        if isinstance(node, Scalar) or self._flows(node, source):
            return len(text[: node.span.end].rstrip())  # a text of several lines ends behind its last line
        if isinstance(node, MappingNode):
            ends = (max(each.key.span.end, self._end(each.value, source)) for each in node.entries.values())
        else:
            ends = (self._end(each, source) for each in getattr(node, "items", ()))
        return max(ends, default=node.span.end)

    def _block(self, entry: Entry, indent: str) -> str:
        """The lines of an entry as they are given, with the comment above them, from another column."""
        first = self.given.line_number(entry.key.span.start)
        last = self.given.line_number(max(entry.key.span.end, self._end(entry.value, self.given)))
        column = entry.key.span.start - self.given.start_of(first)
        while first > 1 and self.given.line(first - 1).strip().startswith("#"):
            first -= 1
        lines = (self.given.line(number) for number in range(first, last + 1))
        return "".join(f"{indent}{line[column:]}".rstrip() + "\n" for line in lines)

    def _line(self, entry: Entry) -> str:
        return f"{in_one_line(entry.key, self.given)}: {in_one_line(entry.value, self.given)}"


def in_one_line(node: Node, source: Source) -> str:
    """A node in brackets, its single values as they are written."""
    if isinstance(node, MappingNode):
        inner = (
            f"{in_one_line(each.key, source)}: {in_one_line(each.value, source)}"
            for each in node.entries.values()
        )
        return f"{{{', '.join(inner)}}}"
    if isinstance(node, Sequence):
        return f"[{', '.join(in_one_line(each, source) for each in node.items)}]"
    return source.text[node.span.start : node.span.end]
