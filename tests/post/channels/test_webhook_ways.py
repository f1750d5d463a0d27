"""Where a call goes, and where it must not go."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from autoflow.post.channels import calling
from tests.post.channels.fake_endpoint import (
    Serve,
    calls,
    channel,
    outcomes,
    standing_for,
)

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.7", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "240.0.0.1", "::1", "fe80::1", "fe80::1%lo", "fd00::1", "ff02::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.7", "64:ff9b::7f00:1", "2002:7f00:1::"),
    ],
)
def test_an_address_that_is_not_public_is_not_called(serve: Serve, address: str) -> None:
    endpoint = serve()
    for found in ((address,), ("93.184.215.14", address)):
        opened = channel(f"http://crm.example:{endpoint.port}/", resolver=standing_for(*found))
        first, second = opened.send(calls("k1", "k2"))
        assert (first.outcome, second.outcome) == ("unsent", "postponed")
        assert "not public" in first.reason
        assert address not in first.reason
    assert endpoint.asked == []


def test_an_address_that_is_written_out_is_looked_at_too(serve: Serve) -> None:
    endpoint = serve()
    for host in ("127.0.0.2", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"):
        opened = channel(f"http://{host}:{endpoint.port}/", resolver=calling.resolve)
        assert outcomes(opened.send(calls("k1"))) == ["unsent"]
    assert endpoint.asked == []


def test_this_machine_by_name_must_be_this_machine() -> None:
    opened = channel("http://localhost:1/", resolver=standing_for("10.0.0.7"))
    [result] = opened.send(calls("k1"))
    assert (result.outcome, result.reason) == ("unsent", "Its name stands for another machine than this one.")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_this_machine_where_autoflow_yaml_names_it(serve: Serve, host: str) -> None:
    endpoint = serve()
    opened = channel(f"http://{host}:{endpoint.port}/", resolver=calling.resolve)
    assert outcomes(opened.send(calls("k1"))) == ["sent"]


def test_a_name_is_looked_up_once_and_the_address_that_was_looked_at_is_called(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = serve()
    monkeypatch.setattr(calling, "is_public", str)
    looked_up: list[tuple[str, int]] = []

    def resolver(host: str, port: int) -> tuple[str, ...]:
        looked_up.append((host, port))
        return ("127.0.0.1",) if len(looked_up) == 1 else ("10.0.0.7",)

    opened = channel(f"http://crm.example:{endpoint.port}/hook", resolver=resolver)
    assert outcomes(opened.send(calls("k1", "k2"))) == ["sent", "sent"]
    assert looked_up == [("crm.example", endpoint.port)]
    assert {asked.headers["host"] for asked in endpoint.asked} == {f"crm.example:{endpoint.port}"}


def test_an_address_that_does_not_answer_makes_way_for_the_next(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = serve()
    monkeypatch.setattr(calling, "is_public", str)
    opened = channel(f"http://crm.example:{endpoint.port}/", resolver=standing_for("127.0.0.99", "127.0.0.1"))
    assert outcomes(opened.send(calls("k1", "k2"))) == ["sent", "sent"]
    assert len(endpoint.asked) == 2


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long"), None])
def test_a_name_that_stands_for_nothing(error: Exception | None) -> None:
    def resolver(host: str, port: int) -> tuple[str, ...]:
        if error is not None:
            raise error
        return ()

    [result] = channel("https://crm.example/", resolver=resolver).send(calls("k1"))
    assert (result.outcome, result.reason) == ("unsent", "Its name stands for no address.")


def test_no_proxy_is_asked(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, endpoint = serve(), serve()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert outcomes(channel(endpoint.url).send(calls("k1"))) == ["sent"]
    assert (len(proxy.asked), len(endpoint.asked)) == (0, 1)


def _inside() -> ssl.SSLContext:
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    inside.load_cert_chain(HERE / "localhost.pem", HERE / "localhost.key")
    return inside


def test_encryption_proves_the_name_and_not_the_address(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "is_public", str)
    endpoint = serve(tls=_inside())
    trust = ssl.create_default_context(cafile=HERE / "localhost.pem")
    right = channel(f"https://localhost:{endpoint.port}/", trust=trust)
    assert outcomes(right.send(calls("k1", "k2"))) == ["sent", "sent"]
    wrong = channel(f"https://crm.example:{endpoint.port}/", trust=trust)
    [result] = wrong.send(calls("k1"))
    assert (result.outcome, "certificate" in result.reason) == ("unsent", True)
    unknown = channel(f"https://localhost:{endpoint.port}/")
    assert outcomes(unknown.send(calls("k1"))) == ["unsent"]
    assert len(endpoint.asked) == 2
