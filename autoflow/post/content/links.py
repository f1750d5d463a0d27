"""The links that leave no choice to the sender: unsubscribe and preferences."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from autoflow.model.tokens import token

UNSUBSCRIBE = "unsubscribe"
PREFERENCES = "preferences"


@dataclass(frozen=True)
class Links:
    """Makes a contact's links. `mailto` is the address that takes unsubscribes by mail.

    With a base, a link is `BASE/TOKEN`; without one (no web server) it is a mail to `mailto` whose subject is
    `unsubscribe TOKEN`. Tokens: `autoflow.model.tokens`, purposes `UNSUBSCRIBE` and `PREFERENCES`.
    """

    mailto: str
    secret: bytes = field(repr=False)
    unsubscribe_base: str | None = None
    preferences_base: str | None = None

    def unsubscribe(self, contact: str) -> str:
        """The contact's unsubscribe link."""
        return self._link(self.unsubscribe_base, UNSUBSCRIBE, contact)

    def preferences(self, contact: str) -> str:
        """The contact's link to what he wants to hear of."""
        return self._link(self.preferences_base, PREFERENCES, contact)

    def headers(self, contact: str) -> list[tuple[str, str]]:
        """List-Unsubscribe, and where it can be done in one click (RFC 8058) List-Unsubscribe-Post."""
        by_mail = self._link(None, UNSUBSCRIBE, contact)
        if self.unsubscribe_base is None:
            return [("List-Unsubscribe", f"<{by_mail}>")]
        link = self.unsubscribe(contact)
        headers = [("List-Unsubscribe", f"<{link}>, <{by_mail}>")]
        if link.startswith("https://"):
            headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        return headers

    def _link(self, base: str | None, purpose: str, contact: str) -> str:
        made = token(self.secret, purpose, contact)
        if base is not None:
            return f"{base.rstrip('/')}/{made}"
        return f"mailto:{quote(self.mailto, safe='@+')}?subject={purpose}%20{made}"
