"""A delivery that a carrier reports late shortens nobody's time, and the page says how the date came about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock, deadlines
from core.batch import Batch
from notifications.models import Notice
from orders import effects, services
from orders.models import Order
from tests.conftest import NOON
from tests.orders import factories as make
from tests.orders.test_import_again import SECOND, SENT, settled
from tests.orders.test_import_olist import counts, shown
from tests.orders.test_import_recourse import ORDER, SHIPMENT, run
from tests.orders.test_pages import browser, page

__all__ = ["run"]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def report(order: Order, learnt: timedelta, arrived: timedelta) -> Order:
    """The carrier tells on the one day that the parcel arrived on the other; then the workers run."""
    with clock.freeze(NOON + learnt):
        services.record_delivery(order_id=order.pk, actor=make.SHOP, at=NOON + arrived)
        assert deadlines.sweep(seconds=20).failed == 0
    return fresh(order)


def why(order: Order, side: Any) -> str:
    text: str = page(browser(side), "order", order.reference).content.decode()
    return " ".join(text.split())


def test_a_report_that_comes_three_weeks_late_does_not_end_the_protection(frozen: Any) -> None:
    order = make.shipped()
    row = report(order, learnt=24 * DAY, arrived=3 * DAY)
    assert (row.state, row.delivered_at) == ("delivered", NOON + 3 * DAY)
    assert row.protection_until == row.next_due_at == NOON + 39 * DAY
    with clock.freeze(NOON + 24 * DAY):
        text = why(row, row.buyer)
        assert "The carrier reported it only then; your time counts from the report" in text
    with clock.freeze(NOON + 39 * DAY):
        deadlines.sweep(seconds=20)
    assert fresh(order).state == "completed"


def test_an_early_delivery_gives_its_fifteen_days_and_the_new_date_is_told(frozen: Any) -> None:
    """On the way the page shows the date of a parcel that never comes; one that came counts from its arrival."""
    order = make.shipped()
    assert fresh(order).protection_until == NOON + 25 * DAY
    row = report(order, learnt=2 * DAY, arrived=2 * DAY)
    assert row.protection_until == row.next_due_at == NOON + 17 * DAY
    told = Notice.objects.get(kind="order_delivered", recipient=order.buyer_id)
    assert told.params["protected_at"] == (NOON + 17 * DAY).isoformat()


def test_a_report_within_the_hour_counts_from_the_delivery(frozen: Any) -> None:
    order = make.shipped(promised_in=0)
    row = report(order, learnt=DAY, arrived=DAY - timedelta(minutes=40))
    assert row.protection_until == NOON + 16 * DAY - timedelta(minutes=40)
    steps = row.deadlines.get(kind="release").explanation["steps"]
    assert [step["kind"] for step in steps] == ["add_days"]


@quick
@given(
    promised=st.integers(0, 40), learnt=st.floats(0, 54), age=st.floats(0, 60), disputed=st.booleans(),
)  # fmt: skip
def test_whenever_a_report_comes_the_buyer_has_the_whole_time_from_learning_of_it(
    promised: int, learnt: float, age: float, disputed: bool
) -> None:
    with clock.freeze(NOON):
        order = make.shipped(promised_in=promised)
    told = NOON + min(learnt, promised + 14.9) * DAY
    with clock.freeze(told):
        if disputed:
            make.disputed(order)
        services.record_delivery(order_id=order.pk, actor=make.SHOP, at=told - age * DAY)
    row = fresh(order)
    assert row.protection_until is not None
    assert row.protection_until >= told + 15 * DAY - timedelta(hours=1)
    due = row.deadlines.get(kind="release")
    assert due.explanation["due"] == due.due_at.isoformat() == row.protection_until.isoformat()
    if disputed:
        with clock.freeze(told + 30 * DAY), Batch() as batch:
            (locked,) = batch.lock(Order, [order.pk])
            effects.release_dispute_hold(batch, locked, make.SHOP)
        assert fresh(order).protection_until == row.protection_until + 30 * DAY


def test_a_later_parcel_of_a_delivered_order_gives_time_to_look_at_it(run: Any) -> None:
    late = SECOND | {"delivered_at": "2026-03-02T09:00:00"}
    run(orders=[ORDER], shipments=[SHIPMENT])
    before = Order.objects.get()
    says = {"orders": [ORDER], "shipments": [SHIPMENT, late]}
    assert shown(run(**says)) == counts(1, updated=1)
    order = Order.objects.get()
    arrived = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
    assert before.protection_until is not None
    assert (order.state, order.delivered_at) == ("delivered", arrived)
    assert order.protection_until == order.next_due_at == NOON + 15 * DAY > before.protection_until
    settled(run, **says)


def test_a_file_that_tells_of_an_old_delivery_leaves_time_to_look_at_it(run: Any) -> None:
    run(orders=[SENT], shipments=[SHIPMENT | {"delivered_at": ""}])
    assert shown(run(orders=[ORDER]))["updated"] == 1
    order = Order.objects.get()
    assert order.delivered_at == datetime.fromisoformat("2026-02-27T09:00:00+00:00")
    assert order.protection_until == NOON + 15 * DAY
