"""What happened to a contact, each moment in a sentence that can be read aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autoflow.cli.output import local
from autoflow.core.admission import REENTRY, WHILE_RUNNING
from autoflow.lab.sentences import seen_words
from autoflow.model.event import ENTER
from autoflow.model.instants import parse_instant
from autoflow.model.reasons import ending, in_short, turned_away
from autoflow.model.values import from_millionths, plain

if TYPE_CHECKING:
    from autoflow.store.reports import Line, MessageLine

_SENTENCES = {
    "segment_entered": "came into the segment {subject}",
    "segment_left": "left the segment {subject}",
    "email_sent": "mail {subject}",
    "email_skipped": "mail {subject} was not sent",
    "sales_notified": "notice to {subject}",
    "audience_joined": "joined the audience {subject}",
    "audience_left": "left the audience {subject}",
    "tag_added": "tagged {subject}",
    "tag_removed": "tag {subject} taken off",
    "attribute_set": "{subject} was set",
    "email_held": "mail {subject} was held back",
    "stage_set": "moved to the stage {subject}",
    "score_adjusted": "score {subject}: {points}",
    "drawn": "fell into the part {subject}",
    "consent_given": "agreed to {subject}",
    "consent_withdrawn": "took back the consent to {subject}",
    "webhook_called": "call to {subject}",
    "recorded": "{subject} was recorded",
    "merged": "turned out to be one with {subject}",
    "task_created": "task: {subject}",
    "task_done": "task done: {subject}",
}
_OF_A_RECIPE = {
    "entered": ("entered the recipe {recipe}", "entered"),
    "refused": ("was turned away from {recipe}", "was turned away"),
    "ended": ("{recipe}: {subject}", "{subject}"),
    "moved": ("moved to a newer version of {recipe}", "moved to a newer version"),
}
_NAMES = {
    "$identify": "identify",
    "$merge": "turned out to be one with another contact",
    "$known_as": "said who he is",
    "$enter": "put forward by hand",
}
TASK = "task_created"
_OWN_WORDS = (REENTRY, WHILE_RUNNING)
_MAIL = "email_sent"
_FATES = {
    "pending": "waits to be sent",
    "sending": "is on its way",
    "refused": "was refused on the last look",
    "failed": "could not be made or delivered",
    "held": "is late, and held",
    "unknown": "may have gone out, nobody can see",
}


class Moment(NamedTuple):
    """A line of the timeline."""

    at: int
    source: str
    kind: str
    subject: str
    recipe: str
    detail: dict[str, Any]


def inside(line: Line, mail: MessageLine | None) -> Moment:
    """What followed inside; of a mail also what became of it, where that is not simply that it was sent."""
    detail = line.detail
    if line.kind == _MAIL and mail is not None and mail.state in _FATES:
        detail = {**detail, "state": mail.state, "reason": mail.result or None}
    return Moment(line.at, "engine", line.kind, line.subject, line.recipe, detail)


def sentence(moment: Moment, zone: str, *, of_one_recipe: bool = False) -> str:
    """What happened, with times in the zone. Where all is `of_one_recipe`, that is not said again."""
    if moment.kind == ENTER and "trigger" in moment.detail:
        return _put_forward(moment.detail, zone)
    if moment.source == "event":
        told = ", ".join(
            f"{name}: {plain(value)}" for name, value in moment.detail.items() if value is not None
        )
        name = _NAMES.get(moment.kind, moment.kind)
        return f"{name} ({told})" if told else name
    subject = ending(moment.subject) if moment.kind == "ended" else moment.subject
    points = from_millionths(moment.detail.get("points") or 0)
    told = "1 point" if points == 1 else f"{points:,} points"
    said = _pattern(moment, of_one_recipe=of_one_recipe).format(
        subject="everything" if subject == "*" else subject, recipe=moment.recipe, points=told
    )
    why = _why(moment, zone)
    return f"{said}: {plain(why)}" if why else said


def _put_forward(detail: dict[str, Any], zone: str) -> str:
    """An apply has put him forward, because he stood already where a trigger leads."""
    at = detail.get("at")
    when = f", to enter on {local(parse_instant(at), zone)}" if at is not None else ""
    return f"put forward for {detail['recipe']}, for he matched it already{when}"


def _pattern(moment: Moment, *, of_one_recipe: bool) -> str:
    if moment.kind in _OF_A_RECIPE:
        return _OF_A_RECIPE[moment.kind][of_one_recipe]
    pattern = _SENTENCES.get(moment.kind, "{subject}")
    if "state" in moment.detail:
        pattern = f"mail {{subject}} {_FATES[moment.detail['state']]}"
    bare = of_one_recipe or not moment.recipe or moment.source == "person"
    return pattern if bare else f"{pattern} ({{recipe}})"


def _why(moment: Moment, zone: str) -> Any:
    """What stands behind the colon: the reason, who is to do it, which condition did not hold."""
    detail = moment.detail
    match moment.kind:
        case "task_created":
            parts = (("for", detail["to"]), ("due", detail["due"]))
            return ", ".join(f"{word} {given}" for word, given in parts if given)
        case "refused":
            told, seen = turned_away(moment.subject), detail.get("seen")
            if isinstance(seen, dict) and "again" in seen:
                return f"{told} (may come again from {local(seen['again'], zone)})"
            words = seen_words(seen, zone) if seen is not None and moment.subject not in _OWN_WORDS else ""
            return f"{told} (seen: {words})" if words else told
        case "email_skipped" | "email_held":
            return in_short(str(detail.get("reason") or ""))
    reason = detail.get("reason")
    return in_short(reason) if isinstance(reason, str) else detail.get("message")
