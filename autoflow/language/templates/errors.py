"""What Jinja says of a template that it cannot read, in plain sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from autoflow.model.problems import did_you_mean

_TAGS = ("if", "elif", "else", "endif", "for", "endfor", "set", "block", "endblock", "extends", "include")
_TAGS_ELSEWHERE = {"elseif": "elif", "elsif": "elif", "unless": "if not", "assign": "set"}
_ENDS = {f"end{tag}": tag for tag in ("if", "for", "block", "macro", "set", "with", "filter", "call")}
_TOKENS = {
    "end of print statement": '"}}"',
    "end of statement block": '"%}"',
    "end of template": "the end",
    "begin of print statement": '"{{"',
    "begin of statement block": '"{%"',
}
_SIGNS = {"&": "Write and.", "!": "Write not.", "?": "Write A if B else C."}
_CURLED = "Quotes of a word processor are no quotes here."
_CLOSED = "See that each {{ … }} and {% … %} is closed, and that each if, for and block has its end."


class Explained(NamedTuple):
    """A sentence, how to mend it, and the word that stands there, by which its column is found."""

    message: str
    fix: str
    word: str = ""


def explain(said: str, line: str = "") -> Explained:
    """Jinja's sentence about a syntax error in ours; `line` is the text in which it stands."""
    for written, told in _ELSEWHERE:
        found = re.search(written, line)
        if found is not None:
            return told(found)
    for pattern, tell in _KNOWN:
        found = re.search(pattern, said)
        if found is not None:
            return tell(found)
    return Explained("Between {{ }} or {% %} stands something that cannot be read.", _CLOSED)


def line_of(said: str, source: str, line: int) -> int:
    """The line that has to be mended: what is never closed is told where it opens."""
    unfinished = re.search(r"(?s)Unexpected end of template\..*needs to be closed is '(\w+)'", said)
    if unfinished is None:
        return line
    opened: list[int] = []
    for tag in re.finditer(rf"{{%[-+]?\s*(end)?{unfinished[1]}\b", source):
        if not tag[1]:
            opened.append(tag.start())
        elif opened:
            opened.pop()
    return source.count("\n", 0, opened[-1]) + 1 if opened else line


def _unfinished(found: re.Match[str]) -> Explained:
    tag = found[1]
    fix = "Write {% set NAME = … %}." if tag == "set" else f"Write {{% end{tag} %}} where it ends."
    return Explained(f'"{tag}" has no end.', fix, tag)


def _unknown_tag(found: re.Match[str]) -> Explained:
    tag = found[1]
    opener = _ENDS.get(tag, "if" if tag in {"else", "elif"} else "")
    if not opener:
        near = {"elseif": "elif", "elsif": "elif", "unless": "if not", "assign": "set"}.get(
            tag
        ) or did_you_mean(tag, _TAGS)
        if tag == "comment":
            return Explained('There is no "{% comment %}".', "Write {# … #} around it.", tag)
        if tag == "end":
            closes = re.search(r"needs to be closed is '(\w+)'", found.string)
            near = f"end{closes[1]}" if closes else "endif"
        fix = f'Did you mean "{near}"?' if near else "A value stands in {{ … }}."
        return Explained(f'There is no "{{% {tag} %}}".', fix, tag)
    inner = re.search(r"needs to be closed is '(\w+)'", found.string)
    if inner is not None and inner[1] != opener:
        fix = f"Write {{% end{inner[1]} %}} before it."
        return Explained(f'"{tag}" stands where "{inner[1]}" has to be closed.', fix, tag)
    fix = f"Remove it, or write {{% {opener} … %}} before it."
    return Explained(f'"{tag}" belongs to nothing: no "{opener}" is open.', fix, tag)


def _strange_sign(found: re.Match[str]) -> Explained:
    sign = found[2]
    if sign in "'\"":
        return Explained(f"A text that begins with {sign} is not closed.", f"Put {sign} at its end.", sign)
    if sign in "“”„‘’":
        return Explained(_CURLED, "Write straight ones: \"…\" or '…'.", sign)
    return Explained(f'"{sign}" means nothing between {{{{ }}}}.', _SIGNS.get(sign, "Remove it."), sign)


