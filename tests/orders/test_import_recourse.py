"""Our own layout: what the document promises."""

# mypy: disable-error-code="comparison-overlap"
# Amounts are compared with whole numbers, which are equal to them.
from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orders.models import Checkpoint, Order
from tests.orders import factories as make
from tests.orders.test_import_faults import rejected
from tests.orders.test_import_olist import counts, shown

pytestmark = pytest.mark.django_db
D = Decimal
ORDER = {
    "number": "A-1", "status": "delivered", "buyer_email": "Alice@Example.com", "buyer_name": "Alice Ä. 王",
    "seller_email": "bob@example.com", "seller_name": "Bob", "store": "bobs-bikes", "store_name": "Bob's bikes",
    "store_country": "de", "currency": "EUR", "placed_at": "2026-02-20T10:00:00+01:00",
    "promised_at": "2026-03-05T00:00:00", "paid_at": "2026-02-20T10:05:00+01:00", "confirmed_at": "", "ended_at": "",
    "destination_country": "DE", "destination_city": "Köln", "card_last4": "4242", "card_country": "DE",
}  # fmt: skip
LINE = {
    "number": "A-1",
    "title": 'Bell, "loud"\nand shiny 🔔',
    "quantity": "2",
    "unit_price": "12.50",
}
PAYMENT = {"number": "A-1", "means": "card", "amount": "25.00"}
SHIPMENT = {
    "number": "A-1", "carrier": "DHL", "tracking_number": "RR123456785DE", "shipped_at": "2026-02-21T09:00:00",
    "delivered_at": "2026-02-27T09:00:00",
}  # fmt: skip
CHECKPOINT = {
    "number": "A-1", "tracking_number": "RR123456785DE", "at": "2026-02-22T09:00:00", "city": "Köln", "text": "Sorted",
}  # fmt: skip


def write(folder: Path, **files: list[dict[str, str]]) -> Path:
    whole = {
        "orders": [ORDER], "lines": [LINE], "payments": [PAYMENT], "shipments": [SHIPMENT], "checkpoints": [CHECKPOINT],
    } | files  # fmt: skip
    folder.mkdir(exist_ok=True)
    for name, rows in whole.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any, frozen: datetime) -> Any:
    settings.VAR = tmp_path / "var"

    def imports(*options: str, **files: list[dict[str, str]]) -> dict[str, Any]:
        call_command(
            "import_orders", str(write(tmp_path / "in", **files)), "--format", "recourse", *options
        )
        summary: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return summary

    return imports


def test_an_order_comes_in_whole(run: Any) -> None:
    assert shown(run()) == counts(1, imported=1)
    order = Order.objects.select_related("buyer", "store__owner").get()
    assert (order.number, order.purchase_number, order.state) == ("A-1", "A-1", "delivered")
    assert (order.buyer.email, order.buyer.name) == ("alice@example.com", "Alice Ä. 王")
    assert (order.store.slug, order.store.country, order.store.owner.email) == (
        "bobs-bikes",
        "DE",
        "bob@example.com",
    )
    assert (order.captured, order.held, order.by_card) == (25, 25, 25)
    assert list(order.lines.values_list("title", "quantity", "unit_price")) == [
        (LINE["title"], 2, D("12.5"))
    ]
    assert order.paid_at == datetime(2026, 2, 20, 9, 5, tzinfo=UTC)
    assert list(order.deadlines.values_list("kind", "due_at")) == [
        ("release", datetime(2026, 3, 14, 9, tzinfo=UTC))
    ]
    assert list(Checkpoint.objects.values_list("shipment__tracking_number", "city", "text")) == [
        ("RR123456785DE", "Köln", "Sorted")
    ]
    assert shown(run()) == counts(1, unchanged=1)


def test_a_shipment_that_is_new_moves_the_order_on(run: Any) -> None:
    waiting = [ORDER | {"status": "paid"}]
    other = [SHIPMENT | {"number": "A-2"}]
    orders = [*waiting, ORDER | {"number": "A-2"}]
    payments = [PAYMENT, PAYMENT | {"number": "A-2"}]
    lines = [LINE, LINE | {"number": "A-2"}]
    run(
        orders=orders,
        payments=payments,
        lines=lines,
        shipments=other,
        checkpoints=[CHECKPOINT | {"number": "A-2"}],
    )
    assert Order.objects.get(number="A-1").state == "paid"
    assert shown(run()) == counts(1, updated=1)
    order = Order.objects.get(number="A-1")
    assert (order.state, order.shipments.get().tracking_number) == ("delivered", "RR123456785DE")


