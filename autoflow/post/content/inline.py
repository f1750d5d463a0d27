"""HTML as mail programs need it: a whole page, styles on the elements, the preheader hidden at its top."""

from __future__ import annotations

import re
from html import escape

import css_inline

from autoflow.post.content.problems import RenderError

# After Jinja, never before: inlining parses, which would move loops out of tables and escape comparisons.
# Media queries stay in the head, where dark mode and small screens look for them. Nothing is ever fetched.
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

_BODY = re.compile(r"""<body(?:[^>"']|"[^"]*"|'[^']*')*>""", re.IGNORECASE)
_HIDDEN = "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden"
# Keeps the first lines of the body out of the preview, where the preheader is shorter than its room.
_PADDING = "&#847;&zwnj;&nbsp;" * 60


def whole_page(html: str, *, subject: str, language: str) -> str:
    """`html`, or the page that holds it where it is only a part of one."""
    if re.search(r"<html[\s>]", html, re.IGNORECASE):
        return html
    return (
        f'<!DOCTYPE html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(subject)}</title></head><body>{html}</body></html>"
    )


def inline_css(html: str) -> str:
    """Styles moved onto the elements; raises `RenderError` where a style sheet cannot be read."""
    try:
        return _inliner.inline(html)
    except css_inline.InlineError as error:
        raise RenderError(
            "The styles of the mail cannot be read.", "Look at what its <style> holds."
        ) from error


def with_preheader(html: str, preheader: str) -> str:
    """The preheader (plain text) as the first thing in the body, shown by previews alone."""
    if not preheader:
        return html
    hidden = f'<div style="{_HIDDEN}">{escape(preheader)}{_PADDING}</div>'
    body = _BODY.search(html)
    at = body.end() if body else 0
    return html[:at] + hidden + html[at:]
