"""`autoflow versions`."""

from __future__ import annotations

import re
from typing import Any

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import clean, count, iso, local, say, table
from autoflow.cli.plan.json import changed_row
from autoflow.cli.plan.points import as_text
from autoflow.cli.plan.words import changed_words
from autoflow.cli.release_words import by_whom, did, stopped
from autoflow.cli.state import State, json_option, pass_state
from autoflow.lab.versions import Release, Stop, Version, difference, releases, stops, versions
from autoflow.language.owners import whose
from autoflow.model.problems import AutoflowError
from autoflow.store.refusals import Refusal, refusals
from autoflow.store.releases import Origin

_PAIR = re.compile(r"(\d+)(?:\.\.|-|,)(\d+)")


@click.command()
@click.argument("recipe", required=False)
@click.option(
    "--diff", metavar="A..B", help="What version B of RECIPE says otherwise than version A, in words."
)
@click.option(
    "--refused", is_flag=True, help="What was refused instead, since the files were somebody else's."
)
@json_option
@pass_state
def command(state: State, recipe: str | None, diff: str | None, *, refused: bool, as_json: bool) -> None:
    """Show what was in force when: every apply, or every version of RECIPE, with who applied it and its commit.

    Contacts under way walk on the version that they entered. With --refused it shows who wanted to change what and may
    not, by owners.yaml.
    """
    if refused and recipe is not None:
        raise AutoflowError("--refused tells of all files.", "Leave the recipe out.")
    if diff is not None and recipe is None:
        raise AutoflowError(
            "--diff compares two versions of a recipe.", "Name it: autoflow versions RECIPE --diff 1..2."
        )
    environment, zone = state.project.environment, state.settings.timezone
    with state.store(reading=True) as database:
        if refused:
            _tell_refusals(refusals(database), zone, as_json=as_json)
        elif recipe is None:
            _tell_releases(releases(database, environment), zone, as_json=as_json)
            if (others := len(refusals(database))) and not as_json:
                were = "was" if others == 1 else "were"
                say(f"{count(others, 'change')} {were} refused: `autoflow versions --refused` tells whom.")
        elif diff is None:
            found = versions(database, recipe, environment)
            _tell_versions(recipe, found, stops(database, recipe), zone, as_json=as_json)
        else:
            between = difference(database, recipe, _pair(diff), environment)
            if as_json:
                print_json(changed_row(between))
            elif between.changes:
                say(as_text(changed_words(between)))
            else:
                say(f"Versions {between.applied} and {between.version} of {recipe} say the same.")


def _pair(text: str) -> tuple[int, int]:
    match = _PAIR.fullmatch(text.strip())
    if match is None:
        raise AutoflowError(f'--diff: "{text}" does not name two versions.', "Write --diff 1..2.")
    return int(match[1]), int(match[2])


def _tell_releases(found: list[Release], zone: str, *, as_json: bool) -> None:
    if as_json:
        rows = [
            {
                **_origin(each.origin),
                "changes": [changed_row(one) for one in each.changes],
                "back_to": each.back_to or None,
                "halted": each.halted,
                "moved": each.moved,
            }
            for each in found
        ]
        print_json({"releases": rows})
        return
    if not found:
        say("Nothing was applied yet: `autoflow apply` puts the files in force.")
        return
    for place, each in enumerate(found):
        origin, now = each.origin, ", in force" if place == 0 else ""
        say(f"Release {origin.release}, {local(origin.at, zone)}, by {by_whom(origin)}{now}: {did(each)}.")


def _tell_refusals(found: list[Refusal], zone: str, *, as_json: bool) -> None:
    if as_json:
        rows = [
            {
                **_origin(each.origin),
                "what": each.what,
                "files": [{"path": path, "owners": list(people)} for path, people in each.files.items()],
            }
            for each in found
        ]
        print_json({"refused": rows})
        return
    if not found:
        say("Nothing was ever refused.")
    for each in found:
        told = "; ".join(whose(path, people) for path, people in each.files.items())
        at, by = local(each.origin.at, zone), by_whom(each.origin)
        say(f"{at}, by {by}, `autoflow {each.what}`: {clean(told)}.")


def _tell_versions(recipe: str, found: list[Version], halts: list[Stop], zone: str, *, as_json: bool) -> None:
    if as_json:
        rows = [
            {
                "version": each.version,
                **_origin(each.origin),
                "until": _origin(each.until) if each.until is not None else None,
                "entered": each.entered,
                "under_way": each.under_way,
            }
            for each in found
        ]
        print_json({"recipe": recipe, "versions": rows, "stopped": [_stop(each) for each in halts]})
        return
    rows_told = [
        [
            str(each.version),
            local(each.origin.at, zone),
            local(each.until.at, zone) if each.until is not None else "in force",
            str(each.origin.release),
            by_whom(each.origin),
            f"{each.entered:,}",
            f"{each.under_way:,}",
        ]
        for each in found
    ]
    headings = ["version", "from", "until", "release", "by", "entered", "under way"]
    say(f"{recipe}: {count(len(found), 'version')} (times in {zone}).")
    say()
    table(headings, rows_told, numbers=[0, 3, 5, 6])
    if halts or len(found) > 1:
        say()
    for each in halts:
        say(stopped(recipe, each, zone))
    if len(found) > 1:
        newest, before = found[0].version, found[1].version
        say(f"`autoflow versions {recipe} --diff {before}..{newest}` tells what changed.")


def _stop(each: Stop) -> dict[str, Any]:
    until = _origin(each.until) if each.until is not None else None
    return {"state": each.state, **_origin(each.origin), "until": until}


def _origin(origin: Origin) -> dict[str, Any]:
    return {
        "release": origin.release,
        "at": iso(origin.at),
        "by": origin.by,
        "commit": origin.commit or None,
        "edited": origin.edited,
    }
