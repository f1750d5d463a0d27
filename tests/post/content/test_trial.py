"""What is made on trial is what the post makes."""

from __future__ import annotations

import pickle
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.core.advance import advance
from autoflow.core.compiling import compile_program
from autoflow.model.contact import Record
from autoflow.model.effects import EMAIL, Message
from autoflow.model.event import IDENTIFY, Event
from autoflow.model.problems import AutoflowError
from autoflow.post.content.problems import RenderError
from autoflow.post.content.trial import Trial
from autoflow.store.reports import messages
from tests.engine.sources import workspace
from tests.engine.world import SECRET, START, World, identify, track

FILES = workspace(
    recipes={"asks": "trigger: {event: purchased}\nactions: [{send_email: asking}]\n"},
    segments={},
    templates={
        "asking": """---
subject: "{{ contact.first_name | default('Hello') }}"
---
<p>{{ event.category | upper }}, {{ now | date }}: was it good?
<a href="{{ unsubscribe_url }}">No more of this</a></p>
"""
    },
)
MISSING = (
    "templates/asking.html:4: “event.category” has no value here. "
    "Give it a stand-in, as in  {{ event.category | default('…') }}"
)


def lived(folder: Path) -> World:
    """Ana's purchase tells a category, and Ben's tells none."""
    world = World(folder, FILES)
    world.engine.settle()
    world.append(
        identify("ana", email="ana@example.com", first_name="Ána"), identify("ben", email="b@c.example")
    )
    world.append(track("purchased", "ana", category="tea"), track("purchased", "ben"))
    world.clock.jump(START + 1_000_000)
    world.engine.settle()
    return world


def decided(world: World, who: str, **properties: str) -> Message:
    """The same decision, made anew by the core."""
    names = {"ana": {"email": "ana@example.com", "first_name": "Ána"}, "ben": {"email": "b@c.example"}}
    at = next(line.at for line in messages(world.database) if line.contact == who)
    items = [Event(1, at - 1, at - 1, IDENTIFY, names[who]), Event(2, at, at, "purchased", properties)]
    program = compile_program(world.project.workspace)
    [message] = advance(program, Record(f"u:{who}", who), items, at).messages
    return message


def test_the_mail_is_the_one_that_the_post_sent(tmp_path: Path) -> None:
    with closing(lived(tmp_path / "shop")) as world:
        [(_, sent)] = world.channels[EMAIL].taken
        trial = world.project.trial(SECRET)
        made = trial.mail(decided(world, "ana", category="tea"))
        assert (made.mime, made.subject) == (sent.payload, "Ána")
        elsewhere = pickle.loads(pickle.dumps(trial))
        assert elsewhere.mail(decided(world, "ana", category="tea")) == made


def test_the_sentence_is_the_one_that_the_post_wrote_down(tmp_path: Path) -> None:
    with closing(lived(tmp_path / "shop")) as world:
        [failed] = world.messages("failed")
        say = world.project.maker()
        assert (failed.result, say(decided(world, "ben"))) == (MISSING, MISSING)
        assert say(decided(world, "ana", category="tea")) == ""
        with pytest.raises(RenderError) as caught:
            world.project.trial().mail(decided(world, "ben"))
        assert (caught.value.file, caught.value.line) == ("templates/asking.html", 4)


def test_an_address_that_is_none_is_told_too(tmp_path: Path) -> None:
    with closing(lived(tmp_path / "shop")) as world:
        message = decided(world, "ana", category="tea")
        message.values["to"] = "ana"
        said = world.project.maker()(message)
        assert said == "The To is not exactly one mail address. It may come from the contact's data."


def test_links_of_a_trial_unsubscribe_nobody(tmp_path: Path) -> None:
    with closing(lived(tmp_path / "shop")) as world:
        message = decided(world, "ana", category="tea")
        real, trial = world.project.trial(SECRET).mail(message), world.project.trial().mail(message)
        assert len(real.html) == len(trial.html)
        assert real.html != trial.html
        assert not (world.folder / ".autoflow" / "secret").exists()


def test_another_version_of_a_template_is_not_taken_for_the_one_that_was_decided_on(tmp_path: Path) -> None:
    with closing(lived(tmp_path / "shop")) as world:
        message = decided(world, "ana", category="tea")
        message.template_version = "000000000000"
        with pytest.raises(AutoflowError, match="not here in the version"):
            Trial.of(world.project.workspace).mail(message)
