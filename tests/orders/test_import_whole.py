"""Half an order is never imported: what is missing, cut or unreadable takes the whole order with it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from orders.models import Order
from tests.orders.olist_files import Folder
from tests.orders.test_import_faults import rejected
from tests.orders.test_import_olist import counts, shown
from tests.orders.test_import_recourse import LINE, ORDER, PAYMENT, SHIPMENT, write
from tests.orders.test_import_recourse import run as run_own

__all__ = ["run_own"]
pytestmark = pytest.mark.django_db
TWO = (("s1", "50.00", "10.00"), ("s1", "30.00", "10.00"))
PAID = (("credit_card", "100.00"),)


def cut(path: Path, by: int) -> None:
    path.write_bytes(path.read_bytes()[:-by])


def why(summary: dict[str, Any], file: str) -> list[tuple[int, str]]:
    return [(line, reason) for line, of, reason in rejected(summary) if of == file]


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (2, "the payments (100.00) are not what the items cost (100)"),
        (4, "olist_order_items_dataset.csv line 4 was rejected"),
        (6, "the payments (100.00) are not what the items cost (91.00)"),
        (7, "olist_order_items_dataset.csv line 4 was rejected"),
        (13, "olist_order_items_dataset.csv line 4 was rejected"),
        (60, "the payments (100.00) are not what the items cost (60.00)"),
    ],
)
def test_an_items_file_that_was_cut_imports_no_order_with_other_money(
    run: Any, folder: Folder, by: int, reason: str
) -> None:
    path = folder.order("1").order("2", items=TWO, payments=PAID).write()
    items = folder.file("order_items")
    whole = items.read_bytes()
    items.write_bytes(whole[: whole.rindex(b"2,2,p1")] if by == 60 else whole[:-by])
    summary = run(path)
    if by == 2:
        assert shown(summary) == counts(2, imported=2)
        return
    assert shown(summary) == counts(2, imported=1, rejected=1)
    assert why(summary, "olist_orders_dataset.csv") == [(3, reason)]
    assert list(Order.objects.values_list("number", flat=True)) == ["1"]


@pytest.mark.parametrize("status", ["approved", "invoiced", "processing", "shipped", "delivered"])
def test_a_paid_order_without_items_is_rejected(run: Any, folder: Folder, status: str) -> None:
    summary = run(folder.order("1", status, items=()).write())
    assert shown(summary) == counts(1, rejected=1)
    assert why(summary, "olist_orders_dataset.csv") == [
        (2, f"status is {status}, but the order has no row of order_items")
    ]


@pytest.mark.parametrize("status", ["canceled", "unavailable"])
def test_an_order_that_came_to_nothing_needs_no_items(
    run: Any, folder: Folder, status: str
) -> None:
    assert shown(run(folder.order("1", status, items=()).write())) == counts(1, imported=1)


@pytest.mark.parametrize(
    ("paid", "instalments", "taken"),
    [
        ("60.05", 1, True), ("59.95", 1, True), ("60.06", 1, False), ("59.94", 1, False),
        ("62.40", 2, True), ("62.46", 2, False), ("75.00", 12, True), ("78.06", 24, False),
    ],
)  # fmt: skip
def test_payments_may_differ_by_rounding_and_by_the_interest_of_instalments(
    run: Any, folder: Folder, paid: str, instalments: int, taken: bool
) -> None:
    folder.order("1", payments=())
    folder.rows["order_payments"] = [("1", 1, "credit_card", instalments, paid)]
    assert shown(run(folder.write())) == counts(1, imported=int(taken), rejected=int(not taken))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2,2,p1,s1,2018-08-05 00:00:00,0.00", "the row has 6 of 7 columns"),
        ("2,2,p1,s1,2018-08-05 00:00:00,0.00,0.00,0", "the row has 8 of 7 columns"),
        ("2,2,\xe9,s1,2018-08-05 00:00:00,0.00,0.00", "the row is not UTF-8"),
        ('2,2,"p1,s1,2018-08-05 00:00:00,0.00,0.00', "a quotation mark is not closed"),
        ("2,2,p1,s1,2018-08-05 00:00:00,zero,0.00", "price is not an amount: 'zero'"),
        ("2,0,p1,s1,2018-08-05 00:00:00,0.00,0.00", "order_item_id is not a number from 1 to 10000: '0'"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_takes_its_order_with_it(
    run: Any, folder: Folder, row: str, reason: str
) -> None:
    path = folder.order("1").order("2").order("3").write()
    with folder.file("order_items").open("ab") as out:
        out.write(row.encode("latin-1") + b"\r\n")
    summary = run(path)
    assert why(summary, "olist_order_items_dataset.csv") == [(5, reason)]
    assert why(summary, "olist_orders_dataset.csv") == [
        (3, "olist_order_items_dataset.csv line 5 was rejected")
    ]
    assert set(Order.objects.values_list("number", flat=True)) == {"1", "3"}
    assert (shown(summary), summary["rejected_rows"]) == (counts(3, imported=2, rejected=1), 2)


def test_rows_of_the_orders_file_that_cannot_be_read_are_counted(run: Any, folder: Folder) -> None:
    path = folder.order("1").order("2").write()
    text = folder.file("orders").read_text(encoding="utf-8")
    folder.file("orders").write_text(text.replace("2,c-2,", "2,"), encoding="utf-8")
    assert shown(run(path)) == counts(2, imported=1, rejected=1)


OWN: dict[str, tuple[dict[str, list[dict[str, str]]], str]] = {
    "a line is missing": (
        {"payments": [PAYMENT | {"amount": "30.00"}]},
        "the payments (30.00) are not what the lines cost (25.00)",
    ),
    "a payment is missing": (
        {"payments": [PAYMENT | {"amount": "20.00"}]},
        "the payments (20.00) are not what the lines cost (25.00)",
    ),
    "delivered without a delivery": (
        {"shipments": [SHIPMENT | {"delivered_at": ""}]},
        "status is delivered, but delivered_at of each shipment is missing",
    ),
    "shipped before it was paid": (
        {"shipments": [SHIPMENT | {"shipped_at": "2026-02-20T09:01:00"}]},
        "placed, paid, shipped, delivered and confirmed are not in this order",
    ),
    "paid, but sent": (
        {"orders": [ORDER | {"status": "paid"}]}, "status is paid, but a shipment is given",
    ),
    "waits for money, but paid": (
        {"orders": [ORDER | {"status": "awaiting_payment"}]},
        "status is awaiting_payment, but paid_at is given",
    ),
    "delivered, but confirmed": (
        {"orders": [ORDER | {"confirmed_at": "2026-03-01T00:00:00"}]},
        "status is delivered, but confirmed_at is given",
    ),
    "delivered, but ended": (
        {"orders": [ORDER | {"ended_at": "2026-03-01T00:00:00"}]},
        "status is delivered, but ended_at is given",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", list(OWN))
def test_what_contradicts_itself_is_rejected_with_the_reason(run_own: Any, what: str) -> None:
    files, reason = OWN[what]
    summary = run_own(**files)
    assert why(summary, "orders.csv") == [(2, reason)]
    assert shown(summary) == counts(1, rejected=1)
    assert Order.objects.count() == 0


def test_the_column_of_the_order_may_stand_anywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any, frozen: datetime
) -> None:
    settings.VAR = tmp_path / "var"
    last = {name: value for name, value in LINE.items() if name != "number"} | {"number": "A-1"}
    folder = write(tmp_path / "in", lines=[last])
    with (folder / "lines.csv").open("a", encoding="utf-8") as out:
        out.write("Bell, loud,1,0.00,A-1\r\n")
    call_command("import_orders", str(folder), "--format", "recourse")
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert shown(summary) == counts(1, rejected=1)
    assert why(summary, "orders.csv") == [(2, "lines.csv line 4 was rejected")]


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_away")
def test_a_time_without_an_offset_never_follows_the_zone_of_the_server(
    run_own: Any, run: Any, folder: Folder
) -> None:
    run_own()
    order = Order.objects.get()
    assert (order.promised_at, order.paid_at, order.delivered_at) == (
        datetime(2026, 3, 5, tzinfo=UTC),
        datetime(2026, 2, 20, 9, 5, tzinfo=UTC),
        datetime(2026, 2, 27, 9, tzinfo=UTC),
    )
    run(folder.order("br").write())
    brazilian = Order.objects.get(number="br")
    assert (brazilian.placed_at, brazilian.promised_at) == (
        datetime(2018, 8, 1, 13, tzinfo=UTC), datetime(2018, 8, 20, 3, tzinfo=UTC),
    )  # fmt: skip
