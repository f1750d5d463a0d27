"""The text part of a mail that has no text template of its own."""

from __future__ import annotations

import re

from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_document_state import HtmlDocumentState
from inscriptis.model.tag import CustomHtmlTagHandlerMapping
from lxml.etree import ParserError  # type: ignore[import-untyped]
from lxml.html import HtmlElement, fromstring  # type: ignore[import-untyped]

from autoflow.post.content.problems import RenderError

_WORTH_SHOWING = ("http://", "https://", "mailto:", "tel:")
_INLINE = frozenset(("a", "b", "br", "em", "font", "i", "img", "small", "span", "strong", "u"))
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_TARGET = re.compile(r" <(?:mailto:|tel:)?([^\s<>]+)>")
_GAPS = re.compile(r"\n{3,}")


def text_of(html: str) -> str:
    """What the page says, with the target behind each link: `Unsubscribe <https://…>`.

    Raises `RenderError` where the page has no content, or is nested too deeply to be read.
    """
    try:
        page = fromstring(html)
        _lay_flat(page)
        said = Inscriptis(page, _config).get_text()
    except ParserError as error:
        raise RenderError("The mail is empty for this contact.") from error
    except RecursionError as error:
        message = "The HTML of the mail is nested too deeply to be put into plain text."
        raise RenderError(message, "Give the template a text part of its own (NAME.txt).") from error
    lines = (line.rstrip() for line in _TARGET.sub(_said_once, said).split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"


def _said_once(target: re.Match[str]) -> str:
    """Nothing, where the link's own words are its target; else the target."""
    return "" if target.string.endswith(target[1], 0, target.start()) else target[0]


def _lay_flat(page: HtmlElement) -> None:
    """Take off what only the eye needs: hidden parts, styles, and tables that merely lay the page out."""
    for element in list(page.iter("*")):
        if _HIDDEN.search(element.attrib.pop("style", "")) and element is not page:
            element.drop_tree()
        element.attrib.pop("align", None)
    for table in list(page.iter("table")):
        rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
        if table.get("role") == "presentation" and all(len(row.findall("td")) == 1 for row in rows):
            for row in rows:
                for cell in row:
                    cell.tag = "p" if all(child.tag in _INLINE for child in cell) else "div"
                row.tag = "div"
            for part in table:
                part.tag = "div"
            table.tag = "div"


def _link_starts(state: HtmlDocumentState, attributes: dict[str, str]) -> None:
    target = attributes.get("href", "").strip()
    state.link_target = target if target.lower().startswith(_WORTH_SHOWING) else ""


def _link_ends(state: HtmlDocumentState) -> None:
    if state.link_target:
        state.tags[-1].write(f" <{state.link_target}>")


_links = CustomHtmlTagHandlerMapping(start_tag_mapping={"a": _link_starts}, end_tag_mapping={"a": _link_ends})
_config = ParserConfig(css=CSS_PROFILES["strict"].copy(), custom_html_tag_handler_mapping=_links)
