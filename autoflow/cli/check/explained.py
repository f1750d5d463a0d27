"""`autoflow check --explain CODE`: an entry of the catalogue of problems, for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import say
from autoflow.language.catalogue import Entry, Shown, catalogue
from autoflow.language.codes import CODES
from autoflow.language.names import listed
from autoflow.model.problems import AutoflowError, did_you_mean

_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_ROLES = {"beside": "Beside it", "broken": "Broken", "mended": "Mended"}
_MOST_NAMED = 5


def show(code: str, *, as_json: bool) -> None:
    """Print what a code means; raises `AutoflowError` where there is none of that name."""
    found = catalogue().get(code.strip().lower())
    if found is None:
        near = did_you_mean(code, CODES)
        fix = f'Did you mean "{near}"?' if near else f"The codes are {listed(CODES, len(CODES))}."
        raise AutoflowError(f'There is no code "{code}".', fix)
    if as_json:
        print_json({"code": found.code, "summary": found.summary, "page": found.page, "text": found.text})
    else:
        _tell(found)


def more_about(codes: Iterable[str]) -> str:
    """The sentence that says where to read on about these codes."""
    named = sorted(set(codes))
    if len(named) == 1:
        return f"More about it: autoflow check --explain {named[0]}"
    return f"More about each: autoflow check --explain CODE, with {listed(named, _MOST_NAMED)}."


def _tell(entry: Entry) -> None:
    say(f"{entry.code}: {entry.summary}")
    for part in entry.parts():
        say()
        if isinstance(part, str):
            say(_LINK.sub(r"\1", part))
        elif part.role == "told":
            say("check says:")
            _indented(part)
        elif part.role == "people":
            say("What has come in:")
            _indented(part)
        else:
            say(f"{_ROLES[part.role]}, {part.file}:")
            _indented(part)


def _indented(block: Shown) -> None:
    for line in block.text.splitlines():
        say(f"    {line}".rstrip())
