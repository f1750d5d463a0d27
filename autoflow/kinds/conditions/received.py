"""`received`: whether we have sent the contact a mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.counts import Counted
from autoflow.kinds.fields import Name
from autoflow.kinds.operators import Test
from autoflow.kinds.where import Where
from autoflow.model.inside import EMAIL_SENT


@dataclass(frozen=True, kw_only=True)
class Received(Counted):
    """Holds where the template was sent to the contact: at least once, or as often as `at_least` asks.

    It counts from the decision to send; whether the mail arrived is what `did: email_delivered` asks.
    """

    word: ClassVar[str] = "received"
    example: ClassVar[str] = "{received: product-x200-intro, within_last: 30 days}"
    event: ClassVar[str] = EMAIL_SENT

    received: Annotated[str, Name("template")]

    @property
    def narrowed(self) -> Where:
        return Where((("template", Test("is", self.received, "text")),))

    def wanting(self) -> str:
        return f'the mail "{self.received}" would have to be sent'

    def thing(self) -> str:
        return f'has been sent "{self.received}"'
