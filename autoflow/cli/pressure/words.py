"""The pressure of mail in sentences, tables and bars, and as a value for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from autoflow.cli.drawing import bar, room
from autoflow.cli.output import clean, count, iso, local, say, share, table
from autoflow.core.gate import CAP, QUIET_HOURS
from autoflow.lab.pressure.pressing import Found
from autoflow.lab.pressure.pressure import Caps, Pressure, RecipePressure
from autoflow.model.clock import MICROS
from autoflow.model.reasons import in_short

_BAR = 30
_MOST_IN_A_WEEK = 10
_MOST_LEFT_OUT = 20
_SIZES = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def tell(found: Found, zone: str, *, sent: bool) -> None:
    """Print all of it."""
    pressure = found.pressure
    by = "as the engine decided" if sent else "by the files as they are"
    say(f"{local(found.start, zone)} to {local(found.end, zone)} ({zone}), {by}.")
    passing = (
        f" and {count(pressure.passing, 'transactional one')}, which no cap concerns"
        if pressure.passing
        else ""
    )
    say(
        f"{pressure.mailed:,} of {count(pressure.contacts, 'contact')} got"
        f" {count(pressure.sent, 'marketing mail')}{passing}."
    )
    say(_caps_say(found.caps))
    if pressure.capped:
        met = sum(each.capped for each in pressure.recipes.values())
        say(f"{count(pressure.capped, 'person', 'people')} met a cap, with {count(met, 'mail')}.")
    _tell_recipes(pressure)
    _tell_slots(pressure)
    _tell_weeks(pressure)
    _tell_most(pressure)
    for who, reason in pressure.aside[:_MOST_LEFT_OUT]:
        say(f"Left out, for the engine would stumble over {clean(who)}: {clean(reason)}.")
    if len(pressure.aside) > _MOST_LEFT_OUT:
        say(f"And {len(pressure.aside) - _MOST_LEFT_OUT:,} more are left out.")


def _caps_say(caps: Caps) -> str:
    said = [f"{caps.project.says()} over all recipes"] if caps.project is not None else []
    said += [f"{limit.says()} by {name}" for name, limit in caps.recipes.items()]
    if not said:
        return "No cap is set, so nobody meets one: `sending: {at_most: …}` in autoflow.yaml sets it."
    return f"Caps, in marketing mails: {'; '.join(said)}."


def _tell_recipes(pressure: Pressure) -> None:
    if not pressure.recipes:
        return
    rows = [
        [
            *(name, f"{each.sent:,}", _number(each.capped), _later(each)),
            *(_number(each.held[QUIET_HOURS]), _number(each.waiting)),
            *(_number(each.skipped.total()), _reasons(each.skipped)),
        ]
        for name, each in _ordered(pressure)
    ]
    headings = [
        "recipe",
        "sent",
        "met a cap",
        "sent later by",
        "quiet hours",
        "held still",
        "not sent",
        "because of",
    ]
    kept = [column for column in range(len(headings)) if column < 2 or any(row[column] for row in rows)]
    say()
    table(
        [headings[column] for column in kept],
        [[row[column] for column in kept] for row in rows],
        numbers=[place for place, column in enumerate(kept) if column in {1, 2, 3, 4, 5, 6}],
    )


def _ordered(pressure: Pressure) -> list[tuple[str, RecipePressure]]:
    """Those whose mails met a cap most come first."""
    return sorted(pressure.recipes.items(), key=lambda pair: (-pair[1].capped, -pair[1].sent, pair[0]))


def _later(recipe: RecipePressure) -> str:
    """How much later those came that met a cap, on the average."""
    if not recipe.delayed:
        return ""
    seconds = recipe.delay / recipe.delayed / MICROS
    for size, word in _SIZES:
        if seconds >= size:
            number = round(seconds / size, 1)
            return f"{number:g} {word if number == 1 else word + 's'}"
    return count(round(seconds), "second")


def _reasons(reasons: Counter[str]) -> str:
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(
        f"{('a cap' if reason == CAP else in_short(reason))} {number:,}"
        for reason, number in ordered
        if number
    )


def _tell_slots(pressure: Pressure) -> None:
    """Of each recipe whose mails met a cap, whose mails stood in the full window then."""
    rows, parts = [], []
    for loser, each in _ordered(pressure):
        taken = _most(
            {winner: number for (name, winner), number in pressure.slots.items() if name == loser}.items()
        )
        total = sum(number for _, number in taken)
        for place, (winner, number) in enumerate(taken):
            first = [loser, f"{each.capped:,}"] if place == 0 else ["", ""]
            who = "its own" if winner == loser else winner
            rows.append([*first, who, f"{number:,}", share(number, total)])
            parts.append((number, total))
    if rows:
        headings = ["mails of", "met a cap", "filled by mails of", "mails", ""]
        width = room([headings, *rows], _BAR // 2)
        drawn = [[*each, bar(*part, width)] for each, part in zip(rows, parts, strict=True)]
        say()
        table([*headings, ""], drawn, numbers=[1, 3, 4])


def _most(numbers: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(numbers, key=lambda pair: (-pair[1], pair[0]))


def _tell_weeks(pressure: Pressure) -> None:
    weeks = pressure.weeks.total()
    if not weeks:
        return
    rows, highest = [], max(pressure.weeks)
    for mails in range(1, min(highest, _MOST_IN_A_WEEK) + 1):
        last = mails == _MOST_IN_A_WEEK and highest > mails
        number = sum(
            each for many, each in pressure.weeks.items() if many == mails or (last and many > mails)
        )
        rows.append(
            [
                f"{mails} or more" if last else str(mails),
                f"{number:,}",
                share(number, weeks),
                bar(number, weeks, _BAR),
            ]
        )
    say()
    table(["mails in a week", "people's weeks", "", ""], rows, numbers=[0, 1, 2])


def _tell_most(pressure: Pressure) -> None:
    if pressure.most:
        rows = [[each.contact, f"{each.mails:,}", f"{each.sent:,}"] for each in pressure.most]
        say()
        table(["met caps most", "mails", "got"], rows, numbers=[1, 2])


def _number(number: int) -> str:
    return f"{number:,}" if number else ""


def row(found: Found, zone: str, *, sent: bool) -> dict[str, Any]:
    """As `--json` prints it."""
    pressure, caps = found.pressure, found.caps
    limits = [("", caps.project), *caps.recipes.items()]
    return {
        "from": iso(found.start),
        "to": iso(found.end),
        "timezone": zone,
        "source": "decided" if sent else "simulated",
        "contacts": pressure.contacts,
        "mailed": pressure.mailed,
        "sent": pressure.sent,
        "transactional": pressure.passing,
        "capped": pressure.capped,
        "caps": [
            {"recipe": name or None, "emails": each.most, "per": str(each.per)}
            for name, each in limits
            if each
        ],
        "recipes": [_recipe_row(name, each) for name, each in sorted(pressure.recipes.items())],
        "slots": [
            {"loser": loser, "winner": winner, "mails": mails}
            for (loser, winner), mails in sorted(pressure.slots.items())
        ],
        "weeks": [{"mails": mails, "weeks": weeks} for mails, weeks in sorted(pressure.weeks.items())],
        "most": [
            {"contact": each.contact, "capped": each.mails, "sent": each.sent} for each in pressure.most
        ],
        "set_aside": [{"contact": who, "reason": reason} for who, reason in pressure.aside],
    }


def _recipe_row(name: str, recipe: RecipePressure) -> dict[str, Any]:
    return {
        "recipe": name,
        "sent": recipe.sent,
        "capped": recipe.capped,
        "delayed": recipe.delayed,
        "delay_seconds": recipe.delay / MICROS,
        "held": dict(sorted(recipe.held.items())),
        "held_still": recipe.waiting,
        "skipped": dict(sorted(recipe.skipped.items())),
    }
