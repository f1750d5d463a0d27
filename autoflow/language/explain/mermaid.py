"""A flow as Mermaid text, which GitHub, GitLab and many editors draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from autoflow.language.explain.flow import Arm, Flow, Node

_SHAPES = {"exit": ("([", "])"), "choice": ("{{", "}}"), "wait": ("(", ")")}
_PLAIN = frozenset(" ,'")  # a full stop or a dash would begin a list


def mermaid(drawn: Flow) -> str:
    """The text of a diagram. Ids are numbers of ours, and texts are escaped, whatever stands in them."""
    writing = _Writing()
    writing.all(drawn)
    return "\n".join(["flowchart TD", *(f"    {line}" for line in writing.lines), ""])


class _Writing:
    """A diagram on its way; an open end is a node with what stands on the line that leaves it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.numbers = count(1)

    def all(self, drawn: Flow) -> None:
        start = self.node(drawn.start, ("([", "])"))
        ends = [(start, "")]
        if drawn.asked:
            asked = self.node(drawn.asked, ("{{", "}}"))
            self.join(ends, asked)
            ends = [(asked, "")]
        ends = self.row(drawn.row, ends)
        if drawn.end:
            self.join(ends, self.node(drawn.end, ("([", "])")))
        if drawn.early:
            self.lines.append('subgraph early ["Who leaves before the end"]')
            for each in drawn.early:
                self.node(each.text, ("([", "])"), indent="    ")
            self.lines.append("end")

    def row(self, row: Sequence[Node], ends: list[tuple[str, str]]) -> list[tuple[str, str]]:
        for step in row:
            here = self.node(step.text, _SHAPES.get(step.looks, ("[", "]")))
            self.join(ends, here)
            ends = self.arms(here, step)
        return ends

    def arms(self, here: str, step: Node) -> list[tuple[str, str]]:
        if step.looks == "exit":
            return []
        if not step.arms:
            return [(here, "")]
        return [end for arm in step.arms for end in self.arm(here, arm)]

    def arm(self, here: str, arm: Arm) -> list[tuple[str, str]]:
        if arm.note:
            note = self.node(arm.note, ("[", "]"))
            self.join([(here, arm.label)], note)
            return [(note, "")]
        return self.row(arm.row, [(here, arm.label)])

    def node(self, text: str, shape: tuple[str, str], indent: str = "") -> str:
        name = f"n{next(self.numbers)}"
        self.lines.append(f'{indent}{name}{shape[0]}"{_label(text)}"{shape[1]}')
        return name

    def join(self, ends: Sequence[tuple[str, str]], to: str) -> None:
        for name, label in ends:
            arrow = f'-- "{_label(label)}" -->' if label else "-->"
            self.lines.append(f"{name} {arrow} {to}")


def _label(text: str) -> str:
    """Whatever means something to Mermaid, HTML or Markdown as a number."""
    return "".join(_characters(text))


def _characters(text: str) -> Iterator[str]:
    for character in text:
        if character.isalnum() or character in _PLAIN:
            yield character
        else:
            yield f"#{ord(character) if character.isprintable() else 0xFFFD};"
