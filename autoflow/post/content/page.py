"""A page finished: styles inlined, and said in plain text.

Both cost far more than all the rest of a mail, and hardly depend on what the values say. So they are done for
the form of a page, with a token in the place of each value, and kept: the next mail of that form is put
together from its pieces. A form whose layout could depend on its values is finished anew with each mail. Which
of the two ways a page goes is decided by its form alone, so that the same inputs give the same bytes always.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from autoflow.language.templates.sandbox import CLOSES, OPENS
from autoflow.post.content.inline import inline_css
from autoflow.post.content.text import text_of

# Tokens are single characters for private use, like the marks.
_FIRST_TOKEN, _TOKENS = 0xE100, 4096
_TOKEN = re.compile("([\ue100-\uf8ff])")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_MARKED = re.compile(f"{OPENS}([^{OPENS}{CLOSES}]*){CLOSES}")
# Values that look the same in HTML and in text, and that neither collapse nor break: words with one blank between.
_WORD = "[^\\s\x00-\x1f\x7f-\x9f\xa0&<>\"'`]+"
_SIMPLE = re.compile(f"{_WORD}(?: {_WORD})*")
_SCHEME = re.compile(r"https?://|mailto:|tel:", re.IGNORECASE)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style", re.IGNORECASE | re.DOTALL)
_ATTRIBUTE = re.compile(r'([^\s"\'<>/=]+)="([^"]*)"')
_CARRIES_VALUES = frozenset(("href", "src", "alt", "title"))
_WIDER = 8


class Page(NamedTuple):
    """A finished page, and what it says in plain text ("" where that was not asked for)."""

    html: str
    text: str


def is_markable(html: str) -> bool:
    """Whether nothing but the marks in `html` could be taken for marks or tokens."""
    return not _PRIVATE.search(_MARKED.sub(lambda found: found[1], html))


def finish(html: str, *, with_text: bool) -> Page:
    """Finish a page whose values are marked; raises `RenderError` where it cannot be done."""
    values: dict[str, str] = {}

    def token(found: re.Match[str]) -> str:
        # A link's scheme belongs to the form, for by it the text part shows the link or does not.
        scheme = _SCHEME.match(found[1])
        start = scheme.end() if scheme else 0
        value = found[1][start:]
        if len(values) >= _TOKENS or not _SIMPLE.fullmatch(value):
            return found[1]
        return found[1][:start] + values.setdefault(value, chr(_FIRST_TOKEN + len(values)))

    form = _MARKED.sub(token, html)
    pieces = _pieces(form, with_text)
    said = list(values)
    if pieces is None:
        return finish_directly(_put_together(_TOKEN.split(form), said), with_text=with_text)
    return Page(_put_together(pieces[0], said), _put_together(pieces[1], said))


def finish_directly(html: str, *, with_text: bool) -> Page:
    """Finish a page without marks; raises `RenderError` where it cannot be done."""
    html = inline_css(html)
    return Page(html, text_of(html) if with_text else "")


@lru_cache(maxsize=128)
def _pieces(form: str, with_text: bool) -> tuple[list[str], list[str]] | None:  # noqa: FBT001 - part of the key
    """A form finished, cut at its tokens (at the odd places); None where values could change its layout."""
    if any("[" in style or _TOKEN.search(style) for style in _STYLE.findall(form)):
        return None
    html, text = finish_directly(form, with_text=with_text)
    for name, value in _ATTRIBUTE.findall(html):
        if _TOKEN.search(value) and name.lower() not in _CARRIES_VALUES:
            return None
    if with_text:
        # Where wider values would move anything, as in the columns of a table, the width matters.
        wider = text_of(_TOKEN.sub(lambda found: found[0] * _WIDER, html))
        if _TOKEN.sub(lambda found: found[0] * _WIDER, text) != wider:
            return None
    return _TOKEN.split(html), _TOKEN.split(text)


def _put_together(pieces: Sequence[str], values: Sequence[str]) -> str:
    whole = list(pieces)
    for place in range(1, len(whole), 2):
        whole[place] = values[ord(whole[place]) - _FIRST_TOKEN]
    return "".join(whole)
