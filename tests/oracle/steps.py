"""What each action does to a contact, or to the run."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.oracle import comparing, sending, timing
from tests.oracle.conditions import true
from tests.oracle.consent import consent_at
from tests.oracle.look import Adjustment, UnfilledError, fill
from tests.oracle.recipes import Part, Step
from tests.oracle.runs import Run, Signal
from tests.oracle.sending import say
from tests.oracle.waits import move_waits, wait, wait_for

if TYPE_CHECKING:
    from tests.oracle.walking import Walk

BUCKETS = 10_000


def do(step: Step, run: Run, walk: Walk) -> None:
    """Carry the step out at the walk's instant; a placeholder that cannot be filled fails the run."""
    try:
        _DEEDS[step.word](step, run, walk)
    except UnfilledError:
        walk.end(run, "failed")


def _exit(step: Step, run: Run, walk: Walk) -> None:
    walk.end(run, "exited")


# ------------------------------------------------------------------ what is known of the contact


def _tag(step: Step, run: Run, walk: Walk) -> None:
    put_on, tag = step.word == "add_tag", step.argument["tag"]
    if (tag in walk.history.tags_at(walk.clock)) != put_on:
        walk.history.tags.append((walk.clock, tag, put_on))
        walk.changed([Signal("tag_added" if put_on else "tag_removed", tag)], run)


def _set_attribute(step: Step, run: Run, walk: Walk) -> None:
    filled = {name: fill(value, walk.look(run)) for name, value in step.argument["values"].items()}
    for name, value in filled.items():
        before = walk.look().zones[0]
        if changes := walk.set_attribute(name, value):
            move_waits(walk, before)
            walk.changed(changes, run)


def _adjust_score(step: Step, run: Run, walk: Walk) -> None:
    by = comparing.number(fill(step.argument["by"], walk.look(run)))
    if by is None:
        raise UnfilledError("not a number")
    after = len(walk.history.events)
    walk.history.adjustments.append(Adjustment(walk.clock, step.argument["score"], by, after))
    walk.changed([], run)


def _set_stage(step: Step, run: Run, walk: Walk) -> None:
    stage, was = step.argument["stage"], walk.history.stage_at(walk.clock)
    if stage != was:
        walk.history.stages.append((walk.clock, stage))
        left = [] if was is None else [Signal("stage_left", was)]
        walk.changed([*left, Signal("stage_entered", stage)], run)


def _consent(step: Step, run: Run, walk: Walk) -> None:
    """An event from inside, as if he had said so himself, where it changes anything."""
    topic = step.argument.get("topic") or "*"
    before, after = consent_at(walk.history, walk.clock), consent_at(walk.history, walk.clock)
    gives = step.word == "give_consent"
    (after.give if gives else after.withdraw)(topic, walk.clock)
    if (before.given, before.refused.keys()) != (after.given, after.refused.keys()):
        walk.changed([walk.record("consent_given" if gives else "consent_withdrawn", {"topic": topic})], run)


def _record_event(step: Step, run: Run, walk: Walk) -> None:
    properties = {name: fill(value, walk.look(run)) for name, value in step.argument.get("with", {}).items()}
    walk.changed([walk.record(step.argument["name"], properties)], run)


def _enter_recipe(step: Step, run: Run, walk: Walk) -> None:
    own = [at for at in (run.start.own_at, run.heard_at) if at is not None]
    start = replace(run.start, own_at=max(own, default=None))
    walk.queue.append((Signal("enter_recipe", step.argument["recipe"], start=start), run))


# ------------------------------------------------------------------ what leaves the house


def _notify_sales(step: Step, run: Run, walk: Walk) -> None:
    for text in ("to", "message"):
        fill(step.argument.get(text), walk.look(run))
    channel = step.argument.get("channel", "sales")
    reason = "holdout" if run.held_out else "at_most" if _told_enough(step, channel, walk) else ""
    say(step, run, walk, "sales", channel, reason)


def _told_enough(step: Step, channel: str, walk: Walk) -> bool:
    if "at_most" not in step.argument:
        return False
    most, window = timing.rate(step.argument["at_most"])
    told = [
        at
        for at, _, _, kind, name, _, outcome, _ in walk.messages
        if (kind, name, outcome) == ("sales", channel, "sent")
        and walk.clock < window.window_from(at, walk.look().zones[0])
    ]
    return len(told) >= most


def _create_task(step: Step, run: Run, walk: Walk) -> None:
    for text in ("title", "to", "note"):
        fill(step.argument.get(text), walk.look(run))
    say(step, run, walk, "tasks", "tasks", "holdout" if run.held_out else "")


def _webhook(step: Step, run: Run, walk: Walk) -> None:
    _fill_all(step.argument.get("send"), run, walk)
    say(step, run, walk, "webhooks", step.argument["to"], "holdout" if run.held_out else "")


def _fill_all(written: Any, run: Run, walk: Walk) -> None:
    if isinstance(written, dict):
        for each in written.values():
            _fill_all(each, run, walk)
    else:
        fill(written, walk.look(run))


def _audience(step: Step, run: Run, walk: Walk) -> None:
    joins, name = step.word == "add_to_audience", step.argument["audience"]
    if (name in walk.history.audiences_at(walk.clock)) == joins:
        return
    reason = _against_joining(run, walk) if joins else ""
    say(step, run, walk, "audiences", name, reason)
    if not reason:
        walk.history.audiences.append((walk.clock, name, joins))
        walk.changed([Signal("audience_joined" if joins else "audience_left", name)], run)


def _against_joining(run: Run, walk: Walk) -> str:
    if sending.is_suppressed(walk.history):
        return "suppressed"
    if walk.members.intersection(walk.workspace.deny):
        return "deny"
    return "holdout" if run.held_out else ""


# ------------------------------------------------------------------ branches


def _choose(step: Step, run: Run, walk: Walk) -> None:
    for conditions, steps in step.argument:
        if true(conditions, walk.look(run)):
            run.branch(steps)
            return


def _split(step: Step, run: Run, walk: Walk) -> None:
    part = drawn(step, run, walk.key)
    run.held_out = run.held_out or part.holdout
    run.branch(part.steps)


def drawn(step: Step, run: Run, key: str) -> Part:
    """By the hash of recipe, split and contact, so that the same one draws the same part again."""
    text = f"{run.recipe.id}/{step.id}/{key}"
    if step.argument["draw"] == "each_entry":
        text += f"/{run.entry}"
    bucket = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % BUCKETS
    parts: list[Part] = step.argument["parts"]
    return next(part for part in parts if bucket < part.until)


_DEEDS = {
    "add_tag": _tag,
    "remove_tag": _tag,
    "set_attribute": _set_attribute,
    "adjust_score": _adjust_score,
    "set_stage": _set_stage,
    "give_consent": _consent,
    "withdraw_consent": _consent,
    "record_event": _record_event,
    "enter_recipe": _enter_recipe,
    "send_email": sending.decide,
    "notify_sales": _notify_sales,
    "create_task": _create_task,
    "webhook": _webhook,
    "add_to_audience": _audience,
    "remove_from_audience": _audience,
    "wait": wait,
    "wait_for": wait_for,
    "choose": _choose,
    "split": _split,
    "exit": _exit,
}
