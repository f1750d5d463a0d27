"""Mails made of what was decided: one way for the post, for a preview and for a trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from autoflow.language.settings.settings import Settings
from autoflow.language.templates.templates import Template
from autoflow.model.problems import AutoflowError
from autoflow.post.content.links import Links
from autoflow.post.content.load import CompiledTemplate, compile_template
from autoflow.post.content.mime import Sender
from autoflow.post.content.render import Rendered, render

# What can keep one mail from being made; the others go out.
UNMADE = (AutoflowError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError, SyntaxError)
_NOT_READ = frozenset({"to", "contact_key", "skip_after"})  # values that are not the template's


class Decided(Protocol):
    """A mail as it was decided: a message of the core, or an entry of the ledger."""

    @property
    def key(self) -> str:
        """Names the effect; the Message-ID follows from it."""

    @property
    def at(self) -> int:
        """The instant of the decision: `now` in the template, and the mail's Date."""

    @property
    def recipe(self) -> str:
        """Whose step it was."""

    @property
    def name(self) -> str:
        """The template."""

    @property
    def template_version(self) -> str:
        """The template's version at the decision."""

    @property
    def values(self) -> Mapping[str, Any]:
        """What the template reads, and `to`, the address."""


@dataclass(frozen=True)
class Letterhead:
    """What all mails of a project have in common. `secret` signs the links."""

    sender: Sender
    unsubscribe_url: str
    currency: str
    timezone: str
    language: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, settings: Settings, secret: bytes) -> Letterhead:
        """That of a workspace."""
        sender = settings.sender
        return cls(
            Sender(sender.name, sender.email, sender.postal_address),
            settings.unsubscribe_url,
            settings.currency,
            settings.timezone,
            settings.language,
            secret,
        )


class Mails:
    """Makes mails; `template` finds a template by its name and version. Each is compiled once."""

    def __init__(self, letterhead: Letterhead, template: Callable[[str, str], Template]) -> None:
        self._head = letterhead
        self._links = Links(letterhead.sender.email, letterhead.secret, letterhead.unsubscribe_url or None)
        self._template = template
        self._compiled = lru_cache(maxsize=256)(self._compile)

    def make(self, decided: Decided, contact_key: str) -> Rendered:
        """The mail as it goes out to the contact, byte for byte; raises one of `UNMADE` where it cannot be made."""
        return render(
            self._compiled(decided.name, decided.template_version),
            {name: value for name, value in decided.values.items() if name not in _NOT_READ},
            sender=self._head.sender,
            links=self._links,
            contact=contact_key,
            key=decided.key,
            at=decided.at,
            to=str(decided.values.get("to") or ""),
            recipe=decided.recipe,
        )

    def _compile(self, name: str, version: str) -> CompiledTemplate:
        return compile_template(
            self._template(name, version),
            currency=self._head.currency,
            timezone=self._head.timezone,
            language=self._head.language,
        )
