"""One field of a kind read by what its annotation asks for: a table from marks and types to readers.

A new sort of field is one function here and one line in `_BY_MARK` or `_BY_TYPE`.
"""

# ruff: noqa: ARG001 - every reader has one signature

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args, get_origin

from autoflow.kinds.fields import Assignments, Glob, Name, Operators, PropertyPath, Times
from autoflow.kinds.limits import OfBefore
from autoflow.kinds.operators import WORDS, Test
from autoflow.kinds.text import Text
from autoflow.kinds.where import Where
from autoflow.language import scalars
from autoflow.language.around import Around, Reader
from autoflow.language.field_specs import Spec, specs_of
from autoflow.language.more_fields import BY_MARK
from autoflow.language.names import SETTINGS_FILE, listed
from autoflow.language.operands import NUMBER, bare_test, read_share, read_test, read_value, usual_operator
from autoflow.language.placeholders import read_text
from autoflow.language.scope import Scope
from autoflow.language.settings.declared import TYPE_WORDS, Declared
from autoflow.language.slips.elsewhere import asked
from autoflow.language.slips.sentences import likely_condition, likely_where
from autoflow.language.source import Span
from autoflow.language.yaml.nodes import Entry, Node, Scalar
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.durations import Duration
from autoflow.model.values import fold

_OF_OURS = ("template", "recipe")  # properties of what becomes of mail
_NAMING = ("name", "attribute", "field", "property", "key")  # what others call the attribute that is set
_AS_FILES = frozenset({"audience"})  # names that become the names of files and lists elsewhere


def read_field(spec: Spec, node: Node, around: Around) -> Any:
    """The value of one field; raises `Unreadable` where there is none."""
    if get_origin(spec.base) is Literal:
        return scalars.one_of(node, around.scope.report, around.what(spec), get_args(spec.base))
    reader = _BY_MARK.get(type(spec.mark)) or _BY_TYPE[spec.base]
    return reader(spec, node, around)


def read_operator(mark: Operators, around: Around) -> Test:
    """The one worded operator that stands beside the subject."""
    scope, report = around.scope, around.scope.report
    keys = {each.key for each in specs_of(around.kind)}
    words = [entry for key, entry in around.entries.items() if key in WORDS and key not in keys]
    subject = str(around.values.get(mark.subject) or _first_value(around))
    named = around.entries.get(mark.subject)
    sentence = likely_condition(subject, around.kind.word, scope.names)
    if not words and sentence is not None:
        place = named.value.span if named else around.span
        message = "A condition has its subject, its operator and its value apart."
        report.fail("operator", place, message, asked(sentence))
    declared = _declared(subject, mark, scope, named.value.span if named else around.span)
    torn = any(
        isinstance(entry.value, Scalar) and entry.value.text == "" and key not in (*keys, *WORDS)
        for key, entry in around.entries.items()
    )
    if torn or (not words and any(key not in keys for key in around.entries)):
        report.give_up()  # it may stand there under another name, and that is reported
    if not words:
        fix = f"For example {{{around.kind.word}: {subject}, {usual_operator(declared)}}}"
        report.fail("operator", around.span, f'The condition on "{subject}" has no operator.', fix)
    if len(words) > 1:
        message = "One condition takes one operator."
        both = {word.key.text for word in words}
        between = ", or use between" if both == {"at_least", "at_most"} else ""
        fix = f"Write one condition for each of {listed(word.key.text for word in words)}{between}."
        report.fail("operator", words[1].key.span, message, fix)
    return read_test(subject, words[0], declared, scope, share=mark.share)


def _declared(subject: str, mark: Operators, scope: Scope, span: Span) -> Declared | None:
    if mark.of == "number":
        return NUMBER
    if mark.of == "event_property":
        found = (scope.property(event, subject) for event in scope.starts)
        declared = next((each for each in found if each), None)
        if declared is None:
            _missing_of_event(subject, span, scope)
        return declared
    return scope.attribute(subject)


def _missing_of_event(name: str, span: Span, scope: Scope) -> None:
    """Report a property that no event which starts the recipe has."""
    names, starts = scope.names, scope.starts
    if scope.part == "segment":
        return  # told as out of place
    if not starts:
        message = f'There is no "{name}": no event starts this recipe.'
        scope.report.add("unknown-name", span, message, "Let an event start it, or use attribute.")
    elif names.declared and names.properties(starts[0]) is not None:
        scope.report.add("unknown-name", span, *names.missing_property(starts[0], name))


