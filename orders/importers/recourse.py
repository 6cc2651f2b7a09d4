"""Our own layout, described in docs/orders-import.md: orders, lines, payments, shipments as CSV files.

Times are ISO 8601, in UTC where they carry no offset; amounts have a decimal point and at most the places
of their currency. Checkpoints and reviews are optional files.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from core import money
from core.errors import Refused
from orders.importers.reading import BadFile, BadRow, Rejects, Row
from orders.importers.records import Item, Parcel, Person, Record, Review, Shop
from orders.importers.source import Source
from orders.states import Means, OrderState

UTC = ZoneInfo("UTC")
ORDERS = (
    "number", "status", "buyer_email", "buyer_name", "seller_email", "store", "store_name", "currency",
    "placed_at", "promised_at",
)  # fmt: skip
LINES = ("number", "title", "quantity", "unit_price")
PAYMENTS = ("number", "means", "amount")
SHIPMENTS = ("number", "carrier", "tracking_number", "shipped_at", "delivered_at")
CHECKPOINTS = ("number", "tracking_number", "at", "city", "text")
REVIEWS = ("number", "score", "title", "text", "at")
_EMAIL = re.compile(r"[^@\s\"<>,;]{1,64}@[^@\s\"<>,;.]+(\.[^@\s\"<>,;.]+)+")
_SLUG = re.compile(r"[a-z0-9-]{1,80}")
S = OrderState
STATUSES = {S.AWAITING_PAYMENT, S.PAID, S.SHIPPED, S.DELIVERED, S.COMPLETED, S.CANCELLED, S.CLOSED}


@dataclass(slots=True)
class Line:
    """A line before its order, and so its currency, is known."""

    row: Row
    title: str
    quantity: int
    price: Decimal


class Recourse(Source):
    """The folder in our own layout."""

    name, order_column, placed_column = "recourse", "number", "placed_at"

    def __init__(self, folder: Path, rejects: Rejects, reviews: bool) -> None:
        super().__init__(folder, rejects)
        self.items: dict[str, list[Line]] = defaultdict(list)
        self.payments: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
        self.parcels: dict[str, list[Parcel]] = defaultdict(list)
        self.first_lines: dict[str, dict[str, int]] = defaultdict(dict)
        if not self.path("orders").exists():
            raise BadFile(f"orders.csv is missing in {folder}.")
        self.each("lines", LINES, self._line)
        self.each("payments", PAYMENTS, self._payment)
        self.each("shipments", SHIPMENTS, self._shipment)
        if self.path("checkpoints").exists():
            self.each("checkpoints", CHECKPOINTS, self._checkpoint)
        if reviews and self.path("reviews").exists():
            self.each("reviews", REVIEWS, self._review, breaks=False)

    def _number(self, row: Row, name: str) -> str:
        number = row.needed("number")
        self.first_lines[name].setdefault(number, row.line)
        return number

    def _line(self, row: Row) -> None:
        number = self._number(row, "lines")
        row.needed("title", 300)
        self.items[number].append(
            Line(row, row["title"], row.count("quantity"), row.amount("unit_price"))
        )

    def _payment(self, row: Row) -> None:
        number, amount = self._number(row, "payments"), row.amount("amount")
        if row["means"] not in Means.values:
            raise BadRow(f"means is none of {', '.join(Means.values)}: {row['means'][:40]!r}")
        self.payments[number].append((row["means"], amount))

    def _shipment(self, row: Row) -> None:
        number = self._number(row, "shipments")
        shipped, delivered = row.instant("shipped_at", UTC), row.instant("delivered_at", UTC)
        if shipped is None:
            raise BadRow("shipped_at is empty")
        if delivered is not None and delivered < shipped:
            raise BadRow("delivered_at lies before shipped_at")
        carrier, tracking = row.short("carrier", 80), row.short("tracking_number", 80)
        self.parcels[number].append(Parcel(shipped, delivered, carrier, tracking))

    def _checkpoint(self, row: Row) -> None:
        number, at = self._number(row, "checkpoints"), row.instant("at", UTC)
        if at is None:
            raise BadRow("at is empty")
        for parcel in self.parcels.get(number, ()):
            if parcel.tracking_number == row["tracking_number"]:
                parcel.reports.append((at, row.short("city", 120), row.needed("text", 300)))
                return
        raise BadRow("no shipment of this order has the tracking number")

    def _review(self, row: Row) -> None:
        at = row.instant("at", UTC)
        if at is None:
            raise BadRow("at is empty")
        language = row.short("language", 12)
        found = Review(row.count("score", 5), row["title"], row["text"], at, language)
        self.reviews[row.needed("number")].append(found)

    def orders(self) -> Iterator[list[Record]]:
        """One record for each row of orders.csv."""
        yield from self.each_order("orders", ORDERS, lambda row: [self._record(row)])
        for name, lines in self.first_lines.items():
            self.strays(name, lines, "orders")

    def _record(self, row: Row) -> Record:
        number, status, currency = (
            row.needed("number"),
            row.needed("status"),
            row.needed("currency", 3),
        )
        if status not in STATUSES:
            raise BadRow(f"status is unknown: {status[:40]!r}")
        _exact(Decimal(0), currency, "currency")
        placed, promised, paid, confirmed, ended = (
            row.instant(name, UTC)
            for name in ("placed_at", "promised_at", "paid_at", "confirmed_at", "ended_at")
        )
        if placed is None or promised is None:
            raise BadRow("placed_at or promised_at is empty")
        if ended is not None and status not in (S.CANCELLED, S.CLOSED):
            raise BadRow(f"status is {status}, but ended_at is given")
        parcels = sorted(self.parcels.get(number, ()), key=lambda p: p.shipped_at)
        arrived = [p.delivered_at for p in parcels if p.delivered_at is not None]
        made = Record(
            row.file, row.line, number, row.get("purchase_number")[:64] or number, _buyer(row), _shop(row), currency,
            placed, promised, paid_at=paid, shipped_at=parcels[0].shipped_at if parcels else None,
            delivered_at=max(arrived) if parcels and len(arrived) == len(parcels) else None,
            confirmed_at=confirmed, status=status, country=_country(row, "destination_country"),
            city=row.short("destination_city", 120), card_last4=_last4(row),
            card_country=_country(row, "card_country"), parcels=parcels,
        )  # fmt: skip
        made.items = [
            Item(x.title, x.quantity, _exact(x.price, currency, "unit_price"))
            for x in self.items.get(number, ())
        ]
        for means, amount in self.payments.get(number, ()):
            if amount:
                made.payments[means] = made.payments.get(means, Decimal(0)) + _exact(
                    amount, currency, "amount"
                )
        if status in (S.CANCELLED, S.CLOSED):
            made.ended = status
            made.ended_at = ended or max(
                at for at in (placed, paid, made.shipped_at, made.delivered_at) if at
            )
        _fits(made)
        return made


def _fits(made: Record) -> None:
    """Raise `BadRow` where status and times contradict each other."""
    needs: dict[str, tuple[tuple[str, datetime | None], ...]] = {
        S.PAID: (("paid_at", made.paid_at),),
        S.SHIPPED: (("paid_at", made.paid_at), ("a shipment", made.shipped_at)),
        S.DELIVERED: (
            ("paid_at", made.paid_at),
            ("delivered_at of each shipment", made.delivered_at),
        ),
        S.COMPLETED: (("paid_at", made.paid_at), ("a shipment", made.shipped_at)),
    }
    for name, at in needs.get(made.status, ()):
        if at is None:
            raise BadRow(f"status is {made.status}, but {name} is missing")
    steps = [made.placed_at, made.paid_at, made.shipped_at, made.delivered_at, made.confirmed_at]
    times = [at for at in steps if at is not None]
    if times != sorted(times):
        raise BadRow("placed, paid, shipped, delivered and confirmed are not in this order")
    if made.ended_at is not None and made.ended_at < times[-1]:
        raise BadRow("ended_at lies before what happened earlier")
    if made.status == S.COMPLETED and made.confirmed_at is None and made.delivered_at is None:
        raise BadRow("status is completed, but neither delivered_at nor confirmed_at is given")
    for name, at, later in (
        ("paid_at", made.paid_at, {S.AWAITING_PAYMENT}),
        ("a shipment", made.shipped_at, {S.AWAITING_PAYMENT, S.PAID}),
        ("confirmed_at", made.confirmed_at, {S.AWAITING_PAYMENT, S.PAID, S.SHIPPED, S.DELIVERED}),
    ):
        if at is not None and made.status in later:
            raise BadRow(f"status is {made.status}, but {name} is given")
    _adds_up(made)


def _adds_up(made: Record) -> None:
    """Raise `BadRow` where lines or payments must be missing: the order's money would be wrong."""
    if made.paid_at is not None and not made.payments:
        raise BadRow("the order was paid, but has no row of payments")
    cost = sum((item.quantity * item.unit_price for item in made.items), Decimal(0))
    paid = sum(made.payments.values(), Decimal(0))
    if (made.payments or made.paid_at is not None) and paid != cost:
        raise BadRow(f"the payments ({paid}) are not what the lines cost ({cost})")


