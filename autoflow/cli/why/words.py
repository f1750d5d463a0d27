"""Why, in sentences that can be read aloud: what was asked, every recipe, and what the answers rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from autoflow.cli.output import clean, count, say, table
from autoflow.cli.release_words import by_whom
from autoflow.cli.why.now import Times
from autoflow.cli.why.recipe import last_run, missed, of_mail, of_recipe, where
from autoflow.lab.why.contact import DELETED, IN_FILES_ALONE, LATER, OTHER_IN_FILES
from autoflow.lab.why.triggers import BASELINE
from autoflow.lab.why.why import NEVER, RUNNING, TURNED_AWAY, Answer
from autoflow.model.clock import MICROS
from autoflow.model.reasons import turned_away
from autoflow.model.values import fold

if TYPE_CHECKING:
    from autoflow.lab.why.contact import Why

_BEHIND = 60 * MICROS
_STOPPED = {"paused": "it is paused, and nobody enters", "draining": "it is draining, and nobody enters"}


def tell(why: Why, now: int) -> None:
    """Print it: all recipes in a table, or one recipe or mail with everything about it."""
    times = Times(why.zone, why.own_zone)
    name = clean(why.person.record.name)
    about = f" and {'the mail ' if why.is_mail else ''}{why.asked}" if why.asked else ""
    say(f"{name}{about}, as of {times.at(why.at)}{times.zones()}")
    for note in _notes(why, times, now):
        say(note)
    say()
    if not why.asked:
        _overview(why, times)
        return
    for number, each in enumerate(why.answers):
        if number:
            say()
        for line in (of_mail if why.is_mail else of_recipe)(why, each, times):
            say(clean(line))
    if not why.answers:
        say("No recipe that is in force sends it.")
    say()
    for line in _sources(why, times):
        say(line)


def _notes(why: Why, times: Times, now: int) -> Iterator[str]:
    """What somebody must know before he believes the rest."""
    person = why.person
    names = {fold(str(name)) for name in (person.record.name, person.record.attributes.get("email"))}
    if fold(why.typed) not in names:
        yield f'"{clean(why.typed)}" turned out to be {clean(person.record.name)}.'
    if person.aside is not None:
        since, reason = times.at(person.aside.since), clean(person.aside.reason)
        yield f"Set aside since {since}, for the engine stumbled: {reason}."
        yield "Nothing is decided for him and nothing is sent until `autoflow retry` succeeds."
    elif why.record is None:
        yield (
            "Nothing was known of him then."
            if why.then
            else "The engine has not read anything about him yet."
        )
    if person.unread and not why.then:
        them = "1 message of his has" if person.unread == 1 else f"{person.unread:,} messages of his have"
        yield f"{them} not been read by the engine yet: `autoflow run --until-idle` does."
    elif not why.then and now - why.at > _BEHIND and person.aside is None:
        yield "That is how far the engine has come; what fell due since, `autoflow run --until-idle` does."
    if not person.built:
        yield f"The engine is still working out what release {why.release} asks of him: counts may be short."
    if why.pending is not None and not why.then:
        yield f"Release {why.pending} is applied, and not yet reached: all this is by release {why.release}."
    yield from (_of_files(recipe, word) for recipe, word in why.files.items() if why.asked)
    if not why.asked and OTHER_IN_FILES in why.files.values():
        yield "The files are not what is in force; this is by what is. `autoflow plan` shows how they differ."
    if why.twin:
        yield f"A mail has that name too: `autoflow why {clean(person.record.name)} templates/{why.asked}`."


def _of_files(recipe: str, word: str) -> str:
    return {
        OTHER_IN_FILES: f"recipes/{recipe}.yaml is not what is in force; this is by what is. `autoflow plan` shows how"
        " they differ.",
        IN_FILES_ALONE: f"{recipe} is not applied, so nobody enters it. This is how it would judge.",
        LATER: f"{recipe} was not in force then. This is how it would have judged, as it is in force now.",
        DELETED: f"{recipe} is not in force any more. This is what happened while it was.",
    }[word]


# ---- every recipe


def _overview(why: Why, times: Times) -> None:
    rows = [[each.recipe.id, *_in_short(each, times)] for each in why.answers]
    if not rows:
        say(
            "Nothing is in force: `autoflow apply` puts it in force."
            if not why.then
            else _nothing_then(why, times)
        )
        return
    table(["recipe", "how it stands", "when and why"], rows)
    say()
    say(f"`autoflow why {clean(why.person.record.name)} RECIPE` tells everything about one.")


def _nothing_then(why: Why, times: Times) -> str:
    first = min(why.origins.values(), default=None)
    return f"Nothing was in force then{f': release 1 was applied on {times.at(first.at)}' if first else ''}."


def _in_short(each: Answer, times: Times) -> tuple[str, str]:
    stands, words = _stands(each, times)
    stopped = _STOPPED.get(each.recipe.status)
    return stands, f"{words}; {stopped}" if stopped else words


def _stands(each: Answer, times: Times) -> tuple[str, str]:
    if each.near:
        return "missed by one", missed(each, times)
    if each.state == RUNNING:
        return "is in it", where(each, times)
    refused = each.last_refusal
    if each.state == TURNED_AWAY and refused is not None:
        return "turned away", f"{times.at(refused.at)}: {turned_away(refused.subject)}"
    if each.state == NEVER:
        return "never", _nothing_yet(each)
    return "was in it", last_run(each, times)


def _nothing_yet(each: Answer) -> str:
    """What would have to happen first, or what cannot happen any more."""
    never = next((one.lacks.words for one in each.missing if one.lacks is not None and one.lacks.never), None)
    if never is not None:
        return f"cannot come in any more: {never}"
    heard = each.now.triggers if each.now is not None else []
    if any(one.silent == BASELINE for one in heard):
        return "was in the segment already when it was applied, and nobody enters because a file changed"
    missing = f"; {count(len(each.missing), 'thing')} missing" if each.missing else ""
    return f"starts when {' or '.join(one.says for one in heard)}{missing}"


def _sources(why: Why, times: Times) -> Iterator[str]:
    """What is told from traces and what was worked out, and which files decided."""
    brought: dict[int, list[str]] = {}
    for each in why.answers:
        known = why.brought.get(each.recipe.id, {})
        for version in sorted({each.recipe.version, *(line.version for line in each.journal)} & known.keys()):
            name = f"{each.recipe.id} version" if why.is_mail else "Version"
            brought.setdefault(known[version], []).append(f"{name} {version}")
    for release, told in sorted(brought.items()):
        origin = why.origins[release]
        yield f"{', '.join(told)}: release {release}, applied on {times.at(origin.at)} by {by_whom(origin)}."
    if any(each.now is not None for each in why.answers):
        stand = "stood then" if why.then else "stand"
        yield (
            f"What happened is told from traces{_from(why, times)}; all else was worked out as things {stand},"
            f" by {_by_what(why)}."
        )


def _from(why: Why, times: Times) -> str:
    return f" (refusals since {times.at(why.told_from)[:10]})" if why.told_from is not None else ""


def _by_what(why: Why) -> str:
    if any(word in {IN_FILES_ALONE, LATER} for word in why.files.values()):
        return "the files" if IN_FILES_ALONE in why.files.values() else "what was in force later"
    return f"release {why.release}"
