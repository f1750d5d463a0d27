"""Two records that turn out to be one person (language.md, rule 14). Triggers nothing anew."""

from __future__ import annotations

from autoflow.core.existing import kept
from autoflow.core.program import Program
from autoflow.core.walk import Walk
from autoflow.model.contact import Entries, Record
from autoflow.model.effects import MERGED, RUNNING, Effects, RunRow
from autoflow.model.event import Event
from autoflow.model.inside import ENTERED


def merge(program: Program, elder: Record, younger: Record, item: Event) -> tuple[Effects, Effects]:
    """Fold `younger` into `elder`, both brought up to just before `item`, windows fully in their records.

    The identified one's attributes win; consent merges to the stricter; of two runs in one recipe (and `per`
    value) the elder's stays, other runs of the younger go on under the elder. Returns the effects of both.
    """
    walk = Walk(program, elder)
    walk.view.now = item.at
    _facts(elder, younger)
    _memory(program, elder, younger)
    gone = _runs(walk, elder, younger, item.at)
    for tag in younger.tags:
        walk.effects.tags[tag] = elder.tags[tag]
        gone.tags[tag] = None
    for segment in younger.segments:
        gone.segments[segment] = None
    walk.reassess(set(), everything=True, baseline=True)
    walk.set_timers(program.timed)
    walk.happened("merged", younger.key)
    return walk.effects, gone


def _facts(elder: Record, younger: Record) -> None:
    first, second = (younger, elder) if _anonymous(elder) else (elder, younger)
    elder.name = first.name
    elder.attributes = {**second.attributes, **first.attributes}
    for tag, since in younger.tags.items():
        elder.tags[tag] = min(since, elder.tags.get(tag, since))
    for audience, since in younger.audiences.items():
        elder.audiences.setdefault(audience, since)
    for topic, at in younger.refused.items():
        elder.refused[topic] = max(at, elder.refused.get(topic, at))
    consent = {**younger.consent, **elder.consent}
    elder.consent = {topic: at for topic, at in consent.items() if topic not in elder.refused}
    elder.suppressed = elder.suppressed or younger.suppressed
    elder.stage = first.stage or second.stage
    for segment, moved in younger.moved.items():
        elder.moved[segment] = max(moved, elder.moved.get(segment, moved))
    elder.watches.update(younger.watches)
    elder.fired = {**younger.fired, **elder.fired}
    for name, at in kept(younger.timers).items():
        elder.timers[name] = min(at, elder.timers.get(name, at))
    known = [at for at in (elder.first_known, younger.first_known) if at]
    elder.first_known = min(known, default=0)


def _anonymous(record: Record) -> bool:
    return record.key == f"a:{record.name}"


def _memory(program: Program, elder: Record, younger: Record) -> None:
    for key, memory in program.memory_keys().items():
        ours, theirs = elder.memory.get(key), younger.memory.get(key)
        if theirs is None:
            continue
        elder.memory[key] = memory.merge(ours, theirs) if ours is not None else theirs


def _runs(walk: Walk, elder: Record, younger: Record, at: int) -> Effects:
    gone = Effects()
    taken = {(run.recipe, run.per) for run in elder.runs}
    for run in younger.runs:
        row = RunRow(run.recipe, run.entry, run.version, MERGED, run.step, run.entered_at, at, elder.key)
        gone.runs[run.recipe, run.entry] = row
        if (run.recipe, run.per) in taken:
            continue
        entries = elder.entries.setdefault(run.recipe, Entries(0, {}))
        entries.count += 1
        run.entry = entries.count
        elder.runs.append(run)
        row = RunRow(run.recipe, run.entry, run.version, RUNNING, run.step, run.entered_at, None, "")
        walk.effects.runs[run.recipe, run.entry] = row
        walk.happened(ENTERED, run.recipe, run, merged=younger.key)
    for recipe, entered in younger.entries.items():
        entries = elder.entries.setdefault(recipe, Entries(0, {}))
        for per, last in entered.last.items():
            entries.last[per] = max(last, entries.last.get(per, last))
    return gone
