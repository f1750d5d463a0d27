from __future__ import annotations

from pathlib import Path

import pytest

from autoflow.post.content.inline import inline_css, whole_page, with_preheader


def test_styles_move_onto_elements_and_media_queries_stay() -> None:
    html = inline_css("<style>p{color:red} @media (max-width:9px){p{color:blue}}</style><p>x</p>")
    assert '<p style="color: red;">x</p>' in html
    assert "@media" in html


def test_no_style_sheet_is_fetched(tmp_path: Path) -> None:
    sheet = tmp_path / "secret.css"
    sheet.write_text("p{color:red}")
    html = inline_css(
        f'<link rel="stylesheet" href="{sheet}"><link rel="stylesheet" href="http://localhost:9/x"><p>x'
    )
    assert "red" not in html


def test_a_part_becomes_a_page_and_a_page_stays() -> None:
    page = whole_page("<p>x</p>", subject="Now < later", language="de")
    assert '<html lang="de">' in page
    assert "<title>Now &lt; later</title>" in page
    assert whole_page(page, subject="", language="en") == page


@pytest.mark.parametrize("body", ["<body>", "<BODY class=\"a>b\" data-x='>'>", "<body\n>"])
def test_the_preheader_is_the_first_thing_in_the_body(body: str) -> None:
    html = with_preheader(f"<html><head></head>{body}<p>x</p></body></html>", "A < b")
    before, _, after = html.partition(body)
    assert before == "<html><head></head>"
    assert after.startswith('<div style="display:none')
    assert "A &lt; b" in after
    assert after.endswith("<p>x</p></body></html>")


def test_without_a_preheader_nothing_is_put_in() -> None:
    assert with_preheader("<body><p>x</p>", "") == "<body><p>x</p>"
