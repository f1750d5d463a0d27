from __future__ import annotations

from collections.abc import Callable

import pytest

from autoflow.store.near import near
from tests.engine.world import World, identify

Make = Callable[..., World]


@pytest.fixture
def known(world: Make) -> World:
    one = world()
    one.append(
        identify("ana", email="ana@example.com"),
        identify("Ben42", email="Ben.Weiss@example.com"),
        identify("Zoë", email="zoë@example.com"),
        *(identify(f"c{number:05d}", email=f"person{number}@example.com") for number in range(1_000)),
    )
    one.engine.settle()
    return one


@pytest.mark.parametrize(
    ("who", "meant"),
    [
        ("nna", "ana"),  # a wrong letter, at the very beginning
        ("naa", "ana"),
        ("aana", "ana"),
        ("na@example.com", "ana@example.com"),
        ("ana@exmaple.com", "ana@example.com"),
        ("ben42", "Ben42"),
        ("Ben.Weis@Example.com", "ben.weiss@example.com"),
        ("Zoe", "Zoë"),
        ("c0O777", "c00777"),
        ("c00999x", "c00999"),
        ("person99@exampel.cm", "person99@example.com"),  # two mistakes, behind a beginning that is right
        ("nobody", None),
        ("", None),
        ("x" * 200, None),
        ("a'b\"[", None),
    ],
)
def test_a_name_that_is_typed_wrongly_is_found(known: World, who: str, meant: str | None) -> None:
    assert near(known.database, who) == meant