def _first_value(around: Around) -> Any:
    return next(iter(around.values.values()), around.kind.word)


def _name(spec: Spec, node: Node, around: Around) -> Any:
    if not spec.several:
        return _one_name(spec, node, around)
    report = around.scope.report
    found = tuple(
        scalars.each(scalars.items(node, report), lambda item: _one_name(spec, item, around), report)
    )
    if not found:
        message = f'"{spec.key}" needs at least one name.'
        report.fail("list-empty", node.span, message, "Remove it, or name one.")
    return found


def _one_name(spec: Spec, node: Node, around: Around) -> Any:
    assert isinstance(spec.mark, Name)
    of, scope = spec.mark.of, around.scope
    if of == "trigger":
        return scalars.one_of(node, scope.report, f'"{spec.key}"', scope.triggers or ("manual",))
    what = f"the name of {'an' if of[0] in 'aeiou' else 'a'} {of}"
    read = scalars.plain_name if of in _AS_FILES else scalars.name
    found = read(node, scope.report, what)
    known = scope.names.known(of)
    if known is not None and found not in known and likely_condition(found, of, scope.names) is None:
        scope.report.add(
            "unknown-name", node.span, *scope.names.missing(of, found, spec.mark.types or ("text",))
        )
    if of == "score":
        return scope.names.settings.scores.get(found) or scope.report.give_up()
    if of == "audience" and scope.part == "action" and found in scope.names.settings.mirrors:
        segment = scope.names.settings.mirrors[found]
        message = f'The audience "{found}" always equals the segment "{segment}", so no step changes it.'
        scope.report.add(
            "out-of-place", node.span, message, f"Use another audience, or edit the segment {segment}."
        )
    declared = scope.attribute(found) if spec.mark.types else None
    if declared is not None and declared.type not in spec.mark.types:
        message = f'"{found}" is {TYPE_WORDS[declared.type]}, and this needs a date.'
        scope.report.add("value", node.span, message, "Dates are declared as date or date_time.")
    return found


def _property_path(spec: Spec, node: Node, around: Around) -> str:
    assert isinstance(spec.mark, PropertyPath)
    scope, report = around.scope, around.scope.report
    found = scalars.name(node, report, around.what(spec))
    if likely_condition(found, around.kind.word, scope.names) is not None:
        return found  # told where its operator is missed
    event, dot, name = found.partition(".")
    if not dot or not event or not name:
        having = [name for name, each in scope.names.settings.events.items() if found in each.properties]
        near = f"{having[0]}.{found}" if len(having) == 1 else None
        fix = asked(near, f"For example {around.kind.example}.")
        report.fail("value", node.span, f'"{spec.key}" names an event and a number of it.', fix)
    known = scope.names.known("event")
    if known is not None and event not in known:
        place = scalars.inside(node.span, report, event)
        report.add("unknown-name", place, *scope.names.missing("event", event))
        return found
    place = scalars.inside(node.span, report, found)
    after = Span(place.start + len(event) + 1, place.end)
    declared = scope.property(event, name)
    if declared is None and known is not None:
        report.add("unknown-name", after, *scope.names.missing_property(event, name))
    elif declared is not None and not spec.mark.any_type and declared.type not in {"number", "money"}:
        message = f'"{name}" of "{event}" is {TYPE_WORDS[declared.type]}, and only numbers are summed.'
        fix = f"Numbers are declared as number or money in {SETTINGS_FILE}."
        report.fail("value", after, message, fix)
    return found


def _where(spec: Spec, node: Node, around: Around) -> Where:
    scope, report = around.scope, around.scope.report
    scalars.refuse_reported(node, report)
    if not isinstance(node, MappingNode) or not node.entries:
        fix = asked(
            likely_where(node, around.events(), scope.names), "For example where: {category: coffee}."
        )
        report.fail("value", node.span, '"where" names properties and what they must be.', fix)
    events = around.events()
    if scope.part == "trigger":
        scope = scope.within("trigger", events)

    def read(entry: Entry) -> list[tuple[str, Test]]:
        name = entry.key.text
        declared = _declared_property(events, name, entry, scope)
        found = bare_test(entry, declared, scope)
        if declared is not None and declared.built_in and name in _OF_OURS:
            _check_names(name, found, entry.value, scope)
        return [(name, test) for test in found]

    found = scalars.each(node.entries.values(), read, report)
    return Where(tuple(sorted((test for tests in found for test in tests), key=lambda test: test[0])))


