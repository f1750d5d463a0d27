"""Placeholders: what they see of a contact and of an event."""

from __future__ import annotations

import pytest

from autoflow.kinds.text import PlaceholderError, PlaceholderSyntaxError, Text

SCOPE = {
    "contact": {"id": "ana", "city": "Bonn"},
    "event": {"items": 3, "get": "milk", "lines": [{"keys": 2}], "gap": 1.2e-5, "large": 1e22, "price": 10.5},
}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{{ event.items }}", 3),
        ("{{ event['items'] }}", 3),
        ("{{ event.get }}", "milk"),
        ("{{ event.lines[0].keys }}", 2),
        ("{{ event.items }} x {{ event.get }}", "3 x milk"),
        ("{{ contact.city | upper }}", "BONN"),
        ("{{ event.gap }}", 0.000012),
        ("{{ event.gap }} days", "0.000012 days"),
        ("{{ event.large }}.", "10000000000000000000000."),
        ("{{ event.price }}", 10.5),
        ("{{ event.price }} GBP", "10.5 GBP"),
        ("{{ contact.city.upper() }}", "BONN"),
    ],
)
def test_what_the_data_says_wins_over_what_python_does_with_it(written: str, value: object) -> None:
    assert Text(written).value(SCOPE) == value


@pytest.mark.parametrize(
    "written", ["{{ contact.items }}", "{{ contact['keys'] }}", "Hello {{ contact.get }}"]
)
def test_a_method_of_python_is_no_value(written: str) -> None:
    with pytest.raises(PlaceholderError, match="there is no value for"):
        Text(written).value(SCOPE)


def test_what_is_missing_may_have_a_default() -> None:
    assert Text("{{ contact.values | default('none') }}").value(SCOPE) == "none"


def test_nothing_in_a_placeholder_is_drawn_by_chance() -> None:
    with pytest.raises(PlaceholderSyntaxError, match="random"):
        Text("{{ event.lines | random }}").compile()
