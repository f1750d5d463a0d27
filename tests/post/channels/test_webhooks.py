"""What is said to an endpoint, and what a file gets."""

from __future__ import annotations

import errno
import json
import logging
import os
from pathlib import Path

import pytest
from freezegun import freeze_time
from standardwebhooks import Webhook as Receiver

from autoflow.language.settings.settings import Webhook
from autoflow.model.clock import MICROS
from autoflow.model.instants import to_iso
from autoflow.post.channels.base import Outgoing, Result
from autoflow.post.channels.webhooks import PAUSE, WebhookCalls, webhook_id
from tests.post.channels.fake_endpoint import (
    DECIDED,
    NOW,
    SECRET,
    Serve,
    calls,
    channel,
    outcomes,
    standing_for,
)


def test_a_call_is_what_a_receiver_of_standard_webhooks_expects(serve: Serve) -> None:
    endpoint = serve()
    [result] = channel(endpoint.url).send(
        calls("r/1/webhook:crm/1/u:ana", email="ana@example.com", name="東京")
    )
    assert result == Result("r/1/webhook:crm/1/u:ana", "sent")
    [asked] = endpoint.asked
    assert asked.path == "/hook?to=a"
    assert asked.headers["host"] == f"localhost:{endpoint.port}"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["webhook-timestamp"] == str(NOW // MICROS)
    assert asked.headers["webhook-id"] == webhook_id("r/1/webhook:crm/1/u:ana")
    assert "ana" not in asked.headers["webhook-id"]
    with freeze_time(to_iso(NOW)):
        said = Receiver(SECRET).verify(asked.body, asked.headers)
    assert said == {
        "type": "autoflow.webhook",
        "timestamp": to_iso(DECIDED),
        "data": {"email": "ana@example.com", "name": "東京"},
        "contact": "ana",
    }


def test_a_repeat_has_the_same_id_and_body_and_the_time_at_which_it_goes_out(serve: Serve) -> None:
    endpoint = serve(500, 204)
    opened = channel(endpoint.url)
    assert outcomes(opened.send(calls("k1"))) == ["unsent"]
    assert outcomes(opened.send(calls("k1", now=NOW + 3_600 * MICROS))) == ["sent"]
    first, second = endpoint.asked
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 3_600
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert webhook_id("k1") != webhook_id("k2")


def test_a_secret_in_plain_text_signs_with_its_bytes(serve: Serve) -> None:
    endpoint = serve()
    secret = "a secret of 24 bytes, or more"
    opened = WebhookCalls({"crm": Webhook(endpoint.url, secret)}, Path(), resolver=standing_for("127.0.0.1"))
    assert outcomes(opened.send(calls("k1"))) == ["sent"]
    with freeze_time(to_iso(NOW)):
        Receiver(secret.encode()).verify(endpoint.asked[0].body, endpoint.asked[0].headers)


def test_a_group_goes_over_one_line_in_its_order(serve: Serve) -> None:
    endpoint = serve(200)
    opened = channel(endpoint.url)
    assert outcomes(opened.send(calls("k1", "k2", "k3"))) == ["sent"] * 3
    assert [asked.headers["webhook-id"] for asked in endpoint.asked] == [
        webhook_id(key) for key in ("k1", "k2", "k3")
    ]
    assert len({asked.caller for asked in endpoint.asked}) == 1


def test_no_call_knows_of_another(serve: Serve) -> None:
    endpoint = serve((200, {"Set-Cookie": "who=ana"}))
    channel(endpoint.url).send(calls("k1", "k2"))
    assert not any("cookie" in asked.headers for asked in endpoint.asked)


def test_what_is_no_call_is_refused_alone(serve: Serve) -> None:
    endpoint = serve()
    wrong = [
        Outgoing("k1", "nobody", {}),
        Outgoing("k2", "crm", b"x"),
        Outgoing("k3", "crm", {"payload": {}}),
        *calls("k4", number=float("nan")),
        *calls("k5"),
        *calls("k6", text="\ud800"),
    ]
    assert outcomes(channel(endpoint.url).send(wrong)) == ["rejected"] * 4 + ["sent"] * 2
    assert len(endpoint.asked) == 2


def test_the_log_holds_no_address(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    endpoint = serve()
    opened = channel(endpoint.url)
    with caplog.at_level(logging.INFO):
        opened.send(calls("k1"))
    assert "hook" not in caplog.text


# ---- files


def test_a_file_gets_a_line_a_call_and_each_call_once(tmp_path: Path) -> None:
    for _ in range(2):
        opened = WebhookCalls({"local": Webhook(file="deep/calls.ndjson")}, tmp_path)
        assert outcomes(opened.send(calls("k1", "k2", to="local"))) == ["sent", "sent"]
        opened.close()
    lines = [json.loads(line) for line in (tmp_path / "deep/calls.ndjson").read_text().splitlines()]
    assert [line["key"] for line in lines] == ["k1", "k2"]
    assert lines[0] == {
        "key": "k1",
        "type": "autoflow.webhook",
        "timestamp": to_iso(DECIDED),
        "data": {"email": "ana@example.com"},
        "contact": "ana",
    }


def test_a_full_disk_holds_up_no_other_endpoint(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    opened = channel(serve().url, others={"local": Webhook(file=str(tmp_path / "calls.ndjson"))})
    first, second = opened.send([*calls("k1", to="local"), *calls("k2")])
    assert (first.outcome, first.retry_after, second.outcome) == ("postponed", PAUSE, "sent")
    assert first.reason == "The file of calls cannot be written: No space left on device."
