"""One decided message made into one mail. Pure: the same inputs give the same bytes on any machine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from autoflow.language.templates.sandbox import CLOSES, OPENS, Work
from autoflow.post.content.headers import HeaderRefusedError
from autoflow.post.content.inline import whole_page, with_preheader
from autoflow.post.content.links import Links
from autoflow.post.content.load import CompiledTemplate
from autoflow.post.content.mime import Sender, build_mail
from autoflow.post.content.page import Page, finish, finish_directly, is_markable
from autoflow.post.content.problems import RenderError

MOST_BYTES = 1_000_000
MOST_CHARACTERS = 600_000  # of the HTML and of the text, before anything is made of them
_PLAIN = (str, int, float, bool, type(None))


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail: what a reader sees, and the bytes that are sent."""

    subject: str
    html: str
    text: str
    mime: bytes


def render(  # noqa: PLR0913 - each is named at the call
    compiled: CompiledTemplate,
    values: Mapping[str, object],
    *,
    sender: Sender,
    links: Links,
    contact: str,
    key: str,
    at: int,
    to: str,
    recipe: str = "",
) -> Rendered:
    """Render a message as it was decided.

    `values` are those that the template reads, by root (`contact`, `event`, …): dicts with text keys, lists,
    text, numbers, yes and no, None (which is as missing). `contact` and `recipe` are keys, for the links and
    the Feedback-ID. `at` (UTC microseconds) is the instant of the decision: `now` and the mail's Date.
    Raises `RenderError` where this one mail cannot be made, `TypeError` where a value is not plain.
    """
    template = compiled.template
    given = {
        **values,
        "now": at,
        "sender": {"name": sender.name, "email": sender.email, "postal_address": sender.postal_address},
        "unsubscribe_url": links.unsubscribe(contact),
    }
    if "preferences_url" in template.reads:
        given["preferences_url"] = links.preferences(contact)
    _refuse_objects(given)
    work = Work(given)
    subject = compiled.run(compiled.subject, given, work).strip()
    if not subject:
        raise RenderError(
            "The subject is empty for this contact.", file=template.file_of(f"{template.name}.subject")
        )
    preheader = " ".join(compiled.run(compiled.preheader, given, work).split())
    page = _page(compiled, given, work, subject)
    html = with_preheader(page.html, preheader)
    text = page.text
    if compiled.text is not None:
        text = _small(compiled, compiled.run(compiled.text, given, work))
    marketing = template.klass == "marketing"
    extra = [
        *(links.headers(contact) if marketing else ()),
        ("Feedback-ID", _feedback_id(compiled, recipe, sender)),
    ]
    try:
        mime = build_mail(
            sender=sender, to=to, subject=subject, at=at, key=key, extra=extra, text=text, html=html
        )
    except HeaderRefusedError as error:
        raise RenderError(str(error), "It may come from the contact's data.") from error
    if len(mime) > MOST_BYTES:
        raise _too_large(compiled)
    return Rendered(subject, html, text, mime)


def _page(compiled: CompiledTemplate, given: Mapping[str, object], work: Work, subject: str) -> Page:
    def whole(*, marks: bool) -> str:
        html = _small(compiled, compiled.run(compiled.html, given, work, marks=marks))
        title = f"{OPENS}{subject}{CLOSES}" if marks else subject
        return whole_page(html, subject=title, language=compiled.language)

    html = whole(marks=True)
    if is_markable(html):
        return finish(html, with_text=compiled.text is None)
    # Characters for private use in the data could be mistaken for our marks.
    return finish_directly(whole(marks=False), with_text=compiled.text is None)


def _small(compiled: CompiledTemplate, text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise _too_large(compiled)
    return text


def _too_large(compiled: CompiledTemplate) -> RenderError:
    file = compiled.template.file_of(f"{compiled.template.name}.html")
    return RenderError(f"The mail is larger than {MOST_BYTES:,} bytes.", file=file)


def _feedback_id(compiled: CompiledTemplate, recipe: str, sender: Sender) -> str:
    """campaign:recipe:class:SenderId; the last 5 to 15 characters that stay the same for all our mail."""
    sender_id = hashlib.sha256(sender.email.rpartition("@")[2].encode()).hexdigest()[:12]
    return f"{compiled.template.name}:{recipe}:{compiled.template.klass}:{sender_id}"


def _refuse_objects(value: object, depth: int = 20) -> None:
    """Templates see plain values alone: an object could bring its methods along."""
    if type(value) in _PLAIN:
        return
    if depth and type(value) is dict:
        for key, inner in value.items():
            if type(key) is not str:
                raise TypeError("The keys of values for a template are text.")
            _refuse_objects(inner, depth - 1)
    elif depth and type(value) is list:
        for inner in value:
            _refuse_objects(inner, depth - 1)
    else:
        raise TypeError(f"Values for a template are plain, not {type(value).__name__}.")
