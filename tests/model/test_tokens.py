from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.model.tokens import check_token, token

SECRET = b"a secret of the operator's own"
SUBJECTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@given(SUBJECTS)
def test_a_token_names_its_subject(subject: str) -> None:
    made = token(SECRET, "unsubscribe", subject)
    assert check_token(SECRET, "unsubscribe", made) == subject
    assert made == token(SECRET, "unsubscribe", subject)
    assert made.replace(".", "").replace("-", "").replace("_", "").isalnum()


@given(SUBJECTS)
def test_a_token_opens_nothing_else(subject: str) -> None:
    made = token(SECRET, "unsubscribe", subject)
    assert check_token(SECRET, "preferences", made) is None
    assert check_token(b"another secret", "unsubscribe", made) is None


@given(SUBJECTS, st.data())
def test_any_changed_character_makes_it_void(subject: str, data: st.DataObject) -> None:
    made = token(SECRET, "unsubscribe", subject)
    place = data.draw(st.integers(0, len(made) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda c: c != made[place]))
    assert check_token(SECRET, "unsubscribe", made[:place] + other + made[place + 1 :]) is None
    assert check_token(SECRET, "unsubscribe", made[:place]) is None


def test_spare_bits_at_the_end_of_base64_are_no_second_spelling() -> None:
    made = token(SECRET, "unsubscribe", "ana")
    mac = made.partition(".")[2]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = mac[:-1] + alphabet[alphabet.index(mac[-1]) ^ 1]
    assert base64.urlsafe_b64decode(twin + "=") == base64.urlsafe_b64decode(mac + "=")
    assert check_token(SECRET, "unsubscribe", f"ana.{twin}") is None
    assert check_token(SECRET, "unsubscribe", f"{made.partition('.')[0]}.{twin}") is None


@given(st.text(max_size=60))
def test_anything_else_is_no_token(text: str) -> None:
    assert check_token(SECRET, "unsubscribe", text) is None


def test_purpose_and_subject_do_not_run_together() -> None:
    assert token(SECRET, "a", "b:c").split(".")[1] != token(SECRET, "a:b", "c").split(".")[1]


def test_without_a_secret_there_are_no_tokens() -> None:
    with pytest.raises(ValueError, match="secret"):
        token(b"", "unsubscribe", "ana")
