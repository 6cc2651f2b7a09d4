"""What every layout of files has in common: rows read once, faults kept by order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from orders.importers.reading import BadFile, BadRow, Rejects, Row, rows
from orders.importers.records import Record, Review


class Source:
    """A folder of files. `broken` says why an order cannot be used: a row that belongs to it was rejected."""

    name = ""
    language = "en"
    zone_name = "UTC"
    order_column = ""

    def __init__(self, folder: Path, rejects: Rejects) -> None:
        if not folder.is_dir():
            raise BadFile(f"{folder} is not a folder.")
        self.folder, self.rejects, self.read = folder, rejects, 0
        self.reviews: dict[str, Review] = {}
        self.broken: dict[str, str] = {}

    def orders(self) -> Iterator[list[Record]]:
        """Each purchase as the records of its orders."""
        raise TypeError(f"{type(self).__name__} is no layout")

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.csv"

    def each(
        self, name: str, columns: Sequence[str], take: Callable[[Row], None], *,
        once: Sequence[str] = (), breaks: bool = True,
    ) -> None:  # fmt: skip
        """Hand each row of a file to `take`. `once` are the columns that name a row: they stand there once.

        A row that raises `BadRow` is rejected; where it `breaks`, the order it belongs to is too.
        """
        seen: dict[str, int] = {}
        for row in rows(self.path(name), columns, self.rejects):
            try:
                if once:
                    first_time(row, once, seen)
                take(row)
            except BadRow as error:
                self.reject(row, str(error))
                if breaks and row.get(self.order_column):
                    self.broken.setdefault(
                        row[self.order_column], f"{row.file} line {row.line} was rejected"
                    )

    def reject(self, row: Row, reason: str) -> None:
        self.rejects.add(row.file, row.line, reason, ",".join(row.fields.values()))

    def each_order(
        self, name: str, columns: Sequence[str], make: Callable[[Row], list[Record]]
    ) -> Iterator[list[Record]]:
        """The rows of the orders file; counts what was read and keeps rejected ones apart."""
        seen: dict[str, int] = {}
        for row in rows(self.path(name), columns, self.rejects):
            self.read += 1
            try:
                first_time(row, (self.order_column,), seen)
                number = row[self.order_column]
                if number in self.broken:
                    raise BadRow(self.broken[number])
                yield make(row)
            except BadRow as error:
                self.reject(row, str(error))
        self.seen = seen

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
