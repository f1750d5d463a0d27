"""A plan in sentences that can be read aloud."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from autoflow.cli.output import clean, count, local
from autoflow.cli.plan.outlook import more, number, outlook_words
from autoflow.cli.plan.points import Line, name
from autoflow.lab.plan.changes import Changed, Reach
from autoflow.lab.plan.letting_in import Pace
from autoflow.lab.plan.people import Population
from autoflow.lab.plan.plan import Plan
from autoflow.lab.plan.rules import Broken
from autoflow.lab.plan.waiting import Fate, Waiting
from autoflow.language.names import listed

_WHOM: dict[Reach, str] = {
    "everybody": "for everybody at once, those under way too:",
    "entering": "for who enters from then on; those under way stay on version {version}, or what they entered:",
    "nobody": "for people to read:",
}
_FATES: dict[Fate, str] = {
    "removed": "{people} under way, who {walk} on to the end by the version that they entered",
    "draft": "{people} under way, who {walk} on to the end by the version that they entered",
    "paused": "{people} under way, who {stay} where they are until it is live again",
    "resumed": "{people} under way, who {go} on from where a pause held them",
}


def words(found: Plan, zone: str, pace: Pace | None = None, failed: Sequence[Broken] = ()) -> Iterator[Line]:
    """The whole plan; times are told in the zone. Those who are let in enter at the `pace`, and the rules that fail it
    are told first.
    """
    yield Line(0, _summary(found))
    yield from (Line(1, broken_words(each)) for each in failed)
    for each in found.changes:
        yield from changed_words(each)
    yield from _populations("Segments", found.segments)
    yield from _populations("Audiences", found.audiences)
    yield from _existing(found, zone, pace)
    yield from _waiting(found.waiting)
    yield from outlook_words(found.outlook)
    if found.segments or found.existing or found.outlook:
        yield Line(0, f"Counted as if it were applied at {local(found.at, zone)} ({zone}).")
    if found.left_out:
        yield Line(
            1, f"{count(found.left_out, 'contact')} cannot be worked out, and {_are(found.left_out)} left out"
        )


def _summary(found: Plan) -> str:
    if not found.applied:
        return "Nothing was applied yet, so everything is new."
    if not found.changes:
        return f"Nothing has changed since release {found.applied} was applied."
    return f"Changed since release {found.applied} was applied: {summary_words(found.changes)}."


def summary_words(changes: Collection[Changed]) -> str:
    """What changed, counted: `1 recipe, 2 templates`."""
    numbers = {word: sum(each.kind == word for each in changes) for word in ("recipe", "segment", "template")}
    told = [count(number, word) for word, number in numbers.items() if number]
    told += [each.name for each in changes if each.kind == "settings"]
    return listed(told)


def changed_words(each: Changed) -> Iterator[Line]:
    """What is otherwise of one thing, and whom each change reaches."""
    what = each.name if each.kind == "settings" else f"{each.kind.capitalize()} {each.name}"
    how = {"added": "new", "removed": "removed", "changed": "changed"}[each.how]
    if each.how == "changed" and each.version != each.applied:
        how = f"changed, version {each.version} after version {each.applied}"
    if each.how == "changed" and not each.changes:
        how = "comments or layout changed, and nothing else"
    yield Line(0, clean(f"{what}: {how}"))
    if each.kind != "recipe" or each.how != "changed":
        yield from (Line(1, clean(one.says)) for one in each.changes)
        return
    for reach, whom in _WHOM.items():
        some = [one for one in each.changes if one.reaches == reach]
        if some:
            yield Line(1, whom.format(version=each.applied))
            yield from (Line(2, clean(one.says)) for one in some)


def broken_words(each: Broken) -> str:
    """Why a plan fails by a rule."""
    after = number(each.after)
    if each.now is None:
        return f"The plan fails by “{each.rule.text}”: {after}."
    return f"The plan fails by “{each.rule.text}”: {after} after, {number(each.now)} now{more(each.now, each.after)}."


def _populations(heading: str, found: Sequence[Population]) -> Iterator[Line]:
    if found:
        yield Line(0, heading)
    for each in found:
        if not each.moves:
            yield Line(1, f"{each.name}: {count(each.now, 'member')}, and nobody joins or leaves")
            continue
        moves = [
            f"{people:,} {word if people == 1 else words}"
            for people, word, words in ((each.joins, "joins", "join"), (each.leaves, "leaves", "leave"))
            if people
        ]
        yield Line(1, f"{each.name}: {each.now:,} now, {each.after:,} after ({', '.join(moves)})")
        for what, people, names in (
            ("joining", each.joins, each.joining),
            ("leaving", each.leaves, each.leaving),
        ):
            if names:
                yield Line(2, f"{what}: {_names(names, people)}")


def _names(names: Sequence[str], people: int) -> str:
    """The first few, each as it is called, and how many more."""
    told = ", ".join(name(clean(each)) for each in names)
    return f"{told} and {people - len(names):,} more" if people > len(names) else told


def _existing(found: Plan, zone: str, pace: Pace | None) -> Iterator[Line]:
    some = [each for each in found.existing if each.matches or each.chosen]
    if some:
        yield Line(0, "Match already, where nobody enters because a file changed")
    for each in some:
        people = count(each.matches, "person", "people")
        by_change = f", {each.moved:,} of them only by this change" if each.moved else ""
        if each.chosen:
            how = f"who {'enters' if each.matches == 1 else 'enter'} on purpose"
            if pace is not None and each.matches > 1:
                last = pace.instant(each.matches - 1, found.at)
                how += f", {pace.text}: the last on {local(last, zone)}"
        else:
            how = f"`autoflow apply --include-existing {each.recipe}` lets them in"
        yield Line(1, f"{each.recipe}: {people}{by_change}{',' if each.chosen else ';'} {how}")
        if each.examples:
            yield Line(2, _names(each.examples, each.matches))


def _waiting(found: Sequence[Waiting]) -> Iterator[Line]:
    if found:
        yield Line(0, "Under way")
    for each in found:
        people, one = count(each.people, "person", "people"), each.people == 1
        if each.fate == "step":
            yield Line(
                1,
                f"{each.recipe}: {people} at {clean(each.step)} of version {each.version},"
                f" who {'stays' if one else 'stay'} on that version;"
                f" `autoflow apply --move-running {each.recipe}` moves {'him' if one else 'them'}",
            )
            continue
        verbs = {verb: f"{verb}s" if one else verb for verb in ("walk", "stay")}
        said = _FATES[each.fate].format(people=people, go="goes" if one else "go", **verbs)
        yield Line(1, f"{each.recipe}: {said}")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
