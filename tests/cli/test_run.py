from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.cli.shop import Shop, ana

HELLO = "recipe: hello\ntrigger: {event: purchased}\nactions: [send_email: hello]\n"
TEMPLATE = "---\nsubject: Thank you\nclass: transactional\n---\n<p>Thank you.</p>\n"


def program(folder: Path, *args: str) -> list[str]:
    return [sys.executable, "-m", "autoflow", "-C", str(folder), *args]


def called(folder: Path, *args: str) -> str:
    done = subprocess.run(program(folder, *args), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "" or args[0] == "track"
    return done.stdout


def test_an_event_walks_from_the_door_to_a_delivered_mail(shop: Shop) -> None:
    shop.write("recipes/hello.yaml", HELLO)
    shop.write("templates/hello.html", TEMPLATE)
    assert called(shop.folder, "run", "--until-idle").startswith(
        "Applied release 1: 2 live recipes, 1 segment.\n"
    )
    called(shop.folder, "track", "ana", "identify", "email=ana@example.com")
    called(shop.folder, "track", "ana", "purchased", "total=3")
    called(shop.folder, "run", "--until-idle")
    [mail] = shop.mails()
    assert "To: ana@example.com" in mail
    assert "Subject: Thank you" in mail


def test_a_second_daemon_leaves_and_the_first_drains_when_told(shop: Shop) -> None:
    shop.write("recipes/hello.yaml", HELLO)
    shop.write("templates/hello.html", TEMPLATE)
    running = subprocess.Popen(
        program(shop.folder, "run"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ},
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("Applied release 1")
        assert running.stdout.readline().startswith("Running.")
        second = subprocess.run(
            program(shop.folder, "run"), capture_output=True, text=True, check=False, timeout=60
        )
        assert second.returncode == 1
        assert second.stderr.startswith("Another autoflow runs on this store already: process ")
        called(shop.folder, "track", "ana", "identify", "email=ana@example.com")
        called(shop.folder, "track", "ana", "purchased", "total=3")
        running.send_signal(signal.SIGTERM)
        rest, errors = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 0, errors
    assert rest.endswith("Stopping: finishing what is on its way.\n")
    called(shop.folder, "run", "--until-idle")
    assert len(shop.mails()) == 1


def test_apply_says_what_is_in_force(shop: Shop) -> None:
    assert shop.run("apply").stdout == "Release 1: 1 live recipe, 1 segment.\n"
    assert shop.run("apply").stdout == "Nothing has changed since the last apply.\n"
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    assert shop.run("apply").stdout.startswith("Release 2: 1 live recipe, 1 segment.\n")
    shop.run("run", "--until-idle")
    assert shop.json("status")["release"] == 2


def test_what_is_due_next_is_told_by_the_clock_of_the_workspace(
    shop: Shop, bring: Callable[..., Path]
) -> None:
    bring(*ana())
    told = shop.run("run", "--until-idle").stdout.splitlines()
    assert told[-1] == "Next thing due: 2026-04-30 11:00:00 (Europe/London)."
