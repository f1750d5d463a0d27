"""Whatever the files hold: problems or a workspace, never an exception."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.kinds import registry
from autoflow.kinds.operators import WORDS
from autoflow.lab.testing.testing import read_tests
from autoflow.language.codes import CODES
from autoflow.language.field_specs import written_keys
from autoflow.language.present import as_github, as_json, as_text
from autoflow.language.recipe import RECIPE_KEYS
from autoflow.language.segment import SEGMENT_KEYS
from autoflow.language.settings.computed import COMPUTED
from autoflow.language.settings.reader import SETTINGS_KEYS
from autoflow.language.source import Source
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.starters.catalogue import starters
from tests.language.small import LAPSED, SETTINGS, SOURCES, VIP, WELCOME, WIN_BACK
from tests.starters.workspaces import fresh, with_starters

MEASURES = """\
attributes: {rhythm: {usual_gap_between: purchased, where: {category: [coffee]}, needs: 3 times}}
events: {purchased: {total: money, category: text}}
scores:
  lead: {floor: 0, halves_every: 30 days, rules: [{when: {page_visited: {path: /a*}}, add: 1, at_most: 1 per day}]}
stages: [prospect, customer]
audiences: {vip-buyers: {segment: vip}}
sending: {quiet_hours: {from: "21:00", to: "08:00"}, at_most: {emails: 4, per: 7 days}}
channels: {webhooks: {crm: {url: "https://crm.example/hook", secret: a secret of 24 bytes or more}}}
"""
FOREIGN = (  # words of Python and its libraries, which nobody is to read
    *("Traceback", "object at 0x", "NoneType", "dict_", "Error", "Exception", "Jinja", "token", "scalar"),
    *("expected", "print statement", "block mapping", "flow ", "document start", "literal", "codec"),
)
KINDS = [*registry.triggers().values(), *registry.conditions().values(), *registry.actions().values()]
WORDS_OF_OURS = [
    *RECIPE_KEYS,
    *SEGMENT_KEYS,
    *SETTINGS_KEYS,
    *WORDS,
    *(kind.word for kind in KINDS),
    *(key for kind in KINDS for key in written_keys(kind)),
    *(
        "id",
        "file",
        "folder",
        "smtp",
        "mailbox",
        "consent",
        "late_after",
        "keep",
        "choice",
        "url",
        "webhooks",
        "secret",
    ),
    *COMPUTED,
    *("floor", "halves_every", "rules", "when", "add", "quiet_hours", "from", "to", "emails", "per"),
]
VALUES_OF_OURS = [
    *(
        "purchased",
        "vip",
        "lapsed-buyers",
        "welcome",
        "income",
        "plan",
        "pro",
        "purchased.total",
        "event.total",
    ),
    *("2 hours", "after 30 days", "never", "2 times", "start", "number", "text", "{{ contact.email }}"),
    *(
        "{{ event.total }}",
        "{{",
        "{{ }}",
        "{{ contact[ }}",
        "{% if %}{{ x }}",
        "2026-03-06",
        "customers",
        "deny",
    ),
]

_scalars = st.one_of(
    st.sampled_from(VALUES_OF_OURS),
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=12),
)
_keys = st.one_of(st.sampled_from(WORDS_OF_OURS), st.sampled_from(WORDS_OF_OURS), st.text(max_size=8))
_trees = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_keys, inner, max_size=5)),
    max_leaves=25,
)
_files = st.sampled_from(["autoflow.yaml", "recipes/win-back.yaml", "segments/vip.yaml", "segments/s.yaml"])


def _read(files: dict[str, str], around: dict[str, str] = SOURCES) -> None:
    sources = {**around, **files}
    found = read_workspace(sources, {"KNOWN": "value"})
    assert list(found.problems) == sorted(found.problems)
    for problem in found.problems:
        assert problem.code in CODES
        assert problem.severity in {"error", "warning"}
        inside = Source(problem.file, sources.get(problem.file, ""))
        assert 1 <= problem.line <= inside.line_number(len(inside.text))
        assert 1 <= problem.column <= len(inside.line(problem.line)) + 1
        assert problem.width >= 1
        assert problem.message
        assert problem.fix or problem.code.startswith(("template", "unknown-filter"))
        said = f"{problem.message} {problem.fix}"
        assert [word for word in FOREIGN if word in said] == [], said
    shown = as_text(found.problems, sources)
    shown.encode()
    as_github(found.problems)
    assert len(json.loads(as_json(found.problems))["problems"]) == len(found.problems)


@given(_files, _trees)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_any_tree(file: str, tree: object) -> None:
    _read({file: json.dumps(tree, ensure_ascii=False).replace("\\ud", "\\\\ud")})


@given(_trees, _trees, _trees)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_any_recipe(trigger: object, conditions: object, actions: object) -> None:
    tree = {"trigger": trigger, "conditions": conditions, "goal": conditions, "actions": actions}
    _read({"recipes/r.yaml": json.dumps(tree), "segments/s.yaml": json.dumps({"conditions": conditions})})


def _broken(text: str, breaks: list[tuple[int, int, str]]) -> str:
    for at, removed, added in breaks:
        start = at % (len(text) + 1)
        text = text[:start] + added + text[start + removed :]
    return text


_breaks = st.lists(
    st.tuples(
        st.integers(0, 2_000), st.integers(0, 9), st.text(":-{}[]'\"#&*!|>%@`, \t\n\rabc{2é😀", max_size=6)
    ),
    min_size=1,
    max_size=4,
)


@given(
    st.sampled_from(
        [
            ("autoflow.yaml", SETTINGS),
            ("autoflow.yaml", MEASURES),
            ("recipes/win-back.yaml", WIN_BACK + '  - notify_sales: {message: "{{ contact.email }}"}\n'),
            ("segments/vip.yaml", VIP),
            ("segments/lapsed-buyers.yaml", LAPSED),
            ("templates/welcome.html", WELCOME),
        ]
    ),
    _breaks,
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_a_sound_file_with_slips(file: tuple[str, str], breaks: list[tuple[int, int, str]]) -> None:
    name, text = file
    _read({name: _broken(text, breaks)})


SHIPPED = load_sources(Path(__file__).parents[2])


@given(st.sampled_from(sorted(SHIPPED)), _breaks)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_the_shipped_files_with_slips(file: str, breaks: list[tuple[int, int, str]]) -> None:
    _read({file: _broken(SHIPPED[file], breaks)}, SHIPPED)


_ODD = (
    *("[]", "{}", "~", "9" * 30, "1e999", "😀日本", "!!str x", "&a x", "*a", "{{ x }}"),
    *("- - x", "? x", "|\n  x", "x: y: z"),
)
_HOW = st.sampled_from(["drop", "twice", "in", "out", "swap", "odd", "cut"])
_moves = st.lists(st.tuples(st.integers(0, 200), _HOW, st.integers(0, 13)), min_size=1, max_size=4)
WRITTEN = {
    **with_starters(fresh(), starters().values()),
    "owners.yaml": "owners: {ana@shop.example: ['recipes/*']}\n",
}


def _moved(text: str, moves: list[tuple[int, str, int]]) -> str:
    """With whole lines out of their places, and values that belong elsewhere."""
    lines = text.split("\n")
    for line, how, other in moves:
        at = line % len(lines)
        if how == "drop":
            lines[at : at + 1] = []
        elif how == "cut":
            lines[at + 1 :] = []
        elif how == "twice":
            lines.insert(at, lines[at])
        elif how == "swap":
            lines[at], lines[other % len(lines)] = lines[other % len(lines)], lines[at]
        elif how == "odd":
            lines[at] = f"{lines[at].partition(':')[0]}: {_ODD[other]}"
        else:
            lines[at] = f"  {lines[at]}" if how == "in" else lines[at][1:]
        lines = lines or [""]
    return "\n".join(lines)


@given(
    st.sampled_from(sorted(WRITTEN)),
    _moves,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "\ufeff"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_lines_out_of_their_places(
    file: str, moves: list[tuple[int, str, int]], end: str, begin: str
) -> None:
    text = begin + _moved(WRITTEN[file], moves).replace("\n", end)
    if file.startswith("tests/"):
        found = read_workspace(WRITTEN, {})
        _, problems = read_tests({file: text}, found)
        as_text(problems, {file: text}).encode()
        return
    some = {
        name: each
        for name, each in WRITTEN.items()
        if name.startswith(("templates/", "segments/", "autoflow"))
    }
    _read({file: text}, some)


@given(_files, st.binary(max_size=200))
@settings(max_examples=200)
def test_any_bytes(file: str, content: bytes) -> None:
    _read({file: content.decode("utf-8", "surrogateescape")})


@given(
    st.dictionaries(
        st.one_of(
            st.text(max_size=20),
            st.sampled_from(["recipes/", "segments/x/y.yaml", "templates/_x.html", "templates/a b.html"]),
        ),
        st.text(max_size=40),
        max_size=4,
    )
)
@settings(max_examples=100)
def test_any_names_of_files(files: dict[str, str]) -> None:
    found = read_workspace(files, {})
    as_text(found.problems, files).encode()


_DEEP = ["(", "[", "{", "-", "not ", "f(", "x.", "x|upper|", "1 if x else ", "x ~ ", "a[", "[[", "x is "]


@given(
    st.sampled_from(_DEEP),
    st.sampled_from([40, 99, 150, 300, 2_000]),
    st.sampled_from(["", ")", "]", "}", "1"]),
)
@settings(max_examples=60)
def test_any_depth_of_a_placeholder(opening: str, times: int, closing: str) -> None:
    inner = (opening * times + closing * times)[:9_900].replace("'", "")
    _read({"recipes/r.yaml": f"trigger: page_visited\nactions: [{{notify_sales: '{{{{ {inner} }}}}'}}]\n"})
    _read({"templates/welcome.html": WELCOME.replace("Come", f"{{{{ {inner} }}}}")})
