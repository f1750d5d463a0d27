"""`webhooks` among the channels of autoflow.yaml: endpoints that recipes may call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from autoflow.language import scalars
from autoflow.language.scalars import attempt
from autoflow.language.settings.filling import Filling
from autoflow.language.settings.settings import LOCAL_HOSTS, PREFIX, SHORTEST_KEY, Webhook, signing_key
from autoflow.language.yaml.nodes import Entry, Node
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.networks import is_address, is_public

_KEYS = ("url", "secret", "file")


def read_webhooks(node: Node, filling: Filling) -> Mapping[str, Webhook]:
    """The endpoints by name. One that could not be read is there, empty, so that no recipe is told off for it."""
    scalars.refuse_reported(node, filling.report)
    if not isinstance(node, MappingNode):
        message = '"webhooks" is written as names of endpoints, each with a url or a file.'
        filling.report.fail("value", node.span, message, f"For example {_example('crm')}.")
    found: dict[str, Webhook] = {}
    for entry in node.entries.values():
        found[entry.key.text] = attempt(lambda entry=entry: _webhook(entry, filling), Webhook())  # type: ignore[misc]
    return MappingProxyType(found)


def _example(name: str) -> str:
    secret = f"{re.sub(r'[^A-Z0-9]', '_', name.upper())}_SECRET"
    return f'{name}: {{url: "https://crm.example/hook", secret: "${{{secret}}}"}}'


def _webhook(entry: Entry, filling: Filling) -> Webhook:
    report = filling.report
    name = scalars.plain_name(entry.key, report, "a webhook")
    scalars.refuse_reported(entry.value, report)
    if not isinstance(entry.value, MappingNode):
        message = f'The webhook "{name}" is written as a url with a secret, or as a file.'
        report.fail("value", entry.value.span, message, f"For example {_example(name)}.")
    entries = scalars.section(entry.value, report, f'the webhook "{name}"', _KEYS)
    if ("url" in entries) is ("file" in entries):
        message = f'The webhook "{name}" has either a "url" or a "file".'
        report.fail("missing-key", entry.key.span, message, f"For example {_example(name)}.")
    if "file" in entries:
        if "secret" in entries:
            message = "What goes into a file is not signed, so it needs no secret."
            report.add("out-of-place", entries["secret"].key.span, message, "Remove this line.")
        return Webhook(file=filling.text(entries["file"].value, '"file"'))
    url = attempt(lambda: _url(entries["url"].value, filling), "")
    if "secret" not in entries:
        message = f'The webhook "{name}" needs a "secret", with which its calls are signed.'
        report.fail("missing-key", entry.key.span, message, f"For example {_example(name)}.")
    secret = _secret(name, entries["secret"], filling)
    return Webhook(url, secret) if url else report.give_up()


def _url(node: Node, filling: Filling) -> str:
    found = filling.text(node, '"url"')
    message, fix = _wrong(found)
    return filling.report.fail("value", node.span, message, fix) if message else found


def _wrong(url: str) -> tuple[str, str]:
    """What is wrong with an address, and what mends it; nothing where it is sound."""
    usual = "For example https://crm.example/hook"
    not_one = ("This is not an address that can be called.", usual)
    if not url.isascii() or not url.isprintable() or " " in url:
        return not_one
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return not_one
    if parts.scheme not in {"https", "http"} or not host or port == 0:
        return not_one
    if parts.username is not None or parts.password is not None:
        return "An address holds no name and password.", "Remove them: calls are signed with the secret."
    if parts.scheme == "http" and host not in LOCAL_HOSTS:
        return "Only this machine itself is called without encryption.", "Write https:// in place of http://"
    if host not in LOCAL_HOSTS and is_address(host) and not is_public(host):
        return (
            f"{host} is not an address of the open network.",
            "Write the name of a public machine, or localhost.",
        )
    return "", ""


def _secret(name: str, entry: Entry, filling: Filling) -> str:
    variable = f"${{{re.sub(r'[^A-Z0-9]', '_', name.upper())}_SECRET}}"
    filling.advise(
        entry,
        "The secret stands in the file, and with it in git.",
        f'Write secret: "{variable}" and set that variable.',
    )
    found = filling.text(entry.value, '"secret"')
    try:
        signing_key(found)
    except ValueError as error:
        fix = (
            f"It is {PREFIX} and base64, as the receiver gave it, or any text of {SHORTEST_KEY} bytes or more: "
            "openssl rand -hex 32 makes one."
        )
        filling.report.fail("value", entry.value.span, str(error), fix)
    return found
