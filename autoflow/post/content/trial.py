"""Mails made on trial: what the post would make of a decision, with nothing sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoflow.language.definitions import Workspace
from autoflow.language.templates.templates import Template
from autoflow.model.effects import Message
from autoflow.model.problems import AutoflowError
from autoflow.post.content.making import UNMADE, Letterhead, Mails
from autoflow.post.content.render import Rendered

# Mails that are looked at are passed around, and the links in them must not unsubscribe anybody.
NO_SECRET = bytes(32)


class Trial:
    """Mails of a workspace's templates, as the post makes them. It may be pickled, and works the same elsewhere.

    Unless the `secret` of the workspace is handed in, links are signed with none: they have their look and their
    length, and nobody would honour them.
    """

    def __init__(self, letterhead: Letterhead, templates: Mapping[str, Template]) -> None:
        self._made_of = letterhead, dict(templates)
        self._templates = self._made_of[1]
        self._mails = Mails(letterhead, self._template)

    @classmethod
    def of(cls, workspace: Workspace, secret: bytes = NO_SECRET) -> Trial:
        """That of the files as they are in `workspace`."""
        return cls(Letterhead.of(workspace.settings, secret), workspace.templates)

    def __reduce__(self) -> tuple[Any, ...]:
        return Trial, self._made_of

    def mail(self, message: Message) -> Rendered:
        """The mail of a decided message, on the channel email and with the outcome sent; raises `AutoflowError` (a
        `RenderError`, which tells file and line, where the template is to blame) where it cannot be made.
        """
        try:
            return self._mails.make(message, message.values["contact_key"])
        except AutoflowError:
            raise
        except UNMADE as error:
            raise AutoflowError(str(error)) from error

    def problem(self, message: Message) -> str:
        """Why its mail cannot be made, in the words in which the post writes it down; "" where it can."""
        try:
            self.mail(message)
        except AutoflowError as error:
            return str(error)
        return ""

    def _template(self, name: str, version: str) -> Template:
        found = self._templates.get(name)
        if found is None or found.version != version:
            raise AutoflowError(f"The template {name} is not here in the version that was decided on.")
        return found
