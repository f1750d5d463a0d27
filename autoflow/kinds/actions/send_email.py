"""`send_email`: mail the contact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from autoflow.kinds.base import Action, Finding
from autoflow.kinds.fields import Name
from autoflow.kinds.hand import Hand, Hold
from autoflow.model.durations import Duration, parse_duration

_SKIP = re.compile(r"skip after (.+)")


@dataclass(frozen=True)
class SendEmail(Action):
    """Sends a template to the contact, if the gate lets it pass; it is held or skipped otherwise.

    `if_late: skip after 20 minutes` is for mail that is worth nothing later. `quiet_hours: ignore` lets an answer to
    what the contact did within the last quarter of an hour pass at night.
    """

    word: ClassVar[str] = "send_email"
    short: ClassVar[str] = "template"
    example: ClassVar[str] = "send_email: product-x200-intro"

    template: Annotated[str, Name("template")]
    if_late: str | None = None
    quiet_hours: Literal["ignore"] | None = None

    def target(self) -> str:
        return self.template

    def mails(self) -> str:
        return self.template

    def tells(self) -> str:
        return f'send the mail "{self.template}"'

    def beside(self) -> tuple[str, ...]:
        said = []
        if self.quiet_hours is not None:
            said.append(
                "In quiet hours too, where it answers what he did within the last quarter of an hour."
            )
        if self.if_late is not None:
            said.append(f"Where it would go more than {self._skip_after()} late, it is not sent at all.")
        return tuple(said)

    def do(self, hand: Hand) -> Hold | None:
        length = self._skip_after()
        skip_after = None if length is None else length.window_end(0, "UTC")
        return hand.send_email(self.template, skip_after, ignore_quiet=self.quiet_hours is not None)

    def _skip_after(self) -> Duration | None:
        match = _SKIP.fullmatch(self.if_late or "")
        return parse_duration(match[1]) if match else None

    def findings(self) -> Iterator[Finding]:
        try:
            readable = self.if_late is None or self._skip_after() is not None
        except ValueError:
            readable = False
        if not readable:
            message = f'"if_late" says after how long it is not worth sending, not "{self.if_late}".'
            yield Finding("if_late", "value", message, "For example if_late: skip after 20 minutes.")
