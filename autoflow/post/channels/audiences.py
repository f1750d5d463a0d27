"""Ad audiences as CSV files in a folder, ready to be uploaded by hand."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from autoflow.post.channels.base import ChannelDown, Outgoing, Result
from autoflow.post.channels.files import make_folder, sync_folder, write_synced

COLUMNS = ("contact", "email", "phone", "first_name", "last_name", "city", "postal_code", "country")
_NAME = re.compile(r"[a-z0-9_-]{1,64}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")

Rows = dict[str, dict[str, str]]


class AudienceFolder:
    """Keeps one file an audience, `NAME.csv`: its members, one a row, in the order in which they joined.

    A group of changes is one rewrite of each file it touches: old or new after a crash, never torn. A payload
    has `change` (`add` or `remove`), `contact` (the member's name, by which rows are told apart) and the other
    `COLUMNS` as far as they are known. Adding a member anew refreshes his row; to remove nobody is no error. So
    a group that is sent again changes nothing, as long as changes are handed over in their order.
    Cells that a spreadsheet could take for a formula are quoted with an apostrophe.
    """

    name = "audiences"
    idempotent = True
    group_size = 10_000

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, group: Sequence[Outgoing]) -> list[Result]:
        """Apply a group of changes in its order.

        A file that cannot be read or written leaves its changes unsent; raises `ChannelDown` where none can.
        """
        wrong = {change.key: _wrong(change) for change in group}
        by_audience: dict[str, list[Outgoing]] = {}
        for change in group:
            if not wrong[change.key]:
                by_audience.setdefault(change.to, []).append(change)
        down: dict[str, str] = {}
        for audience, changes in by_audience.items():
            try:
                self._apply(audience, [_payload(change) for change in changes])
            except OSError as error:
                down[audience] = f"{audience}.csv cannot be written: {os.strerror(error.errno or 0)}."
            except (csv.Error, UnicodeDecodeError):
                down[audience] = f"{audience}.csv is no longer a CSV file in UTF-8: mend it or take it away."
        if down and len(down) == len(by_audience):
            raise ChannelDown(" ".join(down.values()))
        return [
            Result(change.key, "rejected", wrong[change.key])
            if wrong[change.key]
            else Result(change.key, "unsent" if change.to in down else "sent", down.get(change.to, ""))
            for change in group
        ]

    def forget(self, keys: Collection[str], people: Collection[str]) -> None:
        """Take people out of every audience's file; one that is no audience any more is left as it is."""
        gone = {quoted(person) for person in people}
        if not self.folder.exists():
            return
        for path in sorted(Path(entry) for entry in os.scandir(self.folder) if entry.name.endswith(".csv")):
            rows = _read(path)
            if not gone.isdisjoint(rows):
                self._write(path.stem, {member: row for member, row in rows.items() if member not in gone})

    def close(self) -> None:
        """Nothing is kept open."""

    def _apply(self, audience: str, asked: Sequence[Mapping[str, object]]) -> None:
        make_folder(self.folder)
        path = self.folder / f"{audience}.csv"
        rows = _read(path)
        for change in asked:
            member = quoted(change["contact"])
            if change["change"] == "remove":
                rows.pop(member, None)
            else:
                rows[member] = {column: quoted(change.get(column)) for column in COLUMNS}
        self._write(audience, rows)

    def _write(self, audience: str, rows: Rows) -> None:
        made = self.folder / f".{audience}.csv.new"
        write_synced({made: _written(rows)})
        made.replace(self.folder / f"{audience}.csv")
        sync_folder(self.folder)


def quoted(value: object) -> str:
    """A cell's text, with an apostrophe before what a spreadsheet would run.

    And before an apostrophe, so that no two values look alike.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _payload(change: Outgoing) -> Mapping[str, object]:
    return change.payload if isinstance(change.payload, Mapping) else {}


def _wrong(change: Outgoing) -> str:
    """Why a change cannot be made, or nothing."""
    asked = _payload(change)
    if not _NAME.fullmatch(change.to):
        return "That is no name for an audience: use up to 64 of the characters a-z 0-9 _ -"
    if asked.get("change") not in {"add", "remove"}:
        return "It is neither an addition to an audience nor a removal."
    return "" if asked.get("contact") else "It does not say whom it is about."


def _read(path: Path) -> Rows:
    try:
        # Not through a link, which could lead out of the folder.
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return {}
    with os.fdopen(opened, encoding="utf-8-sig", newline="") as file:
        return {
            row["contact"]: {column: row.get(column) or "" for column in COLUMNS}
            for row in csv.DictReader(file)
            if row.get("contact")
        }


def _written(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows.values())
    return text.getvalue().encode("utf-8", "replace")
