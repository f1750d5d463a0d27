"""Flows drawn: as Mermaid text, and as SVG in which nothing covers anything else."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.language.definitions import Workspace
from autoflow.language.explain.flow import Arm, Early, Flow, Node, flow
from autoflow.language.explain.layout import SMALL, SMALL_LINE, Box, Drawing, Label, lay_out
from autoflow.language.explain.lines import width, wrapped
from autoflow.language.explain.mermaid import mermaid
from autoflow.language.explain.recipe import explain_recipe
from autoflow.language.explain.svg import svg
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.starters.catalogue import starters
from tests.language.small import workspace
from tests.starters.workspaces import with_starters

ROOT = Path(__file__).parents[3]
SVG = "{http://www.w3.org/2000/svg}"
BRANCHING = """\
recipe: r
trigger: {event: purchased}
conditions: [{has_tag: z}]
goal: {did: refunded}
exit: [{has_tag: x}, {in_segment: vip}]
keep_while: [{has_tag: k}]
actions:
  - choose:
      - if: [{has_tag: a}]
        actions:
          - {id: one, send_email: welcome}
          - id: inner
            wait_for: {event: refunded, up_to: 2 days, then: [{id: deep, wait: 1 day}], otherwise: [exit]}
      - if: [{has_tag: b}]
        actions: [{exit: gone}]
  - split:
      - {name: a, percent: 60, actions: [{add_tag: x}]}
      - {name: b, percent: 40, holdout: true}
  - {id: last, choose: [{if: [{has_tag: c}], actions: [{exit: x}]}, {otherwise: [{exit: y}]}]}
