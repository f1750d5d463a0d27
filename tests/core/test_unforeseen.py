"""What contacts bring along must not stop the engine: it fails alone, or counts as missing."""

from __future__ import annotations

import pytest

from autoflow.core.advance import advance
from autoflow.core.compiling import compile_program
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record
from autoflow.model.effects import FAILED, Effects
from autoflow.model.event import IDENTIFY, Event
from autoflow.model.instants import parse_instant

START = parse_instant("2026-03-01T10:00:00Z")
SETTINGS = """\
name: Shop
timezone: Europe/London
attributes: {ends: date, interest: text}
events: {purchased: {category: text, total: money}}
"""


def played(recipe: str, *events: Event, segment: str = "{did: purchased}") -> tuple[Effects, Record]:
    files = {
        "autoflow.yaml": SETTINGS,
        "recipes/one.yaml": f"recipe: one\n{recipe}",
        "segments/some.yaml": f"segment: some\nconditions:\n  - {segment}\n",
    }
    workspace = read_workspace(files, {})
    assert workspace.sound, workspace.problems
    record = Record("u:ana", "ana")
    return advance(compile_program(workspace), record, events, events[-1].at), record


def purchase(**properties: object) -> Event:
    return Event(2, START + 1, START + 1, "purchased", dict(properties))


def test_a_placeholder_with_nothing_to_fill_in_fails_its_test_and_no_more() -> None:
    effects, _ = played(
        "trigger: {event: {name: purchased}}\n"
        'conditions:\n  - {attribute: interest, is: "{{ event.category }}"}\nactions:\n  - add_tag: a\n',
        purchase(total=5),
    )
    assert [(line.kind, line.recipe) for line in effects.journal if line.recipe] == [("refused", "one")]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("word", ["within_last", "within_next", "anniversary_within", "not_within_last"])
def test_dates_at_the_ends_of_the_calendar_are_never_near(day: str, word: str) -> None:
    identify = Event(1, START, START, IDENTIFY, {"ends": day})
    _, record = played(
        "trigger: {event: purchased}\nactions:\n  - add_tag: a\n",
        identify,
        segment=f"{{attribute: ends, {word}: 1 month}}",
    )
    assert ("some" in record.segments) is (word == "not_within_last")


def test_a_placeholder_that_a_step_cannot_fill_fails_its_run_alone() -> None:
    effects, record = played(
        'trigger: {event: purchased}\nactions:\n  - set_attribute: {interest: "{{ event.category }}"}\n',
        purchase(),
    )
    assert effects.runs["one", 1].state == FAILED
    assert "some" in record.segments


def test_a_step_that_breaks_names_itself_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a step may be done by then: whoever calls the core undoes all of it (`store.set_aside`)."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("autoflow.core.hand.StepHand.add_tag", broken)
    with pytest.raises(ZeroDivisionError) as caught:
        played("trigger: {event: purchased}\nactions:\n  - add_tag: a\n", purchase())
    assert caught.value.__notes__ == ["at the step add_tag:a of one"]
