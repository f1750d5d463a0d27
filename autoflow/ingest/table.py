"""CSV files read by a mapping, in batches."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

from autoflow.ingest.files import BATCH, Batch, RefusedRow, RowIds, opened
from autoflow.ingest.mapping import Column, CsvMapping, check_columns
from autoflow.ingest.refusals import RefusedError
from autoflow.ingest.segment import LONGEST_NAME
from autoflow.ingest.times import LATEST
from autoflow.ingest.typed import typed
from autoflow.language.settings.declared import Declared
from autoflow.model.event import IDENTIFY, Incoming
from autoflow.model.instants import from_wall, parse_instant
from autoflow.model.problems import AutoflowError

_SIGNS = (",", ";", "\t", "|")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_GUARDED = ("'+", "'=", "'-", "'@")  # the apostrophe that keeps spreadsheets from taking a cell for a formula


def read_csv(path: Path, mapping: CsvMapping, *, history: bool) -> Iterator[Batch]:
    """The rows of a file as messages, `BATCH` rows at a time.

    A byte order mark says the encoding, else the mapping, else UTF-8; the delimiter is the most frequent of
    `, ; tab |` in the first line. Raises `MappingUnsoundError` where columns are missing, `AutoflowError`.
    """
    with opened(path) as (content, raw):
        text = _text(content, mapping)
        first = text.readline()
        sign = mapping.delimiter or _sniffed(first)
        rows = csv.reader(chain([first], text), delimiter=sign, strict=True)
        try:
            header = [cell.strip() for cell in next(rows, [])]
        except csv.Error as error:
            raise AutoflowError(f"The first line of {path} cannot be read: {error}.") from error
        if not any(header):
            raise AutoflowError(f"{path} is empty.", "Its first line names the columns.")
        check_columns(mapping, header, path.name)
        yield from _batches(_Rows(mapping, header, history), rows, raw)


def _batches(reader: _Rows, rows: Any, raw: IO[bytes]) -> Iterator[Batch]:
    messages: list[Incoming] = []
    refused: list[RefusedRow] = []
    left_out = 0
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows, None)
            if row is None:
                break
            if not any(row):
                continue
            message = reader.message(row)
            if message is None:
                left_out += 1
            else:
                messages.append(message)
        except RefusedError as error:
            refused.append(RefusedRow(line, str(error)))
        except csv.Error:
            refused.append(
                RefusedRow(line, "The quotes in this row do not match, or a cell is far too long.")
            )
        if len(messages) + len(refused) + left_out >= BATCH:
            yield Batch(messages, refused, left_out, raw.tell())
            messages, refused, left_out = [], [], 0
    yield Batch(messages, refused, left_out, raw.tell())


@dataclass
class _Rows:
    """Rows of one file made into messages."""

    mapping: CsvMapping
    header: list[str]
    history: bool

    def __post_init__(self) -> None:
        self.ids = RowIds()
        place = self.header.index
        mapping = self.mapping
        self.where = [(place(column.name), allowed) for column, allowed in mapping.where]
        self.values = [(name, place(column.name), column, of) for name, column, of in mapping.values]
        self.user, self.anonymous, self.sent, self.time = (
            place(column.name) if column is not None else None
            for column in (mapping.user_id, mapping.anonymous_id, mapping.message_id, mapping.timestamp)
        )

    def message(self, row: list[str]) -> Incoming | None:
        """The message of a row; None where `where` leaves it out. Raises `RefusedError`."""
        if len(row) != len(self.header):
            cells = f"{len(row)} cell{'' if len(row) == 1 else 's'}"
            raise RefusedError(f"It has {cells}, and the first line names {len(self.header)} columns.")
        content = "\x1f".join(row)
        try:
            encoded = content.encode()
        except UnicodeEncodeError:
            raise RefusedError(
                'Its letters cannot be read. Save the file as UTF-8, or name its encoding: "encoding: windows-1252".'
            ) from None
        for index, allowed in self.where:
            if row[index].strip().casefold() not in allowed:
                return None
        return self._read(row, encoded)

    def _read(self, row: list[str], content: bytes) -> Incoming:
        mapping = self.mapping
        user, anonymous = self._identifier(row, self.user), self._identifier(row, self.anonymous)
        if user is None and anonymous is None:
            column = mapping.user_id or mapping.anonymous_id
            raise RefusedError(f'It belongs to nobody: "{column.name if column else ""}" is empty.')
        sent = _cell(row, self.sent)
        return Incoming(
            name=mapping.event,
            user_id=user,
            anonymous_id=anonymous,
            properties={
                name: self._value(text, column, declared)
                for name, index, column, declared in self.values
                if (text := _cell(row, index))
            },
            occurred_at=self._instant(row),
            message_id=f"{mapping.event}/{sent}"
            if sent
            else self.ids.of(mapping.event.encode() + b"\x1f" + content),
            history=self.history,
        )

    def _value(self, text: str, column: Column, declared: Declared | None) -> Any:
        mapping = self.mapping
        try:
            return typed(text, declared, zone=mapping.zone, decimal=mapping.decimal, dates=column.dates)
        except RefusedError as error:
            number = declared is not None and declared.type in {"number", "money"}
            hint = (
                ' Where a comma parts the decimals, write "decimal: comma".' if number and "," in text else ""
            )
            raise RefusedError(f'"{column.name}": {error}{hint}') from None

    def _instant(self, row: list[str]) -> int | None:
        column = self.mapping.timestamp
        if column is None or self.time is None:
            return None
        text = _cell(row, self.time)
        if not text:
            if self.mapping.event == IDENTIFY:
                return None
            raise RefusedError(f'It does not say when: "{column.name}" is empty.')
        try:
            if column.dates is not None:
                instant = from_wall(column.dates.read(text), self.mapping.zone)
            else:
                instant = parse_instant(text, self.mapping.zone)
        except (ValueError, OverflowError) as error:
            hint = "" if column.dates else ' Say how dates are written, for example "format: DD/MM/YYYY".'
            said = str(error) if str(error).startswith('"') else f'"{text}" is not a date.'
            raise RefusedError(f'"{column.name}": {said}{hint}') from None
        if not 0 <= instant <= LATEST:
            raise RefusedError(f'"{column.name}": the time "{text}" does not lie between 1970 and 9999.')
        return instant

    def _identifier(self, row: list[str], index: int | None) -> str | None:
        text = _cell(row, index)
        if len(text) > LONGEST_NAME or not text.isprintable():
            raise RefusedError(f"A contact's id is one line of at most {LONGEST_NAME} characters.")
        return text or None


def _cell(row: list[str], index: int | None) -> str:
    if index is None:
        return ""
    text = row[index].strip()
    return text[1:] if text.startswith(_GUARDED) else text


def _text(content: IO[bytes], mapping: CsvMapping) -> io.TextIOWrapper:
    start = content.read(3)
    content.seek(0)
    marked = next((encoding for mark, encoding in _BOMS if start.startswith(mark)), None)
    encoding = marked or mapping.encoding or "utf-8"
    errors = "replace" if encoding.lower().startswith(("utf-16", "utf-32")) else "surrogateescape"
    return io.TextIOWrapper(content, encoding=encoding, errors=errors, newline="")


def _sniffed(line: str) -> str:
    outside = "".join(part for number, part in enumerate(line.split('"')) if number % 2 == 0)
    return max(_SIGNS, key=outside.count)
