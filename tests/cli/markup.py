"""Pages read as a browser would, without one: a tree of elements, strict about what a page of ours may hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "br", "hr", "img", "input", "link", "wbr", "line", "rect", "path"}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    inside: list[Element | str] = field(default_factory=list)

    def all(self, tag: str = "", **attrs: str) -> list[Element]:
        return [
            each
            for each in self.walk()
            if (not tag or each.tag == tag)
            and all(value in each.attrs.get(name.rstrip("_"), "").split() for name, value in attrs.items())
        ]

    def one(self, tag: str = "", **attrs: str) -> Element:
        [found] = self.all(tag, **attrs)
        return found

    def walk(self) -> Iterator[Element]:
        for each in self.inside:
            if isinstance(each, Element):
                yield each
                yield from each.walk()

    @property
    def elements(self) -> list[Element]:
        return [each for each in self.inside if isinstance(each, Element)]

    @property
    def text(self) -> str:
        told = (each if isinstance(each, str) else f" {each.text} " for each in self.inside)
        return " ".join("".join(told).split())

    def rows(self) -> list[list[str]]:
        """The texts of a table's cells."""
        return [[cell.text for cell in row.elements] for row in self.all("tr")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> has an attribute twice"
        made = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(made)
        if tag not in _VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


def read(page: str) -> Element:
    """The tree of a page in which each element is closed where it was opened."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader._open == [reader.root]
    return reader.root
