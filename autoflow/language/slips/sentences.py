"""Conditions that are written as sentences, `city is London`, `total >= 80`, taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autoflow.kinds.operators import OF_TYPE, WORDS
from autoflow.language.names import Names
from autoflow.language.settings.declared import Declared
from autoflow.language.slips.elsewhere import meant
from autoflow.language.yaml.nodes import Node, Scalar
from autoflow.language.yaml.values import quoted

_SENTENCE = re.compile(r"([\w.]+)\s*(?:\s([a-z]+(?:[ _][a-z]+){0,3})\s|([<>=!]{1,2}))\s*(\S.*)")
_PLAIN = re.compile(r"[\w.@/-]+(?: [\w.@/-]+)*")


def likely_condition(written: str, word: str, names: Names) -> str | None:
    """`{attribute: city, is: London}` of `city is London`, or None where it is no such sentence.

    `word` is the subject behind which it stands, if one does.
    """
    subject = written.removeprefix("attribute ").removeprefix("contact.")
    found = _SENTENCE.fullmatch(subject)
    if found is None:
        return None
    name, operand = found[1], found[4]
    attributes = names.settings.attributes
    if word in {"", "attribute"}:
        word = "attribute"
        declared = attributes.get(name.removeprefix("contact."))
        if declared is None:
            return None
        name = name.removeprefix("contact.")
    else:
        declared = Declared("number")
    said = _operator(found[2] or found[3], operand, declared)
    return f"{{{word}: {name}, {said}}}" if said else None


def likely_where(node: Node, events: Iterable[str], names: Names) -> str | None:
    """`where: {total: {at_least: 80}}` of `where: total >= 80`, or None where it is no such sentence."""
    found = _SENTENCE.fullmatch(node.text) if isinstance(node, Scalar) else None
    if found is None:
        return None
    name = found[1].rpartition(".")[2]
    declared = next(
        (of for event in events if (of := (names.properties(event) or {}).get(name)) is not None), None
    )
    said = _operator(found[2] or found[3], found[4], declared) if declared else None
    return f"where: {{{name}: {{{said}}}}}" if said else None


def _operator(written: str, operand: str, declared: Declared) -> str | None:
    """The operator with its value, of those that go with the type."""
    known = [word for word in WORDS if word in OF_TYPE[declared.type]]
    word = written.replace(" ", "_")
    near = word if word in known else meant(word, known, "operator")
    if near is None or ":" in near or near in {"between", "in", "not_in"}:
        return None
    if near == "is_set":
        return None
    value = operand.strip("\"'")
    return f"{near}: {value if _PLAIN.fullmatch(value) else quoted(value)}"
