from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from autoflow.cli.group import cli
from autoflow.cli.state import State
from autoflow.daemon import running as daemon
from autoflow.model.clock import VirtualClock

DAY = 86_400_000_000


@dataclass
class Shop:
    """A workspace with a clock that is moved by hand, and the command line to it."""

    folder: Path
    clock: VirtualClock
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *args: str | Path, status: int = 0) -> Result:
        state = State(run=daemon.run, clock=self.clock, environment=self.environment)
        words = ["-C", str(self.folder), *map(str, args)]
        result = CliRunner().invoke(cli, words, obj=state, catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result

    def json(self, *args: str | Path, status: int = 0) -> Any:
        return json.loads(self.run(*args, "--json", status=status).stdout)

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def replace(self, path: str, old: str, new: str) -> None:
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text
        self.write(path, text.replace(old, new))

    def copy(self, to: Path) -> Shop:
        """The same shop once more, in a folder of its own, at the same time."""
        shutil.copytree(self.folder, to)
        return Shop(to, VirtualClock(self.clock.now()), dict(self.environment))

    def mails(self) -> list[str]:
        return [
            file.read_text(encoding="utf-8")
            for file in sorted((self.folder / ".autoflow/mailbox/new").glob("*"))
        ]


def message(user: str, event: str, at: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "userId": user,
        "event": event,
        "timestamp": at,
        "messageId": f"{user}-{event}-{at}",
        "properties": properties,
    }


def ana() -> list[dict[str, Any]]:
    """Bought twice, the last time on 2026-01-30."""
    return [
        {
            "type": "identify",
            "userId": "ana",
            "traits": {"email": "ana@example.com", "firstName": "Ana"},
            "timestamp": "2026-01-10T10:00:00Z",
            "messageId": "ana-identify",
        },
        message("ana", "purchased", "2026-01-10T10:00:00Z", order_id="A1", total=24, items=2),
        message("ana", "purchased", "2026-01-30T10:00:00Z", order_id="A2", total=31.5, items=3),
    ]
