"""What happened inside, as sentences for people: lines of the journal, told of one contact and one recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoflow.core.admission import REENTRY, WHILE_RUNNING
from autoflow.lab.testing.story import local_time
from autoflow.model.effects import Happening
from autoflow.model.instants import parse_instant
from autoflow.model.reasons import in_a_clause, why_not_entered
from autoflow.model.values import Value, from_millionths, plain

_TOLD = {
    "segment_entered": "came into the segment {subject}",
    "segment_left": "left the segment {subject}",
    "email_sent": "mail {subject} sent",
    "email_skipped": "mail {subject} skipped: {why}",
    "email_held": "mail {subject} held until {until}: {why}",
    "sales_notified": "notice to {subject}: {message}",
    "task_created": "task: {subject}{task}",
    "webhook_called": "call to {subject}",
    "audience_joined": "joined the audience {subject}",
    "audience_left": "left the audience {subject}",
    "tag_added": "tagged {subject}",
    "tag_removed": "tag {subject} taken off",
    "attribute_set": "{subject} {value}",
    "stage_set": "moved to the stage {subject}",
    "score_adjusted": "score {subject}: {points}",
    "drawn": "fell into the part {subject}",
    "consent_given": "agreed to {subject}",
    "consent_withdrawn": "took back the consent to {subject}",
    "recorded": "recorded {subject}{properties}",
    "entered": "entered",
    "refused": "not entered: {refusal}",
    "ended": "ended: {subject}{reason}",
    "erased": "erased",
    "moved": "moved to version {version}",
}
_TASK = {"to": "for", "due": "due"}


def sentence(line: Happening, tz: str) -> str:
    """A line of the journal, without its instant and without the recipe whose step it was. Times are in `tz`."""
    detail = line.detail or {}
    words = {
        "subject": "everything" if line.subject == "*" else line.subject,
        "until": local_time(detail["until"], tz) if "until" in detail else "",
        "why": in_a_clause(str(detail.get("reason"))),
        "message": detail.get("message", ""),
        "version": line.version,
        "value": "taken away" if detail.get("value") is None else f"set to {plain(detail['value'])}",
        "task": "".join(f", {word} {detail[key]}" for key, word in _TASK.items() if detail.get(key)),
        "points": points_words(detail.get("points", 0)),
        "properties": properties_words(detail.get("properties") or {}),
        "reason": f" ({detail['reason'].rstrip('.')})" if detail.get("reason") else "",
        "refusal": _refusal(line.subject, detail.get("seen"), tz) if line.kind == "refused" else "",
    }
    return _TOLD.get(line.kind, f"{line.kind}: {{subject}}").format(**words)


def properties_words(properties: Mapping[str, Value]) -> str:
    """` (order_id: A1, total: 12)`; nothing where there are none."""
    told = ", ".join(f"{name}: {plain(value)}" for name, value in properties.items())
    return f" ({told})" if told else ""


def points_words(points: int) -> str:
    """`+8`, `-2.5`; points are millionths."""
    return f"{from_millionths(points):+,}"


def _refusal(subject: str, seen: Any, tz: str) -> str:
    known = why_not_entered(subject)
    if subject not in {REENTRY, WHILE_RUNNING}:
        told = seen_words(seen, tz)
        return known + (f" (seen: {told})" if told else "")
    if not isinstance(seen, dict):
        return known
    again = f", again from {local_time(seen['again'], tz)}" if "again" in seen else ", and never again"
    return f"{known} (last entered {local_time(seen['last'], tz)}{again})"


def seen_words(seen: Value, tz: str) -> str:
    """The value that a condition has seen, as `Condition.seen` gives it; nothing where it says no more than that
    the condition did not hold.
    """
    if isinstance(seen, bool):
        return ""
    if isinstance(seen, list):  # a group of conditions: those that did not hold
        return "; ".join(_part(says, seen_words(value, tz), holds=holds) for says, holds, value in seen)
    if not isinstance(seen, dict):
        return plain(seen)
    told = ["once" if seen["times"] == 1 else f"{seen['times']} times"] if "times" in seen else []
    told += [
        f"{word} {local_time(parse_instant(seen[word]), tz)}" for word in ("first", "last") if word in seen
    ]
    if "before" in seen:
        told.append(f"{seen['before']} before that")
    if "given" in seen:
        told.append(f"agreed to {plain(seen['given']) or 'nothing'}")
        told += [f"refused {plain(seen['refused'])}"] if seen["refused"] else []
    return ", ".join(told)


def _part(says: str, told: str, *, holds: bool) -> str:
    return f"{says}: yes" if holds else f"{says}: no" + (f", {told}" if told else "")
