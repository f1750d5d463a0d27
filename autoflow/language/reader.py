"""Triggers, conditions and actions read by their kinds' own declarations; no word is known here by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast, get_args

from autoflow.kinds import registry
from autoflow.kinds.base import Action, Condition, Kind, Trigger
from autoflow.kinds.conditions.all import All
from autoflow.kinds.conditions.any import Any as AnyOf
from autoflow.kinds.fields import Assignments, Cases, Name, Operators, Parts, Steps, TypeOf
from autoflow.kinds.operators import WORDS
from autoflow.kinds.where import Where
from autoflow.language.around import Around
from autoflow.language.branches import read_branching
from autoflow.language.codes import Code
from autoflow.language.field_specs import Spec, short_field, specs_of, written_keys
from autoflow.language.fields import read_field, read_operator
from autoflow.language.lints.clashing import report_clashes
from autoflow.language.lints.leaf import leaf_findings
from autoflow.language.placeholders import constant
from autoflow.language.scalars import each, items, refuse_reported
from autoflow.language.scope import Scope
from autoflow.language.slips.refusing import (
    beside_fix,
    example,
    refuse_bare,
    refuse_key,
    refuse_list,
    refuse_named_parts,
    refuse_units,
    refuse_unknown,
    value_fix,
)
from autoflow.language.source import Report, Unreadable
from autoflow.language.yaml.nodes import Entry, Node, Scalar, Sequence
from autoflow.language.yaml.nodes import Mapping as MappingNode

K = TypeVar("K", bound=Kind)


def read_trigger(node: Node, scope: Scope) -> Trigger:
    """One trigger: `{WORD: …}`, or the bare word where it needs nothing; beside it an `id` may stand."""
    return _read_word(node, registry.triggers(), "trigger", scope, also=("id",))


def read_action(node: Node, scope: Scope) -> Action:
    """One action: `{WORD: …}`, beside which an `id` may stand."""
    return _read_word(node, registry.actions(), "action", scope, also=("id",))


def read_condition(node: Node, scope: Scope) -> Condition:
    """One condition: a mapping of its subject and what stands beside it."""
    kinds, report = registry.conditions(), scope.report
    refuse_reported(node, report)
    if not isinstance(node, MappingNode):
        refuse_bare(node, kinds, "condition", scope)
    word = next((key for key in node.entries if key in kinds), None)
    if word is None:
        _give_up_spoilt(node, report)
        refuse_unknown(node, kinds, "condition", scope)
    kind, subject = kinds[word], node.entries[word]
    beside = {key: entry for key, entry in node.entries.items() if key != word}
    others = [entry.key for key, entry in beside.items() if key in kinds and key not in written_keys(kind)]
    if others:
        message = "One condition has one subject."
        fix = f'Give "{others[0].text}" an entry of its own.'
        report.fail("value", others[0].span, message, fix)
    short = short_field(kind)
    if short is not None and isinstance(subject.value, Sequence) and not short.several:
        refuse_list(kind, subject, "condition", report)
    if short is not None:
        condition = _read_kind(kind, {**beside, short.key: subject}, subject, scope, word)
    else:  # what it asks stands behind the word
        condition = _read_kind(kind, {**beside, **_inner(kind, subject, report)}, subject, scope, word)
    _check_place(condition, beside, scope, subject)
    scope.read.append((condition, node.span))
    return condition


def _give_up_spoilt(node: MappingNode, report: Report) -> None:
    """Of keys that are no words one may be the word that is missed."""
    if node.spoilt:
        report.give_up()


def read_conditions(node: Node, scope: Scope) -> list[Condition]:
    """A list of conditions, or a single one; every one that can be read."""
    return each(items(node, scope.report), lambda item: read_condition(item, scope), scope.report)


def all_of(conditions: list[Condition]) -> Condition | None:
    """The list as one condition; None of an empty one."""
    return conditions[0] if len(conditions) == 1 else All(tuple(conditions)) if conditions else None


def any_of(conditions: list[Condition]) -> Condition | None:
    """The list as one condition of which any will do; None of an empty one."""
    return conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions)) if conditions else None


def _read_word(node: Node, kinds: Mapping[str, type[K]], what: str, scope: Scope, also: tuple[str, ...]) -> K:
    report = scope.report
    refuse_reported(node, report)
    if isinstance(node, Scalar) and node.text in kinds:
        kind = kinds[node.text]
        return _read_kind(kind, {}, Entry(node, node), scope, node.text)
    if not isinstance(node, MappingNode):
        refuse_bare(node, kinds, what, scope)
    words = [key for key in node.entries if key not in also]
    known = [key for key in words if key in kinds]
    if not known:
        _give_up_spoilt(node, report)
        refuse_unknown(node, kinds, what, scope, also)
    word = known[0]
    for extra in words:
        if extra != word:
            key = node.entries[extra].key
            message = f'"{extra}" cannot stand beside "{word}".'
            fix = beside_fix(extra, node.entries[word], kinds, report)
            report.add("unknown-key", key.span, message, fix)
    entry = node.entries[word]
    return _read_kind(kinds[word], _inner(kinds[word], entry, report), entry, scope, word)


def _inner(kind: type[Kind], entry: Entry, report: Report) -> Mapping[str, Entry]:
    """What stands behind the word: its fields, or a bare value for the field that `short` names."""
    node = entry.value
    refuse_reported(node, report)
    short = short_field(kind)
    whole = short and (isinstance(short.mark, Assignments) or _is_case(short, node))
    if isinstance(node, MappingNode) and not whole:
        return node.entries
    if isinstance(node, Scalar) and node.value is None:
        return {}
    if short is None or (isinstance(node, Sequence) and not short.several):
        refuse_list(kind, entry, "action" if issubclass(kind, Action) else "trigger", report)
    return {short.key: Entry(entry.key, node)}


def _is_case(short: Spec, node: Node) -> bool:
    """Whether a single case stands where a list of them may."""
    return isinstance(short.mark, Cases) and isinstance(node, MappingNode) and short.key not in node.entries


def _read_kind(kind: type[K], entries: Mapping[str, Entry], subject: Entry, scope: Scope, word: str) -> K:
    """The kind with all its fields; reports every mistake in it before it gives up."""
    report = scope.report
    specs = specs_of(kind)
    around = Around(kind, entries, subject.key.span, scope)
    operators = next((spec for spec in specs if isinstance(spec.mark, Operators)), None)
    refuse_units(kind, entries, subject, report)
    refuse_named_parts(kind, entries, subject, report)
    strange = _check_keys(kind, entries, word, report, operators=operators is not None)
    broken = False
    for spec in specs:
        try:
            if isinstance(spec.mark, Operators):
                around.values[spec.name] = read_operator(spec.mark, around)
            elif isinstance(spec.mark, TypeOf):
                declared = scope.attribute(str(around.values.get(spec.mark.attribute)))
                around.values[spec.name] = declared.type if declared else "date"
            elif spec.key in entries:
                around.values[spec.name] = _read_one(spec, entries[spec.key].value, around)
            elif spec.required and strange:  # that one may have been meant, and is reported
                report.give_up()
            elif spec.required:
                needed = "a value" if spec.name == kind.short else f'"{spec.key}"'
                message = f'"{word}" needs {needed}.'
                report.fail("missing-key", subject.key.span, message, f"For example {example(kind)}")
            elif isinstance(spec.mark, Name):
                _check_default(spec, kind, subject, scope)
        except Unreadable:
            broken = True
    if broken:
        report.give_up()
    found = kind(**around.values)
    _report_findings(found, entries, subject, report, strange=strange)
    return found


def _report_findings(
    found: Kind, entries: Mapping[str, Entry], subject: Entry, report: Report, *, strange: bool
) -> None:
    """Report what the kind finds wrong with itself, at the key or the value that it is about.

    Beside `strange` keys nothing is missed: one of them may be meant.
    """
    for finding in found.findings():
        if strange and finding.code == "missing-key":
            continue
        entry = entries.get(finding.field)
        at, fix = entry.key.span if entry else subject.key.span, finding.fix
        if entry and isinstance(entry.value, Scalar) and f'"{entry.value.text}" is' in finding.message:
            at, fix = entry.value.span, value_fix(entry.value.text, fix)
        report.add(cast("Code", finding.code), at, finding.message, fix)
    for code, field, message, fix in leaf_findings(found):
        at = entries[field].key.span if field in entries else subject.key.span
        report.warn(code, at, message, fix)


def _read_one(spec: Spec, node: Node, around: Around) -> object:
    if isinstance(spec.mark, (Steps, Cases, Parts)):
        return read_branching(spec, node, around, read_action, _read_case)
    if get_args(spec.base)[:1] != (Condition,):
        return read_field(spec, node, around)
    scope = around.scope
    # What a step waits for is counted since the start, as goals are.
    found = tuple(read_conditions(node, scope.within("leave") if scope.part == "action" else scope))
    if scope.part == "action":
        report_clashes(found, scope, any_of=False)
    if not found:
        report = around.scope.report
        fix = f"For example {example(around.kind)}"
        report.fail("list-empty", around.span, f'"{around.kind.word}" needs at least one condition.', fix)
    return found


def _read_case(node: Node, scope: Scope) -> Condition | None:
    """What a case of `choose` asks."""
    found = read_conditions(node, scope)
    report_clashes(found, scope, any_of=False)
    return all_of(found)


def _check_keys(
    kind: type[Kind], entries: Mapping[str, Entry], word: str, report: Report, *, operators: bool
) -> bool:
    """Report the keys that the kind does not take; whether there are any."""
    keys = written_keys(kind)
    allowed = (*keys, *WORDS) if operators else keys
    strange = [entry for key, entry in entries.items() if key not in allowed]
    for entry in strange:
        if not report.full:
            refuse_key(entry, kind, word, allowed, entries, report)
    return bool(strange)


def _check_default(spec: Spec, kind: type[Kind], subject: Entry, scope: Scope) -> None:
    """A name that is used because none is written must exist as well."""
    assert isinstance(spec.mark, Name)
    default = getattr(kind, spec.name, None)
    known = scope.names.known(spec.mark.of)
    if isinstance(default, str) and default and known is not None and default not in known:
        scope.report.add("unknown-name", subject.key.span, *scope.names.missing(spec.mark.of, default))


def _check_place(condition: Condition, beside: Mapping[str, Entry], scope: Scope, subject: Entry) -> None:
    """Refuse what has no meaning where the condition stands: runs and their events are not everywhere."""
    since = getattr(condition, "since", None)
    if getattr(condition, "of_run", False) and scope.part == "segment":
        message = f'"{condition.word}" asks about a run, and a segment knows of none.'
        scope.report.add("out-of-place", subject.key.span, message, "Use it in a recipe.")
    if since is not None and scope.part in {"entry", "segment"}:
        message = '"since: start" has a meaning only where somebody is under way in a recipe.'
        scope.report.add("out-of-place", beside["since"].key.span, message, "Use within_last, or remove it.")
    where = getattr(condition, "where", None)
    if not isinstance(where, Where) or all(constant(test.operand) for _, test in where.tests):
        return
    of_run = since == "start" or (
        scope.part == "leave" and getattr(condition.since_start(), "since", None) == "start"
    )
    if not of_run:
        message = (
            "A placeholder cannot stand here: these events are counted before anybody starts the recipe."
        )
        fix = (
            "Write the value itself. Placeholders go with what is counted since the start: in goal and exit,"
            " and in steps beside since: start."
        )
        scope.report.add("placeholder-here", beside["where"].value.span, message, fix)
