"""Several files written all or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from autoflow.model.problems import AutoflowError

_PART = ".part"


def write_all(folder: Path, files: Mapping[str, str]) -> None:
    """Write texts by their paths below `folder`, in the order given; folders are made.

    Where one cannot be written everything is put back as it was, and the error is raised again. Each file changes in
    one moment, so a reader sees the old or the new one; killed between two of them, the first ones are there.
    Raises `AutoflowError` for a path that leads out of the folder by a link.
    """
    root = folder.resolve()
    targets = {path: (root / path).resolve() for path in files}
    for path, target in targets.items():
        if not target.is_relative_to(root):
            raise AutoflowError(
                f"{path} leads out of the workspace by a link.", "Put the folder itself there."
            )
    undo = _Undo()
    try:
        for path, target in targets.items():
            undo.make_folders(target.parent)
            undo.prepare(target, files[path].encode())
        for target in targets.values():
            undo.replace(target)
    except BaseException:
        undo.undo()
        raise


class _Undo:
    """What has been done so far, so that it can be taken back."""

    def __init__(self) -> None:
        self.folders: list[Path] = []
        self.parts: list[Path] = []
        self.before: list[tuple[Path, bytes | None]] = []

    def make_folders(self, folder: Path) -> None:
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            each.mkdir()
            self.folders.append(each)

    def prepare(self, target: Path, content: bytes) -> None:
        part = _part(target)
        self.parts.append(part)
        part.write_bytes(content)
        if target.exists():
            shutil.copymode(target, part)

    def replace(self, target: Path) -> None:
        self.before.append((target, target.read_bytes() if target.exists() else None))
        _part(target).replace(target)

    def undo(self) -> None:
        """Put everything back, as far as the machine lets us."""
        for target, content in reversed(self.before):
            with suppress(OSError):
                if content is None:
                    target.unlink(missing_ok=True)
                else:
                    target.write_bytes(content)
        for part in self.parts:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        for each in reversed(self.folders):
            with suppress(OSError):
                each.rmdir()


def _part(target: Path) -> Path:
    """Beside the target, hidden, so that nothing takes it for a file of the workspace."""
    return target.with_name(f".{target.name}{_PART}")
