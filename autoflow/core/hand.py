"""The core's side of a step: what an action may do to the contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoflow.core import gate
from autoflow.core.audiences import barred, change_values
from autoflow.core.consents import EVERY_TOPIC, give, is_refused, refuse
from autoflow.kinds.base import AUDIENCE, CONSENT, STAGE, Signal
from autoflow.kinds.hand import Hold, Limited
from autoflow.kinds.view import View
from autoflow.language.definitions import Recipe
from autoflow.model.contact import Run
from autoflow.model.effects import (
    AUDIENCES,
    EMAIL,
    HELD,
    SALES,
    SENT,
    SKIPPED,
    TASKS,
    WEBHOOKS,
    Message,
    effect_key,
)
from autoflow.model.inside import (
    AUDIENCE_JOINED,
    AUDIENCE_LEFT,
    CONSENT_GIVEN,
    CONSENT_WITHDRAWN,
    EMAIL_HELD,
    RECORDED,
    SALES_NOTIFIED,
    SCORE_ADJUSTED,
    STAGE_SET,
)
from autoflow.model.values import Value

if TYPE_CHECKING:
    from autoflow.core.walk import Walk

ENTER_RECIPE = "enter_recipe"
STAGE_ENTERED, STAGE_LEFT = "stage_entered", "stage_left"


class StepHand:
    """Lent to an action for the length of one step."""

    def __init__(self, walk: Walk, run: Run, recipe: Recipe) -> None:
        self._walk = walk
        self._run = run
        self._recipe = recipe  # as it is in force: caps and quiet hours reach those under way
        self.view = View(walk.record, walk.view.now, walk.program.zone, run, run.event)

    @property
    def step(self) -> str:
        return self._run.step

    def add_tag(self, tag: str) -> None:
        if tag not in self._walk.record.tags:
            self._walk.record.tags[tag] = self._walk.view.now
            self._walk.tag_changed(tag, "tag_added", self._run)

    def remove_tag(self, tag: str) -> None:
        if self._walk.record.tags.pop(tag, None) is not None:
            self._walk.tag_changed(tag, "tag_removed", self._run)

    def set_attribute(self, name: str, value: Value) -> None:
        self._walk.change_attribute(name, value, self._run)

    def adjust_score(self, score: str, points: int) -> None:
        self._walk.inside_event(SCORE_ADJUSTED, score, self._run, {"points": points})

    def set_stage(self, stage: str) -> None:
        walk, before = self._walk, self._walk.record.stage
        if stage == before:
            return
        walk.record.stage = stage
        walk.happened(STAGE_SET, stage, self._run, before=before)
        now, touched = walk.view.now, {(STAGE, "")}
        if before:
            walk.queue(Signal((STAGE_LEFT, before), {"stage": before}, now), touched, self._run)
            touched = set()
        walk.queue(Signal((STAGE_ENTERED, stage), {"stage": stage}, now), touched, self._run)

    def consent(self, topic: str, *, given: bool) -> None:
        walk, record, now = self._walk, self._walk.record, self._walk.view.now
        kind = CONSENT_GIVEN if given else CONSENT_WITHDRAWN
        if (given and not give(record, topic, now, now)) or (not given and is_refused(record, topic)):
            return
        if not given:
            refuse(record, topic, now)
        walk.inside_event(kind, topic, self._run, {}, {(CONSENT, EVERY_TOPIC)})

    def record_event(self, name: str, properties: dict[str, Any]) -> None:
        self._walk.inside_event(RECORDED, name, self._run, {"properties": properties})

    def enter_recipe(self, recipe: str) -> None:
        run = self._run
        start = self.view.now if run.event is None else run.start
        self._walk.queue(Signal((ENTER_RECIPE, recipe), {}, start, run.event, run.own), set(), run)

    def send_email(self, template: str, skip_after: int | None, *, ignore_quiet: bool) -> Hold | None:
        walk, run = self._walk, self._run
        chosen = walk.program.templates[template]
        outcome, reason, until = gate.decide(
            walk.program, self._recipe, run, self.view, chosen, ignore_quiet=ignore_quiet
        )
        because = {"reason": reason} if reason else {}
        if outcome == HELD:
            if run.held is None:
                run.held = walk.view.now
            walk.happened(EMAIL_HELD, template, run, until=until, **because)
            return Hold(until)
        values = gate.values_read(chosen, self.view, run.recipe) if outcome == SENT else {}
        if skip_after is not None and outcome == SENT:
            values["skip_after"] = skip_after
        self._message(EMAIL, template, outcome, reason, values, chosen.klass, chosen.version)
        run.skipped = [each for each in run.skipped if each != template]
        if outcome == SKIPPED:
            run.skipped.append(template)
        walk.inside_event(f"email_{outcome}", template, run, {"class": chosen.klass, **because})
        return None

    def notify_sales(self, channel: str, to: str, message: str, limit: Limited | None) -> None:
        full = limit is not None and not self._run.holdout and limit.free_at(self.view) is not None
        contact = self.view.record.attributes.get("email") or self.view.record.name
        values = {"to": to, "message": message, "contact": contact}
        if self._leaves_house(SALES, channel, values, "at_most" if full else ""):
            self._walk.inside_event(SALES_NOTIFIED, channel, self._run, {"to": to, "message": message})

    def create_task(self, title: str, to: str, due: str, note: str) -> None:
        values = {"title": title, "to": to, "due": due, "note": note}
        if self._leaves_house(TASKS, TASKS, values):
            self._walk.happened("task_created", title, self._run, to=to, due=due)

    def call_webhook(self, endpoint: str, payload: dict[str, Value]) -> None:
        if self._leaves_house(WEBHOOKS, endpoint, {"payload": payload}):
            self._walk.happened("webhook_called", endpoint, self._run)

    def join_audience(self, audience: str) -> None:
        walk = self._walk
        if audience in walk.record.audiences:
            return
        reason = ("suppressed" if walk.record.suppressed else "deny") if barred(walk) else ""
        if self._leaves_house(AUDIENCES, audience, change_values(walk.record, "add"), reason):
            walk.record.audiences[audience] = walk.view.now
            self._audience_changed(audience, AUDIENCE_JOINED)

    def leave_audience(self, audience: str) -> None:
        walk = self._walk
        if walk.record.audiences.pop(audience, None) is not None:
            self._message(AUDIENCES, audience, SENT, "", change_values(walk.record, "remove"))
            self._audience_changed(audience, AUDIENCE_LEFT)

    def draw(self, part: str, *, holdout: bool) -> None:
        self._walk.happened("drawn", part, self._run)
        self._run.holdout = self._run.holdout or holdout

    def _audience_changed(self, audience: str, kind: str) -> None:
        walk = self._walk
        walk.happened(kind, audience, self._run)
        signal = Signal((kind, audience), {"audience": audience}, walk.view.now)
        walk.queue(signal, {(AUDIENCE, audience)}, self._run)

    def _leaves_house(self, channel: str, name: str, values: dict[str, Any], reason: str = "") -> bool:
        """Write the message down, skipped where there is a reason or the run is held out; whether it goes out."""
        reason = reason or (gate.HOLDOUT if self._run.holdout else "")
        self._message(channel, name, SKIPPED if reason else SENT, reason, {} if reason else values)
        return not reason

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
