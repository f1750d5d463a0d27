"""Visits: what the client, its page and its campaign tell, in the properties of `page_visited`."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

_FIELDS = ("path", "url", "title", "referrer", "search")
_CAMPAIGN = {
    "source": "utm_source",
    "medium": "utm_medium",
    "name": "utm_campaign",
    "term": "utm_term",
    "content": "utm_content",
}
_UTM = frozenset(_CAMPAIGN.values())


def visit_of(told: dict[str, Any], name: object, page: object, campaign: object) -> dict[str, Any]:
    """The properties of a visit: those told win, then `context.page`, the address and `context.campaign`."""
    properties = dict(told)
    if isinstance(page, dict):
        for field in _FIELDS:
            if properties.get(field) is None and page.get(field) is not None:
                properties[field] = page[field]
    if isinstance(name, str) and name:
        properties.setdefault("name", name)
    url = properties.get("url")
    if isinstance(url, str):
        _read_url(url, properties)
    if isinstance(campaign, dict):
        for field, ours in _CAMPAIGN.items():
            if campaign.get(field) is not None:
                properties.setdefault(ours, campaign[field])
    search = properties.get("search")
    if isinstance(search, str):
        _read_query(search.removeprefix("?"), properties)
    return properties


def _read_url(url: str, properties: dict[str, Any]) -> None:
    if properties.get("path") is not None and "utm_" not in url:
        return
    try:
        parts = urlsplit(url)
    except ValueError:  # not an address after all; it is kept as it came
        return
    if properties.get("path") is None:
        properties["path"] = parts.path or "/"
    _read_query(parts.query, properties)


def _read_query(query: str, properties: dict[str, Any]) -> None:
    if "utm_" in query:
        for name, value in parse_qsl(query):
            if name in _UTM:
                properties.setdefault(name, value)
