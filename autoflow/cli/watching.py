"""Doing something again whenever a file of the workspace changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from autoflow.app import Unsound
from autoflow.app.schemas import refresh
from autoflow.cli.mistakes import tell_error
from autoflow.cli.output import clean, note
from autoflow.cli.state import State
from autoflow.language.changes import Stamp, changed, stamps
from autoflow.model.problems import AutoflowError

_MOST_NAMES = 5
Look = Callable[[], None]


class _Overtaken(Exception):
    """Files were saved while the work went on: nobody wants to know any more what it finds."""


def again_and_again(state: State, work: Callable[[Look], object]) -> int:
    """Do the work, and again after every change, until Ctrl-C; mistakes in files are told, and it goes on.

    Long work calls what it is handed now and then, so that it ends where a file was saved meanwhile. After it, what
    editors know of the files is brought up to them: there may be other names in them than before.
    Where it begins with another mistake (this is no workspace, a path does not exist), that one is raised.
    """
    before = stamps(state.folder)
    begun = False

    def look() -> None:
        if changed(before, stamps(state.folder)):
            raise _Overtaken

    try:
        while True:
            with suppress(_Overtaken):
                try:
                    work(look)
                except AutoflowError as error:
                    if not begun and not isinstance(error, Unsound):
                        raise
                    tell_error(error)
                with suppress(AutoflowError):
                    refresh(state.folder, state.project.workspace)
                note("Waiting for changes; Ctrl-C ends it.")
            begun = True
            before = _next_change(state, before)
            state.reread()
    except KeyboardInterrupt:
        return 0


def _next_change(state: State, before: dict[str, Stamp]) -> dict[str, Stamp]:
    """Wait until files are otherwise than before, and are written to no more; returns how they are."""
    while not changed(before, after := _after_a_while(state)):
        pass
    while changed(after, settled := _after_a_while(state)):
        after = settled
    names = changed(before, settled)
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    note(f"\nChanged: {clean(', '.join(names[:_MOST_NAMES]))}{more}")
    return settled


def _after_a_while(state: State) -> dict[str, Stamp]:
    state.pause()
    return stamps(state.folder)
