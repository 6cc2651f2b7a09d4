"""Money and several workers or people at once, on real row locks; each with a control without the lock."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock, deadlines
from core.batch import Batch
from core.errors import Refused
from core.models import Event
from orders import effects, selectors, services
from orders.gateways import Outcome, Result, Snapshot
from orders.models import LedgerEntry, Order, Refund
from tests.orders import factories as make
from tests.together import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Bank:
    """A bank that is slow enough for two workers to meet, and remembers every key."""

    name, instant = "file", False

    def __init__(self, meet: threading.Barrier | None = None) -> None:
        self.keys: list[str] = []
        self.meet = meet

    def submit(self, refunds: Sequence[Snapshot]) -> list[Result]:
        if self.meet is not None:
            self.meet.wait(10)
        self.keys += [refund.key for refund in refunds]
        return [Result(refund.pk, Outcome.TAKEN, "B") for refund in refunds]


def requested(count: int) -> list[Refund]:
    made = []
    for _ in range(count):
        order = make.shipped()
        with Batch() as batch:
            made += effects.refund(
                batch, batch.lock(Order, [order.pk])[0], Decimal(10), make.SHOP, "dispute DSP-1"
            )
    return made


@pytest.mark.fault("R23", tries=1)
def test_several_workers_send_each_refund_once() -> None:
    refunds = requested(6)
    bank = Bank()
    taken = at_once(*[lambda: services.submit_refunds(gateway=bank, limit=2)] * 4)
    assert sum(taken) == 6
    assert sorted(bank.keys) == sorted(refund.idempotency_key for refund in refunds)
    assert Event.objects.filter(name="submitted").count() == 6


@pytest.mark.fault("R23", tries=1)
def test_control_without_the_lease_two_workers_send_the_same_refund() -> None:
    (refund,) = requested(1)
    bank = Bank(threading.Barrier(2))

    def naive() -> None:
        found = Refund.objects.select_related("order").get(state="requested")
        bank.submit(
            [
                Snapshot(
                    found.pk,
                    "",
                    "",
                    found.amount,
                    "EUR",
                    "card",
                    "",
                    found.idempotency_key,
                    clock.now(),
                )
            ]
        )

    at_once(naive, naive)
    assert bank.keys == [refund.idempotency_key] * 2


def test_two_refunds_at_once_never_take_more_than_there_is() -> None:
    order = make.shipped()

    def take(cause: str) -> Any:
        def act() -> None:
            with Batch() as batch:
                effects.refund(
                    batch, batch.lock(Order, [order.pk])[0], Decimal(70), make.SHOP, cause
                )

        return act

    results = at_once(*[take(f"cause {n}") for n in range(4)])
    assert sum(result is None for result in results) == 1
    assert all(isinstance(result, Refused) for result in results if result is not None)
    order.refresh_from_db()
    assert (order.refunded, order.held) == (Decimal(70), Decimal(30))
    assert list(selectors.unbalanced_orders()) == []


def test_confirmation_and_the_clock_at_the_same_moment_pay_the_seller_once() -> None:
    for _round in range(5):
        with clock.freeze(clock.now() - timedelta(days=15) + timedelta(milliseconds=400)):
            order = make.delivered()
        buyer = make.buyer(order)

        def confirm(order: Order = order, buyer: Any = buyer) -> str:
            while clock.now() < order.next_due_at - timedelta(milliseconds=3):  # type: ignore[operator]
                pass
            services.confirm_receipt(order_id=order.pk, actor=buyer)
            return "confirmed"

        def enforce(order: Order = order) -> str:
            while clock.now() < order.next_due_at:  # type: ignore[operator]
                pass
            return f"swept {deadlines.sweep(seconds=2).enforced}"

        order.refresh_from_db()
        results = at_once(confirm, enforce)
        deadlines.sweep(seconds=2)
        order.refresh_from_db()
        names = list(
            Event.objects.filter(subject=order.reference)
            .order_by("-seq")
            .values_list("name", flat=True)
        )
        assert (order.state, order.released, order.held) == (
            "completed",
            Decimal(100),
            Decimal(0),
        ), results
        assert names[0] == ("receipt_confirmed" if results[0] == "confirmed" else "released")
        assert LedgerEntry.objects.filter(order=order, kind="released").count() == 1


def test_twenty_confirmations_at_once_are_one() -> None:
    order = make.delivered()
    buyer = make.buyer(order)
    jobs = [lambda: services.confirm_receipt(order_id=order.pk, actor=buyer)] * 8
    results = at_once(*jobs)
    assert sum(isinstance(result, Order) for result in results) == 1
    assert all(isinstance(result, Order | Refused) for result in results)


def test_totals_that_differ_from_the_ledger_are_refused_at_the_end_of_the_transaction() -> None:
    order = make.shipped()
    refused = pytest.raises(DatabaseError, match="are not those of its ledger")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET held = 40, released = 60 WHERE id = %s", [order.pk])
    order.refresh_from_db()
    assert order.held == 100


def test_of_two_orders_that_are_proven_by_one_number_at_once_one_is_checked() -> None:
    orders = [make.on_hold(), make.on_hold()]
    at_once(
        *[
            lambda order=order: services.prove_order(
                order_id=order.pk,
                actor=make.seller(order),
                tracking_number="RR473124829FI",
                text="",
            )
            for order in orders
        ]
    )
    states = Order.objects.filter(pk__in=[order.pk for order in orders]).values_list("state")
    assert sorted(states) == [("paid",), ("under_check",)]
