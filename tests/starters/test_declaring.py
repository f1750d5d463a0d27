from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.language.names import SETTINGS_FILE
from autoflow.language.source import Report, Source
from autoflow.language.yaml.nodes import Node, plain_data, read_yaml
from autoflow.model.problems import AutoflowError
from autoflow.starters.catalogue import starters
from autoflow.starters.declaring import declare

WANTED = """\
attributes:
  birthday: date
events:
  purchased: {order_id: text, total: money, category: text}
  # told by the parcel service
  delivered: {order_id: text}      # once a parcel
"""


def added(text: str, wanted: str = WANTED) -> str:
    return declare(dedent(text), wanted).text


def said(text: str, wanted: str = WANTED) -> list[str]:
    return [need.said() for need in declare(dedent(text), wanted).added]


def test_sections_that_are_missing_stand_at_the_end_with_their_comments() -> None:
    assert added("name: Shop   # ours\n") == (
        "name: Shop   # ours\n"
        "\n"
        "attributes:\n"
        "  birthday: date\n"
        "\n"
        "events:\n"
        "  purchased: {order_id: text, total: money, category: text}\n"
        "  # told by the parcel service\n"
        "  delivered: {order_id: text}      # once a parcel\n"
    )
    assert said("name: Shop\n") == ["the attribute birthday", "the event purchased", "the event delivered"]


def test_entries_stand_behind_the_last_one_in_its_column() -> None:
    text = """\
        events:                          # what happens
            purchased: {order_id: text, total: money,   # in pounds
                        items: number}   # how many
            # refunded: not yet
        attributes:
            plan: text

        sending: {consent: customers}
        """
    assert added(text) == dedent("""\
        events:                          # what happens
            purchased: {order_id: text, total: money,   # in pounds
                        items: number, category: text}   # how many
            # told by the parcel service
            delivered: {order_id: text}      # once a parcel
            # refunded: not yet
        attributes:
            plan: text
            birthday: date

        sending: {consent: customers}
        """)
    assert said(text) == ["the attribute birthday", "category of purchased", "the event delivered"]


def test_what_is_written_in_brackets_stays_in_brackets() -> None:
    text = """\
        attributes: {plan: text, }
        events: {}
        """
    assert added(text) == dedent("""\
        attributes: {plan: text, birthday: date, }
        events: {purchased: {order_id: text, total: money, category: text}, delivered: {order_id: text}}
        """)


def test_properties_that_stand_below_one_another() -> None:
    text = """\
        attributes:
          birthday: date
        events:
          delivered:      # by the parcel service
          purchased:
            order_id: text
            total: money  # in pounds
        """
    assert added(text) == dedent("""\
        attributes:
          birthday: date
        events:
          delivered: {order_id: text}      # by the parcel service
          purchased:
            order_id: text
            total: money  # in pounds
            category: text
        """)


def test_what_comes_in_at_one_place_keeps_to_its_own_block() -> None:
    wanted = "events:\n  delivered: {}\n  purchased: {order_id: text, total: money}\n"
    assert added("events:\n purchased:\n  order_id: text\nattributes: {}\n", wanted) == (
        "events:\n purchased:\n  order_id: text\n  total: money\n delivered: {}\nattributes: {}\n"
    )


def test_a_section_without_entries() -> None:
    assert added("attributes:\n  # none yet\nevents:    # none either\n") == (
        "attributes:\n  birthday: date\n  # none yet\nevents:    # none either\n"
        "  purchased: {order_id: text, total: money, category: text}\n"
        "  # told by the parcel service\n  delivered: {order_id: text}      # once a parcel\n"
    )


@pytest.mark.parametrize(
    ("here", "then"),
    [
        ("stages: [prospect, lapsed]\n", "stages: [prospect, lapsed, customer]\n"),
        (
            "stages:\n- prospect\n- lapsed # late\nname: x\n",
            "stages:\n- prospect\n- lapsed # late\n- customer\nname: x\n",
        ),
        ("stages:\n  - prospect\n", "stages:\n  - prospect\n  - customer\n"),
        ("stages: []\n", "stages: [prospect, customer]\n"),
        ("stages:\nname: x\n", "stages: [prospect, customer]\nname: x\n"),
        ("name: x", "name: x\n\nstages: [prospect, customer]\n"),
    ],
)
def test_stages_are_added_in_order(here: str, then: str) -> None:
    assert added(here, "stages: [prospect, customer]\n") == then
    assert added(then, "stages: [prospect, customer]\n") == then


