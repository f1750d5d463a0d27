"""What every command works with: the workspace's folder, and what is handed in from above."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autoflow.app import Project, Unsound
from autoflow.language.names import SETTINGS_FILE
from autoflow.model.clock import Clock

if TYPE_CHECKING:
    from autoflow.language.settings.settings import Settings
    from autoflow.store.database import Database

Say = Callable[[str], None]
AS_JSON = "autoflow.as_json"


def _nobody(*_: object, **__: object) -> int:
    raise NotImplementedError("the entry point hands this in")


@dataclass
class State:
    """`run` is the daemon's, `demo` the demo's: they stand beside the command line, so `__main__` hands them in.

    So does `pause`, which waits for a moment, for commands that look for changes.
    """

    run: Callable[..., int] = _nobody
    demo: Callable[..., int] = _nobody
    pause: Callable[[], object] = _nobody
    clock: Clock | None = None
    environment: Mapping[str, str] | None = None
    folder: Path = field(default_factory=Path)
    _project: Project | None = None

    @property
    def project(self) -> Project:
        """The workspace of the folder that `-C` names."""
        if self._project is None:
            self._project = Project(self.folder, environment=self.environment, clock=self.clock)
        return self._project

    def reread(self) -> None:
        """Have the files read anew by whoever asks next."""
        self._project = None

    @property
    def settings(self) -> Settings:
        """What autoflow.yaml says; raises `Unsound` where that file has mistakes, whatever the others hold."""
        workspace = self.project.workspace
        if any(each.file == SETTINGS_FILE and each.severity == "error" for each in workspace.problems):
            raise Unsound(workspace)
        return workspace.settings

    @contextmanager
    def store(self, *, create: bool = False, reading: bool = False) -> Iterator[Database]:
        """The store that autoflow.yaml names, closed afterwards; while `reading`, nothing can be changed."""
        _ = self.settings  # a store is opened only where the file that names it could be read
        database = self.project.database(create=create, reading=reading)
        try:
            yield database
        finally:
            database.close()


pass_state = click.make_pass_decorator(State)


def _note_json(ctx: click.Context, _: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - click calls it so
    ctx.meta[AS_JSON] = value
    return value


json_option = click.option(
    "--json", "as_json", is_flag=True, callback=_note_json, help="Print JSON for programs (docs/json.md)."
)