def _expected(found: re.Match[str]) -> Explained:
    wanted, got = found[1], found[2]
    if got == "=":
        return Explained('One "=" sets a value, and compares nothing.', "Write == to compare.", "=")
    if got == "|":
        return Explained('A second "|" follows the first.', "Write or, or name a filter behind the first.")
    if wanted == "end of statement block" and got == "if":
        return Explained('"else if" is one word here.', "Write {% elif … %}.", "else")
    if wanted in _TOKENS:
        word = got if re.fullmatch(r"\w+", got) else ""
        message = f"Something is missing between {_shown(got)} and what stands before it."
        return Explained(message, "A filter stands behind |, and names hold no spaces.", word)
    named = "a name" if wanted == "name" else f'"{wanted}"'
    return Explained(f"Before {_shown(got)} {named} is missing.", _CLOSED)


def _shown(token: str) -> str:
    return _TOKENS.get(token, f'"{token}"')


def _not_closed(found: re.Match[str]) -> Explained:
    sign = found[1]
    if sign in {")", "]", ","}:
        sign = ")" if sign == "," else sign
        return Explained(f'A "{sign}" is missing.', f'Put "{sign}" where it is closed.')
    if sign == "name":
        return Explained("A name is missing at the end.", "A filter is named behind |.")
    return Explained(f"{_TOKENS.get(sign, 'An end')} is missing.", _CLOSED)


def _stray(found: re.Match[str]) -> Explained:
    if found[1] in "}%":
        return Explained(
            "A placeholder ends with two signs.", "Write }} behind {{, and %} behind {%.", found[1]
        )
    return Explained(f'"{found[1]}" closes nothing, or stands alone.', _CLOSED)


def _unclosed(found: re.Match[str]) -> Explained:
    if found[1] == "raw":
        return Explained('"raw" has no end.', "Write {% endraw %} where it ends.", "raw")
    return Explained("A comment is not closed.", "Put #} at its end.")


def _value_behind_colon(found: re.Match[str]) -> Explained:
    message = "A filter takes its value in brackets, not behind a colon."
    return Explained(message, f"Write {found[2]}({found[3]})", found[1])


def _curled(found: re.Match[str]) -> Explained:
    quote = '"' if "'" in found[2] else "'"
    return Explained(_CURLED, f"Write straight ones: {quote}{found[2]}{quote}", found[1])


def _of_handlebars(found: re.Match[str]) -> Explained:
    word = found[1]
    write = f"{{% end{word[1:]} %}}" if word[0] == "/" else f"{{% {word[1:]} … %}}"
    if word[1:] not in {"if", "for"}:
        write = "{% if … %} and {% endif %}, or {% for … in … %} and {% endfor %}"
    return Explained("Branches and loops stand between {% and %}.", f"Write {write}", found[0])


def _in_dollar(found: re.Match[str]) -> Explained:
    name = found[1].rpartition(".")[2]
    return Explained('A "$" means nothing between {{ }}.', f"Write {{{{ contact.{name} }}}}", found[0])


_VALUE = r"'[^']*'|\"[^\"]*\"|[\w.]+"
_ELSEWHERE: tuple[tuple[str, Callable[[re.Match[str]], Explained]], ...] = (  # as other programs write it
    (rf"\{{[{{%][^{{}}]*?\|\s*((\w+)\s*:\s*({_VALUE}))", _value_behind_colon),
    (r"\{[{%][^{}]*?([“„‘«]([^“”„‘’«»{}]*)[”’“»])", _curled),
    (r"\{\{\{", lambda found: Explained("A placeholder stands in two braces.", "Write {{ … }}", found[0])),
    (r"===|!==", lambda found: Explained("Two signs compare.", f"Write {found[0][:2]}", found[0])),
    (r"\{\{\s*([#/]\w+)", _of_handlebars),
    (r"\{\{\s*\$\{\s*([\w.]+)\s*\}\s*\}\}", _in_dollar),
)
_MISSING = Explained("A name or a value is missing.", "For example {{ contact.first_name }}.")
_KNOWN: tuple[tuple[str, Callable[[re.Match[str]], Explained]], ...] = (
    (r"unknown tag '(\w+)'", _unknown_tag),
    (r"(?s)Unexpected end of template\..*needs to be closed is '(\w+)'", _unfinished),
    (r"Missing end of (raw|comment)", _unclosed),
    (r"unexpected char (['\"])(.)\1", _strange_sign),
    (r"(?:unexpected end of template|unexpected '[^']*'), expected '([^']*)'", _not_closed),
    (r"expected token '([^']*)', got '([^']*)'", _expected),
    (r"Expected an expression|unexpected 'end of|expected name or number", lambda _: _MISSING),
    (r"unexpected '([^']*)'", _stray),
)
