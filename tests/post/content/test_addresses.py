from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.post.content.addresses import checked_address


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.com",
        "a.b+c_d-e@mail.example.co.uk",
        "o'neil@shop.example",
        "x@a-b.example",
        "_x@b.example",
    ],
)
def test_an_address_is_left_as_it_is(address: str) -> None:
    assert checked_address(address) == address


def test_a_domain_in_another_script_is_sent_in_ascii() -> None:
    assert checked_address("ana@bücher.example") == "ana@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ana",
        "@example.com",
        "ana@",
        "ana@localhost",
        "a@b.example,c@d.example",
        "a@b.example c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\n",
        " a@b.example",
        "Ana <a@b.example>",
        "<a@b.example>",
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a@b..example",
        "a@-b.example",
        '"a b"@example.com',
        "a@[127.0.0.1]",
        "用户@example.com",
        "a" * 65 + "@example.com",
        "a@" + "b" * 250 + ".example",
        "a@b.example\x00",
    ],
)
def test_anything_but_exactly_one_address_is_none(text: str) -> None:
    assert checked_address(text) is None


@given(st.text(max_size=60))
def test_what_is_an_address_is_safe_on_the_wire(text: str) -> None:
    for candidate in (text, f"{text}@example.com", f"ana@{text}.example"):
        address = checked_address(candidate)
        if address is not None:
            assert address.isascii()
            assert address.isprintable()
            assert not set(address) & set(' <>,;:"()[]\\')
            assert address.count("@") == 1
