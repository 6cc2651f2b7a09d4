"""Every state of an order and of a refund, with every transition: allowed or refused, for everybody."""

# mypy: disable-error-code="comparison-overlap"
# Amounts are compared with whole numbers, which are equal to them.
from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.actors import Actor, ActorKind
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed, Refused, TimeIsUp
from core.transitions import allowed, graph
from orders import effects, services, states
from orders.models import Order, Refund
from orders.states import OrderState as S
from tests.conftest import NOON
from tests.orders import factories as make

pytestmark = pytest.mark.django_db

ALLOWED: dict[str, dict[str, str]] = {
    S.AWAITING_PAYMENT: {"pay": S.PAID, "cancel": S.CANCELLED},
    S.PAID: {
        "place_on_hold": S.ON_HOLD, "ship": S.SHIPPED, "settle": S.COMPLETED, "cancel": S.CANCELLED, "close": S.CLOSED,
        "request_extension": S.PAID, "extend_delivery": S.PAID,
    },
    S.ON_HOLD: {
        "prove": S.PAID, "submit_proof": S.UNDER_CHECK, "lift_hold": S.PAID, "cancel": S.CANCELLED, "close": S.CLOSED,
    },
    S.UNDER_CHECK: {
        "lift_hold": S.PAID, "refuse_proof": S.ON_HOLD, "check_overdue": S.UNDER_CHECK, "cancel": S.CANCELLED,
        "close": S.CLOSED,
    },
    S.SHIPPED: {
        "deliver": S.DELIVERED, "confirm_receipt": S.COMPLETED, "release": S.COMPLETED, "settle": S.COMPLETED,
        "close": S.CLOSED, "request_extension": S.SHIPPED, "extend_delivery": S.SHIPPED,
    },
    S.DELIVERED: {
        "confirm_receipt": S.COMPLETED, "release": S.COMPLETED, "settle": S.COMPLETED, "close": S.CLOSED,
    },
    S.COMPLETED: {}, S.CANCELLED: {}, S.CLOSED: {},
}  # fmt: skip
for _state, _verbs in ALLOWED.items():
    _verbs["add_message"] = _state
ORDER_VERBS = sorted({verb for verbs in ALLOWED.values() for verb in verbs})
REFUNDS: dict[str, dict[str, str]] = {
    "requested": {"submit": "submitted", "complete": "completed", "fail": "failed"},
    "submitted": {"complete": "completed", "fail": "failed"},
    "failed": {"retry": "requested", "complete": "completed", "correct": "completed"},
    "completed": {},
}


def edges(table: dict[str, dict[str, str]]) -> set[tuple[str, str, str]]:
    return {(str(a), verb, str(b)) for a, verbs in table.items() for verb, b in verbs.items()}


def test_the_tables_are_complete() -> None:
    assert set(graph(Order)) == edges(ALLOWED)
    assert set(graph(Refund)) == edges(REFUNDS)


def test_every_open_state_has_an_owner_a_clock_and_an_exit() -> None:
    assert set(states.OWNERS) == set(states.CLOCKS) == set(states.OPEN)
    assert set(states.REFUND_OWNERS) == set(states.REFUND_CLOCKS) == set(states.REFUND_OPEN)
    for table, terminal in ((ALLOWED, states.TERMINAL), (REFUNDS, states.REFUND_TERMINAL)):
        reach: dict[str, set[str]] = {
            str(a): {str(b) for b in verbs.values()} for a, verbs in table.items()
        }
        for state in reach:
            seen, todo = set(), [state]
            while todo:
                at = todo.pop()
                seen.add(at)
                todo += reach[at] - seen
            assert seen & {str(t) for t in terminal}, f"{state} has no exit"


@pytest.mark.parametrize("state", list(ALLOWED))
def test_a_state_has_the_clock_that_the_table_names(frozen: Any, state: str) -> None:
    order = make.IN_STATE[state]()
    running = set(order.deadlines.filter(state="pending").values_list("kind", flat=True))
    assert running == ({states.CLOCKS[state]} if state in states.OPEN else set())
    order.refresh_from_db()
    due = order.deadlines.filter(state="pending").values_list("due_at", flat=True).first()
    assert order.next_due_at == due


