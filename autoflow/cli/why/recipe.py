"""Why, of one recipe or mail: the answer in a sentence, what happened, and how things stand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from autoflow.cli.story_words import inside, sentence
from autoflow.cli.why.now import Times, gate_says, tree, triggers
from autoflow.core.admission import REFUSED
from autoflow.lab.why.why import NEVER, RUNNING, TURNED_AWAY, Answer
from autoflow.model.contact import Run
from autoflow.model.reasons import ending, turned_away

if TYPE_CHECKING:
    from autoflow.lab.why.contact import Why
    from autoflow.store.reports import Line, MessageLine

_MOST_LINES = 40
_ALREADY_IN = {
    "ignore": "While he is in it, nothing lets him in again.",
    "restart": "While he is in it, what starts it lets him begin anew.",
    "parallel": "While he is in it, what starts it lets him in once more.",
}


def of_recipe(why: Why, each: Answer, times: Times) -> Iterator[str]:
    """Everything about a recipe."""
    yield from _verdict(why, each, times)
    if each.journal:
        yield from ("", "What happened")
        yield from _happened(each.journal, each.messages, times)
    now = each.now
    if now is None:
        return
    yield ""
    yield from triggers(now.triggers, times)
    if now.conditions is not None:
        yield "Lets in whoever meets, at that moment" if now.under_way else "Lets in whoever meets"
        yield from tree(now.conditions, times)
    if now.under_way:
        yield _ALREADY_IN[each.recipe.while_running]
    elif now.reentry is not None:
        yield f"Re-entry: {_reentry(now.reentry.seen, times)}"
    of_run = (
        ("Stays in it while", now.keep_while),
        ("Goal", now.goal),
        ("Exit, which must not come", now.exit),
    )
    for title, asked in of_run:
        if asked is not None:
            yield title
            yield from tree(asked, times)
    if now.mails:
        yield "Mails, at the gate now"
        for mail in now.mails:
            yield from gate_says(mail, times)


def of_mail(why: Why, each: Answer, times: Times) -> Iterator[str]:
    """A mail, in one of the recipes that send it."""
    yield f"Recipe {each.recipe.id}"
    lines = [line for line in each.journal if line.subject == why.asked and line.kind.startswith("email_")]
    yield from (f"  {line}" for line in _verdict(why, each, times))
    if lines:
        yield from _happened(lines, each.messages, times)
    elif each.runs:
        yield "  He did not come to this mail."
    for mail in each.now.mails if each.now is not None else []:
        if mail.template == why.asked:
            yield from gate_says(mail, times)
    yield f"  `autoflow why {why.person.record.name} {each.recipe.id}` tells more."


def _verdict(why: Why, each: Answer, times: Times) -> Iterator[str]:
    """The answer in a sentence or two."""
    refused, status = each.last_refusal, each.recipe.status
    if status == "draft":
        yield "It is a draft: nobody enters it. This is how it would judge."
    elif status == "paused":
        yield "It is paused: nobody enters it, and whoever is in it stays where he is."
    elif status == "draining":
        yield "It is draining: nobody enters it any more, and whoever is in it goes on to the end."
    if each.state == RUNNING:
        yield f"{'Was' if why.then else 'Is'} in it {where(each, times)}."
    elif each.state == TURNED_AWAY and refused is not None:
        number = sum(line.kind == REFUSED for line in each.journal)
        often = f", the last of {number:,} times" if number > 1 else ""
        yield f"Turned away on {times.at(refused.at)}{often}: {turned_away(refused.subject)}."
    elif each.state == NEVER:
        been = "Had never been in it by then" if why.then else "Has never been in it"
        yield f"{been}{_nor(why, each, times)}."
    else:
        yield f"Was in it from {last_run(each, times)}."
    if each.near:
        yield f"Missed by one thing: {missed(each, times)}."
    yield from _to_come(each, times)


def _nor(why: Why, each: Answer, times: Times) -> str:
    if each.recipe.status == "draft" or each.recipe.id in why.files:
        return ""
    if why.told_from is None:
        return ", and was never turned away"
    if why.at < why.told_from:
        return "; whether he was turned away is not told any more"
    return f", and was not turned away since {times.at(why.told_from)[:10]}"


def _to_come(each: Answer, times: Times) -> Iterator[str]:
    now = each.now
    if now is None or now.under_way:
        return
    if now.enters_at is not None:
        yield f"Without new activity he comes in on {times.coming(now.enters_at)}."
    elif now.refused_at is not None:
        when, reason = times.coming(now.refused_at), turned_away(now.refused_then)
        yield f"Without new activity it would start on {when}, and turn him away: {reason}."


def where(each: Answer, times: Times) -> str:
    """Since when he is in it, and on which step."""
    under_way = each.now.under_way if each.now is not None else []
    if not under_way:
        return f"since {times.at(each.runs[-1].entered_at)}" if each.runs else ""
    return "; ".join(_stands(run, times) for run in under_way)


def _stands(run: Run, times: Times) -> str:
    since = f"since {times.at(run.entered_at)}"
    if not run.step:
        return since
    if run.due is None:
        return f"{since}, at {run.step}, held there while the recipe is paused"
    held = "where its mail is held " if run.held is not None else ""
    return f"{since}, at {run.step} {held}until {times.coming(run.due)}"


def _reentry(seen: dict[str, int], times: Times) -> str:
    last = f"was let in on {times.at(seen['last'])}"
    if "again" in seen:
        return f"{last}, and may come again from {times.coming(seen['again'])}"
    return f"{last}, and nobody comes in twice"


def _happened(journal: list[Line], messages: list[MessageLine], times: Times) -> Iterator[str]:
    """The journal, refusals that repeat themselves in one line; of a long one the end."""
    mails = {(each.key.split("/")[1], each.step, each.at): each for each in messages}
    several = len({line.version for line in journal}) > 1
    lines: list[str] = []
    for _, some in groupby(journal, key=_alike):
        alike = list(some)
        last = alike[-1]
        mail = mails.get((str(last.entry), last.step, last.at))
        told = sentence(inside(last, mail), times.zone, of_one_recipe=True)
        again = f" ({len(alike):,} times since {times.at(alike[0].at)})" if len(alike) > 1 else ""
        version = f" [version {last.version}]" if several and last.kind in {"entered", REFUSED} else ""
        lines.append(f"  {times.at(last.at)}  {told}{_more(last, mail, times)}{again}{version}")
    if len(lines) > _MOST_LINES:
        yield f"  … {len(lines) - _MOST_LINES:,} lines before; --json tells all"
    yield from lines[-_MOST_LINES:]


def _alike(line: Line) -> object:
    return (line.kind, line.subject, line.version) if line.kind == REFUSED else line


def _more(line: Line, mail: MessageLine | None, times: Times) -> str:
    until = line.detail.get("until")
    if isinstance(until, int):
        return f", until {times.at(until)}"
    return ", sent" if line.kind == "email_sent" and mail is not None and mail.state == "sent" else ""


def missed(each: Answer, times: Times) -> str:
    """The one thing that is missing, and when it comes by itself."""
    (missing,) = each.missing
    words = missing.lacks.words if missing.lacks is not None else missing.condition.says()
    alone = f"; by itself on {times.coming(missing.turns_at)}" if missing.turns_at is not None else ""
    return f"{words}{alone}"


def last_run(each: Answer, times: Times) -> str:
    """When he was in it last, and how that ended."""
    last = each.runs[-1]
    often = f", the last of {len(each.runs):,} times" if len(each.runs) > 1 else ""
    ended = f" to {times.at(last.ended_at)}: {ending(last.state)}" if last.ended_at is not None else ""
    return f"{times.at(last.entered_at)}{ended}{often}"
