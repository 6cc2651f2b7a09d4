"""The public layout of Olist, a Brazilian marketplace: eight CSV files, times in São Paulo, amounts in BRL.

How it is read: `voucher` is a coupon, `boleto` (a paid slip) goes back to the wallet, cards to the card.
Several sellers in one order are several orders of one purchase; each payment is split by what each seller's
goods and freight cost, exact to the cent. Freight is a line of its own. What the files do not say (a name,
a tracking number, when money was given back) is not made up.

What was paid must be what the items cost: an order of which items or payments are missing is rejected, for its
money would be wrong. Two cents of rounding are usual in this set, and interest where a card paid in instalments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from core import money
from orders.importers.reading import BadFile, BadRow, Rejects, Row
from orders.importers.records import Item, Parcel, Person, Record, Review, Shop
from orders.importers.source import Source

ZONE = ZoneInfo("America/Sao_Paulo")
TRANSLATION = "product_category_name_translation"
CURRENCY, COUNTRY = "BRL", "BR"
ZERO = Decimal(0)
MEANS = {"credit_card": "card", "debit_card": "card", "boleto": "wallet", "voucher": "coupon"}
STATUSES = {
    "created", "approved", "invoiced", "processing", "shipped", "delivered", "unavailable", "canceled",
}  # fmt: skip
ENDED = {"canceled", "unavailable"}
WITHOUT_ITEMS = ENDED | {"created"}
"""Statuses of which the set has orders without items: nobody is owed goods, and nobody the money."""
ROUNDING = Decimal("0.05")
INTEREST, MOST_INTEREST = Decimal("0.04"), Decimal("0.30")
"""Of what the items cost: for each instalment after the first, and in all."""
NOWHERE = Shop(
    "unnamed", "Store not named in the file", COUNTRY, Person("unnamed-store", "Store not named")
)


@dataclass(slots=True)
class Goods:
    """One row of the items file."""

    seller: str
    product: str
    price: Decimal
    freight: Decimal


class Olist(Source):
    """The files around the orders, read once and kept by order."""

    name, language, zone_name, order_column = "olist", "pt", ZONE.key, "order_id"
    placed_column = "order_purchase_timestamp"

    def __init__(self, folder: Path, rejects: Rejects, reviews: bool) -> None:
        super().__init__(folder, rejects)
        self.customers: dict[str, tuple[str, str]] = {}
        self.sellers: dict[str, str] = {}
        self.products: dict[str, str] = {}
        self.goods: dict[str, list[Goods]] = defaultdict(list)
        self.payments: dict[str, dict[str, Decimal]] = {}
        self.instalments: dict[str, int] = {}
        self.words: dict[str, str] = {}
        self.lines: dict[str, dict[str, int]] = {"order_items": {}, "order_payments": {}}
        if not self.path("orders").exists():
            raise BadFile(f"{self.path('orders').name} is missing in {folder}.")
        self._load(reviews)

    def path(self, name: str) -> Path:
        if name == TRANSLATION:
            return super().path(name)
        return self.folder / f"olist_{name}_dataset.csv"

    def _load(self, reviews: bool) -> None:
        kind = "product_category_name"
        if self.path(TRANSLATION).exists():
            self.each(TRANSLATION, (kind, f"{kind}_english"), self._word, breaks=False)
        self.each(
            "customers",
            ("customer_id", "customer_unique_id", "customer_city"),
            self._customer,
            once=("customer_id",),
        )
        self.each("sellers", ("seller_id", "seller_city"), self._seller, once=("seller_id",))
        self.each("products", ("product_id", kind), self._product, once=("product_id",))
        item = ("order_id", "order_item_id")
        self.each(
            "order_items",
            (*item, "product_id", "seller_id", "price", "freight_value"),
            self._goods_row,
            once=item,
        )
        part = ("order_id", "payment_sequential")
        self.each(
            "order_payments", (*part, "payment_type", "payment_value"), self._payment, once=part
        )
        if reviews:
            columns = ("order_id", "review_score", "review_comment_title", "review_comment_message")
            self.each(
                "order_reviews", (*columns, "review_creation_date"), self._review, breaks=False
            )

    def _word(self, row: Row) -> None:
        self.words[row["product_category_name"]] = row["product_category_name_english"]

    def _customer(self, row: Row) -> None:
        self.customers[row["customer_id"]] = (
            row.needed("customer_unique_id"),
            row.short("customer_city", 120),
        )

    def _seller(self, row: Row) -> None:
        self.sellers[row["seller_id"]] = row.short("seller_city", 100)

    def _product(self, row: Row) -> None:
        kind = row.short("product_category_name", 100)
        self.products[row["product_id"]] = (self.words.get(kind) or kind or "item").replace(
            "_", " "
        )

    def _goods_row(self, row: Row) -> None:
        seller, product = row.needed("seller_id"), row.needed("product_id")
        if seller not in self.sellers:
            raise BadRow(f"seller_id is in no row of {self.path('sellers').name}: {seller}")
        if product not in self.products:
            raise BadRow(f"product_id is in no row of {self.path('products').name}: {product}")
        price, freight = _whole(row, "price"), _whole(row, "freight_value")
        self.lines["order_items"].setdefault(row["order_id"], row.line)
        row.count("order_item_id", 10_000)
        self.goods[row["order_id"]].append(Goods(seller, product, price, freight))

    def _payment(self, row: Row) -> None:
        amount = _whole(row, "payment_value")
        self.lines["order_payments"].setdefault(row["order_id"], row.line)
        if not amount:
            return
        kind = row.needed("payment_type")
        if kind not in MEANS:
            raise BadRow(f"payment_type is unknown: {kind!r}")
        if (parts := row.get("payment_installments")).isdecimal() and MEANS[kind] == "card":
            number = row["order_id"]
            self.instalments[number] = max(self.instalments.get(number, 1), int(parts[:3]))
        paid = self.payments.setdefault(row["order_id"], {})
        paid[MEANS[kind]] = paid.get(MEANS[kind], ZERO) + amount

    def _review(self, row: Row) -> None:
        asked = row.instant("review_creation_date", ZONE)
        if asked is None:
            raise BadRow("review_creation_date is empty")
        at = row.instant("review_answer_timestamp", ZONE) or asked
        if at < asked:
            raise BadRow("review_answer_timestamp lies before review_creation_date")
        score = row.count("review_score", 5)
        found = Review(score, row["review_comment_title"], row["review_comment_message"], at, "pt")
        self.reviews[row.needed("order_id")].append(found)

    def orders(self) -> Iterator[list[Record]]:
        """The orders of the file, each as one record or, with several sellers, as several."""
        columns = (
            "order_id", "customer_id", "order_status", "order_purchase_timestamp", "order_approved_at",
            "order_delivered_carrier_date", "order_delivered_customer_date", "order_estimated_delivery_date",
        )  # fmt: skip
        yield from self.each_order("orders", columns, self._records)
        for name, lines in self.lines.items():
            self.strays(name, lines, "orders")

    def _records(self, row: Row) -> list[Record]:
        number = row.needed("order_id", 60)
        customer = row.needed("customer_id")
        if customer not in self.customers:
            raise BadRow(f"customer_id is in no row of {self.path('customers').name}: {customer}")
        status = row.needed("order_status")
        if status not in STATUSES:
            raise BadRow(f"order_status is unknown: {status!r}")
        base = self._base(row, number, status, *self.customers[customer])
        shares = self._shares(number)
        paid = self.payments.get(number, {})
        if not paid and base.paid_at is not None:
            raise BadRow("the order was paid, but has no row of payments")
        self._adds_up(number, status)
        if not shares:
            base.payments = paid
            return [base]
        weights = [sum((g.price + g.freight for g in goods), ZERO) for goods in shares.values()]
        parts = {
            means: money.split(amount, weights if any(weights) else [1] * len(weights), CURRENCY)
            for means, amount in paid.items()
        }
        made = []
        for index, (seller, goods) in enumerate(shares.items()):
            one = base if len(shares) == 1 else _copy(base, f"{number}-{index + 1}")
            one.shop, one.items = self._shop(seller), self._items(goods)
            one.payments = {means: part[index] for means, part in parts.items() if part[index]}
            made.append(one)
        return made

    def _adds_up(self, number: str, status: str) -> None:
        """Raise `BadRow` where items or payments of the order must be missing."""
        goods, paid = self.goods.get(number, ()), sum(self.payments.get(number, {}).values(), ZERO)
        if not goods:
            if status not in WITHOUT_ITEMS:
                raise BadRow(f"status is {status}, but the order has no row of order_items")
            return
        cost = sum((g.price + g.freight for g in goods), ZERO)
        more = self.instalments.get(number, 1) - 1
        interest = cost * min(more * INTEREST, MOST_INTEREST)
        if (
            paid or status not in WITHOUT_ITEMS
        ) and not -ROUNDING <= paid - cost <= interest + ROUNDING:
            raise BadRow(f"the payments ({paid}) are not what the items cost ({cost})")

    def _base(self, row: Row, number: str, status: str, person: str, city: str) -> Record:
        placed, promised = (
            row.instant(n, ZONE)
            for n in ("order_purchase_timestamp", "order_estimated_delivery_date")
        )
        approved, shipped, delivered = (
            row.instant(n, ZONE)
            for n in (
                "order_approved_at",
                "order_delivered_carrier_date",
                "order_delivered_customer_date",
            )
        )
        if placed is None:
            raise BadRow("order_purchase_timestamp is empty")
        if promised is None:
            raise BadRow("order_estimated_delivery_date is empty")
        buyer = Person(person, f"Buyer {person[:6]}")
        made = Record(
            row.file, row.line, number, number, buyer, NOWHERE, CURRENCY, placed, promised,
            status=status, country=COUNTRY, city=city.title(), card_country="",
        )  # fmt: skip
        _tell(made, approved, shipped, delivered)
        return made

    def _shares(self, number: str) -> dict[str, list[Goods]]:
        by_seller: dict[str, list[Goods]] = {}
        for goods in self.goods.get(number, ()):
            by_seller.setdefault(goods.seller, []).append(goods)
        return by_seller

    def _shop(self, seller: str) -> Shop:
        name = f"Store {self.sellers[seller].title()} {seller[:6]}".replace("  ", " ")
        return Shop(seller, name, COUNTRY, Person(seller, name))

    def _items(self, goods: list[Goods]) -> list[Item]:
        counted: dict[tuple[str, Decimal], int] = defaultdict(int)
        for one in goods:
            counted[(one.product, one.price)] += 1
        items = [
            Item(f"{self.products[product].capitalize()} {product[:6]}", quantity, price)
            for (product, price), quantity in counted.items()
        ]
        freight = sum((one.freight for one in goods), ZERO)
        return [*items, Item("Freight", 1, freight)] if freight else items


def _tell(
    made: Record, approved: datetime | None, shipped: datetime | None, delivered: datetime | None
) -> None:
    """What happened, by the status first and the times second; what the file left open is noted."""
    status = made.status
    went_out = status in {"shipped", "delivered"}
    if status in {"approved", "processing", "invoiced"} or went_out or approved is not None:
        made.paid_at = max(approved, made.placed_at) if approved else made.placed_at
        if approved is None:
            made.note = "the time of payment is missing; the order's time was taken"
    if status == "created":
        made.paid_at = None
    if went_out or (status == "canceled" and shipped is not None):
        made.shipped_at = max(shipped or made.paid_at or made.placed_at, made.placed_at)
        if shipped is None:
            made.note = "the time of shipping is missing; the payment's was taken"
    if delivered is not None and made.shipped_at is not None:
        made.delivered_at = max(delivered, made.shipped_at)
    elif status == "delivered":
        made.note = "delivered without a date; read as shipped"
    if made.shipped_at is not None:
        made.parcels = [Parcel(made.shipped_at, made.delivered_at)]
    if status in ENDED:
        made.ended = "cancelled" if status == "canceled" else "closed"
        known = (made.placed_at, made.paid_at, made.shipped_at, made.delivered_at)
        made.ended_at = max(at for at in known if at is not None)
        made.note = "the time of the end is missing; the last known one was taken"


def _whole(row: Row, name: str) -> Decimal:
    amount = row.amount(name)
    if money.quantize(amount, CURRENCY) != amount:
        raise BadRow(f"{name} is finer than a cent: {row[name]}")
    return amount


def _copy(base: Record, number: str) -> Record:
    return replace(base, number=number, items=[], payments={}, parcels=[
        Parcel(p.shipped_at, p.delivered_at) for p in base.parcels
    ])  # fmt: skip


def open_source(folder: Path, rejects: Rejects, reviews: bool) -> Olist:
    """Read the folder. Raises `BadFile` where it is not one in this layout."""
    return Olist(folder, rejects, reviews)
