"""The core's side of a step: what an action may do to the contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoflow.core import gate
from autoflow.kinds.view import View
from autoflow.model.contact import Run
from autoflow.model.effects import AUDIENCES, EMAIL, SALES, SENT, SKIPPED, Message, effect_key
from autoflow.model.values import Value

if TYPE_CHECKING:
    from autoflow.core.walk import Walk


class StepHand:
    """Lent to an action for the length of one step."""

    def __init__(self, walk: Walk, run: Run) -> None:
        self._walk = walk
        self._run = run
        self.view = View(walk.record, walk.view.now, walk.program.zone, run, run.event)

    def add_tag(self, tag: str) -> None:
        if tag not in self._walk.record.tags:
            self._walk.record.tags[tag] = self._walk.view.now
            self._walk.tag_changed(tag, "tag_added", self._run)

    def remove_tag(self, tag: str) -> None:
        if self._walk.record.tags.pop(tag, None) is not None:
            self._walk.tag_changed(tag, "tag_removed", self._run)

    def set_attribute(self, name: str, value: Value) -> None:
        self._walk.change_attribute(name, value, self._run)

    def send_email(self, template: str) -> None:
        walk, run = self._walk, self._run
        chosen = walk.program.templates[template]
        outcome, reason = gate.decide(walk.program, walk.record, chosen)
        values = gate.values_read(chosen, self.view, run.recipe) if outcome == SENT else {}
        self._message(EMAIL, template, outcome, reason, values, chosen.klass, chosen.version)
        happened = f"email_{outcome}"
        properties = {"template": template, "recipe": run.recipe, **({"reason": reason} if reason else {})}
        walk.happened(happened, template, run, **({"reason": reason} if reason else {}))
        walk.inside_event(happened, properties, run)

    def notify_sales(self, channel: str, to: str, message: str) -> None:
        contact = self.view.record.attributes.get("email") or self.view.record.name
        self._message(SALES, channel, SENT, "", {"to": to, "message": message, "contact": contact})
        self._walk.happened("sales_notified", channel, self._run, to=to, message=message)

    def join_audience(self, audience: str) -> None:
        walk = self._walk
        if audience in walk.record.audiences:
            return
        if not walk.program.deny.isdisjoint(walk.record.segments):
            self._message(AUDIENCES, audience, SKIPPED, "deny", {})
        else:
            self._walk.record.audiences[audience] = self._walk.view.now
            self._change_audience(audience, "add", "audience_joined")

    def leave_audience(self, audience: str) -> None:
        if self._walk.record.audiences.pop(audience, None) is not None:
            self._change_audience(audience, "remove", "audience_left")

    def _change_audience(self, audience: str, change: str, kind: str) -> None:
        names = ("email", "phone", "first_name", "last_name", "country", "city", "postal_code")
        known = {
            name: self.view.record.attributes[name] for name in names if name in self.view.record.attributes
        }
        self._message(
            AUDIENCES, audience, SENT, "", {"change": change, "contact": self.view.record.key[2:], **known}
        )
        self._walk.happened(kind, audience, self._run)

    def _message(
        self,
        channel: str,
        name: str,
        outcome: str,
        reason: str,
        values: dict[str, Any],
        klass: str = "",
        template_version: str = "",
    ) -> None:
        walk, run = self._walk, self._run
        key = effect_key(run.recipe, run.entry, run.step, run.visits[run.step], walk.record.key)
        walk.effects.messages.append(
            Message(
                key=key,
                at=walk.view.now,
                n=walk.record.n,
                recipe=run.recipe,
                version=run.version,
                entry=run.entry,
                step=run.step,
                channel=channel,
                name=name,
                outcome=outcome,
                reason=reason,
                klass=klass,
                template_version=template_version,
                values=values,
            )
        )
