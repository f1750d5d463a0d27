"""Notices to sales, a JSON line each, in a file for each sales channel."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from autoflow.post.channels.base import ChannelDown, Outgoing, Result
from autoflow.post.channels.files import make_folder, sync_folder

MOST_KEYS = 100_000  # kept in memory; then the tail is read anew
TAIL = 4_000_000  # bytes at the end of a file in which a notice is looked for


class SalesFiles:
    """Appends notices to files; `files` maps the name of each sales channel to its file.

    A line is a JSON object: `key`, then the notice's values. A group is on the disk before it counts as sent.
    A key that stands in the last four million bytes is not written again: what a crash left in doubt is always
    among the last lines, so that each notice is there exactly once. A line torn by a crash is cut off, and its
    notice, which never counted as sent, is written anew.
    """

    name = "sales"
    idempotent = True
    group_size = 500

    def __init__(self, files: Mapping[str, Path], called: str = "notices") -> None:
        """`called` is what stands in the files, in sentences about them."""
        self._files = {name: _NoticeFile(path, called) for name, path in files.items()}

    def send(self, group: Sequence[Outgoing]) -> list[Result]:
        """Append a group, in its order. Raises `ChannelDown` where the disk takes nothing."""
        results: list[Result] = []
        lines: dict[str, dict[str, bytes]] = {}
        for notice in group:
            if notice.to not in self._files:
                results.append(
                    Result(notice.key, "rejected", f"There is no sales channel called “{notice.to}”.")
                )
            elif not isinstance(notice.payload, Mapping):
                results.append(Result(notice.key, "rejected", "It is not a notice."))
            else:
                said = {"key": notice.key, **notice.payload}
                line = json.dumps(said, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
                lines.setdefault(notice.to, {})[notice.key] = line
                results.append(Result(notice.key, "sent"))
        for name, new in lines.items():
            self._files[name].append(new)
        return results

    def forget(self, keys: Collection[str], people: Collection[str]) -> None:
        """Take lines out; those that a person wrote are left as they are."""
        for file in self._files.values():
            file.forget(keys)

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()


class _NoticeFile:
    def __init__(self, path: Path, called: str) -> None:
        self._path = path
        self._called = called
        self._file = -1
        self._keys: set[str] = set()

    def append(self, lines: Mapping[str, bytes]) -> None:
        try:
            self._open()
            new = {key: line for key, line in lines.items() if key not in self._keys}
            if new:
                _write_all(self._file, b"".join(new.values()))
                os.fsync(self._file)
                self._keys.update(new)
            if len(self._keys) > MOST_KEYS:
                self.close()
        except OSError as error:
            # Whether lines were written, in whole or in part, the file itself tells when it is opened again.
            self.close()
            raise ChannelDown(
                f"The file of {self._called} cannot be written: {os.strerror(error.errno or 0)}."
            ) from error

    def forget(self, keys: Collection[str]) -> None:
        if not self._path.exists():
            return
        self.close()
        self._open()  # which cuts off a line that a crash has torn
        self.close()
        made, found = self._path.with_name(f".{self._path.name}.new"), False
        made.unlink(missing_ok=True)
        with (
            self._path.open("rb") as old,
            os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new,
        ):
            for line in old:
                if _key(line) in keys:
                    found = True
                else:
                    new.write(line)
            new.flush()
            os.fsync(new.fileno())
        if found:
            made.replace(self._path)
            sync_folder(self._path.parent)
        else:
            made.unlink()

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1
        self._keys.clear()

    def _open(self) -> None:
        """Open the file, anew where another one stands in its place (somebody moved it away)."""
        if self._file >= 0:
            try:
                if os.path.samestat(self._path.stat(), os.fstat(self._file)):
                    return
            except FileNotFoundError:
                pass
            self.close()
        make_folder(self._path.parent)
        self._file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        sync_folder(self._path.parent)
        size = os.fstat(self._file).st_size
        start = max(0, size - TAIL)
        tail = os.pread(self._file, size - start, start)
        whole = tail.rfind(b"\n") + 1
        if whole < len(tail):
            os.ftruncate(self._file, start + whole)
        self._keys = {key for line in tail[:whole].split(b"\n") if (key := _key(line)) is not None}


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _key(line: bytes) -> str | None:
    try:
        said = json.loads(line)
    except ValueError:  # the first line of the tail, cut in the middle, or one that a person wrote
        return None
    key = said.get("key") if isinstance(said, dict) else None
    return key if isinstance(key, str) else None
