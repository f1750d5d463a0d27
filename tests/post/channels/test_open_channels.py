from __future__ import annotations

from pathlib import Path

from autoflow.language.settings.settings import Mailbox, Sender, Settings, Smtp
from autoflow.post.channels import open_channels
from autoflow.post.channels.base import Outgoing
from autoflow.post.channels.maildir import Maildir
from autoflow.post.channels.smtp import SmtpChannel


def test_the_channels_stand_where_autoflow_yaml_says(tmp_path: Path) -> None:
    settings = Settings(email=Mailbox("box"), sales={"sales": "s.ndjson", "vip": "v.ndjson"}, audiences="ads")
    channels = open_channels(settings, tmp_path)
    assert sorted(channels) == ["audiences", "email", "sales", "webhooks"]
    assert all(channel.name == kind for kind, channel in channels.items())
    assert list(tmp_path.iterdir()) == []  # opening writes nothing
    assert isinstance(channels["email"], Maildir)
    channels["email"].send([Outgoing("k1", "ana@example.com", b"Subject: x\r\n\r\n")])
    channels["sales"].send([Outgoing("k2", "vip", {})])
    channels["audiences"].send([Outgoing("k3", "buyers", {"change": "add", "contact": "ana"})])
    for channel in channels.values():
        channel.close()
    assert {path.name for path in tmp_path.iterdir()} == {"box", "v.ndjson", "ads"}


def test_a_mail_server_instead_of_the_mailbox(tmp_path: Path) -> None:
    settings = Settings(email=Smtp("localhost"), sender=Sender("Shop", "a@shop.example"))
    channel = open_channels(settings, tmp_path)["email"]
    assert isinstance(channel, SmtpChannel)
    assert not channel.idempotent