def test_line_endings_and_a_mark_at_the_beginning_stay() -> None:
    text = "\ufeffname: Shop\r\nevents:\r\n  purchased: {order_id: text}"
    assert added(text, "events:\n  delivered: {}\n") == text + "\r\n  delivered: {}\r\n"


def test_what_is_there_is_not_added_twice() -> None:
    once = added("name: Shop\n")
    assert declare(once, WANTED) == (once, (), ())
    assert declare("name: Shop\n", "") == ("name: Shop\n", (), ())


def test_a_number_does_for_money() -> None:
    text = (
        "attributes: {birthday: date}\n"
        "events: {delivered: {order_id: text}, purchased: {order_id: text, total: number, category: text}}\n"
    )
    assert declare(text, WANTED) == (text, (), ())


def test_another_type_is_said_and_left_where_that_is_wished() -> None:
    text = "attributes: {birthday: text}\nevents:\n  purchased: {total: {choice: [low, high]}}\n"
    with pytest.raises(AutoflowError) as caught:
        declare(text, WANTED)
    assert caught.value.message == (
        "autoflow.yaml says something else already: the attribute birthday is text, and this recipe takes it for date; "
        "total of purchased is {choice: [low, high]}, and this recipe takes it for money. Nothing was copied."
    )
    assert "--force" in caught.value.fix
    kept = declare(text, WANTED, keep=True)
    assert kept.text == (
        "attributes: {birthday: text}\nevents:\n"
        "  purchased: {total: {choice: [low, high]}, order_id: text, category: text}\n"
        "  # told by the parcel service\n  delivered: {order_id: text}      # once a parcel\n"
    )
    assert [need.said() for need in kept.kept] == ["the attribute birthday", "total of purchased"]


def test_a_score_that_counts_otherwise_is_said() -> None:
    wanted = "scores:\n  heat:\n    rules:\n      - {when: purchased, add: 5}\n"
    assert added("name: x\n", wanted) == "name: x\n\n" + wanted
    with pytest.raises(
        AutoflowError, match=r"the score heat is \{rules: \[\{when: purchased, add: 1\}\]\}, and this"
    ):
        declare("scores:\n  heat: {rules: [{when: purchased, add: 1}]}\n", wanted)


@pytest.mark.parametrize(
    "text",
    [
        "{name: Shop}\n",
        "name: Shop\n...\n",
        "name: Shop\nevents: ~\n",
        "name: Shop\n? events\n: ? purchased\n  :\n",
    ],
    ids=["in brackets", "ended by dots", "a null", "question marks"],
)
def test_where_nothing_can_be_put_in_safely_the_lines_are_told(text: str) -> None:
    with pytest.raises(AutoflowError) as caught:
        declare(text, WANTED)
    assert (
        caught.value.message
        == "autoflow.yaml is written so that nothing can be put in safely. Nothing was copied."
    )
    said_, _, lines = caught.value.fix.partition("\n\n")
    assert said_ == "Put in these lines yourself, and run this again:"
    assert plain_data(read(lines)) == plain_data(read(WANTED))


def test_the_lines_to_put_in_by_hand_are_those_that_are_missing() -> None:
    with pytest.raises(AutoflowError) as caught:
        declare(
            "{events: {purchased: {order_id: text, total: money}}, stages: [prospect]}",
            WANTED + "stages: [prospect, lost]\nscores: {}\n",
        )
    assert caught.value.fix.partition("\n\n")[2] == (
        "attributes:\n  birthday: date\nevents:\n  delivered: {order_id: text}\n"
        "  purchased: {category: text}\nstages: [lost]"
    )


def test_a_file_with_mistakes_is_left_alone() -> None:
    with pytest.raises(AutoflowError, match=r"autoflow\.yaml has mistakes"):
        declare("name: [", WANTED)
    with pytest.raises(AutoflowError, match=r"autoflow\.yaml has mistakes"):
        declare("events: {a: {}}\nevents: {b: {}}\n", WANTED)


def read(text: str) -> Node:
    report = Report(Source(SETTINGS_FILE, text))
    root = read_yaml(report)
    assert root is not None
    assert report.problems == []
    return root


