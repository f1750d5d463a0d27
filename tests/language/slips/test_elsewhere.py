from __future__ import annotations

import pytest

from autoflow.kinds import registry
from autoflow.kinds.operators import WORDS
from autoflow.language.settings.declared import ATTRIBUTES
from autoflow.language.slips import elsewhere
from autoflow.language.slips.elsewhere import meant, turned_round
from autoflow.language.templates.sandbox import FILTER_NAMES

KNOWN = {
    "trigger": set(registry.triggers()),
    "condition": set(registry.conditions()),
    "action": set(registry.actions()),
    "operator": set(WORDS),
    "root": {
        "contact",
        "event",
        "now",
        "sender",
        "unsubscribe_url",
        *(f"contact.{name}" for name in ATTRIBUTES),
    },
    "filter": set(FILTER_NAMES),
}


@pytest.mark.parametrize("what", KNOWN)
def test_what_another_program_says_has_a_word_here(what: str) -> None:
    words = elsewhere._ELSEWHERE[what]
    assert {ours.partition(":")[0] for ours in words} <= KNOWN[what]
    assert not {theirs for each in words.values() for theirs in each.split()} & KNOWN[what]


def test_it_is_proposed_only_where_it_may_stand() -> None:
    assert meant("then", ["actions", "if"], "key") == "actions"
    assert meant("then", ["subject"], "key") is None
    assert meant("Equals", WORDS, "operator") == "is"
    assert meant("at_leest", WORDS, "operator") == "at_least"


def test_of_several_the_one_that_may_stand_there() -> None:
    assert meant("name", ["recipe", "trigger"], "key") == "recipe"
    assert meant("name", ["title", "due"], "key") == "title"
    assert meant("is_empty", ["is", "is_set"], "operator") == "is_set: false"
    assert meant("is_empty", ["is"], "operator") is None
    assert meant("double opt-in", ["required", "customers"], "value") == "required"


@pytest.mark.parametrize(
    ("word", "denied"),
    [
        ("has_not_tag", "has_tag"),
        ("not_in_segment", "in_segment"),
        ("without_tag", "has_tag"),
        ("has_no_tag", "has_tag"),
        ("has_tag", None),
        ("nothing", None),
    ],
)
def test_what_a_word_denies(word: str, denied: str | None) -> None:
    assert turned_round(word, registry.conditions()) == denied
