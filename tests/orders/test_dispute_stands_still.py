"""While a dispute holds an order its clocks stand still, whatever else happens to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock, deadlines
from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, Refused
from orders import effects
from orders.models import Order
from orders.states import OrderState as S
from tests.conftest import NOON
from tests.orders import factories as make
from tests.orders.test_machine import DO, FOR, actor, locked

pytestmark = pytest.mark.django_db

MOVES: dict[str, Callable[[Batch, Order, Actor], object]] = {
    **{name: act for name, act in DO.items() if name not in {"release", "settle", "check_overdue"}},
    "dispute": lambda b, o, a: effects.hold_for_dispute(b, o, a),
    "end of the dispute": lambda b, o, a: effects.release_dispute_hold(b, o, a),
}
NEEDS_DISPUTE = {"end of the dispute"}
some_time = st.timedeltas(timedelta(0), timedelta(days=6))
some_moves = st.lists(st.tuples(st.sampled_from(sorted(MOVES)), some_time), max_size=6)
ways = st.tuples(some_moves, some_time, some_moves).map(
    lambda way: [*way[0][:2], ("dispute", way[1]), *way[2]]
)
quick = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def running(order: Order) -> set[str]:
    return set(order.deadlines.filter(state="pending").values_list("kind", flat=True))


def go(order: Order, name: str) -> None:
    """Make one move as somebody who may; what the rules refuse changes nothing."""
    try:
        with Batch() as batch:
            row = locked(batch, order)
            if name not in NEEDS_DISPUTE or row.disputed_at is not None:
                MOVES[name](batch, row, actor(row, FOR.get(name, "system")))
    except Refused:
        return


@quick
@given(start=st.sampled_from([S.PAID, S.ON_HOLD, S.UNDER_CHECK, S.SHIPPED, S.DELIVERED]), way=ways)
def test_no_clock_of_a_disputed_order_runs_whatever_happens(
    start: str, way: list[tuple[str, timedelta]]
) -> None:
    at = NOON
    with clock.freeze(at):
        order = make.IN_STATE[start]()
    for name, wait in way:
        at += wait
        with clock.freeze(at):
            assert deadlines.sweep(seconds=20).failed == 0
            go(order, name)
        row = Order.objects.get(pk=order.pk)
        if row.disputed_at is not None:
            assert (running(row), row.next_due_at) == (set(), None), (name, way)
            assert row.held == 100 or not row.is_open
        elif row.is_open:
            assert len(running(row)) == 1, (name, way)


def test_a_hold_lifted_in_a_dispute_starts_no_clock(frozen: datetime) -> None:
    order = make.on_hold(promised_in=-1)
    left = timedelta(days=14)
    with clock.freeze(NOON + timedelta(days=1)):
        make.disputed(order)
    with clock.freeze(NOON + timedelta(days=2)), Batch() as batch:
        effects.lift_hold(batch, locked(batch, order), make.SHOP, proof="RR123456785DE")
    row = Order.objects.get(pk=order.pk)
    assert (row.state, row.next_due_at, running(row)) == ("paid", None, set())
    with clock.freeze(NOON + timedelta(days=60)):
        deadlines.sweep(seconds=20)
        row = Order.objects.get(pk=order.pk)
        assert (row.state, row.held) == ("paid", Decimal(100))
        assert row.protected(NOON + timedelta(days=60))
        with Batch() as batch:
            effects.release_dispute_hold(batch, locked(batch, order), make.SHOP)
    row = Order.objects.get(pk=order.pk)
    assert row.next_due_at == row.protection_until == NOON + timedelta(days=60) + left
    steps = row.deadlines.get(kind="protection").explanation["steps"]
    assert [(step.get("why"), step.get("from"), step.get("to")) for step in steps[1:]] == [
        ("verification", NOON.isoformat(), (NOON + timedelta(days=2)).isoformat()),
        (
            "dispute",
            (NOON + timedelta(days=2)).isoformat(),
            (NOON + timedelta(days=60)).isoformat(),
        ),
    ]


def test_an_order_that_is_not_paid_cannot_be_held_by_a_dispute(frozen: datetime) -> None:
    order = make.placed()
    with pytest.raises(CaseChanged):
        make.disputed(order)


def test_the_database_refuses_a_disputed_order_with_a_running_clock(frozen: datetime) -> None:
    order: Any = make.shipped()
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(disputed_at=NOON)