DO: dict[str, Callable[[Batch, Order, Actor], object]] = {
    "pay": lambda b, o, a: effects.capture(b, o, a),
    "place_on_hold": lambda b, o, a: effects.place_on_hold(b, o, a, reason="doubt"),
    "prove": lambda b, o, a: effects.prove(b, o, a, tracking_number="RR123456785DE"),
    "submit_proof": lambda b, o, a: effects.submit_proof(b, o, a, text="Invoice 17"),
    "lift_hold": lambda b, o, a: effects.lift_hold(b, o, a),
    "refuse_proof": lambda b, o, a: effects.refuse_proof(b, o, a, reason="It shows nothing."),
    "add_message": lambda b, o, a: effects.say(b, o, a, body="When will it come?"),
    "check_overdue": lambda b, o, a: b.transition(o, "check_overdue", a),
    "ship": lambda b, o, a: effects.ship(b, o, a, carrier="DHL", tracking_number="X1"),
    "deliver": lambda b, o, a: effects.deliver(b, o, a, shipments=list(o.shipments.all())),
    "confirm_receipt": lambda b, o, a: effects.confirm_receipt(b, o, a),
    "release": lambda b, o, a: effects.release(b, o, a),
    "settle": lambda b, o, a: (
        effects.complete(b, o, a) if o.is_open else b.transition(o, "settle", a, at=b.now)
    ),
    "cancel": lambda b, o, a: effects.cancel(b, o, a),
    "close": lambda b, o, a: effects.close(b, o, a),
    "request_extension": lambda b, o, a: effects.request_extension(b, o, a, days=3),
    "extend_delivery": lambda b, o, a: effects.extend_delivery(b, o, a, days=3),
}
FOR = {
    "confirm_receipt": "buyer", "request_extension": "buyer", "prove": "seller", "submit_proof": "seller",
    "add_message": "buyer",
}  # fmt: skip
CLOCKS_OWN = {"release", "check_overdue"}
"""What only the clock does, and only when its time has come."""
MAY: dict[str, set[str]] = {
    "pay": {"buyer", "admin", "system", "shop"},
    "place_on_hold": {"admin", "system", "shop"},
    "prove": {"seller"},
    "submit_proof": {"seller"},
    "lift_hold": {"admin", "system", "shop"},
    "refuse_proof": {"admin", "system", "shop"},
    "check_overdue": {"system"},
    "add_message": {"buyer", "seller"},
    "ship": {"seller", "admin", "system", "shop"},
    "deliver": {"admin", "system", "shop"},
    "confirm_receipt": {"buyer", "system", "shop"},
    "release": {"system"},
    "settle": {"admin", "system", "shop"},
    "cancel": {"seller", "admin", "system", "shop"},
    "close": {"admin", "system", "shop"},
    "request_extension": {"buyer"},
    "extend_delivery": {"seller", "admin", "system", "shop"},
}


def locked(batch: Batch, order: Order) -> Order:
    return batch.lock(Order, [order.pk])[0]


def actor(order: Order, who: str) -> Actor:
    people = {
        "buyer": make.buyer(order), "seller": make.seller(order), "system": Actor.system("clock"),
        "shop": Actor(ActorKind.API_KEY, None, frozenset(), "key"), "stranger": Actor.person(make.user("Eve").pk),
        "admin": Actor.person(make.user("Root").pk, frozenset({"admin"}), "administrator"),
        "mediator": Actor.person(make.user("Carol").pk, frozenset({"mediator"}), "mediator"),
    }  # fmt: skip
    return people[who]


@pytest.mark.parametrize("verb", ORDER_VERBS)
@pytest.mark.parametrize("state", list(ALLOWED))
def test_state_and_transition(frozen: Any, state: str, verb: str) -> None:
    order = make.IN_STATE[state]()
    who = actor(order, FOR.get(verb, "system"))
    at = NOON + timedelta(days=40) if verb in CLOCKS_OWN else NOON
    with clock.freeze(at):
        if verb in ALLOWED[state]:
            with Batch() as batch:
                DO[verb](batch, locked(batch, order), who)
            order.refresh_from_db()
            assert order.state == ALLOWED[state][verb]
        else:
            with pytest.raises(CaseChanged), Batch() as batch:
                DO[verb](batch, locked(batch, order), who)
            order.refresh_from_db()
            assert order.state == state


