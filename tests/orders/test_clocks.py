"""What each clock does when it runs out, exactly: state, events, notices, money."""

# mypy: disable-error-code="comparison-overlap"
# Amounts are compared with whole numbers, which are equal to them.
from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import clock, deadlines
from core.batch import Batch
from core.models import Event
from notifications.models import Notice
from orders import effects
from orders.models import Order, Refund
from tests.conftest import NOON
from tests.orders import factories as make

pytestmark = pytest.mark.django_db


def sweep(days: float) -> datetime:
    """Let the workers run so many days after noon."""
    at = NOON + timedelta(days=days)
    with clock.freeze(at):
        done = deadlines.sweep(seconds=20)
    assert done.failed == 0
    return at


def events(case: Any, after: int = 0) -> list[tuple[str, str, str]]:
    rows = Event.objects.filter(subject=case.reference, seq__gt=after).order_by("seq")
    return [(e.name, e.from_state, e.to_state) for e in rows if e.name != "reminded"]


def told(at: datetime) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(created_at=at).exclude(kind__contains="reminder")
    return sorted(rows.values_list("kind", "recipient__name"))


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def test_an_order_that_is_not_paid_is_cancelled(frozen: Any) -> None:
    order = make.placed()
    sweep(3 - 1e-6)
    assert fresh(order).state == "awaiting_payment"
    at = sweep(3)
    assert (fresh(order).state, fresh(order).ended_at) == ("cancelled", at)
    assert events(order, 1) == [("cancelled", "awaiting_payment", "cancelled")]
    assert told(at) == [("order_cancelled", "Alice"), ("order_cancelled", "Bob")]
    event = Event.objects.get(subject=order.reference, name="cancelled")
    assert (event.actor_kind, event.reason) == ("system", "The payment did not arrive in time.")
    assert Refund.objects.count() == 0


def test_a_hold_that_nobody_lifts_closes_the_order_and_pays_back(frozen: Any) -> None:
    order = make.on_hold(card="80", wallet="20", coupon="5")
    at = sweep(5)
    row = fresh(order)
    assert (row.state, row.held, row.refunded) == ("closed", 0, Decimal(100))
    assert events(order, 3) == [
        ("closed", "on_hold", "closed"),
        ("refund_requested", "closed", "closed"),
    ]
    refunds = list(
        Refund.objects.order_by("means").values_list("means", "amount", "state", "expected_at")
    )
    assert refunds == [
        ("card", Decimal(80), "requested", at + timedelta(days=14)), ("wallet", Decimal(20), "completed", at),
    ]  # fmt: skip
    assert told(at) == [
        ("order_closed", "Alice"), ("order_closed", "Bob"), ("refund_completed", "Alice"), ("refund_requested", "Alice"),  # noqa: E501
    ]  # fmt: skip
    assert row.deadlines.filter(state__in=("pending", "paused")).count() == 0


def test_an_order_that_is_never_sent_is_closed_when_protection_ends(frozen: Any) -> None:
    order = make.paid()
    sweep(25 - 1e-6)
    assert fresh(order).state == "paid"
    sweep(25)
    row = fresh(order)
    assert (row.state, row.refunded) == ("closed", 100)
    assert events(order, 2) == [
        ("closed", "paid", "closed"),
        ("refund_requested", "closed", "closed"),
    ]


@pytest.mark.parametrize(("factory", "days"), [(make.shipped, 25), (make.delivered, 15)])
def test_silence_until_the_end_of_protection_pays_the_seller(
    frozen: Any, factory: Any, days: int
) -> None:
    order = factory()
    before = order.version
    sweep(days - 1e-6)
    assert fresh(order).is_open
    at = sweep(days)
    row = fresh(order)
    assert (row.state, row.held, row.released, row.completed_at) == ("completed", 0, 100, at)
    assert events(order, before) == [("released", order.state, "completed")]
    assert told(at) == [("order_released", "Alice"), ("order_released", "Bob")]


