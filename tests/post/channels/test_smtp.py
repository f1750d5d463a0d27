from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.language.settings.settings import Smtp
from autoflow.post.channels.base import ChannelDown, Outgoing, Result
from autoflow.post.channels.smtp import SmtpChannel, wire_text
from autoflow.post.channels.smtp_session import Timeouts
from tests.post.channels.fake_smtp import DROP, FakeSmtp, Play, fake_smtp

TEXT = b"Subject: Hi\r\n\r\nHello\r\n"
BIG = b"Subject: Hi\r\n\r\n" + b"0123456789abcdef" * 16 * 64 * 1024


def mails(count: int, text: bytes = TEXT) -> list[Outgoing]:
    return [Outgoing(f"k{n}", f"c{n}@example.com", text) for n in range(1, count + 1)]


def channel(server: FakeSmtp, *, user: str = "", security: str = "none") -> SmtpChannel:
    settings = Smtp("127.0.0.1", server.port, user, "secret-password", security)  # type: ignore[arg-type]
    return SmtpChannel(settings, "shop@shop.example", timeouts=Timeouts(5, 5, 5))


def send(server: FakeSmtp, group: Sequence[Outgoing]) -> list[Result]:
    opened = channel(server)
    try:
        return opened.send(group)
    finally:
        opened.close()


def outcomes(results: Sequence[Result]) -> list[str]:
    return [result.outcome for result in results]


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_group_goes_over_one_connection(pipelining: bool) -> None:
    with fake_smtp(Play(pipelining=pipelining)) as server:
        opened = channel(server)
        assert outcomes(opened.send(mails(3))) == ["sent"] * 3
        assert outcomes(opened.send(mails(2))) == ["sent"] * 2
        opened.close()
    assert server.connections == 1
    assert [to for to, _ in server.mails] == [f"RCPT TO:<c{n}@example.com>" for n in (1, 2, 3, 1, 2)]
    assert {text for _, text in server.mails} == {TEXT}
    assert server.lines.count("MAIL FROM:<shop@shop.example>") == 5
    assert server.lines[-1].upper() == "QUIT"
    assert server.early == []  # without PIPELINING nothing is said before the answer


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_reply_lost_after_the_dot_is_unknown_and_the_rest_goes_on(pipelining: bool) -> None:
    with fake_smtp(Play({("dot", 2): DROP}, pipelining), Play(pipelining=pipelining)) as server:
        results = send(server, mails(4))
    assert outcomes(results) == ["sent", "unknown", "sent", "sent"]
    assert [to for to, _ in server.mails] == [f"RCPT TO:<c{n}@example.com>" for n in (1, 3, 4)]
    assert len(server.texts) == 4  # each mail's text ended once: nothing was sent again


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("how", [DROP, "421 4.3.2 shutting down"])
def test_a_connection_lost_before_the_dot_loses_nothing(phase: str, pipelining: bool, how: str) -> None:
    with fake_smtp(Play({(phase, 2): how}, pipelining), Play(pipelining=pipelining)) as server:
        results = send(server, mails(3))
    assert outcomes(results) == ["sent"] * 3
    assert [to for to, _ in server.mails] == [f"RCPT TO:<c{n}@example.com>" for n in (1, 2, 3)]


def test_a_server_that_hangs_up_on_every_mail_is_left_alone() -> None:
    with fake_smtp(*[Play({"mail": DROP})] * 2) as server:
        results = send(server, mails(5))
    assert outcomes(results) == ["unsent"] * 5
    assert server.connections == 2


def test_a_mail_that_makes_the_server_hang_up_fails_alone() -> None:
    plays = [Play({("rcpt", 2): DROP}), Play({"rcpt": DROP}), Play()]
    with fake_smtp(*plays) as server:
        results = send(server, mails(3))
    assert outcomes(results) == ["sent", "unsent", "sent"]


def test_a_connection_lost_within_the_text_is_surely_unsent() -> None:
    with fake_smtp(*[Play(hang_up_in_text=1000)] * 2) as server:
        results = send(server, mails(2, BIG))
    assert outcomes(results) == ["unsent"] * 2
    assert server.texts == []


def test_a_session_that_went_stale_is_opened_anew() -> None:
    with fake_smtp(Play({("mail", 2): "421 4.4.2 idle for too long"}), Play()) as server:
        opened = channel(server)
        assert outcomes(opened.send(mails(1))) == ["sent"]
        assert outcomes(opened.send(mails(2))) == ["sent"] * 2
        opened.close()
    assert server.connections == 2