"""


def drawn(text: str, **files: str) -> Flow:
    found = workspace(
        {"recipes/r.yaml": text, **{f"templates/{name}.html": each for name, each in files.items()}}
    )
    assert found.sound, found.problems
    return of(found, "r")


def of(found: Workspace, name: str) -> Flow:
    recipe = found.recipes[name]
    return flow(recipe, explain_recipe(recipe, found))


def shipped() -> dict[str, Flow]:
    flows = {"branching": drawn(BRANCHING)}
    started = with_starters(load_sources(ROOT / "tests/scenarios/automations"), starters().values())
    workspaces = {
        "shop": load_sources(ROOT),
        "starters": {path: text for path, text in started.items() if not path.startswith("tests/")},
        "branches": load_sources(ROOT / "tests/scenarios/branches"),
    }
    for folder, sources in workspaces.items():
        found = read_workspace(sources, {})
        flows.update({f"{folder}/{name}": of(found, name) for name in found.recipes})
    return flows


FLOWS = shipped()


def test_mermaid() -> None:
    assert mermaid(drawn(BRANCHING)).splitlines() == [
        "flowchart TD",
        '    n1(["When purchased comes in"])',
        '    n2{{"Only if he has the tag #34;z#34;"}}',
        "    n1 --> n2",
        '    n3{{"1#46; Choose"}}',
        "    n2 --> n3",
        '    n4["1a#46; Send the mail #34;welcome#34;"]',
        '    n3 -- "if he has the tag #34;a#34;" --> n4',
        '    n5{{"1b#46; Wait for refunded, 2 days at most"}}',
        "    n4 --> n5",
        '    n6("1b1#46; Wait 1 day")',
        '    n5 -- "as soon as it comes in" --> n6',
        '    n7(["1b2#46; Leave"])',
        '    n5 -- "if 2 days pass without it" --> n7',
        '    n8(["1c#46; Leave#58; gone"])',
        '    n3 -- "if he has the tag #34;b#34;" --> n8',
        '    n9{{"2#46; Draw by chance"}}',
        "    n6 --> n9",
        '    n3 -- "otherwise" --> n9',
        '    n10["2a#46; Put the tag #34;x#34; on the contact"]',
        '    n9 -- "60#37; of them, #34;a#34;" --> n10',
        '    n11["they go the way of #34;a#34;, and from here on nothing is sent to them and nobody is told of them"]',
        '    n9 -- "40#37; of them, #34;b#34;, held out" --> n11',
        '    n12{{"3#46; Choose"}}',
        "    n10 --> n12",
        "    n11 --> n12",
        '    n13(["3a#46; Leave#58; x"])',
        '    n12 -- "if he has the tag #34;c#34;" --> n13',
        '    n14(["3b#46; Leave#58; y"])',
        '    n12 -- "otherwise" --> n14',
        '    subgraph early ["Who leaves before the end"]',
        '        n15(["Goal#58; he has done refunded since the start"])',
        '        n16(["Exit#58; he has the tag #34;x#34; or he is in the segment #34;vip#34;"])',
        '        n17(["Goes on only while he has the tag #34;k#34;"])',
        "    end",
    ]


NASTY = 'end"] --> x; %%{init: {}}%% <b>&amp;</b> `1. \\n` #35; [[a]] \u202e'


def nasty() -> Flow:
    quoted = NASTY.replace("\\", "\\\\").replace('"', '\\"')
    return drawn(f'trigger: {{event: purchased}}\nactions:\n  - {{id: x, exit: "{quoted}"}}\n')


def test_texts_mean_nothing_to_mermaid() -> None:
    [_, _, line, *_] = mermaid(nasty()).splitlines()
    [label] = re.findall(r'^    n2\(\["(.*)"\]\)$', line)
    assert re.fullmatch(r"(?:[\w ,']|#\d+;)*", label)
    told = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label)
    assert told.startswith('1. Leave: end"] --> x; %%{init: {}}%% <b>&amp;</b> `1. \\n` #35; [[a]] \ufffd')


def test_texts_mean_nothing_to_a_reader_of_svg() -> None:
    written = svg(nasty())
    assert "<b>" not in written
    assert "\u202e" not in written
    texts = " ".join(each.text or "" for each in ET.fromstring(written).iter(f"{SVG}text"))
    assert 'end"] --> x; %%{init: {}}%% <b>&amp;</b> `1. \\n` #35; [[a]]' in texts


@pytest.mark.parametrize("name", FLOWS)
def test_every_step_is_drawn_once(name: str) -> None:
    numbers = re.findall(r"\b(\d[\da-z]*)#46; ", mermaid(FLOWS[name]))
    assert len(set(numbers)) == len(numbers) > 0
    root = ET.fromstring(svg(FLOWS[name]))
    boxes = [" ".join(each.text or "" for each in group.iter(f"{SVG}text")) for group in root.iter(f"{SVG}g")]
    assert [found[1] for text in boxes if (found := re.match(r"(\d[\da-z]*)\. ", text))] == numbers


def box_of(label: Label) -> Box:
    wide = SMALL * max(map(width, label.lines))
    return Box(label.x - wide / 2, label.y, wide, SMALL_LINE * len(label.lines), label.lines, "")


def meet(begin: float, end: float, other_begin: float, other_end: float) -> bool:
    """Whether two stretches share more than an end; one of no length lies inside or not."""
    if begin == end:
        return other_begin < begin < other_end
    return max(begin, other_begin) < min(end, other_end)


def holds(drawing: Drawing, early: int) -> None:
    """Nothing covers anything else, all of it is on the paper, and a line leads to each box but the first."""
    solid = [*drawing.boxes, *map(box_of, drawing.labels)]
    for one, other in combinations(solid, 2):
        across = meet(one.x, one.x + one.width, other.x, other.x + other.width)
        assert not (across and meet(one.y, one.y + one.height, other.y, other.y + other.height)), (one, other)
    for each in solid:
        assert each.x >= 0
        assert each.y >= 0
        assert each.x + each.width <= drawing.width
        assert each.y + each.height <= drawing.height
    for line in drawing.lines:
        for (x1, y1), (x2, y2) in pairwise(line.points):
            assert x1 == x2 or y1 == y2, line
            for box in solid:
                across = meet(min(x1, x2), max(x1, x2), box.x, box.x + box.width)
                assert not (across and meet(min(y1, y2), max(y1, y2), box.y, box.y + box.height)), (line, box)
    led_to = {
        (round(x, 6), round(y, 6)) for line in drawing.lines if line.arrow for x, y in [line.points[-1]]
    }
    for box in drawing.boxes[1 : len(drawing.boxes) - early]:
        assert (round(box.x + box.width / 2, 6), round(box.y, 6)) in led_to
    left = {(round(x, 6), round(y, 6)) for line in drawing.lines for x, y in [line.points[0]]}
    for box in drawing.boxes:
        leads_on = (round(box.x + box.width / 2, 6), round(box.y + box.height, 6)) in left
        assert not (leads_on and box.looks in {"exit", "end"}), box


@pytest.mark.parametrize("name", FLOWS)
def test_what_is_drawn_is_readable(name: str) -> None:
    holds(lay_out(FLOWS[name]), len(FLOWS[name].early))


TEXTS = st.sampled_from(
    ("Wait", "Send the mail “a”", "A much longer text that takes several lines", "x" * 90, "漢字" * 9)
)
LEAVES = st.builds(Node, TEXTS, st.just("exit"), st.just(()))
PLAIN = st.builds(Node, TEXTS, st.sampled_from(("step", "mail", "wait")), st.just(()))


def rows(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[tuple[Node, ...]]:
    """A row in which nobody leaves before its last step."""
    some = st.lists(nodes, max_size=3).map(lambda found: _until_one_ends(tuple(found)))
    return st.one_of(some, st.tuples(LEAVES))


def _until_one_ends(row: tuple[Node, ...]) -> tuple[Node, ...]:
    ends = next((number for number, node in enumerate(row, start=1) if node.ends), len(row))
    return row[:ends]


def branching(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    arms = st.builds(_arm, TEXTS, rows(nodes), st.sampled_from(("", "they go the way of another")))
    return st.builds(Node, TEXTS, st.just("choice"), st.lists(arms, min_size=1, max_size=4).map(tuple))


def _arm(label: str, row: tuple[Node, ...], note: str) -> Arm:
    return Arm(label, row, "" if row else note, bool(row) and row[-1].ends)


@given(rows(st.recursive(PLAIN, branching, max_leaves=12)).filter(bool), st.integers(0, 3))
def test_whatever_is_drawn_is_readable(row: tuple[Node, ...], early: int) -> None:
    outs = tuple(Early("Goal: he has done purchased since the start", "goal") for _ in range(early))
    end = "" if row[-1].ends else "Through"
    made = Flow("a recipe", "2 mails, over 42 days.", "When it begins", "Only if he is in it", row, end, outs)
    holds(lay_out(made), early)
    ET.fromstring(svg(made))


def test_an_svg_loads_and_runs_nothing() -> None:
    written = svg(FLOWS["branching"])
    root = ET.fromstring(written)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {
        *("svg", "title", "desc", "style", "rect", "path", "g", "text")
    }
    assert "url(" not in written and "@import" not in written
    assert written.count("http") == 1  # the name of SVG itself
    assert "prefers-color-scheme: dark" in written
    assert not any(name.startswith("on") or name == "href" for each in root.iter() for name in each.attrib)
    assert (root.get("width"), root.get("height")) == tuple((root.get("viewBox") or "").split()[2:])


def test_where_every_way_leaves_there_is_no_end() -> None:
    assert "Through" not in mermaid(FLOWS["branching"])
    assert "Through" in mermaid(FLOWS["starters/win-back-test"])
    assert ">Through<" in svg(FLOWS["starters/win-back-test"])


def test_texts_are_cut_into_lines() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("a verylongword b", 4) == ["a", "very", "long", "word", "b"]
    assert wrapped("", 4) == [""]
    assert wrapped("漢字漢字", 2.2, width) == ["漢字", "漢字"]
    assert width("ill") < width("min") < width("MWM")
    assert width("e\u0301") == width("e")


def test_long_texts_break_off() -> None:
    [leave] = drawn(f"trigger: {{event: purchased}}\nactions: [{{exit: {'x' * 110}}}]\n").row
    assert len(leave.text) <= 160
    many = ", ".join(f"{{has_tag: tag number {number}}}" for number in range(30))
    found = drawn(f"trigger: {{event: purchased}}\nconditions: [{many}]\nactions: [exit]\n")
    assert len(found.asked) == 160
    assert found.asked.endswith("…")
