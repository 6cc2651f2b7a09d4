"""A newer file about a known order: every fact is applied, or its row says which is not and why."""

# mypy: disable-error-code="comparison-overlap"
# Amounts are compared with whole numbers, which are equal to them.
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import clock
from core.batch import Batch
from core.models import Event
from notifications import rendering
from notifications.models import Notice
from orders import effects
from orders.models import Checkpoint, Order
from tests.conftest import NOON
from tests.orders import factories as make
from tests.orders.test_import_faults import rejected
from tests.orders.test_import_olist import counts, shown
from tests.orders.test_import_recourse import CHECKPOINT, LINE, ORDER, PAYMENT, SHIPMENT, run

__all__ = ["run"]
pytestmark = pytest.mark.django_db
PAID = ORDER | {"status": "paid"}
SENT = ORDER | {"status": "shipped"}
OTHER = {
    "shipments": [SHIPMENT | {"number": "A-0"}], "checkpoints": [CHECKPOINT | {"number": "A-0"}],
}  # fmt: skip
"""No parcel of A-1 yet: rows of another order, which the orders file does not name."""
ON_WAY = SHIPMENT | {"delivered_at": ""}
SECOND = SHIPMENT | {
    "tracking_number": "RR123456825DE", "shipped_at": "2026-02-23T09:00:00", "delivered_at": "",
}  # fmt: skip
Says = dict[str, list[dict[str, str]]]


def reasons(summary: dict[str, Any]) -> list[str]:
    """Why rows of the orders file were left out or applied in part."""
    if not summary["rejected_rows"]:
        return []
    return [why for _line, file, why in rejected(summary) if file == "orders.csv"]


def names(order: Order) -> list[str]:
    rows = Event.objects.filter(subject=order.reference).order_by("seq")
    return list(rows.values_list("name", flat=True))


def settled(run: Any, **files: Any) -> None:
    """The same file once more finds nothing to do."""
    before = Event.objects.count()
    assert shown(run(**files))["unchanged"] == 1
    assert Event.objects.count() == before


def test_a_receipt_that_was_confirmed_in_the_shop_pays_the_seller(run: Any) -> None:
    run()
    says = {"orders": [ORDER | {"status": "completed", "confirmed_at": "2026-03-01T10:00:00"}]}
    assert shown(run(**says)) == counts(1, updated=1)
    order = Order.objects.get()
    confirmed = datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert (order.state, order.confirmed_at, order.released) == ("completed", confirmed, 25)
    assert order.protection_until == confirmed + timedelta(days=15)
    assert names(order) == ["imported", "receipt_confirmed", "import_updated"]
    settled(run, **says)


def test_more_parcels_and_reports_are_added(run: Any) -> None:
    run(orders=[SENT], shipments=[ON_WAY])
    report = CHECKPOINT | {"at": "2026-02-24T09:00:00", "city": "Bonn", "text": "Left the depot"}
    other = CHECKPOINT | {"tracking_number": "RR123456825DE", "text": "Taken in"}
    says = {
        "orders": [SENT], "shipments": [ON_WAY, SECOND],
        "checkpoints": [CHECKPOINT, report, other | {"at": "2026-02-23T10:00:00"}],
    }  # fmt: skip
    assert shown(run(**says)) == counts(1, updated=1)
    order = Order.objects.get()
    assert list(order.shipments.values_list("tracking_number", flat=True)) == [
        "RR123456785DE", "RR123456825DE",
    ]  # fmt: skip
    assert set(Checkpoint.objects.values_list("shipment__tracking_number", "text")) == {
        ("RR123456785DE", "Sorted"), ("RR123456785DE", "Left the depot"), ("RR123456825DE", "Taken in"),
    }  # fmt: skip
    assert names(order) == ["imported", "parcel_added", "import_updated"]
    assert list(Notice.objects.values_list("kind", "recipient__name")) == [
        ("order_shipped", "Alice Ä. 王")
    ]
    settled(run, **says)


def test_several_parcels_of_an_order_that_waited_are_all_there(run: Any) -> None:
    run(orders=[PAID], **OTHER)
    says = {"orders": [SENT], "shipments": [ON_WAY, SECOND], "checkpoints": [CHECKPOINT]}
    assert shown(run(**says)) == counts(1, updated=1)
    order = Order.objects.get()
    assert (order.state, order.shipments.count(), Checkpoint.objects.count()) == ("shipped", 2, 1)
    settled(run, **says)


