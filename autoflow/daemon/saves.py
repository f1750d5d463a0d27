"""`run --watch`: whatever is saved goes into force, once it is sound and nobody writes to it any more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from autoflow.app import Project, Unsound
from autoflow.app.schemas import refresh
from autoflow.language.changes import changed, stamps
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.present import as_text
from autoflow.model.problems import AutoflowError
from autoflow.store.applying import OvertakenError
from autoflow.store.database import Database, StoreError

LOOK_SECONDS = 0.1


class Saves:
    """Looks at the files of a workspace. `applied` is told of a release and its workspace, `say` of mistakes."""

    def __init__(
        self, project: Project, say: Callable[[str], None], applied: Callable[[int, Project], None]
    ) -> None:
        """What is there now counts as seen, and the schemas for editors are brought up to it."""
        self._project = project
        self._say = say
        self._applied = applied
        self._seen = self._last = stamps(project.folder)
        self._database: Database | None = None
        self._mistaken, self._trouble = False, ""
        refresh(project.folder, project.workspace)

    def look(self) -> None:
        """Apply what was saved since the last time, unless it has mistakes: then what is in force stays so. Editors
        learn of new names either way.

        Files that changed since the last look, or while they were read, are left for the next one: somebody may be
        half-way through them. Where the store is in trouble it is tried again.
        """
        folder, seen, now = self._project.folder, self._seen, stamps(self._project.folder)
        settled, self._last = not changed(self._last, now), now
        if not settled or not changed(seen, now):
            return
        saved = Project(folder, environment=self._project.environment, clock=self._project.clock)
        with suppress(AutoflowError):
            _ = saved.workspace  # it is read
        if changed(now, stamps(folder)):
            return
        self._seen = now
        try:
            self._apply(saved)
        except (StoreError, OvertakenError) as error:
            self._seen = seen
            if str(error) != self._trouble:
                self._say(mistakes(error))
            self._trouble = str(error)
        except AutoflowError as error:
            self._mistaken = True
            self._say(mistakes(error))
        with suppress(AutoflowError):
            refresh(saved.folder, saved.workspace)

    def _apply(self, saved: Project) -> None:
        self._check_store(saved)
        if self._database is None:
            self._database = self._project.database(create=True, checkpoints=False)
        release = saved.apply_unasked(self._database)
        if release is not None:
            self._applied(release, saved)
        elif self._mistaken:
            self._say("The files have no mistakes any more, and say what is in force.")
        self._mistaken, self._trouble = False, ""

    def _check_store(self, saved: Project) -> None:
        """Raise `AutoflowError` where the files have mistakes, or belong to another store than the one that runs."""
        if saved.sound_workspace().settings.store != self._project.workspace.settings.store:
            raise AutoflowError(
                f"{SETTINGS_FILE} names another store than the one that is running here.",
                "Stop `autoflow run` and start it again to work with that one.",
            )

    def close(self) -> None:
        """Look no more."""
        if self._database is not None:
            self._database.close()


def mistakes(error: AutoflowError) -> str:
    """An error in words, of files all their mistakes, and that they change nothing."""
    if not isinstance(error, Unsound):
        return f"{error} What is in force stays so."
    problems = [each for each in error.workspace.problems if each.severity == "error"]
    return f"{as_text(problems, error.workspace.sources)}{error.message} What is in force stays so."
