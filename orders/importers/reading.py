"""Reading CSV files that others made: every fault of a row becomes a sentence, never a traceback.

A fault of the whole file (missing, a folder, UTF-16, no header, a column missing) raises `BadFile` with
one sentence. A fault of one row is told to `Rejects` and the reading goes on. A quotation mark that is
never closed costs its own line only: the lines that it would swallow are read again as rows.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TextIO, TypeVar
from zoneinfo import ZoneInfo

from core import sheets

T = TypeVar("T")
MOST_LINES = 200
MOST_CHARS = 200_000
MOST_FIELD = 10_000
SHOWN = 300
_AMOUNT = re.compile(r"\d{1,10}(?:\.\d{1,4})?", re.ASCII)
_OTHER_UNICODE = (b"\xff\xfe", b"\xfe\xff")


class BadFile(Exception):
    """The whole file cannot be used; the message is one sentence for the person who started the import."""


class BadRow(Exception):
    """One row cannot be used; the message says why."""


@dataclass(slots=True)
class Reject:
    """A row that was left out: its file, its line (1 is the header), why, and how it began."""

    file: str
    line: int
    reason: str
    row: str = ""


@dataclass(slots=True)
class Rejects:
    """All rows that were left out, in the order in which they were met."""

    rows: list[Reject] = field(default_factory=list)

    def add(self, file: str, line: int, reason: str, row: str = "") -> None:
        self.rows.append(Reject(file, line, reason, _printable(row)))

    def __len__(self) -> int:
        return len(self.rows)

    def write(self, path: Path) -> None:
        """Write line, file, reason and the beginning of each row as CSV."""
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("line", "file", "reason", "row"))
            for r in self.rows:
                writer.writerow((r.line, r.file, sheets.cell(r.reason), sheets.cell(r.row)))


@dataclass(slots=True)
class Row:
    """One row: its line and its fields by column name, without outer blanks."""

    file: str
    line: int
    fields: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    def get(self, name: str) -> str:
        """A field of an optional column; empty where the file has no such column."""
        return self.fields.get(name, "")

    def needed(self, name: str, longest: int = 64) -> str:
        """A field that must not be empty. Raises `BadRow`."""
        value = self.fields[name]
        if not value:
            raise BadRow(f"{name} is empty")
        return self.short(name, longest)

    def short(self, name: str, longest: int) -> str:
        """A field of at most so many characters. Raises `BadRow`."""
        value = self.fields.get(name, "")
        if len(value) > longest:
            raise BadRow(f"{name} has {len(value)} characters; at most {longest} are possible")
        return value

    def amount(self, name: str) -> Decimal:
        """An amount of at least 0 with a decimal point and at most four places. Raises `BadRow`."""
        value = self.fields[name]
        if _AMOUNT.fullmatch(value):
            return Decimal(value)
        if not value:
            raise BadRow(f"{name} is empty")
        if value.startswith("-"):
            raise BadRow(f"{name} is negative: {value[:40]}")
        raise BadRow(f"{name} is not an amount: {value[:40]!r}")

    def count(self, name: str, most: int = 100_000) -> int:
        """A whole number from 1 on. Raises `BadRow`."""
        value = self.fields[name]
        if not re.fullmatch(r"\d{1,6}", value, re.ASCII) or not 1 <= int(value) <= most:
            raise BadRow(f"{name} is not a number from 1 to {most}: {value[:40]!r}")
        return int(value)

    def instant(self, name: str, zone: ZoneInfo) -> datetime | None:
        """A time; one without an offset is read in `zone`. None where the field is empty. Raises `BadRow`."""
        value = self.fields.get(name, "")
        if not value:
            return None
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            raise BadRow(f"{name} is not a date: {value[:40]!r}") from None
        if not 1990 <= at.year <= 2100:
            raise BadRow(f"{name} lies outside 1990 to 2100: {value[:40]}")
        return at if at.tzinfo else at.replace(tzinfo=zone)


Unreadable = Callable[[str, int, list[str], str], None]
"""What is told of a row that cannot be read: its file, its line, the header and how it began."""


def rows(
    path: Path, columns: Sequence[str], rejects: Rejects, unreadable: Unreadable | None = None
) -> Iterator[Row]:
    """The rows of a CSV file with at least these columns. Raises `BadFile` before the first row.

    A row that cannot be read is rejected, and told to `unreadable`: it may have belonged to somebody.
    """
    try:
        with path.open("rb") as start:
            begin = start.read(4)
    except FileNotFoundError:
        raise BadFile(f"{path.name} is missing in {path.parent}.") from None
    except IsADirectoryError:
        raise BadFile(f"{path.name} is a folder, not a file.") from None
    except OSError as error:
        raise BadFile(f"{path.name} cannot be read: {error.strerror}.") from None
    if begin.startswith(_OTHER_UNICODE) or begin.count(b"\0") > 1:
        raise BadFile(f"{path.name} is UTF-16; save it as UTF-8.")
    if not begin:
        raise BadFile(f"{path.name} is empty; not even the header is there.")
    return _rows(path, columns, rejects, unreadable)


def _rows(
    path: Path, columns: Sequence[str], rejects: Rejects, unreadable: Unreadable | None
) -> Iterator[Row]:
    header: list[str] = []
    for line, text, fault in _records(path, header):
        if not header:
            header += _header(path, text, columns)
            continue
        try:
            if fault:
                raise BadRow(fault)
            yield Row(path.name, line, _fields(header, text))
        except BadRow as error:
            rejects.add(path.name, line, str(error), text)
            if unreadable is not None:
                unreadable(path.name, line, header, text)
    if not header:
        raise BadFile(f"{path.name} is empty; not even the header is there.")


def _header(path: Path, text: str, columns: Sequence[str]) -> list[str]:
    try:
        header = [name.strip().lower() for name in _split(text)]
    except BadRow:
        raise BadFile(f"{path.name} has a header that cannot be read.") from None
    missing = [name for name in columns if name not in header]
    other = next((mark for mark in (";", "\t") if mark in text and "," not in text), None)
    if missing and other:
        mark = "semicolons" if other == ";" else "tabs"
        raise BadFile(f"{path.name} separates its columns with {mark}; save it with commas.")
    if missing:
        raise BadFile(f"{path.name} has no column {missing[0]!r}.")
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise BadFile(f"{path.name} has the column {min(twice)!r} twice.")
    return header


def _fields(header: list[str], text: str) -> dict[str, str]:
    if any("\udc80" <= c <= "\udcff" for c in text):
        raise BadRow("the row is not UTF-8")
    if "\0" in text:
        raise BadRow("the row contains a NUL character")
    if len(text) > MOST_CHARS:
        raise BadRow(f"the row has more than {MOST_CHARS} characters")
    values = _split(text)
    if len(values) != len(header):
        raise BadRow(f"the row has {len(values)} of {len(header)} columns")
    if any(len(value) > MOST_FIELD for value in values):
        raise BadRow(f"a field is longer than {MOST_FIELD} characters")
    return {name: value.strip() for name, value in zip(header, values, strict=True)}


def _split(text: str) -> list[str]:
    if '"' not in text:
        return text.rstrip("\r\n").split(",")
    try:
        return next(csv.reader(StringIO(text, newline=""), strict=True), [])
    except csv.Error:
        raise BadRow("the quotation marks of the row do not match") from None


def belongs_to(header: list[str], text: str, column: str) -> list[str]:
    """What may stand in this column of a row that cannot be read: as many fields as are too many or too few
    may have shifted it."""
    if column not in header:
        return []
    fields = [field.strip().strip('"').strip() for field in text[:MOST_CHARS].split(",")]
    place, shift = header.index(column), len(fields) - len(header)
    first, last = place + min(shift, 0), place + max(shift, 0)
    return [field for field in fields[max(first, 0) : last + 1] if field]


def _records(path: Path, header: list[str]) -> Iterator[tuple[int, str, str]]:
    """Records with the line on which each begins, and its fault; one spans several lines inside quotation marks."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as source:
        lines = enumerate(_lines(source), 1)
        again: deque[tuple[int, str]] = deque()
        while (first := again.popleft() if again else next(lines, None)) is not None:
            number, text = first
            if not text.strip("\r\n \t\x1a"):
                continue
            if text.count('"') % 2 == 0:
                yield number, text, ""
                continue
            taken, chars, closed = [first], len(text), False
            while not closed and len(taken) < MOST_LINES and chars < MOST_CHARS:
                more = again.popleft() if again else next(lines, None)
                if more is None:
                    break
                taken.append(more)
                chars += len(more[1])
                closed = more[1].count('"') % 2 == 1
            whole = "".join(part for _n, part in taken)
            if closed and _well_formed(whole, header):
                yield number, whole, ""
            else:
                again.extendleft(reversed(taken[1:]))
                yield number, text, "a quotation mark is not closed"


def _lines(source: TextIO) -> Iterator[str]:
    """The lines of a file; of one that is longer than any row may be only the beginning is kept."""
    while text := source.readline(MOST_CHARS + 1):
        more = text
        while len(more) > MOST_CHARS and not more.endswith(("\n", "\r")):
            more = source.readline(MOST_CHARS + 1)
        yield text


def _well_formed(text: str, header: list[str]) -> bool:
    try:
        return not header or len(_split(text)) == len(header)
    except BadRow:
        return False


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of `size`; the last one may be shorter."""
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk


def _printable(text: str) -> str:
    cut = text[:SHOWN].rstrip("\r\n").encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else " " for c in cut)
