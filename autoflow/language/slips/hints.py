"""How to mend single values that could not be read, by what stands in their place."""

from __future__ import annotations

import re

from autoflow.language.slips.elsewhere import asked
from autoflow.language.source import Report
from autoflow.language.yaml.nodes import Mapping, Node, Scalar, Sequence


def length_fix(written: str) -> str:
    """Of what is no length of time."""
    from autoflow.language.slips import likely

    working = re.search(r"(\d+)\s+(?:business|working|work|week)[ -]?days?", written, re.IGNORECASE)
    if working is not None:
        until = f'wait: {{until: "09:00", days: weekdays, not_before: {working[1]} days}}'
        return f"Working days are not counted: write {working[1]} days, or {until}."
    if "//" in written:
        return f"A comment begins with #: {written.partition('//')[0].strip()}  # …"
    return asked(likely.length(written), "Write a number and a unit, such as 3 days.")


def form_hint(node: Node) -> str:
    """Of what should be keys with values; nothing where it cannot be told."""
    if isinstance(node, Sequence) and any(isinstance(item, Mapping) for item in node.items):
        return "Remove the dash before its first key, and as many spaces from the lines below."
    return colon_hint(node)


def bare_name(written: str) -> str:
    """What to write where a placeholder stands in the place of a name: `city` of `{{ contact.city }}`."""
    found = re.fullmatch(r"\{\{\s*(?:\w+\.)?(\w+)\s*\}\}", written.strip())
    return f"Write {found[1]}." if found else ""


def colon_hint(node: Node) -> str:
    """Of a text that stands in the place of keys, for lack of a space; nothing where none is missing."""
    if isinstance(node, Scalar) and re.search(r"\w:\S", node.text) and not re.search(r":\s", node.text):
        return "Put a space after the colon."
    if isinstance(node, Scalar) and re.match(r"-\S", node.text):
        return "Put a space after the dash."
    return ""


def comment_hint(node: Scalar, report: Report) -> str:
    """Of no value: one such as #b4532a is a comment to YAML."""
    source = report.source
    number_ = source.line_number(node.span.start)
    rest = source.line(number_)[node.span.start - source.start_of(number_) :].strip()
    if re.match(r"#\S", rest):
        return f'# begins a comment here. Put quotes around it: "{rest.split()[0]}"'
    return ""
