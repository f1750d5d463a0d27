from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError, TemplateRuntimeError, UndefinedError

from autoflow.language.templates.sandbox import MOST_STEPS, MOST_TEXT, TooMuch, Work, environment, run
from autoflow.model.instants import parse_instant


def render(source: str, name: str = "a.txt", parts: dict[str, str] | None = None, **values: Any) -> str:
    template = environment({name: source, **(parts or {})}, timezone="Europe/London").get_template(name)
    return run(template.root_render_func, template.new_context(values), Work(values))


def test_a_mapping_has_its_keys_alone() -> None:
    assert render("{{ event.items }} {{ event['items'] }}", event={"items": 3}) == "3 3"
    with pytest.raises(UndefinedError, match=r"event\.items"):
        render("{{ event.items }}", event={"total": 1})
    with pytest.raises(UndefinedError):
        render("{{ event.get('total') }}", event={"total": 1})


def test_html_is_escaped_and_plain_text_is_not() -> None:
    assert render("{{ x }}", "a.html", x="<b>&'") == "&lt;b&gt;&amp;&#39;"
    assert render("{{ x }}", "a.txt", x="<b>&'") == "<b>&'"
    assert render("{{ x ~ '<i>' }}", "a.html", x="<b>") == "&lt;b&gt;&lt;i&gt;"
    assert render("{{ '<i>'|e ~ x }}", "a.html", x="<b>") == "&lt;i&gt;&lt;b&gt;"


@pytest.mark.parametrize(
    "value", ["{{ 7 * 7 }}", "{% for x in range(9) %}x{% endfor %}", "{# gone #}", "${7*7}"]
)
def test_values_are_never_compiled(value: str) -> None:
    assert render("{{ contact.first_name }}", contact={"first_name": value}) == value


@pytest.mark.parametrize(
    "source",
    [
        "{{ contact.__class__ }}",
        "{{ contact['__class__'] }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ contact.name.format('x') }}",
        "{{ contact.name.__class__ }}",
        "{{ ''.join(['a']) }}",
        "{{ contact.name.encode() }}",
        "{{ [].append(1) }}",
        "{{ range.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ (1).bit_length() }}",
        "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ lipsum() }}",
        "{{ cycler(1) }}",
        "{{ joiner() }}",
        "{{ dict() }}",
        "{{ tags.append('x') }}",
        "{{ contact.update({}) }}",
    ],
)
def test_nothing_of_python_can_be_reached(source: str) -> None:
    with pytest.raises((SecurityError, UndefinedError)):
        render(source, contact={"name": "Ana"}, tags=["a"])


def test_missing_is_strict_where_it_is_shown_and_false_where_it_is_tested() -> None:
    for source in ("{{ contact.x }}", "{{ contact.x ~ '' }}", "{% for y in contact.x %}{% endfor %}"):
        with pytest.raises(UndefinedError, match=r"contact\.x"):
            render(source, contact={})
    with pytest.raises(UndefinedError, match=r"contact\.address"):
        render("{{ contact.address.city }}", contact={})
    with pytest.raises(UndefinedError, match=r"contact\.address\.city"):
        render("{{ contact.address.city }}", contact={"address": {"city": None}})
    with pytest.raises(UndefinedError, match="nobody"):
        render("{{ nobody }}")
    said = "{% if contact.x %}yes{% else %}no{% endif %}{{ contact.x == 'a' }}{{ contact.x != 'a' }}"
    assert render(said, contact={}) == "noFalseTrue"
    assert render("{{ contact.x is defined }}", contact={"x": None}) == "False"


@pytest.mark.parametrize(
    ("value", "shown"),
    [({}, "you"), ({"x": None}, "you"), ({"x": " "}, "you"), ({"x": 0}, "0"), ({"x": "Ana"}, "Ana")],
)
def test_default_stands_in_for_what_is_missing_or_blank(value: dict[str, object], shown: str) -> None:
    assert render("{{ contact.x | default('you') }}", contact=value) == shown
    assert render("{{ contact.y.z | d('deep') }}", contact=value) == "deep"


def test_default_stands_in_for_nought_when_asked() -> None:
    assert render("{{ contact.x | default('none', true) }}", contact={"x": 0}) == "none"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12.5, "£12.50"),
        (1234567, "£1,234,567.00"),
        ("0.005", "£0.01"),
        (-3, "-£3.00"),
        (-0.001, "£0.00"),
        ("12.345", "£12.35"),
    ],
)
def test_money(value: object, shown: str) -> None:
    assert render("{{ x | money }}", x=value) == shown


