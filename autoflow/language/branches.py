"""The steps of a recipe with their ids: inside each other as they are written, and laid out to be walked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from autoflow.kinds.actions.choose import Case
from autoflow.kinds.actions.split import BUCKETS, Part
from autoflow.kinds.base import Action, Condition, Step
from autoflow.kinds.fields import Cases, Parts, Steps
from autoflow.language import scalars
from autoflow.language.around import Around
from autoflow.language.field_specs import Spec
from autoflow.language.lints.exclusion import follows
from autoflow.language.lints.logic import MOST_COMPARED, flat
from autoflow.language.scope import Scope
from autoflow.language.source import Report, Span, Unreadable
from autoflow.language.yaml.nodes import Entry, Node
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.values import MILLION, millionths

ReadAction = Callable[[Node, Scope], Action]
ReadCondition = Callable[[Node, Scope], Condition | None]
LONGEST_ID = 120
_PERCENT = 100


def read_steps(nodes: Iterable[Node], scope: Scope, read_action: ReadAction) -> list[Step]:
    """Every step that can be read, under its id."""
    steps: list[Step] = []
    for node in nodes:
        try:
            action = read_action(node, scope)
            step = Step(_step_id(node, action, scope), action)
        except Unreadable:
            scope.report.broken = True
            continue
        if step.id in scope.places:
            _twin(step.id, node, scope)
        scope.places.setdefault(step.id, node.span)
        steps.append(step)
    return steps


def lay_out(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Steps and those of their branches in the order in which they are written, each with where it goes on.

    A branch goes on where the step that it belongs to does; the position behind the last step is the end.
    """
    row: list[Step] = []

    def size(step: Step) -> int:
        return 1 + sum(size(inner) for branch in step.action.nested() for inner in branch)

    def add(some: Iterable[Step], ends_at: int | None) -> None:
        listed = list(some)
        for number, step in enumerate(listed):
            position = len(row)
            after = position + size(step)
            if number == len(listed) - 1 and ends_at is not None:
                after = ends_at
            begins, branches = position + 1, []
            for branch in step.action.nested():
                branches.append(begins if branch else after)
                begins += sum(size(inner) for inner in branch)
            row.append(replace(step, next=after, branches=tuple(branches)))
            for branch in step.action.nested():
                add(branch, after)

    add(steps, None)
    return tuple(row)


def read_branching(
    spec: Spec, node: Node, around: Around, read_action: ReadAction, read_all: ReadCondition
) -> object:
    """A field that holds steps: a list of them, cases, or parts."""
    if isinstance(spec.mark, Steps):
        return _steps(node, around.scope, read_action, f'"{spec.key}"')
    if isinstance(spec.mark, Cases):
        return _cases(node, around, read_action, read_all)
    assert isinstance(spec.mark, Parts)
    return _parts(node, around, read_action)


def _steps(node: Node, scope: Scope, read_action: ReadAction, what: str) -> tuple[Step, ...]:
    if isinstance(node, MappingNode) and list(node.entries) == ["actions"]:
        message = f"Behind {what} stand the steps themselves."
        scope.report.fail("value", node.span, message, 'Take the line "actions" away.')
    found = tuple(read_steps(scalars.items(node, scope.report), scope, read_action))
    if not found:
        fix = "For example [{add_tag: called}]."
        scope.report.fail("list-empty", node.span, f"{scalars.capital(what)} needs at least one action.", fix)
    return found


def _cases(node: Node, around: Around, read_action: ReadAction, read_all: ReadCondition) -> tuple[Case, ...]:
    scope, report = around.scope, around.scope.report
    cases: list[Case] = []
    nodes = scalars.items(node, report)
    for number, item in enumerate(nodes):
        alone = len(nodes) == 1
        entries = scalars.section(item, report, "a case", ("if", "actions", "otherwise"))
        otherwise = entries.get("otherwise")
        if "if" in entries or "actions" in entries:
            cases.append(_case(item, entries, scope, read_action, read_all))
            _asked_before(cases, nodes, entries["if"].key.span, report)
        if otherwise is None:
            continue
        if "if" in entries and not alone:
            fix = "Begin a new line with a dash for it, at the end."
            report.fail("value", otherwise.key.span, '"otherwise" is a case of its own.', fix)
        if number < len(nodes) - 1:
            report.fail("out-of-place", otherwise.key.span, '"otherwise" stands last.', "Move it to the end.")
        cases.append(Case(None, _steps(otherwise.value, scope, read_action, '"otherwise"')))
    if not any(case.condition is not None for case in cases) and "if" in report.meant:
        report.give_up()
    if not any(case.condition is not None for case in cases):
        report.fail(
            "missing-key", around.span, '"choose" needs an "if".', f"For example {_flat(around.kind.example)}"
        )
    return tuple(cases)


def _asked_before(cases: Sequence[Case], nodes: Sequence[Node], at: Span, report: Report) -> None:
    """Warn of a case of which one above it takes everybody."""
    asked = cases[-1].condition
    for number, case in enumerate(cases[:-1]):
        if asked is None or case.condition is None or not _takes_all(case.condition, asked):
            continue
        line = report.source.line_number(nodes[number].span.start)
        message = f"Nobody gets here: the case in line {line} takes everybody who fulfils this."
        fix = "Put this one above it, or change what one of them asks."
        if repr(case.condition) == repr(asked):
            message = f"Nobody gets here: the case in line {line} asks the same."
            fix = "Remove one of the two, or change what it asks."
        report.warn("unreachable-step", at, message, fix)
        return


