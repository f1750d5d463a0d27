from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from autoflow.model.tokens import check_token
from autoflow.post.content.links import PREFERENCES, UNSUBSCRIBE, Links

SECRET = b"a secret"


def test_without_a_web_server_a_link_is_a_mail() -> None:
    link = Links("hello+list@shop.example", SECRET).unsubscribe("contact-1")
    parts = urlsplit(link)
    assert (parts.scheme, unquote(parts.path)) == ("mailto", "hello+list@shop.example")
    word, token = parse_qs(parts.query)["subject"][0].split(" ")
    assert word == "unsubscribe"
    assert check_token(SECRET, UNSUBSCRIBE, token) == "contact-1"
    assert check_token(SECRET, PREFERENCES, token) is None


def test_an_address_cannot_add_to_the_link() -> None:
    link = Links("a?bcc=eve@shop.example", SECRET).unsubscribe("c")
    assert list(parse_qs(urlsplit(link).query)) == ["subject"]


def test_with_a_web_server_it_is_one_click() -> None:
    links = Links("a@shop.example", SECRET, "https://shop.example/u/", "https://shop.example/p")
    link = links.unsubscribe("contact-1")
    assert link.startswith("https://shop.example/u/")
    assert check_token(SECRET, UNSUBSCRIBE, link.rpartition("/")[2]) == "contact-1"
    assert check_token(SECRET, PREFERENCES, links.preferences("contact-1").rpartition("/")[2]) == "contact-1"
    assert links.headers("contact-1") == [
        ("List-Unsubscribe", f"<{link}>, <{Links('a@shop.example', SECRET).unsubscribe('contact-1')}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def test_one_click_is_promised_over_https_alone() -> None:
    for links in (
        Links("a@shop.example", SECRET),
        Links("a@shop.example", SECRET, "http://localhost:8000/u"),
    ):
        assert [name for name, _ in links.headers("c")] == ["List-Unsubscribe"]


def test_the_secret_is_not_shown() -> None:
    assert "a secret" not in repr(Links("a@shop.example", SECRET))