COMMENTS = st.sampled_from(["", " # ours", "   # {not: [a, list", " #: purchased: {x: y}"])
BLANKS = st.sampled_from(["", "\n", "# between\n", "  # indented\n", "\n\n# two\n\n"])
PROPERTIES = st.dictionaries(
    st.sampled_from(["order_id", "total", "items", "category", "shade"]), st.just("text"), max_size=4
)
EVENTS = st.dictionaries(
    st.sampled_from(["purchased", "delivered", "cart_updated", "gone home"]), PROPERTIES, max_size=4
)


@st.composite
def settings_files(draw: st.DrawFn) -> str:
    """An autoflow.yaml as people may lay it out: blocks and brackets, comments, blank lines, columns."""
    parts = [f"name: Shop{draw(COMMENTS)}\n"]
    events = draw(EVENTS)
    if draw(st.booleans()):
        inner = ", ".join(f"{name}: {flow(each)}" for name, each in events.items())
        parts.append(f"events: {{{inner}}}{draw(COMMENTS)}\n")
    else:
        indent = " " * draw(st.integers(1, 5))
        lines = [f"events:{draw(COMMENTS)}\n"]
        for name, each in events.items():
            body = draw(event_bodies(each, indent))
            lines.append(draw(BLANKS) + indent + name + ":" + body)
        parts.append("".join(lines))
    if draw(st.booleans()):
        parts.append(
            f"attributes:{draw(COMMENTS)}\n"
            + draw(st.sampled_from(["", "  birthday: date\n", "  plan: text # p\n"]))
        )
    if draw(st.booleans()):
        parts.append(
            draw(st.sampled_from(["stages: [a]\n", "stages:\n- a\n- b\n", "stages: [ ]\n", "stages:\n"]))
        )
    parts = draw(st.permutations(parts))
    text = "".join(part + draw(BLANKS) for part in parts)
    text = text.rstrip("\n") if draw(st.booleans()) else text
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@st.composite
def event_bodies(draw: st.DrawFn, properties: dict[str, str], indent: str) -> str:
    if not properties and draw(st.booleans()):
        return draw(COMMENTS) + "\n"
    if not properties or draw(st.booleans()):
        return f" {flow(properties)}{draw(COMMENTS)}\n"
    deeper = indent + " " * draw(st.integers(1, 3))
    lines = [f"{deeper}{key}: {type_}{draw(COMMENTS)}\n" for key, type_ in properties.items()]
    return "".join([draw(COMMENTS), "\n", *lines])


def flow(properties: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {type_}" for key, type_ in properties.items()) + "}"


@given(settings_files(), EVENTS, st.sampled_from(["", "stages: [a, c]\n", "attributes:\n  birthday: date\n"]))
def test_however_it_is_laid_out_what_stood_there_stays_and_what_is_missing_comes_in(
    text: str, events: dict[str, dict[str, str]], more: str
) -> None:
    wanted = more + (
        "events:\n" + "".join(f"  {name}: {flow(each)}\n" for name, each in events.items()) if events else ""
    )
    found = declare(text, wanted)
    assert is_woven_into(text, found.text)
    here, there, now = (plain_data(read(each)) if each else {} for each in (text, wanted, found.text))
    for name, properties in (there.get("events") or {}).items():
        assert {**((here.get("events") or {}).get(name) or {}), **properties} == (now["events"][name] or {})
    assert set(now) == set(here) | set(there)
    assert set(now.get("events") or ()) == set(here.get("events") or ()) | set(events)
    assert declare(found.text, wanted) == (found.text, (), ())


def is_woven_into(text: str, longer: str) -> bool:
    """Whether `longer` is `text` with something put in between, its comments still at the ends of their lines."""
    rest = iter(longer)
    ends = [line.partition("#")[2] for line in text.splitlines() if "#" in line]
    return all(character in rest for character in text) and all(
        any(line.endswith(end) for line in longer.splitlines()) for end in ends
    )


def test_a_text_that_lost_something_would_be_seen() -> None:
    assert not is_woven_into("a: b # c\n", "a: b\n")
    assert not is_woven_into("a: b # c\n", "a: b # c, d: e\n")


def test_every_starter_can_be_put_into_a_file_that_says_only_its_name() -> None:
    for each in starters().values():
        found = declare("name: Shop\n", each.declares)
        assert found.text == "name: Shop\n" + "".join(f"\n{part}" for part in sections(each.declares))


def sections(text: str) -> list[str]:
    parts: list[str] = []
    for line in text.splitlines(keepends=True):
        if line[0] not in " #":
            parts.append("")
        parts[-1] += line
    return parts