def test_a_part_that_arrived_is_noted_and_the_order_waits_for_the_rest(run: Any) -> None:
    run(orders=[SENT], shipments=[ON_WAY, SECOND])
    says = {"orders": [SENT], "shipments": [SHIPMENT, SECOND]}
    assert shown(run(**says)) == counts(1, updated=1)
    order = Order.objects.get()
    first, second = order.shipments.all()
    assert (order.state, first.delivered_at, second.delivered_at) == (
        "shipped", datetime(2026, 2, 27, 9, tzinfo=UTC), None,
    )  # fmt: skip
    settled(run, **says)


def test_a_later_promise_moves_the_protection_with_it(run: Any) -> None:
    run(orders=[SENT], shipments=[ON_WAY])
    before = Order.objects.get()
    later = "2026-03-08T00:00:00"
    says = {"orders": [SENT | {"promised_at": later}], "shipments": [ON_WAY]}
    assert shown(run(**says)) == counts(1, updated=1)
    order = Order.objects.get()
    assert order.promised_at == datetime(2026, 3, 8, tzinfo=UTC)
    assert before.protection_until is not None
    assert order.protection_until == order.next_due_at == before.protection_until + timedelta(3)
    assert list(Notice.objects.values_list("kind", flat=True)) == ["delivery_extended"]
    settled(run, **says)


def test_an_earlier_promise_is_reported_and_the_date_stays(run: Any) -> None:
    run(orders=[SENT], shipments=[ON_WAY])
    digest = Order.objects.get().source_digest
    says = {
        "orders": [SENT | {"promised_at": "2026-03-01T00:00:00", "destination_city": "Bonn"}], "shipments": [ON_WAY],
    }  # fmt: skip
    summary = run(**says)
    assert (shown(summary), summary["rejected_rows"]) == (counts(1, updated=1), 1)
    assert reasons(summary) == [
        "only a part could be applied; left: promised_at (a promised date is not brought forward)"
    ]
    order = Order.objects.get()
    assert (order.promised_at, order.destination_city) == (
        datetime(2026, 3, 5, tzinfo=UTC), "Bonn",
    )  # fmt: skip
    assert order.source_digest == digest
    again = run(**says)
    assert shown(again) == counts(1, rejected=1)
    assert reasons(again) == [
        "the order cannot follow the file: promised_at (a promised date is not brought forward)"
    ]
    assert names(order) == ["imported", "import_updated"]


def test_older_files_never_undo_what_a_newer_one_told(run: Any) -> None:
    done = ORDER | {"status": "completed", "confirmed_at": "2026-03-01T00:00:00"}
    stages: list[Says] = [
        {"orders": [ORDER | {"status": "awaiting_payment", "paid_at": ""}], **OTHER},
        {"orders": [PAID], **OTHER},
        {"orders": [SENT], "shipments": [ON_WAY]},
        {"orders": [ORDER]},
        {"orders": [done]},
    ]
    for stage in stages[1:]:
        assert shown(run(**stage))["rejected"] == 0
    order = Order.objects.get()
    assert (order.state, order.released) == ("completed", 25)
    told, parcels = names(order), list(order.shipments.values())
    for stage in [*reversed(stages), *stages]:
        assert shown(run(**stage)) == counts(1, unchanged=1)
    order.refresh_from_db()
    assert (order.state, order.released) == ("completed", 25)
    assert (names(order), list(order.shipments.values())) == (told, parcels)


def test_the_seller_may_have_promised_a_later_date_here(run: Any) -> None:
    says: Says = {"orders": [SENT], "shipments": [ON_WAY]}
    run(**says)
    order = Order.objects.get()
    with Batch() as batch:
        (row,) = batch.lock(Order, [order.pk])
        effects.extend_delivery(batch, row, make.seller(order), days=4)
    says["checkpoints"] = [CHECKPOINT, CHECKPOINT | {"at": "2026-02-25T09:00:00", "text": "On"}]
    assert shown(run(**says)) == counts(1, updated=1)
    assert Order.objects.get().promised_at == order.promised_at + timedelta(days=4)
    settled(run, **says)


