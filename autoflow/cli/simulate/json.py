"""A simulation for programs (docs/json.md)."""

from __future__ import annotations

from typing import Any

from autoflow.cli.output import iso
from autoflow.lab.simulation.findings import busiest, days, funnel, parts
from autoflow.lab.simulation.playing import Compared
from autoflow.lab.simulation.simulate import Simulation
from autoflow.lab.simulation.tally import RecipeTally
from autoflow.model.effects import SKIPPED

_FIRST = (
    *("recipe", "version", "entered", "refused", "running", "finished", "goal", "exited", "failed"),
    "messages",
)


def simulation_row(
    found: Simulation, applied: Simulation | None, compared: Compared | None, zone: str
) -> dict[str, Any]:
    """All of it. With `applied` the same for what is applied now, and who gets more or fewer mails by the files."""
    row = _row(found, zone)
    if applied is not None and compared is not None:
        row["applied"] = {key: value for key, value in _row(applied, zone).items() if key in _OF_APPLIED}
        row["changed"] = {
            "more_mails": compared.more,
            "fewer_mails": compared.fewer,
            "examples": [
                {"contact": each.contact, "applied": each.before, "files": each.after}
                for found in compared.examples.values()
                for each in found
            ],
        }
    return row


_OF_APPLIED = ("digest", "recipes", "segments", "set_aside")


def _row(found: Simulation, zone: str) -> dict[str, Any]:
    return {
        "from": iso(found.start),
        "to": iso(found.end),
        "seed": found.seed,
        "digest": found.digest,
        "recipes": [_recipe(found, tally, zone) for tally in found.recipes],
        "segments": found.segments,
        "set_aside": [{"contact": who, "reason": reason} for who, reason in found.aside],
        "assumed": [{"event": each.event, "percent": each.per_million / 10_000} for each in found.assumed],
    }


def _recipe(found: Simulation, tally: RecipeTally, zone: str) -> dict[str, Any]:
    recipe, row = found.program.recipes[tally.recipe], tally.row()
    hour = busiest(tally.mails, zone)
    skipped: dict[str, int] = {}
    for (_, outcome, reason), number in sorted(tally.messages.items()):
        if outcome == SKIPPED:
            skipped[reason] = skipped.get(reason, 0) + number
    return {
        **{key: row[key] for key in _FIRST},
        **{key: row[key] for key in row if key not in _FIRST},
        "people": tally.people,
        "restarts": tally.restarts,
        "refusals": dict(sorted(tally.refusals.items())),
        "skipped_by": skipped,
        "held_by": dict(sorted(tally.holds.items())),
        "entries_by_day": {
            day.isoformat(): number
            for day, number in days(tally.entries, found.start, found.end, zone)
            if number
        },
        "busiest_hour": {"at": iso(hour.start), "mails": hour.number} if hour else None,
        "steps": [each._asdict() for each in funnel(tally, recipe)],
        "parts": [each._asdict() for each in parts(tally, recipe)],
        "tried": tally.tried,
        "failing": [
            {"template": template, "reason": reason, "mails": each.count, "contact": each.contact}
            for (template, reason), each in sorted(tally.failing.items())
        ],
    }
