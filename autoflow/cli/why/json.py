"""Why, for programs (docs/json.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoflow.cli.output import iso
from autoflow.model.contact import Run

if TYPE_CHECKING:
    from autoflow.lab.why.contact import Why
    from autoflow.lab.why.gate import Mail
    from autoflow.lab.why.tree import Asked
    from autoflow.lab.why.triggers import Heard
    from autoflow.lab.why.why import Answer, Now

Row = dict[str, Any]


def why_row(why: Why) -> Row:
    """Everything that was found."""
    aside = why.person.aside
    return {
        "contact": why.person.record.name,
        "key": why.person.key,
        "asked": why.asked or None,
        "is_mail": why.is_mail,
        "at": iso(why.at),
        "then": why.then,
        "known": why.record is not None,
        "zone": why.zone,
        "contact_zone": why.own_zone,
        "release": why.release,
        "pending": why.pending,
        "refusals_since": iso(why.told_from),
        "unread": why.person.unread,
        "built": why.person.built,
        "set_aside": {"since": iso(aside.since), "reason": aside.reason} if aside is not None else None,
        "recipes": [_answer(why, each) for each in why.answers],
        "releases": [{**each._asdict(), "at": iso(each.at)} for _, each in sorted(why.origins.items())],
    }


def _answer(why: Why, each: Answer) -> Row:
    brought = why.brought.get(each.recipe.id, {})
    return {
        "recipe": each.recipe.id,
        "version": each.recipe.version,
        "status": each.recipe.status,
        "files": why.files.get(each.recipe.id),
        "state": each.state,
        "near_miss": each.near,
        "missing": [_asked(one) for one in each.missing],
        "runs": [
            {**row._asdict(), "entered_at": iso(row.entered_at), "ended_at": iso(row.ended_at)}
            for row in each.runs
        ],
        "happened": [
            {
                "at": iso(line.at),
                "kind": line.kind,
                "subject": line.subject,
                "entry": line.entry,
                "step": line.step,
                "version": line.version,
                "release": brought.get(line.version),
                "detail": line.detail,
            }
            for line in each.journal
        ],
        "messages": [{**message._asdict(), "at": iso(message.at)} for message in each.messages],
        "now": _now(each.now) if each.now is not None else None,
    }


def _now(now: Now) -> Row:
    reentry = now.reentry.seen if now.reentry is not None else None
    trees = {"conditions": now.conditions, "keep_while": now.keep_while, "goal": now.goal, "exit": now.exit}
    return {
        "triggers": [_heard(each) for each in now.triggers],
        **{name: _asked(tree) if tree is not None else None for name, tree in trees.items()},
        "under_way": [_run(run) for run in now.under_way],
        "refused_by": now.refusal.reason if now.refusal is not None else None,
        "reentry": {name: iso(at) for name, at in reentry.items()} if reentry is not None else None,
        "mails": [_mail(each) for each in now.mails],
        "enters_at": iso(now.enters_at),
        "refused_at": iso(now.refused_at),
        "refused_then_by": now.refused_then or None,
    }


def _heard(heard: Heard) -> Row:
    return {
        "id": heard.id,
        "says": heard.says,
        "last_at": iso(heard.last_at),
        "silent": heard.silent or None,
        "next_at": iso(heard.next_at),
        "asked": _asked(heard.asked) if heard.asked is not None else None,
    }


def _asked(asked: Asked) -> Row:
    return {
        "kind": asked.condition.word,
        "says": asked.condition.says(),
        "wanted": asked.wanted,
        "holds": asked.holds,
        "seen_at": iso(asked.seen_at),
        "seen": asked.seen if not asked.grouped else None,
        "seen_whole": asked.whole,
        "lacks": asked.lacks._asdict() if asked.lacks is not None else None,
        "turns_at": iso(asked.turns_at),
        "segment": asked.segment or None,
        "parts": [_asked(part) for part in asked.parts],
    }


def _run(run: Run) -> Row:
    return {
        "entry": run.entry,
        "version": run.version,
        "per": run.per,
        "step": run.step or None,
        "entered_at": iso(run.entered_at),
        "due": iso(run.due),
        "held": iso(run.held),
    }


def _mail(mail: Mail) -> Row:
    return {
        "step": mail.step,
        "template": mail.template,
        "class": mail.klass,
        "topic": mail.topic or None,
        "outcome": mail.outcome,
        "reason": mail.reason or None,
        "until": iso(mail.until),
        "segments": {name: iso(since) for name, since in mail.segments.items()},
        "topics": {name: iso(since) for name, since in mail.topics.items()},
        "quiet_hours": mail.quiet,
        "suppressed": mail.suppressed or None,
        "caps": [
            {
                "limit": cap.limit,
                "of": cap.of,
                "free_at": iso(cap.free_at),
                "slots": [{**slot._asdict(), "at": iso(slot.at)} for slot in cap.slots],
            }
            for cap in mail.caps
        ],
    }
