"""`stages` and `audiences` in autoflow.yaml: where contacts stand, and the lists that are equal to a segment."""

from __future__ import annotations

from typing import NamedTuple

from autoflow.language import scalars
from autoflow.language.scalars import attempt
from autoflow.language.settings.filling import Filling
from autoflow.language.source import Span
from autoflow.language.yaml.nodes import Entry, Node, Sequence
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.values import fold


class Mirror(NamedTuple):
    """The segment that an audience is equal to, and where it is named."""

    segment: str
    place: Span


def read_stages(node: Node, filling: Filling) -> tuple[str, ...]:
    """The stages in their order."""
    report = filling.report
    scalars.refuse_reported(node, report)
    if not isinstance(node, Sequence):
        fix = "For example stages: [prospect, customer]."
        report.fail("value", node.span, '"stages" is a list of names.', fix)
    found: dict[str, str] = {}
    for item in node.items:
        name = attempt(lambda item=item: scalars.name(item, report, "a stage"), "")  # type: ignore[misc]
        if fold(name) in found:
            message = f'The stage "{name}" stands here twice.'
            report.add("duplicate-key", item.span, message, "Remove one of the two.")
        elif name:
            found[fold(name)] = name
    return tuple(found.values())


def read_mirrors(node: Node, filling: Filling) -> dict[str, Mirror]:
    """The audiences that mirror a segment. Whether it exists only the whole workspace tells."""
    report = filling.report
    scalars.refuse_reported(node, report)
    if not isinstance(node, MappingNode):
        message = '"audiences" is written as names, each with its segment.'
        report.fail("value", node.span, message, "For example vip-buyers: {segment: vip}.")
    found: dict[str, Mirror] = {}
    for entry in node.entries.values():
        read = attempt(lambda entry=entry: _mirror(entry, filling), None)  # type: ignore[misc]
        if read is not None:
            found[entry.key.text] = read
    return found


def _mirror(entry: Entry, filling: Filling) -> Mirror:
    report = filling.report
    name = scalars.plain_name(entry.key, report, "an audience")
    fix = f"For example {name}: {{segment: vip}}."
    scalars.refuse_reported(entry.value, report)
    if not isinstance(entry.value, MappingNode):
        message = f'The audience "{name}" says which segment it is equal to.'
        report.fail("value", entry.value.span, message, fix)
    entries = scalars.section(entry.value, report, f'the audience "{name}"', ("segment",))
    if scalars.strangers(entry.value, entries):
        report.give_up()  # it may be meant, and is reported
    if "segment" not in entries:
        report.fail("missing-key", entry.key.span, f'The audience "{name}" needs a "segment".', fix)
    value = entries["segment"].value
    return Mirror(scalars.name(value, report, "the name of a segment"), value.span)