@pytest.mark.parametrize(
    "who", ["buyer", "seller", "admin", "system", "shop", "stranger", "mediator"]
)
@pytest.mark.parametrize("verb", ORDER_VERBS)
def test_actor_and_transition(frozen: Any, verb: str, who: str) -> None:
    state = next(
        s
        for s in (S.PAID, S.ON_HOLD, S.UNDER_CHECK, S.DELIVERED, S.SHIPPED, S.AWAITING_PAYMENT)
        if verb in ALLOWED[s]
    )
    order = make.IN_STATE[state]()
    with clock.freeze(NOON + timedelta(days=40) if verb in CLOCKS_OWN else NOON):
        if who in MAY[verb]:
            with Batch() as batch:
                DO[verb](batch, locked(batch, order), actor(order, who))
        else:
            with pytest.raises(NotAllowed), Batch() as batch:
                DO[verb](batch, locked(batch, order), actor(order, who))


def test_only_the_buyer_cancels_before_payment(frozen: Any) -> None:
    for who, ok in (("buyer", True), ("seller", False), ("stranger", False), ("admin", True)):
        order = make.placed()
        with Batch() as batch:
            (row,) = batch.lock(Order, [order.pk])
            assert ("cancel" in allowed(row, actor(order, who))) is ok


def test_an_admin_who_is_a_party_has_no_power_over_the_order(frozen: Any) -> None:
    order = make.paid()
    for person in (order.buyer_id, order.seller_id):
        powerful = Actor.person(person, frozenset({"admin"}), "administrator")
        with pytest.raises(NotAllowed), Batch() as batch:
            effects.close(batch, locked(batch, order), powerful)


LATE = {
    "pay": (make.placed, 3, "system"), "lift_hold": (make.on_hold, 5, "system"), "prove": (make.on_hold, 5, "seller"),
    "submit_proof": (make.on_hold, 5, "seller"), "ship": (make.paid, 25, "seller"),
    "confirm_receipt": (make.delivered, 15, "buyer"), "request_extension": (make.shipped, 25, "buyer"),
    "extend_delivery": (make.shipped, 25, "seller"), "place_on_hold": (make.paid, 25, "system"),
}  # fmt: skip


@pytest.mark.parametrize("verb", list(LATE))
def test_at_the_due_instant_the_time_is_over_and_a_moment_before_it_is_not(
    frozen: Any, verb: str
) -> None:
    factory, days, who = LATE[verb]
    order = factory()
    due = NOON + timedelta(days=days)
    with clock.freeze(due), pytest.raises(TimeIsUp), Batch() as batch:
        DO[verb](batch, locked(batch, order), actor(order, who))
    with clock.freeze(due - timedelta(microseconds=1)), Batch() as batch:
        DO[verb](batch, locked(batch, order), actor(order, who))


def test_nothing_that_ends_an_order_is_possible_in_a_dispute(frozen: Any) -> None:
    order = make.shipped()
    with Batch() as batch:
        (row,) = batch.lock(Order, [order.pk])
        effects.hold_for_dispute(batch, row, make.SHOP)
    for verb in ("confirm_receipt", "settle", "close", "request_extension", "extend_delivery"):
        with Batch() as batch:
            (row,) = batch.lock(Order, [order.pk])
            assert verb not in allowed(row, actor(order, FOR.get(verb, "system")))
    for verb in ("confirm_receipt", "close"):
        with pytest.raises(Refused, match="An open dispute holds this order"), Batch() as batch:
            DO[verb](batch, locked(batch, order), actor(order, FOR.get(verb, "system")))
    order.refresh_from_db()
    assert (order.state, order.held, order.refunded) == ("shipped", 100, 0)
    assert order.disputed_at == NOON


@pytest.mark.parametrize("state", [S.PAID, S.ON_HOLD, S.UNDER_CHECK, S.SHIPPED, S.DELIVERED])
def test_an_order_cannot_be_closed_while_its_dispute_is_open(frozen: Any, state: str) -> None:
    order = make.disputed(make.IN_STATE[state]())
    with pytest.raises(Refused, match="An open dispute holds this order"):
        services.close_order(order_id=order.pk, actor=actor(order, "admin"), reason="Enough.")
    row = Order.objects.get(pk=order.pk)
    assert (row.state, row.version, row.held) == (state, order.version, 100)
    assert row.refunds.count() == 0