def test_a_dispute_stops_the_clocks_to_the_microsecond(frozen: Any) -> None:
    order = make.delivered()
    left = (
        order.protection_until - NOON - timedelta(days=3, microseconds=7)
        if order.protection_until
        else None
    )
    with clock.freeze(NOON + timedelta(days=3, microseconds=7)), Batch() as batch:
        effects.hold_for_dispute(batch, batch.lock(Order, [order.pk])[0], make.SHOP)
    sweep(60)
    row = fresh(order)
    assert (row.state, row.next_due_at, row.protected(NOON + timedelta(days=60))) == (
        "delivered",
        None,
        True,
    )
    with clock.freeze(NOON + timedelta(days=60)), Batch() as batch:
        effects.release_dispute_hold(batch, batch.lock(Order, [order.pk])[0], make.SHOP)
    row = fresh(order)
    assert left is not None
    assert row.protection_until == row.next_due_at == NOON + timedelta(days=60) + left
    assert events(order, 4) == [
        ("held_for_dispute", "delivered", "delivered"), ("dispute_hold_released", "delivered", "delivered"),
    ]  # fmt: skip


def test_an_order_whose_money_all_went_back_closes_with_its_dispute(frozen: Any) -> None:
    order = make.shipped()
    with Batch() as batch:
        (row,) = batch.lock(Order, [order.pk])
        effects.hold_for_dispute(batch, row, make.SHOP)
        effects.refund(batch, row, Decimal(100), make.SHOP, "dispute DSP-1")
        effects.release_dispute_hold(batch, row, make.SHOP)
    row = fresh(order)
    assert (row.state, row.disputed_at, row.refunded) == ("closed", None, 100)
    assert (
        Event.objects.get(subject=order.reference, name="closed").reason
        == "A dispute refunded all of it."
    )


def test_what_a_dispute_leaves_goes_to_the_seller(frozen: Any) -> None:
    order = make.shipped()
    with Batch() as batch:
        (row,) = batch.lock(Order, [order.pk])
        effects.hold_for_dispute(batch, row, make.SHOP)
        effects.refund(batch, row, Decimal(30), make.SHOP, "dispute DSP-1")
        effects.complete(batch, row, make.SHOP)
    row = fresh(order)
    assert (row.state, row.held, row.released, row.refunded) == ("completed", 0, 70, 30)
    assert row.deadlines.filter(state__in=("pending", "paused")).count() == 0


def test_a_hold_and_a_dispute_at_once_keep_their_own_clocks(frozen: Any) -> None:
    order = make.on_hold(promised_in=-1)
    with Batch() as batch:
        (row,) = batch.lock(Order, [order.pk])
        effects.hold_for_dispute(batch, row, make.SHOP)
    with clock.freeze(NOON + timedelta(days=2)), Batch() as batch:
        (row,) = batch.lock(Order, [order.pk])
        effects.release_dispute_hold(batch, row, make.SHOP)
    states = dict(
        order.deadlines.filter(state__in=("pending", "paused")).values_list("kind", "state")
    )
    assert states == {"verification": "pending", "protection": "paused"}
    sweep(8)
    assert fresh(order).state == "closed"


def test_protection_after_a_confirmed_receipt_is_a_date_and_no_clock(frozen: Any) -> None:
    order = make.completed()
    row = fresh(order)
    assert (row.next_due_at, row.deadlines.filter(state="pending").count()) == (None, 0)
    assert row.protected(NOON + timedelta(days=15) - timedelta(microseconds=1))
    assert not row.protected(NOON + timedelta(days=15))


def test_reminders_go_to_the_one_who_loses_by_silence(frozen: Any) -> None:
    make.delivered()
    at = NOON + timedelta(days=7.5)
    sweep(7.5)
    assert list(Notice.objects.filter(created_at=at).values_list("kind", "recipient__name")) == [
        ("order_reminder_release", "Alice")
    ]
    at = NOON + timedelta(days=14)
    sweep(14)
    assert Notice.objects.filter(created_at=at, kind="order_reminder_release").count() == 1


def test_one_thousand_silent_orders_take_a_fixed_number_of_statements(
    frozen: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        make.delivered()
    with clock.freeze(NOON + timedelta(days=15)), django_assert_max_num_queries(500) as few:
        deadlines.sweep(seconds=20)
    with clock.freeze(NOON):
        for _ in range(25):
            make.delivered()
    with (
        clock.freeze(NOON + timedelta(days=15)),
        django_assert_max_num_queries(len(few.captured_queries) + 6),
    ):
        assert deadlines.sweep(seconds=20).enforced == 25
