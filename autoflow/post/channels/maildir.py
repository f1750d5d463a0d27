"""The local mailbox: a Maildir whose mails are `.eml` files, open to any mail program."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Sequence
from pathlib import Path

from autoflow.post.channels.base import ChannelDown, Outgoing, Result
from autoflow.post.channels.files import make_folder, sync_folder, write_synced

_PARTS = ("tmp", "new", "cur")


class Maildir:
    """Delivers into `folder` (made at first use), each mail on the disk before it counts as sent.

    A mail's file is `new/HASH.eml`, the hash being that of its key: delivering a key again finds the file there,
    or in `cur/` under the flags that a mail program gave it, and changes nothing. Only one who throws a mail
    away and has it delivered anew gets it twice.
    """

    name = "email"
    idempotent = True
    group_size = 100

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._delivered: set[str] | None = None

    def send(self, group: Sequence[Outgoing]) -> list[Result]:
        """Deliver a group. Raises `ChannelDown` where the disk takes nothing."""
        results: list[Result] = []
        mails: dict[str, bytes] = {}
        try:
            delivered = self._open()
            for mail in group:
                if isinstance(mail.payload, bytes):
                    mails.setdefault(file_name(mail.key), mail.payload)
                    results.append(Result(mail.key, "sent"))
                else:
                    results.append(Result(mail.key, "rejected", "It is not a mail."))
            new = [name for name in mails if name not in delivered]
            write_synced({self.folder / "tmp" / name: mails[name] for name in new})
            for name in new:
                (self.folder / "tmp" / name).replace(self.folder / "new" / name)
            sync_folder(self.folder / "new")
        except OSError as error:
            # What has been moved already is found by the next attempt: nothing is delivered twice.
            self._delivered = None
            raise ChannelDown(f"The mailbox cannot be written: {os.strerror(error.errno or 0)}.") from error
        delivered.update(new)
        return results

    def forget(self, keys: Collection[str], people: Collection[str]) -> None:
        """Throw mails away, whichever folder of the mailbox a mail program has moved them to."""
        names = {file_name(key) for key in keys}
        for folder, _, files in os.walk(self.folder):
            gone = [name for name in files if name.partition(":")[0] in names]
            for name in gone:
                (Path(folder) / name).unlink(missing_ok=True)
            if gone:
                sync_folder(Path(folder))
        self._delivered = None

    def close(self) -> None:
        """Forget what was delivered; the folder tells it again."""
        self._delivered = None

    def _open(self) -> set[str]:
        if self._delivered is None:
            for part in _PARTS:
                make_folder(self.folder / part)
            self._delivered = {
                entry.name.partition(":")[0]
                for part in ("new", "cur")
                for entry in os.scandir(self.folder / part)
            }
        return self._delivered


def file_name(key: str) -> str:
    """The name of a mail's file, before the flags that a mail program adds (`:2,S`)."""
    return f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.eml"
