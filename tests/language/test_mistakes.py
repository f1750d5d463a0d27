"""Every mistake in `mistakes/*.txt` is told in exactly the words that stand there.

These are the many ways to go wrong and the sentences for them; what each code means, with one example or two, stands in
docs/problems/, which `test_catalogue.py` walks.

A case is a file (`=== PATH`, its text), which joins the small workspace, then `--- told` and what `check`
prints; nothing where it must say nothing. autoflow.yaml is read alone, and of
any.yaml nothing but the YAML is.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autoflow.language.present import as_text
from autoflow.language.source import Report, Source
from autoflow.language.workspace import read_workspace
from autoflow.language.yaml.nodes import read_yaml
from tests.language.small import told

_CASE = re.compile(
    r"^=== (?P<file>.+?)\n(?P<text>.*?)^--- told\n(?P<told>.*?)(?=^=== |\Z)", re.MULTILINE | re.DOTALL
)


def _cases() -> list[object]:
    found: list[object] = []
    for path in sorted((Path(__file__).parent / "mistakes").glob("*.txt")):
        for number, match in enumerate(_CASE.finditer(path.read_text(encoding="utf-8")), 1):
            said = match["told"].strip("\n")
            case = (match["file"], match["text"], f"{said}\n" if said else "")
            found.append(pytest.param(*case, id=f"{path.stem}-{number}"))
    return found


@pytest.mark.parametrize(("file", "text", "expected"), _cases())
def test_is_told_in_these_words(file: str, text: str, expected: str) -> None:
    if file == "any.yaml":
        report = Report(Source(file, text))
        read_yaml(report)
        assert as_text(sorted(report.problems), {file: text}) == expected
    elif file == "autoflow.yaml":
        found = read_workspace({file: text}, {"KNOWN": "postgresql://user:secret@host/shop"})
        assert as_text(found.problems, found.sources) == expected
    else:
        assert told({file: text}) == expected


def test_no_case_is_left_out() -> None:
    heads = sum(
        len(re.findall(r"^=== ", path.read_text(encoding="utf-8"), re.MULTILINE))
        for path in (Path(__file__).parent / "mistakes").glob("*.txt")
    )
    assert heads == len(_cases()) > 100
