"""What every layout of files has in common: rows read once, faults kept by order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from orders.importers.reading import BadFile, BadRow, Rejects, Row, belongs_to, rows
from orders.importers.records import Record, Review


class Source:
    """A folder of files. `broken` says why an order cannot be used: a row that belongs to it was rejected.

    `read` counts the rows of the orders file, `rejected` those of them that made no order.
    """

    name = ""
    language = "en"
    zone_name = "UTC"
    order_column = ""
    placed_column = ""

    def __init__(self, folder: Path, rejects: Rejects) -> None:
        if not folder.is_dir():
            raise BadFile(f"{folder} is not a folder.")
        self.folder, self.rejects, self.read, self.rejected = folder, rejects, 0, 0
        self.reviews: dict[str, list[Review]] = defaultdict(list)
        self.broken: dict[str, str] = {}

    def orders(self) -> Iterator[list[Record]]:
        """Each purchase as the records of its orders."""
        raise TypeError(f"{type(self).__name__} is no layout")

    def first_placed(self) -> datetime | None:
        """When the first order of the files was placed; None where there is none that can be read."""
        times = (
            self._placed(row) for row in rows(self.path("orders"), (self.placed_column,), Rejects())
        )
        return min((at for at in times if at is not None), default=None)

    def _placed(self, row: Row) -> datetime | None:
        try:
            at = row.instant(self.placed_column, ZoneInfo(self.zone_name))
        except BadRow:
            return None
        return at.astimezone(UTC) if at else None

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.csv"

    def each(
        self, name: str, columns: Sequence[str], take: Callable[[Row], None], *,
        once: Sequence[str] = (), breaks: bool = True,
    ) -> None:  # fmt: skip
        """Hand each row of a file to `take`. `once` are the columns that name a row: they stand there once.

        A row that raises `BadRow`, or cannot be read, is rejected; where it `breaks`, so is its order.
        """
        seen: dict[str, int] = {}
        unreadable = self._unreadable if breaks else None
        for row in rows(self.path(name), columns, self.rejects, unreadable):
            try:
                if once:
                    first_time(row, once, seen)
                take(row)
            except BadRow as error:
                self.reject(row, str(error))
                if breaks and row.get(self.order_column):
                    self._break(row[self.order_column], row.file, row.line)

    def _unreadable(self, file: str, line: int, header: list[str], text: str) -> None:
        for number in belongs_to(header, text, self.order_column):
            self._break(number, file, line)

    def _break(self, number: str, file: str, line: int) -> None:
        self.broken.setdefault(number, f"{file} line {line} was rejected")

    def reject(self, row: Row, reason: str) -> None:
        self.rejects.add(row.file, row.line, reason, ",".join(row.fields.values()))

    def each_order(
        self, name: str, columns: Sequence[str], make: Callable[[Row], list[Record]]
    ) -> Iterator[list[Record]]:
        """The rows of the orders file; counts what was read and keeps rejected ones apart."""
        seen: dict[str, int] = {}
        for row in rows(self.path(name), columns, self.rejects, self._lost):
            self.read += 1
            try:
                first_time(row, (self.order_column,), seen)
                number = row[self.order_column]
                if number in self.broken:
                    raise BadRow(self.broken[number])
                yield make(row)
            except BadRow as error:
                self.rejected += 1
                self.reject(row, str(error))
        self.seen = seen

    def _lost(self, file: str, line: int, header: list[str], text: str) -> None:
        """A row of the orders file that cannot be read."""
        self.read += 1
        self.rejected += 1

    def strays(self, name: str, numbers: dict[str, int], orders: str) -> None:
        """Report rows (order: line) whose order is in no row of the orders file."""
        for number, line in numbers.items():
            if number not in self.seen:
                self.rejects.add(
                    self.path(name).name, line,
                    f"{self.order_column} is in no row of {self.path(orders).name}: {number}", number,
                )  # fmt: skip


def first_time(row: Row, columns: Sequence[str], seen: dict[str, int]) -> None:
    """Raise `BadRow` where a row of this name stands in the file already, or its name is empty."""
    key = " ".join(row.needed(column) for column in columns)
    if key in seen:
        raise BadRow(
            f"{' and '.join(columns)} {'stand' if len(columns) > 1 else 'stands'} on line {seen[key]} already"
        )
    seen[key] = row.line
