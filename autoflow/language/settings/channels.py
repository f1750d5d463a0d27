"""`channels` in autoflow.yaml: where mail, notices, audiences and calls go."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, cast

from autoflow.language import scalars
from autoflow.language.scalars import attempt
from autoflow.language.settings.filling import Filling
from autoflow.language.settings.settings import Mailbox, Security, Settings, Smtp, Webhook
from autoflow.language.settings.webhooks import read_webhooks
from autoflow.language.yaml.nodes import Entry, Node
from autoflow.language.yaml.nodes import Mapping as MappingNode

_USUAL = Settings()
_KEYS = ("email", "sales", "audiences", "webhooks")


class Channels(NamedTuple):
    """The section, with a default for what it does not say."""

    email: Mailbox | Smtp = _USUAL.email
    sales: Mapping[str, str] = _USUAL.sales
    audiences: str = _USUAL.audiences
    webhooks: Mapping[str, Webhook] = _USUAL.webhooks


def read_channels(node: Node, filling: Filling) -> Channels:
    """The section `channels`."""
    report = filling.report
    if not isinstance(node, MappingNode):
        scalars.section(node, report, '"channels"', _KEYS)
        report.give_up()
    email, sales, audiences = _USUAL.email, dict(_USUAL.sales), _USUAL.audiences
    webhooks = _USUAL.webhooks
    for name, entry in node.entries.items():
        if name == "email":
            email = attempt(lambda value=entry.value: _email(value, filling), email)  # type: ignore[misc]
        elif name == "audiences":
            audiences = _paths(entry, ("folder",), filling).get("folder", audiences)
        elif name == "webhooks":
            webhooks = attempt(lambda value=entry.value: read_webhooks(value, filling), webhooks)  # type: ignore[misc]
        elif scalars.NAME.fullmatch(name):
            _sales_channel(name, entry, sales, filling)
        else:
            message = f'"{name}" cannot be a channel: use small letters, digits, - and _.'
            fix = f"For example {scalars.slug(name)}."
            report.add("file-name", entry.key.span, message, fix)
    return Channels(email, MappingProxyType(sales), audiences, webhooks)


def _sales_channel(name: str, entry: Entry, sales: dict[str, str], filling: Filling) -> None:
    told = len(filling.report.problems)
    read = _paths(entry, ("file",), filling)
    if "file" in read:
        sales[name] = read["file"]
    elif told == len(filling.report.problems):
        message = f'The channel "{name}" needs a "file".'
        fix = f"For example {name}: {{file: .autoflow/{name}.ndjson}}"
        filling.report.add("missing-key", entry.key.span, message, fix)


def _paths(entry: Entry, keys: tuple[str, ...], filling: Filling) -> dict[str, str]:
    what = f'"{entry.key.text}"'
    nothing: Mapping[str, Entry] = {}
    entries = attempt(lambda: scalars.section(entry.value, filling.report, what, keys), nothing)
    return {key: path for key, inner in entries.items() if (path := _filled(inner, filling))}


def _filled(entry: Entry, filling: Filling) -> str:
    return attempt(lambda: filling.text(entry.value, f'"{entry.key.text}"'), "")


def _email(node: Node, filling: Filling) -> Mailbox | Smtp:
    entries = scalars.section(node, filling.report, '"email"', ("mailbox", "smtp"))
    if scalars.strangers(node, entries):
        filling.report.give_up()
    if len(entries) != 1:
        message = '"email" is either a mailbox or smtp.'
        filling.report.fail("value", node.span, message, "For example email: {mailbox: .autoflow/mailbox}")
    if "mailbox" in entries:
        return Mailbox(filling.text(entries["mailbox"].value, '"mailbox"'))
    return _smtp(entries["smtp"].value, filling)


def _smtp(node: Node, filling: Filling) -> Smtp:
    report = filling.report
    entries = scalars.section(node, report, '"smtp"', ("host", "port", "user", "password", "security"))
    if "host" not in entries:
        fix = "For example smtp: {host: smtp.shop.example}"
        report.fail("missing-key", node.span, '"smtp" needs a "host".', fix)
    texts = {key: _filled(entry, filling) for key, entry in entries.items() if key != "security"}
    security = "starttls"
    if "security" in entries:
        words, value = ("none", "starttls", "tls"), entries["security"].value
        security = attempt(lambda: scalars.one_of(value, report, '"security"', words), security)
    filling.advise(
        entries.get("password"),
        "The password stands in the file, and with it in git.",
        'Write password: "${SMTP_PASSWORD}" and set that variable.',
    )
    port = _port(entries.get("port"), texts.get("port", ""), 465 if security == "tls" else 587, filling)
    user, password = texts.get("user", ""), texts.get("password", "")
    return Smtp(texts["host"], port, user, password, cast("Security", security))


def _port(entry: Entry | None, text: str, default: int, filling: Filling) -> int:
    if entry is None or not text:
        return default
    if not text.isdecimal() or not 0 < int(text) < 65536:
        message = '"port" is a number from 1 to 65,535.'
        filling.report.add("value", entry.value.span, message, "Usual ones are 587, 465 and 25.")
        return default
    return int(text)
