"""The guide as one page for a browser: it loads nothing, runs nothing, and prints."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment

from autoflow.cli.guide import words
from autoflow.cli.output import share
from autoflow.cli.pages.environment import environment
from autoflow.cli.pages.svg import bar
from autoflow.lab.segments.guide import Guide


def render_page(guide: Guide, about: words.About) -> str:
    """The page. The same inputs give the same text, and whatever comes from files is escaped."""
    return _environment().get_template("guide.html").render(guide=guide, about=about)


@cache
def _environment() -> Environment:
    found = environment("autoflow.cli.guide")
    found.globals.update(words=words, bar=bar, share=share)
    return found
