"""`autoflow segments --history`: a line a segment, or a row for each day, week or month of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from autoflow.cli.drawing import bar, columns, line, room
from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import building_row, count, iso, local, progress, say, table
from autoflow.cli.standing import in_force, refuse_nobody, refuse_unknown_to_the_engine
from autoflow.cli.state import State
from autoflow.cli.times import typed_days
from autoflow.lab.periods import Step, first_of, step_for
from autoflow.lab.segments.history import Histories, Period, SegmentHistory, histories, uses
from autoflow.model.problems import AutoflowError
from autoflow.store.database import Database
from autoflow.store.populations import ever_applied
from autoflow.store.standing import building, standing

_ROWS = 31
_BAR, _SMALL = 30, 10
_MOST_NAMED = 6


def show(
    state: State,
    database: Database,
    chosen: Sequence[str] | None,
    asked: tuple[str | None, str | None],
    *,
    as_json: bool,
) -> None:
    """Print the past of some segments, or of all that are in force; raises `AutoflowError` where there is none."""
    start, end = typed_days(*asked)
    zone = state.settings.timezone
    asked_by = uses(in_force(state, database).program)
    if chosen is not None:
        refuse_unknown_to_the_engine(chosen, {*asked_by, *ever_applied(database, standing(database).release)})
    refuse_nobody(database)
    wanted = {name: asked_by.get(name, {name}) for name in chosen or sorted(asked_by)}
    with progress("Reading what happened") as told:
        found = histories(database, wanted, zone, state.project.clock.now(), start, end, progress=told)
    if found.first > found.last:
        raise _beyond(found, start)
    if as_json:
        print_json({**_row(found), "building": building_row(building(database))})
    elif chosen is not None and len(chosen) == 1:
        _tell_one(state, found, found.segments[0])
    else:
        _tell_all(found)


def _beyond(found: Histories, start: date | None) -> AutoflowError:
    if start is not None and found.first == start:
        return AutoflowError(
            f"Nothing is known of {start} yet: the engine is at {local(found.at, found.zone)}."
        )
    return AutoflowError(
        f"Nothing was applied up to {found.last}: segments have a history from {found.first} on."
    )


# ---- for people


def _tell_all(found: Histories) -> None:
    say(_span(found))
    say()
    otherwise = any(each.otherwise for each in found.segments)
    headings = ["segment", "before", "joined", "left", *(["otherwise"] if otherwise else []), "now", "size"]
    rows = [
        [
            *(each.segment, f"{each.before:,}", f"{each.joined:,}", f"{each.left:,}"),
            *([_signed(each.otherwise)] if otherwise else []),
            f"{each.size:,}",
        ]
        for each in found.segments
    ]
    width = room([headings[:-1], *rows], columns())
    drawn = [[*row, _course(each, width)] for row, each in zip(rows, found.segments, strict=True)]
    table(headings, drawn, numbers=range(1, len(headings) - 1))
    _tell_silent(found, found.segments)


def _tell_one(state: State, found: Histories, segment: SegmentHistory) -> None:
    described = state.project.workspace.segments.get(segment.segment)
    what = f". {described.description}" if described is not None and described.description else ""
    say(f"{segment.segment}: {count(segment.size, 'member')} on {found.last}{what}")
    say(_span(found))
    say()
    step = step_for([each.first for each in segment.days], _ROWS)
    periods = segment.by(step)
    otherwise = any(each.otherwise for each in periods)
    headings = ["week of" if step == "week" else step, "size", "", "joined", "", "left", ""]
    if otherwise:
        headings.append("otherwise")
    texts = [_texts(each, step, otherwise=otherwise) for each in periods]
    left = room([headings, *texts], _BAR + 2 * _SMALL)
    largest = max(each.size for each in periods)
    busiest = max(max(each.joined, each.left) for each in periods)
    rows = []
    for row, each in zip(texts, periods, strict=True):
        row[2] = bar(each.size, largest, left * 3 // 5)
        row[4], row[6] = (bar(number, busiest, left // 5) for number in (each.joined, each.left))
        rows.append(row)
    table(headings, rows, numbers=[1, 3, 5, 7])
    _tell_silent(found, [segment])


def _texts(period: Period, step: Step, *, otherwise: bool) -> list[str]:
    """The cells of a row, those for bars still empty."""
    return [
        *(_labelled(period.first, step), f"{period.size:,}", ""),
        *(f"{period.joined:,}" if period.joined else "", ""),
        *(f"{period.left:,}" if period.left else "", ""),
        *([_signed(period.otherwise) if period.otherwise else ""] if otherwise else []),
    ]


def _labelled(day: date, step: Step) -> str:
    first = first_of(day, step)
    return {"month": f"{first:%Y-%m}", "year": f"{first:%Y}"}.get(step, f"{first:%Y-%m-%d}")


def _span(found: Histories) -> str:
    span = str(found.first) if found.first == found.last else f"{found.first} to {found.last}"
    return f"{span} ({found.zone}), as the engine saw it at {local(found.at, found.zone)}."


def _course(segment: SegmentHistory, width: int) -> str:
    """The sizes as a line, from the least to the largest."""
    sizes = [each.size for each in segment.days]
    return line(sizes, width, least=min(sizes))


def _signed(number: int) -> str:
    return f"{number:+,}"


def _tell_silent(found: Histories, segments: Sequence[SegmentHistory]) -> None:
    """What moved contacts although nobody joined or left."""
    said = [*_of_releases(found, segments), *_of_merges(segments), *_rough(found, segments)]
    if found.erased:
        are, they = ("person has", "he") if found.erased == 1 else ("people have", "they")
        said.append(
            f"{found.erased:,} {are} been erased; the past is told as if {they} had never been there."
        )
    if said:
        say()
    for sentence in said:
        say(sentence)


def _of_releases(found: Histories, segments: Sequence[SegmentHistory]) -> list[str]:
    releases: dict[int, tuple[int, int, int]] = {}
    for each in (each for segment in segments for each in segment.baselines):
        at, came, went = releases.get(each.release, (each.at, 0, 0))
        releases[each.release] = (at, came + each.came, went + each.went)
    if not releases:
        return []
    said = [
        f"  release {release} on {local(at, found.zone)}: {_came_and_went(came, went)}"
        for release, (at, came, went) in sorted(releases.items(), reverse=True)
    ]
    left = len(said) - _MOST_NAMED
    return [
        "What was applied changed sizes by itself: whoever a release puts in or takes out neither joins nor leaves.",
        *said[:_MOST_NAMED],
        *([f"  and {count(left, 'earlier release')}"] if left > 0 else []),
    ]


def _of_merges(segments: Sequence[SegmentHistory]) -> list[str]:
    came, went = (sum(each.merges[place] for each in segments) for place in (0, 1))
    if not came + went:
        return []
    return [f"Visitors who turned out to be somebody known: {_came_and_went(came, went)}."]


def _came_and_went(came: int, went: int) -> str:
    return " and ".join([*([f"{came:,} came in"] if came else []), *([f"{went:,} went out"] if went else [])])


def _rough(found: Histories, segments: Sequence[SegmentHistory]) -> list[str]:
    rough = [each for each in segments if each.rough_until is not None]
    if not rough:
        return []
    if len(segments) > 1:
        which, when = ", ".join(each.segment for each in rough), "the last change of each"
    else:
        which, when = rough[0].segment, local(rough[0].rough_until or 0, found.zone)
    return [
        f"Several releases changed {which}. Whoever one of them put in and a later one took out, and who neither",
        f"joined nor left in between, has left no trace: sizes before {when} are an estimate.",
    ]


# ---- for programs


def _row(found: Histories) -> dict[str, Any]:
    return {
        "at": iso(found.at),
        "timezone": found.zone,
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "segments": [_segment_row(each) for each in found.segments],
        "erased": found.erased,
    }


def _segment_row(segment: SegmentHistory) -> dict[str, Any]:
    return {
        "segment": segment.segment,
        "before": segment.before,
        "members": segment.size,
        "joined": segment.joined,
        "left": segment.left,
        "otherwise": segment.otherwise,
        "days": [
            {
                "day": each.first.isoformat(),
                "members": each.size,
                "joined": each.joined,
                "left": each.left,
                "otherwise": each.otherwise,
            }
            for each in segment.days
        ],
        "releases": [{**each._asdict(), "at": iso(each.at)} for each in segment.baselines],
        "merges": segment.merges._asdict(),
        "rough_until": iso(segment.rough_until),
    }
