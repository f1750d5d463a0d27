"""The post among several channels: what one of them cannot take holds up no other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.model.effects import EMAIL, SALES
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
        assert len(world.channels[SALES].taken) == 1
        assert len(tried) == 1, "the rest is left alone until the pause is over"

        monkeypatch.setattr(world.channels[EMAIL], "send", working)
        world.clock.jump(START + 2_000_000 + PAUSE)
        world.engine.settle()
        assert len(world.channels[EMAIL].taken) == MANY
        assert {line.state for line in world.messages()} == {"sent"}
