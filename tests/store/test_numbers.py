"""Numbers that nothing can count with do not stop the engine."""

from __future__ import annotations

import pytest

from autoflow.store.log import _text


@pytest.mark.parametrize(
    ("number", "stored"),
    [
        (2**63 - 1, "9223372036854775807"),
        (2**63, '"9223372036854775808"'),
        (-(2**63), "-9223372036854775808"),
        (-(2**63) - 1, '"-9223372036854775809"'),
        (10**30, f'"{10**30}"'),
    ],
)
def test_whole_numbers_beyond_64_bits_are_kept_as_text(number: int, stored: str) -> None:
    assert _text({"a": [{"b": number}]}) == f'{{"a":[{{"b":{stored}}}]}}'
