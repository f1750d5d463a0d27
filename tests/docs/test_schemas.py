"""Whatever the documentation shows is right in an editor as well."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from autoflow.app.schemas import made
from autoflow.language.workspace import read_workspace
from tests.cli.test_schema import refusals
from tests.docs.pages import Block
from tests.docs.test_yaml import ENVIRONMENT, EXAMPLES, WRAPPED, shipped

_KINDS = {
    "recipe": "recipe",
    "segment": "segment",
    "tests": "tests",
    "csv": "mapping",
    "owners": "owners",
}


@cache
def schemas(recipe: str) -> dict[str, dict[str, Any]]:
    """Those of the shipped workspace with what the examples name, and one recipe more."""
    more = {f"recipes/{recipe}.yaml": "actions: [exit]\n"} if recipe else {}
    return made(read_workspace({**shipped(), **more}, ENVIRONMENT))


def refused(block: Block) -> list[str]:
    first, text = block.text.partition(":")[0], block.text
    if block.info in WRAPPED:
        text = WRAPPED[block.info].format(text.strip().replace("\n", "\n    "))
        first = "recipe"
    name = block.text.partition("\n")[0].partition(":")[2].strip()
    known = schemas(name if first == "tests" else "")
    return refusals(known[_KINDS.get(first, "settings")], "x.yaml", text)


@pytest.mark.parametrize("place", EXAMPLES)
def test_every_example_is_accepted(place: str) -> None:
    assert refused(EXAMPLES[place]) == []


def test_an_example_with_a_mistake_would_be_found() -> None:
    assert refused(Block("yaml", "condition", "{did: purchased, at_leest: 2 times}", 1)) != []