def test_what_quit_says_changes_nothing() -> None:
    for said in (DROP, "421 4.3.2 going down", "500 what?"):
        with fake_smtp(Play({"quit": said})) as server:
            assert outcomes(send(server, mails(1))) == ["sent"]


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("phase", "reply", "outcome", "suppress"),
    [
        ("mail", "451 4.3.0 later", "unsent", False),
        ("mail", "552 5.3.4 too large", "rejected", False),
        ("rcpt", "450 4.2.1 greylisted", "unsent", False),
        ("rcpt", "452 4.2.2 mailbox full", "unsent", False),
        ("rcpt", "550 5.1.1 no such user", "rejected", True),
        ("rcpt", "550-5.1.1 no such\r\n550 5.1.1 user", "rejected", True),
        ("rcpt", "550 5.1.10 takes no mail", "rejected", True),
        ("rcpt", "550 5.2.1 the account is disabled", "rejected", True),
        ("rcpt", "550 5.2.1 receives mail at a rate that prevents more", "rejected", False),
        ("rcpt", "552 5.2.2 mailbox full", "rejected", False),
        ("rcpt", "550 5.7.1 policy", "rejected", False),
        ("rcpt", "550 5.1.0 rejected", "rejected", False),
        ("rcpt", "550 5.1.12 nobody knows", "rejected", False),
        ("rcpt", "550 no such user", "rejected", False),
        ("data", "451 4.3.0 later", "unsent", False),
        ("data", "554 5.5.1 no", "rejected", False),
        ("dot", "451 4.7.1 try later", "unsent", False),
        ("dot", "550 5.7.26 not authenticated", "rejected", False),
        ("dot", "554 5.1.1 no such user", "rejected", True),
    ],
)
def test_a_refusal_is_about_one_mail(
    pipelining: bool, phase: str, reply: str, outcome: str, suppress: bool
) -> None:
    with fake_smtp(Play({(phase, 2): reply}, pipelining)) as server:
        results = send(server, mails(3))
    assert outcomes(results) == ["sent", outcome, "sent"]
    assert results[1].suppress is suppress
    assert results[1].reason.startswith(reply[:3])
    assert server.connections == 1
    assert [to for to, _ in server.mails] == ["RCPT TO:<c1@example.com>", "RCPT TO:<c3@example.com>"]


def test_a_server_that_wants_a_text_for_nobody_gets_an_empty_one() -> None:
    with fake_smtp(
        Play({("rcpt", 1): "550 5.1.1 no", ("data", 1): "354 go on", ("dot", 1): "554 5.5.1 no recipients"})
    ) as server:
        results = send(server, mails(2))
    assert outcomes(results) == ["rejected", "sent"]
    assert server.texts == [b"", TEXT]


def test_the_last_mail_of_a_group_refused_leaves_the_session_in_step() -> None:
    with fake_smtp(Play({("rcpt", 1): "550 5.7.1 no"})) as server:
        opened = channel(server)
        assert outcomes(opened.send(mails(1))) == ["rejected"]
        assert outcomes(opened.send(mails(1))) == ["sent"]
        opened.close()
    assert server.connections == 1


def test_replies_in_pieces_are_put_together() -> None:
    pieces: dict[str, str | list[str]] = {
        "mail": ["25", "0 ok\r", "\n"],
        "dot": ["250-que", "ued\r\n250", " as 1\r\n"],
    }
    with fake_smtp(Play(pieces)) as server:
        assert outcomes(send(server, mails(2))) == ["sent"] * 2


def test_half_a_reply_to_the_dot_is_unknown() -> None:
    halves: list[list[str]] = [["250-queued\r\n", DROP], ["2", DROP]]
    for half in halves:
        with fake_smtp(Play({("dot", 1): half}), Play()) as server:
            assert outcomes(send(server, mails(2))) == ["unknown", "sent"]


def test_what_is_no_reply_ends_the_session() -> None:
    with fake_smtp(Play({("dot", 1): "hello there"}), Play({("rcpt", 1): "what?"}), Play()) as server:
        assert outcomes(send(server, mails(3))) == ["unknown", "unsent", "sent"]


def test_421_after_the_dot_is_a_refusal_for_now() -> None:
    with fake_smtp(Play({("dot", 1): "421 4.3.2 shutting down"}), Play()) as server:
        assert outcomes(send(server, mails(2))) == ["unsent", "sent"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"greeting": "554 no mail from you"}, "takes no mail: 554"),
        ({"greeting": DROP}, "cannot be reached"),
        ({"mail": "530 5.7.0 authentication required"}, "wants a login"),
        ({"mail": "550 5.7.1 sender not allowed"}, "wants another sender"),
        ({"rcpt": "530 5.7.0 authentication required"}, "wants a login"),
    ],
)
def test_what_is_about_us_takes_the_channel_down_and_no_mail_with_it(
    answers: dict[str, str], said: str
) -> None:
    with fake_smtp(Play(dict(answers))) as server, pytest.raises(ChannelDown, match=said):
        send(server, mails(2))


