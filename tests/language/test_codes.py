from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import autoflow
from autoflow.language.codes import CODES, Code

PACKAGE = Path(autoflow.__file__).parent


def test_every_code_is_explained() -> None:
    assert tuple(CODES) == get_args(Code)
    assert list(CODES) == sorted(CODES)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in CODES)
    assert all(sentence.endswith(".") for sentence in CODES.values())


def test_every_code_is_in_use() -> None:
    files = [path for room in ("language", "kinds") for path in (PACKAGE / room).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in files if path.name != "codes.py"]
    texts.append((PACKAGE / "language" / "templates.py").read_text(encoding="utf-8"))
    unused = [code for code in CODES if not any(f'"{code}"' in text for text in texts)]
    assert unused == []


def test_kinds_report_only_codes_that_are_explained() -> None:
    reported = {
        code
        for path in (PACKAGE / "kinds").rglob("*.py")
        for code in re.findall(r'Finding\(\s*[^,]+,\s*"([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert reported
    assert reported <= set(CODES)
