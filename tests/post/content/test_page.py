from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import escape

from autoflow.language.templates.sandbox import CLOSES, OPENS
from autoflow.post.content import page
from autoflow.post.content.page import finish, finish_directly, is_markable

FORM = """<html><head><style>p {{ color: red }} @media print {{ p {{ color: blue }} }}</style></head><body>
<h1>{0}</h1><p title="{1}">Dear {0}{1},</p> <a href="{2}">Look</a> <a href="https://x.example/{1}?a=1&amp;b={2}">{2}</a>
<ul><li>{0}</li><li> {1} </li></ul>{2}</body></html>"""
TABLE = "<html><body><table><tr><td>{0}</td><td>|</td></tr><tr><td>short</td><td>|{1}</td></tr></table></body></html>"
# What libraries for HTML treat in ways of their own is left to their tests.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufeff"), max_size=12)
LINK = st.one_of(
    TEXT, st.sampled_from(["https://x.example/", "mailto:a@b.example", "HTTP://x", "#top", "tel:1"])
)


def marked(value: str) -> str:
    return f"{OPENS}{escape(value)}{CLOSES}"


@pytest.mark.parametrize("form", [FORM, TABLE])
@given(values=st.tuples(TEXT, TEXT, LINK))
@example(("Ana", "Łódź 東京", "https://x.example/u?t=1"))
@example(("", " two  blanks ", "#top"))
@example(("same", "same", "same"))
@example(("O'Neil & <Co>", 'a "b"', "https://x.example/?a=1&b=2"))
@example(("\ue000", "\ue001", "\ue123"))
def test_a_page_put_together_is_the_page_itself(form: str, values: tuple[str, str, str]) -> None:
    with_marks = form.format(*map(marked, values))
    plain = form.format(*map(escape, values))
    if not is_markable(with_marks):
        assert any("\ue000" <= character <= "\uf8ff" for value in values for character in value)
        return
    assert finish(with_marks, with_text=True) == finish_directly(plain, with_text=True)


def test_the_next_mail_of_a_form_is_put_together() -> None:
    page._pieces.cache_clear()
    for name in ("Ana", "Bo", "Юлия", "Ana Maria"):
        finish(FORM.format(marked(name), marked("x"), marked("https://x.example/1")), with_text=True)
    assert page._pieces.cache_info().misses == 1


@pytest.mark.parametrize(
    "form",
    [
        '<html><head><style>.gold {{ color: red }}</style></head><body><p class="{0}">x</p></body></html>',
        '<html><head><style>#gold {{ color: red }}</style></head><body><p id="{0}">x</p></body></html>',
        "<html><head><style>p {{ color: {0} }}</style></head><body><p>x</p></body></html>",
        '<html><head><style>a[href="{0}"] {{ color: red }}</style></head><body><a href="gold">x</a></body></html>',
        '<html><head><style>a[href="gold"] {{ color: red }}</style></head><body><a href="{0}">x</a></body></html>',
        '<html><body><p style="color: {0}; display: none">x</p>y</body></html>',
        "<html><body><table><tr><td>{0}</td><td>x</td></tr><tr><td>y</td><td>z</td></tr></table></body></html>",
    ],
)
def test_a_form_whose_layout_could_depend_on_values_is_finished_each_time(form: str) -> None:
    page._pieces.cache_clear()
    for value in ("grey", "gold", "a much longer value"):
        finished = finish(form.format(marked(value)), with_text=True)
        assert finished == finish_directly(form.format(value), with_text=True)
    assert page._pieces.cache_info().hits == 2


def test_without_text_none_is_made() -> None:
    assert finish("<html><body><p>x</p></body></html>", with_text=False).text == ""