def _check_names(of: str, tests: Iterable[Test], node: Node, scope: Scope) -> None:
    """Warn where what becomes of a mail is asked of a template, or a recipe, that there is not."""
    known = scope.names.known(of) or ()
    folded = {fold(name) for name in known}
    for test in tests:
        for name in test.only_texts() or ():
            if name not in folded:
                message, fix = scope.names.missing(of, name)
                place = scalars.inside(node.span, scope.report, name)
                scope.report.warn("unknown-name", place, message, fix)


def _declared_property(events: tuple[str, ...], name: str, entry: Entry, scope: Scope) -> Declared | None:
    for event in events:
        if scope.names.properties(event) is None:
            return None
        declared = scope.property(event, name)
        if declared is not None:
            return declared
    if events:
        scope.report.add("unknown-name", entry.key.span, *scope.names.missing_property(events[0], name))
    return None


def _assignments(spec: Spec, node: Node, around: Around) -> tuple[tuple[str, Text], ...]:
    scope, report = around.scope, around.scope.report
    scalars.refuse_reported(node, report)
    if not isinstance(node, MappingNode) or not node.entries:
        message = "Attributes are set as NAME: VALUE."
        report.fail("value", node.span, message, f"For example {around.kind.example}.")
    named = next((entry for key, entry in node.entries.items() if key in _NAMING), None)
    if named is not None and "value" in node.entries and scope.attribute(named.key.text) is None:
        value = node.entries["value"].value
        texts = [each.text if isinstance(each, Scalar) else "…" for each in (named.value, value)]
        fix = f"Write {around.kind.word}: {{{texts[0]}: {texts[1]}}}"
        report.fail("value", node.span, "Attributes are set as NAME: VALUE.", fix)

    def read(entry: Entry) -> tuple[str, Text]:
        name = entry.key.text
        declared = scope.attribute(name)
        if declared is None and scope.names.declared:
            report.add("unknown-name", entry.key.span, *scope.names.missing("attribute", name))
        if name in scope.names.settings.computed:
            message = f'"{name}" is worked out by autoflow itself, so no step sets it.'
            report.add("out-of-place", entry.key.span, message, "Set another attribute.")
        empty = isinstance(entry.value, Scalar) and entry.value.value is None
        value = None if empty else read_value(entry.value, declared or Declared("text"), scope, f'"{name}"')
        return name, value if isinstance(value, Text) else Text(value)

    return tuple(scalars.each(node.entries.values(), read, report))


def _glob(spec: Spec, node: Node, around: Around) -> str:
    return scalars.text(node, around.scope.report, around.what(spec))


def _times(spec: Spec, node: Node, around: Around) -> int | OfBefore:
    assert isinstance(spec.mark, Times)
    share = read_share(node, around.scope.report) if spec.mark.share else None
    return share or scalars.times(node, around.scope.report, around.what(spec))


def _duration(spec: Spec, node: Node, around: Around) -> Duration:
    return scalars.duration(node, around.scope.report, around.what(spec))


def _text(spec: Spec, node: Node, around: Around) -> Text:
    return read_text(node, around.scope, around.what(spec))


def _yes_no(spec: Spec, node: Node, around: Around) -> bool:
    return scalars.yes_no(node, around.scope.report, around.what(spec))


def _whole_number(spec: Spec, node: Node, around: Around) -> int:
    return scalars.whole_number(node, around.scope.report, around.what(spec), -(10**9), 10**9)


_BY_MARK: dict[type, Reader] = {
    Name: _name,
    PropertyPath: _property_path,
    Assignments: _assignments,
    Glob: _glob,
    Times: _times,
    **BY_MARK,
}
_BY_TYPE: dict[Any, Reader] = {
    Duration: _duration,
    Text: _text,
    Where: _where,
    str: _glob,
    bool: _yes_no,
    int: _whole_number,
}