WRONG: dict[str, tuple[Says, str]] = {
    "lines": (
        {"lines": [LINE | {"title": "Horn"}]}, "lines (other than those that were ordered)",
    ),
    "payments": (
        {"payments": [PAYMENT | {"amount": "22.00"}, PAYMENT | {"means": "wallet", "amount": "3.00"}]},
        "payments (other than what was paid)",
    ),
    "paid": ({"orders": [ORDER | {"paid_at": "2026-02-20T11:30:00+01:00"}]}, "paid_at (known as 2026-02-20 09:05 UTC)"),
    "delivered": (
        {"shipments": [SHIPMENT | {"delivered_at": "2026-02-26T09:00:00"}]},
        "delivered_at (known as 2026-02-27 09:00 UTC)",
    ),
    "promised": (
        {"orders": [ORDER | {"promised_at": "2026-03-09T00:00:00"}]},
        "promised_at (the order is delivered here)",
    ),
    "placed": (
        {"orders": [ORDER | {"placed_at": "2026-02-19T10:00:00+01:00"}]},
        "placed_at (known as 2026-02-20 09:00 UTC)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", list(WRONG))
def test_a_fact_that_contradicts_what_is_known_is_reported_each_time(run: Any, what: str) -> None:
    run()
    before = Order.objects.get()
    says, why = WRONG[what]
    for _ in range(2):
        summary = run(**says)
        assert shown(summary) == counts(1, rejected=1)
        assert reasons(summary) == [f"the order cannot follow the file: {why}"]
    order = Order.objects.get()
    assert (order.version, order.source_digest) == (before.version, before.source_digest)
    assert shown(run()) == counts(1, unchanged=1)


def test_what_can_be_applied_is_though_something_else_contradicts(run: Any) -> None:
    run(orders=[SENT], shipments=[ON_WAY])
    says = {"orders": [ORDER], "lines": [LINE | {"title": "Horn"}]}
    summary = run(**says)
    assert (shown(summary), summary["rejected_rows"]) == (counts(1, updated=1), 1)
    assert reasons(summary) == [
        "only a part could be applied; left: lines (other than those that were ordered)"
    ]
    assert Order.objects.get().state == "delivered"
    assert shown(run(**says)) == counts(1, rejected=1)
    assert Checkpoint.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"buyer_email": "eve@example.com"}, "the file names another buyer"),
        ({"store": "eves-store"}, "the file names another store"),
        ({"currency": "USD"}, "the file names another currency"),
    ],
)
def test_a_row_about_another_deal_changes_nothing(
    run: Any, change: dict[str, str], why: str
) -> None:
    run(orders=[PAID], **OTHER)
    summary = run(orders=[ORDER | change])
    assert (shown(summary), reasons(summary)) == (
        counts(1, rejected=1), [f"the order cannot follow the file: {why}"],
    )  # fmt: skip
    assert Order.objects.get().state == "paid"


def test_details_are_taken_over_and_an_empty_field_takes_nothing_away(run: Any) -> None:
    run()
    empty = ORDER | {"destination_city": "", "card_last4": "", "card_country": ""}
    assert shown(run(orders=[empty])) == counts(1, unchanged=1)
    full = ORDER | {"destination_city": "Bonn", "card_last4": "1881", "card_country": "AT"}
    assert shown(run(orders=[full])) == counts(1, updated=1)
    order = Order.objects.get()
    assert (order.destination_city, order.card_last4, order.card_country) == ("Bonn", "1881", "AT")
    data = Event.objects.get(subject=order.reference, name="import_updated").data
    assert data["changed"]["destination_city"] == ["Köln", "Bonn"]
    assert data["applied"] == ["card_country", "card_last4", "destination_city"]


def test_a_tracking_number_that_comes_later_is_noted(run: Any) -> None:
    run(
        orders=[SENT], shipments=[ON_WAY | {"tracking_number": ""}], checkpoints=[OTHER["checkpoints"][0]],
    )  # fmt: skip
    assert shown(run(orders=[SENT], shipments=[ON_WAY])) == counts(1, updated=1)
    assert Order.objects.get().shipments.get().tracking_number == "RR123456785DE"


