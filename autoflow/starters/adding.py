"""A starter put into a workspace: what would be written, worked out before anything is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from autoflow.language.modelines import without_modeline
from autoflow.language.names import SETTINGS_FILE, listed
from autoflow.language.present import as_text
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.model.problems import AutoflowError, Problem
from autoflow.starters.catalogue import Starter
from autoflow.starters.declaring import Declared, declare
from autoflow.starters.writing import write_all

_LAST = ("recipes", "tests")


class Addition(NamedTuple):
    """What a starter brings to a workspace: `files` are those to write, path → text, each behind those that it names;
    none where all is there. `replaced` are those among them that read otherwise now, `left` shared ones that do
    and stay.
    """

    starter: Starter
    files: Mapping[str, str]
    declared: Declared
    replaced: tuple[str, ...]
    left: tuple[str, ...]


def addition(
    starter: Starter,
    standing: Mapping[str, str],
    environment: Mapping[str, str],
    *,
    force: bool = False,
) -> Addition:
    """What `starter` brings to the workspace of whose files `standing` are the texts, tests included.

    Pure. Raises `AutoflowError` where a file stands there and reads otherwise, unless `force` is given; where
    autoflow.yaml does not go with it (see `declare`); and where the workspace would have mistakes that it has not.
    """
    standing_of = {path: standing[path].replace("\r\n", "\n") for path in starter.files if path in standing}
    other = [
        path
        for path, text in standing_of.items()
        if without_modeline(text) != without_modeline(starter.files[path])
    ]
    replaced = [path for path in other if path not in starter.shared]
    if replaced and not force:
        raise _in_the_way(starter, replaced)
    declared = declare(standing[SETTINGS_FILE], starter.declares, keep=force)
    files = {SETTINGS_FILE: declared.text} if declared.added else {}
    rest = [path for path in starter.files if path not in standing or path in replaced]
    rest.sort(key=_place)
    files |= {path: starter.files[path] for path in rest}
    _refuse_mistakes(standing, files, environment)
    left = tuple(path for path in other if path in starter.shared)
    return Addition(starter, files, declared, tuple(replaced), left)


def add(starter: Starter, folder: Path, environment: Mapping[str, str], *, force: bool = False) -> Addition:
    """Copy `starter` into the workspace in `folder`, all of it or, where that cannot be, nothing.

    Who is killed on the way leaves the first files, in a workspace without mistakes; the next time adds the others.
    Raises `AutoflowError` as `addition` does, and where there is no workspace.
    """
    standing = load_sources(folder)
    for path in starter.files:
        if path not in standing and (folder / path).exists():
            standing[path] = (folder / path).read_bytes().decode("utf-8", "surrogateescape")
    found = addition(starter, standing, environment, force=force)
    write_all(folder, found.files)
    return found


def _place(path: str) -> tuple[int, str]:
    """Where a file comes: never before what it names, so that whoever is killed on the way leaves no mistake."""
    folder = path.partition("/")[0]
    return (_LAST.index(folder) + 1 if folder in _LAST else 0, path)


def _in_the_way(starter: Starter, paths: list[str]) -> AutoflowError:
    stand, read = ("stands", "reads") if len(paths) == 1 else ("stand", "read")
    message = (
        f"{listed(paths)} {stand} in the workspace already and {read} otherwise, by your own hand or because "
        "somebody has changed what was copied before. Nothing was copied."
    )
    fix = (
        f"Copy it under another name with --as, for example --as my-{starter.name}, or overwrite what stands there "
        "with --force."
    )
    return AutoflowError(message, fix)


def _refuse_mistakes(
    standing: Mapping[str, str], files: Mapping[str, str], environment: Mapping[str, str]
) -> None:
    def errors(sources: Mapping[str, str]) -> dict[tuple[str, str, str], Problem]:
        found = read_workspace(sources, environment).problems
        return {(each.file, each.code, each.message): each for each in found if each.severity == "error"}

    sources = {**standing, **files}
    before, after = errors(standing), errors(sources)
    new = [problem for key, problem in after.items() if key not in before]
    if new:
        told = as_text(new, sources).rstrip()
        message = "With it the workspace would have mistakes that it does not have now. Nothing was copied."
        raise AutoflowError(message, f"They would be:\n\n{told}")
