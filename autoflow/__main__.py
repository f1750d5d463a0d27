"""`autoflow`, and `python -m autoflow`: the one place above the command line, the daemon and the demo."""

from __future__ import annotations

import io
import sys
from typing import Any

from autoflow.cli.group import cli
from autoflow.cli.state import State


def main() -> None:
    """The command line; ends the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal without the letter is no reason to fail
    cli.main(prog_name="autoflow", obj=State(run=_run, demo=_demo, pause=_pause))


def _run(*args: Any, **options: Any) -> int:
    from autoflow.daemon.running import run

    return run(*args, **options)


def _demo(*args: Any, **options: Any) -> int:
    from autoflow.demo.course import run_demo

    return run_demo(*args, **options)


def _pause() -> None:
    from autoflow.daemon.running import pause

    pause()


if __name__ == "__main__":
    main()
