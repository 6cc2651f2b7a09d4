"""Tiny folders in the public layout of Olist, written by the tests themselves."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

NAMES = {
    "orders": (
        "order_id", "customer_id", "order_status", "order_purchase_timestamp", "order_approved_at",
        "order_delivered_carrier_date", "order_delivered_customer_date", "order_estimated_delivery_date",
    ),
    "order_items": (
        "order_id", "order_item_id", "product_id", "seller_id", "shipping_limit_date", "price", "freight_value",
    ),
    "order_payments": (
        "order_id", "payment_sequential", "payment_type", "payment_installments", "payment_value",
    ),
    "customers": (
        "customer_id", "customer_unique_id", "customer_zip_code_prefix", "customer_city", "customer_state",
    ),
    "sellers": ("seller_id", "seller_zip_code_prefix", "seller_city", "seller_state"),
    "products": ("product_id", "product_category_name"),
    "order_reviews": (
        "review_id", "order_id", "review_score", "review_comment_title", "review_comment_message",
        "review_creation_date", "review_answer_timestamp",
    ),
}  # fmt: skip


class Folder:
    """A folder of files; `order(...)` adds an order with what belongs to it, `write()` writes all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in NAMES}
        self.rows["sellers"] = [("s1", "01", "sao paulo", "SP"), ("s2", "02", "rio", "RJ")]
        self.rows["products"] = [("p1", "beleza_saude"), ("p2", "")]

    def order(
        self, number: str, status: str = "delivered", *, placed: str = "2018-08-01 10:00:00",
        approved: str = "2018-08-01 11:00:00", carrier: str = "2018-08-02 10:00:00",
        arrived: str = "2018-08-10 10:00:00", promised: str = "2018-08-20 00:00:00",
        items: tuple[tuple[str, str, str], ...] = (("s1", "50.00", "10.00"),),
        payments: tuple[tuple[str, str], ...] = (("credit_card", "60.00"),),
        review: tuple[int, str, str] | None = None,
    ) -> Folder:  # fmt: skip
        self.rows["orders"].append(
            (number, f"c-{number}", status, placed, approved, carrier, arrived, promised)
        )
        self.rows["customers"].append((f"c-{number}", f"person{number}", "01", "campinas", "SP"))
        for index, (seller, price, freight) in enumerate(items, 1):
            self.rows["order_items"].append(
                (number, index, "p1", seller, "2018-08-05 00:00:00", price, freight)
            )
        for index, (kind, amount) in enumerate(payments, 1):
            self.rows["order_payments"].append((number, index, kind, 1, amount))
        if review:
            score, text, at = review
            self.rows["order_reviews"].append((f"r-{number}", number, score, "", text, at, at))
        return self

    def file(self, name: str) -> Path:
        return self.path / f"olist_{name}_dataset.csv"

    def write(self) -> Path:
        self.path.mkdir(parents=True, exist_ok=True)
        for name, columns in NAMES.items():
            with self.file(name).open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out)
                writer.writerow(columns)
                writer.writerows(self.rows[name])
        return self.path
