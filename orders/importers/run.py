"""An import from beginning to end: a thousand purchases in each transaction, whatever a row may contain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection, transaction

from core.batch import Batch
from core.models import Storefront
from orders import importers
from orders.importers import Disputes
from orders.importers.reading import chunks
from orders.importers.records import Record, Review
from orders.importers.source import Source
from orders.importers.writing import Writer, Written
from orders.models import Order

SIZE = 1000


@dataclass(slots=True)
class Summary:
    """What an import did, in purchases; `orders` counts the orders that these became."""

    read: int = 0
    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    orders: int = 0
    disputes: Disputes = field(default_factory=Disputes)

    def take(self, done: Written) -> None:
        self.imported += len(done.imported)
        self.updated += len(done.updated - done.imported)
        self.unchanged += len(done.unchanged - done.updated - done.imported)
        self.orders += done.made


def run(
    source: Source,
    storefront: Storefront,
    *,
    dry_run: bool,
    disputes: bool,
    tick: Callable[[int], Any],
) -> Summary:
    """Read and write everything; `tick(n)` after each n purchases. Raises `BadFile` for a whole-file fault.

    A dry run does all the work and takes each transaction back.
    """
    summary = Summary()
    writer = Writer(storefront, source.name, source.language, source.zone_name)
    for chunk in chunks(source.orders(), SIZE):
        _write(writer, chunk, source, summary, dry_run, disputes)
        tick(len(chunk))
    summary.read = source.read
    return summary


def _write(
    writer: Writer,
    chunk: list[list[Record]],
    source: Source,
    summary: Summary,
    dry_run: bool,
    disputes: bool,
) -> None:
    """One transaction. Where the database refuses it, halves are tried until the bad purchase stands alone."""
    try:
        with transaction.atomic():
            with Batch() as batch:
                done = writer.write(batch, [record for records in chunk for record in records])
            opened = _open_disputes(chunk, done, source.reviews) if disputes else Disputes()
            if dry_run:
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                transaction.set_rollback(True)
    except (DatabaseError, ValueError) as error:
        if len(chunk) > 1:
            middle = len(chunk) // 2
            for half in (chunk[:middle], chunk[middle:]):
                _write(writer, half, source, summary, dry_run, disputes)
            return
        first = chunk[0][0]
        words = " ".join(str(error).split())[:200]
        source.rejects.add(
            first.file, first.line, f"the database refused the order: {words}", first.number
        )
        return
    for record, why in done.refused:
        source.rejects.add(record.file, record.line, why, record.number)
    summary.take(done)
    summary.disputes.take(opened)


def _open_disputes(
    chunk: list[list[Record]], done: Written, reviews: dict[str, Review]
) -> Disputes:
    """Hand the reviews of this thousand to the apps above; a review is about the purchase's first order."""
    wanted: dict[int, Review] = {}
    for records in chunk:
        review = reviews.get(records[0].purchase_number)
        order = next((done.orders[r.number] for r in records if r.number in done.orders), None)
        if review is not None and order is not None:
            wanted[order.pk] = review
    found = Disputes()
    if wanted:
        orders = list(Order.objects.filter(pk__in=wanted).order_by("pk"))
        for plug in importers.plugs():
            found.take(plug(orders, wanted))
    return found
