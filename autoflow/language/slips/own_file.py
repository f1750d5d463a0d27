"""Whether a file holds what its folder and its name say."""

from __future__ import annotations

from collections.abc import Iterable

from autoflow.language import scalars
from autoflow.language.source import Report
from autoflow.language.yaml.nodes import Entry, Mapping, Node


def in_its_folder(root: Node, report: Report, what: str, own: Iterable[str]) -> bool:
    """Whether a file holds what its folder is for; reports a recipe among segments, or a segment among recipes.

    `own` are the keys of which one of that sort has at least one.
    """
    other = "segment" if what == "recipe" else "recipe"
    keys = root.entries if isinstance(root, Mapping) else {}
    if any(key in keys for key in own) or not any(key in keys for key in (other, "actions")):
        return True
    file = report.source.file.rpartition("/")[2]
    message = f"This is a {other}, and it stands among the {what}s."
    report.add("file-name", root.span, message, f"Move it to {other}s/{file}.")
    return False


def check_own_name(entry: Entry | None, name_: str, what: str, report: Report) -> None:
    """The name inside a file must be the file's own."""
    if entry is None:
        return
    if isinstance(entry.value, Mapping):
        message = f'Behind "{what}" stands its name alone, and what it is made of in the lines below.'
        fix = f"Write {what}: {name_}, and begin the keys below it at the start of their lines."
        report.add("value", entry.value.span, message, fix)
        report.meant.update(entry.value.entries)
        report.broken = True
        return
    written = scalars.attempt(lambda: scalars.text(entry.value, report, f'"{what}"'), name_)
    if written != name_:
        message = f'This is {name_}.yaml, so the {what} is called "{name_}", not "{written}".'
        report.add("file-name", entry.value.span, message, f"Write {what}: {name_}, or rename the file.")