def _takes_all(above: Condition, asked: Condition) -> bool:
    """Whether whoever is as `asked` is as the case above it asks."""
    known = [leaf for leaves in flat([asked], any_of=False) for leaf in leaves]
    wanted = [leaf for leaves in flat([above], any_of=False) for leaf in leaves]
    if len(known) * len(wanted) > MOST_COMPARED:
        return repr(above) == repr(asked)
    return all(any(follows(leaf, each) for each in known) for leaf in wanted)


def _case(
    item: Node,
    entries: Mapping[str, Entry],
    scope: Scope,
    read_action: ReadAction,
    read_all: ReadCondition,
) -> Case:
    report = scope.report
    condition = read_all(entries["if"].value, scope.within("choose")) if "if" in entries else None
    for key in ("if", "actions"):
        if key not in entries and scalars.strangers(item, entries):
            report.give_up()
        if key not in entries:
            fix = "For example {if: [{has_tag: vip}], actions: [{add_tag: called}]}."
            report.fail("missing-key", item.span, f'This case has no "{key}".', fix)
    if condition is None:
        fix = "For example if: [{has_tag: vip}]."
        report.fail("list-empty", entries["if"].key.span, '"if" needs at least one condition.', fix)
    return Case(condition, _steps(entries["actions"].value, scope, read_action, '"actions"'))


def _parts(node: Node, around: Around, read_action: ReadAction) -> tuple[Part, ...]:
    scope, report = around.scope, around.scope.report
    parts: list[Part] = []
    for number, item in enumerate(scalars.items(node, report), 1):
        entries = scalars.section(item, report, "a part", ("name", "percent", "actions", "holdout"))
        named = entries.get("name")
        name = scalars.name(named.value, report, '"name"') if named else f"part {number}"
        held = entries.get("holdout")
        holdout = scalars.yes_no(held.value, report, '"holdout"') if held else False
        actions = entries.get("actions")
        steps = _steps(actions.value, scope, read_action, '"actions"') if actions else ()
        parts.append(Part(name, _buckets(item, entries, scope), steps, holdout))
    if len(parts) < 2:
        fix = f"For example {_flat(around.kind.example)}"
        report.fail("list-empty", around.span, '"split" needs at least two parts.', fix)
    return tuple(parts)


def _buckets(item: Node, entries: Mapping[str, Entry], scope: Scope) -> int:
    report, entry = scope.report, entries.get("percent")
    if entry is None and scalars.strangers(item, entries):
        report.give_up()
    if entry is None:
        report.fail("missing-key", item.span, 'This part has no "percent".', "For example percent: 50.")
    found = scalars.scalar(entry.value, report, '"percent"')
    exact = millionths(found.text.strip().removesuffix("%").strip())
    if exact is None or not 0 < exact <= _PERCENT * MILLION or exact * BUCKETS % (_PERCENT * MILLION):
        message = f'"{found.text}" is not a percentage above 0 and up to 100, with at most two decimals.'
        report.fail("value", found.span, message, "For example percent: 50.")
    return exact * BUCKETS // (_PERCENT * MILLION)


def _flat(example: str) -> str:
    word, several, rest = example.partition(":\n")
    if not several:
        return example
    return f"{word}: [{', '.join(line.strip().removeprefix('- ') for line in rest.splitlines())}]"


def _step_id(node: Node, action: Action, scope: Scope) -> str:
    own = node.entries.get("id") if isinstance(node, MappingNode) else None
    target = action.target()
    found = f"{action.word}:{target}" if target else action.word
    if own is None and "/" in found and any(each.code == "unknown-name" for each in scope.report.problems):
        found = found.replace("/", "-")  # what is named is mended first
    if own is not None:
        found = scalars.name(own.value, scope.report, 'an "id"')
    if "/" in found or len(found) > LONGEST_ID or not found.isprintable():
        why = "ids hold no slash" if "/" in found else f"ids are one line of at most {LONGEST_ID} characters"
        shown = found if len(found) <= 40 else f"{found[:40]}…"
        message = f'The id of this step would be "{shown}", and {why}.'
        near = scalars.slug(found)[:40].strip("-")
        fix = f"Write id: {near}" if own else f"Give the step an id beside it: id: {near}"
        scope.report.fail("step-id", own.value.span if own else node.span, message, fix)
    return found


def _twin(step: str, node: Node, scope: Scope) -> None:
    first = scope.report.source.line_number(scope.places[step].start)
    message = f'There are two steps "{step}", the first in line {first}.'
    word, _, target = step.partition(":")
    shown = f"{word}: {target}" if target else word
    near = scalars.slug(f"second {target or word}")
    fix = f"Give one of them an id of its own, for example {{id: {near}, {shown}}}"
    if isinstance(node, MappingNode) and "id" in node.entries:
        fix = f"Give one of them another id, for example {scalars.slug(f'second {step}')}"
    scope.report.add("duplicate-step", node.span, message, fix)
