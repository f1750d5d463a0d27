"""What to say where something stands in the place of a trigger, a condition or an action, and is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn, TypeVar

from autoflow.kinds.base import Kind
from autoflow.language.elsewhere import meant
from autoflow.language.field_specs import written_keys
from autoflow.language.names import Names, listed
from autoflow.language.nodes import Mapping as MappingNode
from autoflow.language.nodes import Node, Scalar
from autoflow.language.scope import Scope

K = TypeVar("K", bound=Kind)
_WITH_NAMES = {
    "trigger": (("event", "event"), ("segment", "segment_entered")),
    "condition": (("event", "did"), ("segment", "in_segment"), ("attribute", "attribute")),
    "action": (("template", "send_email"), ("recipe", "enter_recipe")),
}


def refuse_bare(node: Node, kinds: Mapping[str, type[K]], what: str, scope: Scope) -> NoReturn:
    """Something stands where a mapping with a word belongs."""
    report = scope.report
    shown = node.text if isinstance(node, Scalar) else ""
    start, _, rest = shown.partition(" ")
    start = start.partition(":")[0]
    if start in kinds:
        fix = f"For example {example(kinds[start])}"
        if shown.startswith(f"{start}:"):
            fix = "Put a space after the colon."
        elif rest:
            fix = f"Put a colon behind the word: {start}: {rest}"
        report.fail("value", node.span, f'"{start}" needs a value.', fix)
    if isinstance(node, Scalar) and node.value is not None:
        fix = _fix(shown, kinds, what, scope.names)
        report.fail("unknown-word", node.span, f'There is no {what} called "{shown}".', fix)
    first = next(iter(kinds.values()))
    article = "An" if what == "action" else "A"
    form = "is missing here" if isinstance(node, Scalar) else "is one word with its value"
    message = f"{article} {what} {form}."
    report.fail("value", node.span, message, f"For example {example(first)}")


def refuse_unknown(
    node: MappingNode, kinds: Mapping[str, type[K]], what: str, scope: Scope, also: tuple[str, ...] = ()
) -> NoReturn:
    """A mapping has no word that is known."""
    words = [key for key in node.entries if key not in also]
    if not words:
        fix = f"For example {example(next(iter(kinds.values())))}"
        scope.report.fail("value", node.span, f"The {what} itself is missing here.", fix)
    word = next((key for key in words if meant(key, kinds, what)), words[0])
    fix = _fix(word, kinds, what, scope.names)
    if word.startswith("-") and word[1:] in kinds:
        fix = "Put a space after the dash."
    message = f'There is no {what} called "{word}".'
    scope.report.fail("unknown-word", node.entries[word].key.span, message, fix)


def _fix(word: str, kinds: Mapping[str, type[K]], what: str, names: Names) -> str:
    """What was likely meant: a word, or a name that stands where its word belongs."""
    for of, before in _WITH_NAMES[what]:
        if word in (names.known(of) or ()):
            return f"Did you mean {before}: {word}?"
    near = meant(word, kinds, what)
    return f'Did you mean "{near}"?' if near else f"The {what}s are {listed(sorted(kinds), 40)}."


def fields_in_words(kind: type[Kind]) -> str:
    """The keys that a kind takes, for a sentence."""
    return listed((f'"{key}"' for key in written_keys(kind)), 20) or "nothing"


def example(kind: type[Kind]) -> str:
    """A kind's example in one line, lists in brackets."""
    word, several, rest = kind.example.partition(":\n")
    if not several:
        return kind.example
    return f"{word}: [{', '.join(line.strip().removeprefix('- ') for line in rest.splitlines())}]"
