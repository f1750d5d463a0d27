"""The post among several channels: what one of them cannot take holds up no other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.model.effects import EMAIL, SALES, WEBHOOKS
from autoflow.post.channels import open_channels
from autoflow.post.channels.base import ChannelDown, Outgoing, Result
from autoflow.post.outgoing import AHEAD, PAUSE
from tests.engine.sources import workspace
from tests.engine.world import START, World, identify, track

FILES = workspace(
    recipes={
        "mails": "trigger: {event: looked}\nactions: [{send_email: hello}]\n",
        "tells": "trigger: {event: purchased}\nactions: [{notify_sales: Somebody bought.}]\n",
    },
    segments={},
)
MANY = AHEAD + 50


def test_a_mail_server_that_is_down_holds_up_no_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(World(tmp_path / "shop", FILES)) as world:
        tried: list[int] = []
        working = world.channels[EMAIL].send

        def down(group: Sequence[Outgoing]) -> list[Result]:
            tried.append(len(group))
            raise ChannelDown("The mail server takes a rest.")

        monkeypatch.setattr(world.channels[EMAIL], "send", down)
        world.engine.settle()
        people = [f"p{number}" for number in range(MANY)]
        world.append(*(identify(who, email=f"{who}@example.com") for who in people))
        world.append(*(track("looked", who) for who in people))
        world.clock.jump(START + 1_000_000)
        world.append(track("purchased", "p1"))
        world.clock.jump(START + 2_000_000)
        world.engine.settle()
        [(_, notice)] = world.channels[SALES].taken
        assert notice.now == START + 2_000_000, "a channel has no clock of its own"
        assert len(tried) == 1, "the rest is left alone until the pause is over"

        monkeypatch.setattr(world.channels[EMAIL], "send", working)
        world.clock.jump(START + 2_000_000 + PAUSE)
        world.engine.settle()
        assert len(world.channels[EMAIL].taken) == MANY
        assert {line.state for line in world.messages()} == {"sent"}


CALLS = {
    **FILES,
    "autoflow.yaml": FILES["autoflow.yaml"] + "channels: {webhooks: {crm: {file: calls.ndjson}}}\n",
    "recipes/calls.yaml": "trigger: {event: purchased}\n"
    "actions: [{webhook: {to: crm, send: {id: '{{ event.order_id }}', n: '{{ event.n }}'}}}]\n",
}


def test_a_call_goes_from_the_recipe_to_its_endpoint(tmp_path: Path) -> None:
    with closing(World(tmp_path / "shop", CALLS)) as world:
        opened = open_channels(world.project.workspace.settings, world.folder)
        world.channels[WEBHOOKS] = opened[WEBHOOKS]  # type: ignore[assignment]
        world.reopen()
        world.engine.settle()
        world.append(track("purchased", "ana", order_id="A1", n=5))
        world.clock.jump(START + 1_500_000)
        world.engine.settle()
        [line] = (world.folder / "calls.ndjson").read_text().splitlines()
        said = json.loads(line)
        assert said.pop("key").startswith("calls/1/webhook:crm/1/")
        assert said.pop("timestamp").startswith("2026-03-02T09:00:00")
        assert said == {
            "type": "autoflow.webhook",
            "data": {"id": "A1", "n": 5},
            "contact": "ana",
        }
        [message] = [each for each in world.messages() if each.channel == WEBHOOKS]
        assert message.state == "sent"