def test_a_server_that_is_not_there_takes_the_channel_down() -> None:
    with fake_smtp(Play()) as server:
        send(server, [])
    with pytest.raises(ChannelDown, match="cannot be reached"):
        send(server, mails(1))


def test_a_refused_login_takes_the_channel_down() -> None:
    offers = ("AUTH PLAIN LOGIN",)
    refuse = Play({"auth": "535 5.7.8 bad credentials"}, extensions=offers)
    with fake_smtp(refuse) as server, pytest.raises(ChannelDown, match="refuses the login: 535") as raised:
        channel(server, user="shop").send(mails(2))
    assert "secret-password" not in str(raised.value)
    later = Play({"auth": "454 4.7.0 not now"}, extensions=offers)
    with fake_smtp(later) as server, pytest.raises(ChannelDown, match="cannot check the login now"):
        channel(server, user="shop").send(mails(2))
    with fake_smtp(Play()) as server, pytest.raises(ChannelDown, match="no login"):
        channel(server, user="shop").send(mails(2))


def test_without_starttls_nothing_goes_in_the_clear() -> None:
    with (
        fake_smtp(Play(extensions=("AUTH PLAIN",))) as server,
        pytest.raises(ChannelDown, match="no encryption"),
    ):
        channel(server, user="shop", security="starttls").send(mails(1))
    assert [line.partition(" ")[0] for line in server.lines] == ["ehlo"]


def test_once_a_mail_was_sent_a_channel_that_goes_down_tells_of_it() -> None:
    with fake_smtp(Play({("mail", 2): "550 5.7.1 quota of this sender used up"})) as server:
        opened = channel(server)
        results = opened.send(mails(3))
    assert outcomes(results) == ["sent", "unsent", "unsent"]
    assert "wants another sender" in results[1].reason


def test_login_lost_in_the_middle_of_a_group_tells_what_was_sent() -> None:
    offers = ("AUTH PLAIN",)
    plays = [Play({("dot", 2): DROP}, extensions=offers), Play({"auth": "535 no"}, extensions=offers)]
    with fake_smtp(*plays) as server:
        results = channel(server, user="shop").send(mails(4))
    assert outcomes(results) == ["sent", "unknown", "unsent", "unsent"]


@pytest.mark.parametrize(
    "to", ["", "a@b.example\r\nRCPT TO:<eve@example.com>", "a@b.example>", "a@b.example,c@d.example"]
)
def test_what_is_no_address_is_not_said_to_the_server(to: str) -> None:
    with fake_smtp() as server:
        results = send(server, [Outgoing("k1", to, TEXT), *mails(2)[1:]])
    assert outcomes(results) == ["rejected", "sent"]
    assert not results[0].suppress
    assert len([line for line in server.lines if line.startswith("RCPT")]) == 1


def test_a_key_is_sent_once_in_a_group() -> None:
    with fake_smtp() as server:
        results = send(server, [*mails(1), *mails(1)])
    assert outcomes(results) == ["sent", "sent"]
    assert len(server.mails) == 1


def test_reasons_name_no_address() -> None:
    with fake_smtp(Play({("rcpt", 1): "550 5.1.1 <c1@example.com>: Recipient\x07 unknown"})) as server:
        assert send(server, mails(1))[0].reason == "550 5.1.1 <(address)>: Recipient unknown"


def test_dots_and_line_ends_arrive_as_they_left() -> None:
    text = b"Subject: x\r\n\r\n.\r\n..two\r\n.\r\n\r\nend"
    with fake_smtp() as server:
        assert outcomes(send(server, [Outgoing("k1", "a@b.example", text)])) == ["sent"]
    assert unstuffed(server.texts[0]) == text + b"\r\n"


def unstuffed(text: bytes) -> bytes:
    lines = text.split(b"\r\n")
    return b"\r\n".join(line.removeprefix(b".") for line in lines)


@given(st.lists(st.sampled_from([b"a", b".", b"\r", b"\n", b"\r\n", b"\r\n.\r\n"]), max_size=30))
def test_no_text_holds_its_own_end(parts: list[bytes]) -> None:
    wired = wire_text(b"".join(parts))
    assert b"\r\n.\r\n" not in b"\r\n" + wired
    assert wired.endswith(b"\r\n")
    assert wired.count(b"\r") == wired.count(b"\n") == wired.count(b"\r\n")