def test_money_of_other_currencies() -> None:
    assert render("{{ 1234 | money('JPY') }} {{ 5 | money('CHF') }}") == "¥1,234 CHF 5.00"


def test_dates_are_the_same_on_every_machine() -> None:
    instant = parse_instant("2026-07-06T23:30:00Z")
    assert render("{{ now | date }}", now=instant) == "7 July 2026"
    assert render("{{ now | date('%a %d %b %y, %-I:%M %p %%') }}", now=instant) == "Tue 07 Jul 26, 12:30 AM %"
    assert render("{{ now | date('%H:%M', 'America/New_York') }}", now=instant) == "19:30"
    assert render("{{ day | date('%A') }}", day="2026-03-06") == "Friday"


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'ten' | money }}",
        "{{ true | money }}",
        "{{ 'soon' | date }}",
        "{{ 0 | date('%Q') }}",
        "{{ 'x'|round }}",
    ],
)
def test_filters_refuse_what_they_cannot_show(source: str) -> None:
    with pytest.raises(TemplateRuntimeError, match="“"):
        render(source)


def test_rounding_is_half_up() -> None:
    assert (
        render("{{ 2.5 | round }} {{ 2.345 | round(2) }} {{ -1.5 | round }} {{ 1 | round(99) }}")
        == "3 2.35 -2 1.0"
    )


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
        "{% for a in range(1001) %}{% endfor %}",
        "{{ 'x' * 1000000 }}",
        "{{ 1000000 * 'x' }}",
        "{{ [1] * 1000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 2 ** 10000 }}",
        "{% set n = namespace(s='x') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(s='x') %}{% for i in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s=3) %}{% for i in range(60) %}{% set n.s = n.s * n.s %}{% endfor %}",
        "{% set n=namespace(s='x') %}{% for i in range(60) %}{% set n.s=n.s|replace('x','xx') %}{% endfor %}",
        "{% set n=namespace(s='x') %}{% for i in range(60) %}{% set n.s %}{{ n.s*2 }}{% endset %}{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% macro m(n) %}x{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% for i in range(1000) %}{% for j in range(100) %}{{ big }}{% endfor %}{% endfor %}",
        "{% for i in range(1000) %}{% include 'part.txt' %}{% endfor %}",
        "{% for i in range(1000) %}{% for j in range(90) %}{% set x = big|upper %}{% endfor %}{% endfor %}",
        "{{ '%1000000000d' % 1 }}",
        "{{ range(1000)|map('string')|join(big) }}",
        "{{ big|replace('x', big) }}",
        "{{ big|replace('', big) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_work_and_size_are_bounded(source: str) -> None:
    with pytest.raises((TooMuch, TemplateRuntimeError, RecursionError)):
        render(source, big="x" * 5000, parts={"part.txt": "{{ big }}"})


@pytest.mark.parametrize(
    "source", ["{{ 'x' * 9999999 }}", "{{ 9 ** 99999 }}", "{{ 'ab' | replace('a', 'x') }}"]
)
def test_compiling_reckons_nothing_out(source: str) -> None:
    environment({"a.txt": source}).get_template("a.txt")


def test_a_render_has_room_for_a_real_mail() -> None:
    rows = [{"name": f"Thing {n}", "price": n} for n in range(500)]
    source = (
        "{% for row in rows %}<td>{{ row.name | upper }}</td><td>{{ row.price | money }}</td>{% endfor %}"
    )
    assert render(source, "a.html", rows=rows).count("£") == 500
    assert len(render("{{ x }}", x="y" * MOST_TEXT)) == MOST_TEXT


def test_the_bound_counts_steps_and_so_is_the_same_on_every_machine() -> None:
    loops = "{% for i in range(1000) %}{% for j in range(N) %}{% endfor %}{% endfor %}"
    inner = MOST_STEPS // 1000 - 3  # a turn of the outer loop costs 1, its range() 1
    assert render(loops.replace("N", str(inner))) == ""
    with pytest.raises(TooMuch):
        render(loops.replace("N", str(inner + 1)))


@given(st.text())
def test_any_text_survives_in_plain_text(text: str) -> None:
    assert render("{{ x }}|", x=text) == f"{text}|"
