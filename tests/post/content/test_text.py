from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from autoflow.post.content.problems import RenderError
from autoflow.post.content.text import text_of


def test_links_keep_their_targets() -> None:
    html = "<p>Go <a href='https://x.example/a?b=1&amp;c'>here</a>, or <a href='#top'>up</a>.</p>"
    assert text_of(html) == "Go here <https://x.example/a?b=1&c>, or up.\n"


def test_a_link_that_shows_its_target_is_said_once() -> None:
    html = "<a href='https://x.example/'>https://x.example/</a> <a href='mailto:a@b.example'>a@b.example</a>"
    assert text_of(html) == "https://x.example/ a@b.example\n"


def test_tables_that_lay_out_are_flat_and_tables_of_facts_are_columns() -> None:
    html = """<table role="presentation" align="center"><tr><td style="padding: 0 40px">
      <h1>Paid</h1><p>Thank you.</p>
      <table role="presentation"><tr><td>Order</td><td>A1</td></tr>
      <tr><td>Refunded</td><td>£5</td></tr></table>
      <table role="presentation"><tr><td><a href="https://x.example">Look</a></td></tr></table>
    </td></tr></table>"""
    said = "Paid\n\nThank you.\n\nOrder     A1\nRefunded  £5\n\nLook <https://x.example>\n"
    assert text_of(html) == said


def test_what_is_hidden_is_not_said() -> None:
    html = "<body><div style='display: none'>psst</div>Aloud<p style='DISPLAY:NONE'>psst</p> and clear</body>"
    assert "psst" not in text_of(html)
    assert text_of(html).split() == ["Aloud", "and", "clear"]


def test_a_long_word_takes_no_longer_than_a_long_text() -> None:
    word = "x" * 200_000
    assert text_of(f"<p>{word}</p><pre>{' ' * 100_000}y</pre>").startswith(word)


def test_an_empty_page_is_a_problem_of_this_mail() -> None:
    with pytest.raises(RenderError, match="empty"):
        text_of("")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1, max_size=80))
def test_text_in_any_script_is_said_as_it_is(text: str) -> None:
    assert text_of(f"<html><body><p>|{escape(text)}|</p></body></html>") == f"|{text}|\n"