@pytest.mark.parametrize("status", ["cancelled", "closed"])
def test_a_file_does_not_end_an_order_in_dispute(run: Any, status: str) -> None:
    run()
    order = make.disputed(Order.objects.get())
    summary = run(orders=[ORDER | {"status": status}])
    assert (summary["updated"], summary["unchanged"]) == (0, 0)
    why = f"{status} (An open dispute holds this order. Finish the dispute first.)"
    assert [why for _line, _file, why in rejected(summary)] == [
        f"the order cannot follow the file: {why}"
    ]
    row = Order.objects.get()
    assert (row.state, row.held, row.refunds.count()) == ("delivered", 25, 0)
    assert (row.disputed_at, row.source_digest) == (order.disputed_at, order.source_digest)


def test_confirmed_orders_keep_their_protection(run: Any) -> None:
    run(orders=[ORDER | {"status": "completed", "confirmed_at": "2026-03-01T00:00:00"}])
    order = Order.objects.get()
    assert (order.state, order.released) == ("completed", 25)
    assert order.protection_until == datetime(2026, 3, 16, tzinfo=UTC)
    assert order.deadlines.count() == 0


FAULTS: dict[str, tuple[dict[str, list[dict[str, str]]], str]] = {
    "status": ({"orders": [ORDER | {"status": "lost"}]}, "status is unknown: 'lost'"),
    "address": ({"orders": [ORDER | {"buyer_email": "alice"}]}, "buyer_email is not an e-mail address: 'alice'"),
    "currency": ({"orders": [ORDER | {"currency": "EURO"}]}, "currency has 4 characters; at most 3 are possible"),
    "no currency": ({"orders": [ORDER | {"currency": "E1"}]}, "currency is not a three-letter ISO code: 'E1'"),
    "whole card": (
        {"orders": [ORDER | {"card_last4": "4242424242424242"}]},
        "card_last4 is not four digits; never put a whole card number into a file",
    ),
    "order of times": (
        {"orders": [ORDER | {"paid_at": "2026-02-25T00:00:00"}]},
        "placed, paid, shipped, delivered and confirmed are not in this order",
    ),
    "missing time": ({"orders": [ORDER | {"paid_at": ""}]}, "status is delivered, but paid_at is missing"),
    "too fine": ({"payments": [PAYMENT | {"amount": "25.001"}]}, "amount is finer than EUR allows: 25.001"),
    "yen": ({"orders": [ORDER | {"currency": "JPY"}]}, "unit_price is finer than JPY allows: 12.50"),
    "quantity": ({"lines": [LINE | {"quantity": "0"}]}, "quantity is not a number from 1 to 100000: '0'"),
    "means": ({"payments": [PAYMENT | {"means": "cash"}]}, "means is none of card, wallet, coupon: 'cash'"),
    "parcel": (
        {"shipments": [SHIPMENT | {"delivered_at": "2026-02-01T00:00:00"}]}, "delivered_at lies before shipped_at",
    ),
    "checkpoint": (
        {"checkpoints": [CHECKPOINT | {"tracking_number": "X"}]}, "no shipment of this order has the tracking number",
    ),
    "store": ({"orders": [ORDER | {"store": "Bob's"}]}, "store is not made of a-z, 0-9 and hyphens: \"Bob's\""),
}  # fmt: skip


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_fault_is_named(run: Any, fault: str) -> None:
    files, reason = FAULTS[fault]
    summary = run(**files)
    assert reason in [why for _line, _file, why in rejected(summary)]
    assert Order.objects.count() == 0


def test_a_missing_file_is_one_sentence(run: Any, tmp_path: Path) -> None:
    write(tmp_path / "in")
    (tmp_path / "in" / "payments.csv").unlink()
    with pytest.raises(CommandError) as error:
        call_command("import_orders", str(tmp_path / "in"), "--format", "recourse")
    assert (str(error.value), error.value.returncode) == (
        f"payments.csv is missing in {tmp_path / 'in'}.",
        2,
    )
