from __future__ import annotations

import pytest

from autoflow.kinds import registry
from autoflow.kinds.operators import WORDS
from autoflow.language import elsewhere
from autoflow.language.declared import TYPES
from autoflow.language.elsewhere import meant
from autoflow.language.recipe import RECIPE_KEYS
from autoflow.language.settings_reader import SETTINGS_KEYS

KNOWN = {
    "trigger": set(registry.triggers()),
    "condition": set(registry.conditions()),
    "action": set(registry.actions()),
    "operator": set(WORDS),
    "key": {*RECIPE_KEYS, *SETTINGS_KEYS, "otherwise", "percent"},
    "value": {"live", "paused", "draft", "always", "never", *TYPES},
}


@pytest.mark.parametrize("what", KNOWN)
def test_what_another_program_says_has_a_word_here(what: str) -> None:
    words = elsewhere._ELSEWHERE[what]
    assert set(words.values()) <= KNOWN[what]
    assert what == "key" or not words.keys() & KNOWN[what]  # which keys may stand differs from place to place


def test_it_is_proposed_only_where_it_may_stand() -> None:
    assert meant("then", ["actions", "if"], "key") == "actions"
    assert meant("then", ["subject"], "key") is None
    assert meant("Equals", WORDS, "operator") == "is"
    assert meant("at_leest", WORDS, "operator") == "at_least"
