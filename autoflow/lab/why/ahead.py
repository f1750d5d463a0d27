"""What comes by itself: the engine itself, on a copy of one record, with no new activity (P1)."""

from __future__ import annotations

from collections.abc import Iterable

from autoflow.core.advance import advance
from autoflow.core.program import Program
from autoflow.kinds.view import View
from autoflow.lab.why.tree import Asked
from autoflow.model.contact import pack, unpack
from autoflow.model.durations import DAY
from autoflow.model.effects import Happening

FAR = 2 * 366 * DAY
MOST_STEPS = 2_000


def look_ahead(
    program: Program,
    here: View,
    asked: Iterable[Asked],
    recipes: frozenset[str],
    *,
    enters: bool = True,
) -> list[Happening]:
    """Note when each answer turns after the view's instant; returns the lines that the journal of these recipes would
    get first, an entry or a refusal of each.

    It ends where nothing is waited for any more, after two years, or after many steps. Without `enters` nobody enters
    anything on the way.
    """
    copy, now = unpack(pack(here.record)), here.now
    view = View(copy, now, here.project_zone, None, here.event, here.trigger)
    changes = {each: each.condition.judge(view)[1] for each in asked}
    waiting, told = set(recipes), []
    silent_before = 0 if enters else now + FAR
    for _ in range(MOST_STEPS):
        dues = [due for due in (copy.next_due(), *changes.values()) if due is not None and due > view.now]
        if not dues or min(dues) > now + FAR or not (changes or waiting):
            break
        view.now = min(dues)
        effects = advance(program, copy, [], view.now, spill=False, silent_before=silent_before)
        for line in effects.journal:
            if line.recipe in waiting and line.kind in {"entered", "refused"}:
                waiting.discard(line.recipe)
                told.append(line)
        for each in list(changes):
            holds, change = each.condition.judge(view)
            if holds is each.holds:
                changes[each] = change
            else:
                each.turns_at = view.now
                del changes[each]
    return told