def _buyer(row: Row) -> Person:
    email = _email(row, "buyer_email")
    return Person(email, row.short("buyer_name", 120) or email.split("@")[0], email)


def _shop(row: Row) -> Shop:
    key, email = row.needed("store", 80), _email(row, "seller_email")
    if not _SLUG.fullmatch(key):
        raise BadRow(f"store is not made of a-z, 0-9 and hyphens: {key[:40]!r}")
    name = row.short("store_name", 160) or key
    owner = Person(email, row.get("seller_name")[:120] or name[:120], email)
    return Shop(key, name, _country(row, "store_country"), owner)


def _email(row: Row, name: str) -> str:
    value = row.needed(name, 254).lower()
    if not _EMAIL.fullmatch(value):
        raise BadRow(f"{name} is not an e-mail address: {value[:60]!r}")
    return value


def _country(row: Row, name: str) -> str:
    value = row.get(name).upper()
    if value and not re.fullmatch(r"[A-Z]{2}", value):
        raise BadRow(f"{name} is not a two-letter country code: {value[:20]!r}")
    return value


def _last4(row: Row) -> str:
    value = row.get("card_last4")
    if value and not re.fullmatch(r"\d{4}", value, re.ASCII):
        raise BadRow("card_last4 is not four digits; never put a whole card number into a file")
    return value


def _exact(amount: Decimal, currency: str, name: str) -> Decimal:
    try:
        whole = money.quantize(amount, currency)
    except Refused as error:
        raise BadRow(f"currency is not a three-letter ISO code: {currency!r}") from error
    if whole != amount:
        raise BadRow(f"{name} is finer than {currency} allows: {amount}")
    return amount


def open_source(folder: Path, rejects: Rejects, reviews: bool) -> Recourse:
    """Read the folder. Raises `BadFile` where it is not one in this layout."""
    return Recourse(folder, rejects, reviews)
