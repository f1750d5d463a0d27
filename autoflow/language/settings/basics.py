"""What autoflow.yaml says of the workspace as a whole: zone, language, currency, store, sender."""

from __future__ import annotations

import re

from autoflow.language import scalars
from autoflow.language.settings.filling import Filling
from autoflow.language.settings.settings import Sender
from autoflow.language.slips.elsewhere import asked, meant
from autoflow.language.yaml.nodes import Node, Scalar
from autoflow.model.durations import Duration
from autoflow.model.instants import zone, zone_names
from autoflow.model.problems import did_you_mean

# Patterns are compiled where they are first used, so that `check` starts faster.
_EMAIL = r"[^@\s<>\",;:]+@[^@\s<>\",;:]+\.[^@\s<>\",;:.]+"
FOREVER = "forever"
_STORES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


def read_timezone(node: Node, filling: Filling) -> str:
    """The zone in which days begin."""
    found = scalars.scalar(node, filling.report, '"timezone"').text
    try:
        zone(found)
    except LookupError as error:
        by_clock = re.search(r"[+-]\d", found)  # a shift from Greenwich is no zone with summer time
        near = None if by_clock else did_you_mean(found, zone_names())
        fix = f'Did you mean "{near}"?' if near else "For example Europe/London."
        filling.report.fail("value", node.span, str(error), fix)
    return found


def read_language(node: Node, filling: Filling) -> str:
    """The language of mails."""
    found = scalars.scalar(node, filling.report, '"language"').text
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", found):
        message = f'"{found}" is not the code of a language.'
        fix = asked(meant(found, ("en", "de", "fr", "es", "it", "nl"), "value"), "For example en or de-AT.")
        filling.report.fail("value", node.span, message, fix)
    return found


def read_currency(node: Node, filling: Filling) -> str:
    """How amounts are shown."""
    found = scalars.scalar(node, filling.report, '"currency"').text
    if not re.fullmatch(r"[A-Z]{3}", found):
        message = f'"{found}" is not the code of a currency.'
        near = found.upper() if re.fullmatch(r"[A-Za-z]{3}", found) else None
        near = near or meant(found, ("EUR", "GBP", "USD"), "value")
        filling.report.fail("value", node.span, message, asked(near, "For example EUR or GBP."))
    return found


def read_store(node: Node, filling: Filling) -> str:
    """Where everything is kept; the address may hold a password."""
    found = filling.text(node, '"store"')
    if not found.startswith(_STORES) or found in _STORES:
        fix = "For example sqlite:///.autoflow/store.db"
        filling.report.fail("value", node.span, "This is not the address of a store.", fix)
    return found


def read_unsubscribe(node: Node, filling: Filling) -> str:
    """The page with which unsubscribe links begin; "" where none is said."""
    entries = scalars.section(node, filling.report, '"unsubscribe"', ("url",))
    if "url" not in entries:
        return ""
    found = filling.text(entries["url"].value, '"url"')
    if not re.fullmatch(r"https://[^\s/]+\S*", found):
        message = "This is not the address of a page that people can unsubscribe at."
        fix = "It begins with https://, for example https://shop.example/unsubscribe"
        filling.report.fail("value", entries["url"].value.span, message, fix)
    return found


def read_traces(node: Node, filling: Filling) -> Duration | None:
    """How long refusals and held mails are told: `keep: 90 days`; None for `forever`."""
    report = filling.report
    entries = scalars.section(node, report, '"traces"', ("keep",))
    if "keep" not in entries:
        report.fail(
            "missing-key", node.span, '"traces" needs "keep".', "For example traces: {keep: 90 days}."
        )
    kept = entries["keep"].value
    if scalars.scalar(kept, report, '"keep"').text == FOREVER:
        return None
    if meant(kept.text if isinstance(kept, Scalar) else "", (FOREVER,), "value"):
        report.fail(
            "value", kept.span, '"keep" is a length of time, or forever.', f'Did you mean "{FOREVER}"?'
        )
    return scalars.duration(kept, report, '"keep"')


def read_sender(node: Node, filling: Filling) -> Sender:
    """From whom the mail comes."""
    entries = scalars.section(node, filling.report, '"sender"', ("name", "email", "postal_address"))
    texts = {key: filling.line(entry) for key, entry in entries.items()}
    email = texts.get("email", "")
    if email and not re.fullmatch(_EMAIL, email):
        span = entries["email"].value.span
        filling.report.add("value", span, "This is not an email address.", "For example hello@shop.example")
        email = ""
    return Sender(texts.get("name", ""), email, texts.get("postal_address", ""))