def test_means_that_were_chosen_later_are_what_is_captured(run: Any) -> None:
    unpaid = ORDER | {
        "status": "awaiting_payment",
        "paid_at": "",
        "placed_at": "2026-03-01T10:00:00",
    }
    run(orders=[unpaid], **OTHER)
    paid = PAID | {"placed_at": "2026-03-01T10:00:00", "paid_at": "2026-03-01T10:05:00"}
    parts = [PAYMENT | {"amount": "20.00"}, PAYMENT | {"means": "coupon", "amount": "5.00"}]
    says = {"orders": [paid], "payments": parts} | OTHER
    assert shown(run(**says))["updated"] == 1
    order = Order.objects.get()
    assert (order.state, order.by_card, order.coupon_amount) == ("paid", 20, 5)
    assert sorted(order.payments.values_list("means", "amount")) == [
        ("card", Decimal(20)), ("coupon", Decimal(5)),
    ]  # fmt: skip
    settled(run, **says)


def test_money_that_came_after_the_order_was_cancelled_is_reported(run: Any) -> None:
    unpaid = ORDER | {"status": "awaiting_payment", "paid_at": ""}
    run(orders=[unpaid], **OTHER)
    assert Order.objects.get().state == "cancelled"
    assert reasons(run(orders=[PAID], **OTHER)) == [
        "the order cannot follow the file: paid_at (the order is cancelled here)"
    ]


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        ("cancelled", "cancelled", "The shop cancelled the order."),
        ("closed", "closed", "The shop closed the order."),
    ],
)
def test_an_order_that_the_shop_ended_says_so_in_words(
    run: Any, status: str, state: str, words: str
) -> None:
    run(orders=[PAID], **OTHER)
    says = {"orders": [ORDER | {"status": status}]} | OTHER
    assert shown(run(**says))["updated"] == 1
    order = Order.objects.get()
    event = Event.objects.get(subject=order.reference, name=state)
    assert (order.state, order.refunded, event.reason) == (state, 25, words)
    told = Notice.objects.filter(kind=f"order_{state}")
    assert told.count() == 2
    for notice in told:
        text = " ".join(rendering.render(notice).lines)
        assert f"Why: {words}" in text
        assert "orders.csv" not in json.dumps(notice.params) + text
    settled(run, **says)


def test_money_that_came_and_went_in_one_file_goes_through_the_books(run: Any) -> None:
    fresh = {"placed_at": "2026-03-01T10:00:00"}
    run(orders=[ORDER | fresh | {"status": "awaiting_payment", "paid_at": ""}], **OTHER)
    ended = ORDER | fresh | {"status": "cancelled", "paid_at": "2026-03-01T10:05:00"}
    assert shown(run(orders=[ended], **OTHER))["updated"] == 1
    order = Order.objects.get()
    assert (order.state, order.captured, order.refunded) == ("cancelled", 25, 25)


def test_an_order_that_ended_otherwise_here_is_reported(run: Any) -> None:
    run(orders=[ORDER | {"status": "completed", "confirmed_at": "2026-03-01T10:00:00"}])
    assert reasons(run(orders=[ORDER | {"status": "closed"}])) == [
        "the order cannot follow the file: closed (the order is completed here)"
    ]


def test_what_a_dispute_holds_up_is_applied_when_it_is_over(run: Any) -> None:
    run(orders=[SENT], shipments=[ON_WAY])
    order = make.disputed(Order.objects.get())
    says = {"orders": [SENT | {"promised_at": "2026-03-08T00:00:00"}], "shipments": [ON_WAY]}
    assert reasons(run(**says)) == [
        "the order cannot follow the file: promised_at (An open dispute holds this order. Finish the dispute first.)"
    ]  # fmt: skip
    with Batch() as batch:
        (row,) = batch.lock(Order, [order.pk])
        effects.release_dispute_hold(batch, row, make.SHOP)
    assert shown(run(**says)) == counts(1, updated=1)
    settled(run, **says)


def test_updating_thirty_costs_the_same_statements_as_one(
    run: Any, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    def folder(count: int, **order: str) -> Says:
        each = [{"number": f"B-{n}"} for n in range(count)]
        return {
            "orders": [SENT | order | n for n in each], "lines": [LINE | n for n in each],
            "payments": [PAYMENT | n for n in each], "shipments": [ON_WAY | n for n in each],
            "checkpoints": [CHECKPOINT | n for n in each],
        }  # fmt: skip

    run(**folder(31))
    with django_assert_max_num_queries(300) as one:
        assert run(**folder(1, destination_city="Bonn"))["updated"] == 1
    with (
        clock.freeze(NOON + timedelta(minutes=1)),
        django_assert_max_num_queries(len(one.captured_queries) + 2),
    ):
        assert run(**folder(31, destination_city="Ulm"))["updated"] == 31
