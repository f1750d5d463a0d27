"""Finds what an event can concern by the value of one property, so that five hundred recipes cost what one costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from autoflow.kinds.where import Discriminant
from autoflow.model.values import fold

T = TypeVar("T")


class PropertyIndex(Generic[T]):
    """Things that each ask for certain values of one property, or for nothing in particular.

    `find` gives every thing that could be concerned, in the order in which they were handed in; whether it is
    concerned is for the thing itself to say.
    """

    def __init__(self, things: Iterable[T], discriminant: Callable[[T], Discriminant | None]) -> None:
        self._every: list[tuple[int, T]] = []
        self._by: dict[str, dict[str, list[tuple[int, T]]]] = {}
        for place, thing in enumerate(things):
            asked = discriminant(thing)
            if asked is None:
                self._every.append((place, thing))
                continue
            name, values = asked
            for value in values:
                self._by.setdefault(name, {}).setdefault(value, []).append((place, thing))
        self._only_every = tuple(thing for _, thing in self._every)

    def find(self, properties: dict[str, Any]) -> Iterable[T]:
        """What an event with these properties could concern."""
        found = None
        for name, table in self._by.items():
            value = properties.get(name)
            if value is not None:
                hit = table.get(fold(value if type(value) is str else str(value)))
                if hit is not None:
                    found = [*(found or self._every), *hit]
        if found is None:
            return self._only_every
        found.sort(key=_place)
        return [thing for _, thing in found]

    def __iter__(self) -> Iterator[T]:
        things = dict(self._every)
        things.update(pair for table in self._by.values() for pairs in table.values() for pair in pairs)
        return iter([things[place] for place in sorted(things)])


def _place(pair: tuple[int, object]) -> int:
    return pair[0]
