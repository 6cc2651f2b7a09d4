"""A correction from the finding to its end: who moves it, what each step tells, and what happens when none comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock, deadlines
from core.actors import Actor
from core.errors import CaseChanged, NotAllowed, Refused
from core.models import Event
from core.transitions import graph
from notifications.models import Notice
from orders import correcting, selectors, services
from orders.models import Correction, Order
from tests.conftest import NOON
from tests.orders import factories as make
from tests.orders.test_refunds import Bank, fresh, names
from tests.orders.test_settlement import Says, found, month, root, says, sent

__all__ = ["root", "says"]
pytestmark = pytest.mark.django_db


def test_the_table_of_states_is_complete() -> None:
    assert set(graph(Correction)) == {
        ("open", "ask", "requested"), ("open", "adjust", "adjusted"), ("requested", "adjust", "adjusted"),
        ("open", "settle", "settled"), ("requested", "settle", "settled"), ("adjusted", "settle", "settled"),
        ("open", "dismiss", "dismissed"), ("requested", "dismiss", "dismissed"),
    }  # fmt: skip


ALLOWED = {
    "open": {"ask": "requested", "adjust": "adjusted", "settle": "settled", "dismiss": "dismissed"},
    "requested": {"adjust": "adjusted", "settle": "settled", "dismiss": "dismissed"},
    "adjusted": {"settle": "settled"},
    "settled": {}, "dismissed": {},
}  # fmt: skip
WAY = {
    "open": (),
    "requested": ("ask",),
    "adjusted": ("adjust",),
    "settled": ("settle",),
    "dismissed": ("dismiss",),
}


def admin(root: Any) -> Actor:
    return Actor.person(root.pk, frozenset({"admin"}), "administrator")


def go(
    made: Correction, move: str, actor: Actor, note: str = "The bank has answered."
) -> Correction:
    return services.move_correction(correction_id=made.pk, move=move, actor=actor, note=note)


@pytest.mark.parametrize("move", ["ask", "adjust", "settle", "dismiss"])
@pytest.mark.parametrize("state", list(ALLOWED))
def test_state_and_move(root: Any, says: Says, state: str, move: str) -> None:
    refund = sent()
    says(f"T1,charge,{refund.reference},40,EUR,2026-03-03")
    made = Correction.objects.get()
    for step in WAY[state]:
        go(made, step, admin(root))
    offered = {
        m["value"] for m in correcting.moves(Correction.objects.select_related("refund").get())
    }
    if move not in ALLOWED[state]:
        with pytest.raises(CaseChanged):
            go(made, move, admin(root))
        return
    assert move in offered
    ended = go(made, move, admin(root))
    running = list(ended.deadlines.filter(state="pending").values_list("kind", flat=True))
    assert (ended.state, running) == (
        ALLOWED[state][move], [] if ended.state in {"settled", "dismissed"} else ["handling"],
    )  # fmt: skip
    kind = {"ask": "correction_step", "adjust": "correction_step"}.get(
        move, f"correction_{ended.state}"
    )
    event = Event.objects.filter(subject=made.reference).latest("seq")
    assert list(Notice.objects.filter(event=event).values_list("kind", "recipient__name")) == [
        (kind, "Alice")
    ]


def test_only_an_administrator_who_is_no_party_moves_it_and_says_why(root: Any, says: Says) -> None:
    refund = sent()
    says(f"T1,charge,{refund.reference},40,EUR,2026-03-03")
    made = Correction.objects.get()
    order = refund.order
    for actor in (
        make.buyer(order), make.seller(order), Actor.person(make.user("Eve").pk),
        Actor.person(order.buyer_id, frozenset({"admin"})), Actor.person(root.pk, frozenset({"mediator"})),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            go(made, "ask", actor)
    with pytest.raises(Refused, match="Say what was done"):
        go(made, "ask", admin(root), note="  ")
    with pytest.raises(CaseChanged):
        go(made, "send_again", admin(root))


def test_what_was_never_made_is_sent_again_under_the_same_key(root: Any, says: Says) -> None:
    missing, other = sent(), sent("10")
    month(says, other)
    made = Correction.objects.get()
    go(made, "send_again", admin(root), note="The bank lost it.")
    bank = Bank()
    services.submit_refunds(gateway=bank)
    assert bank.keys == [missing.idempotency_key]
    assert names(missing) == ["requested", "submitted", "failed", "requested_again", "submitted"]
    assert (fresh(missing).state, found()[0][1]) == ("submitted", "adjusted")
    with pytest.raises(CaseChanged):
        go(made, "send_again", admin(root))


def test_a_step_that_stays_out_is_told_to_the_buyer_once_and_to_us_until_it_is_made(
    root: Any, says: Says
) -> None:
    refund = sent()
    says(f"T1,charge,{refund.reference},40,EUR,2026-03-03")
    for days in (7, 14, 21):
        with clock.freeze(NOON + timedelta(days=days)):
            assert deadlines.sweep(seconds=20).failed == 0
    told = Notice.objects.filter(kind__in=["correction_late", "correction_overdue"])
    assert sorted(told.values_list("kind", "recipient__name")) == [
        ("correction_late", "Alice"), *[("correction_overdue", "Root")] * 3,
    ]  # fmt: skip
    made = Correction.objects.get()
    assert (made.state, made.overdue_at) == ("open", NOON + timedelta(days=7))
    assert made.deadlines.filter(state="pending").count() == 1


def test_an_unknown_booking_is_late_without_a_buyer(root: Any, says: Says) -> None:
    says("T1,refund,RFD-XXXXXX,5,EUR,2026-03-03")
    with clock.freeze(NOON + timedelta(days=7)):
        assert deadlines.sweep(seconds=20).failed == 0
    assert Notice.objects.get(kind="correction_overdue").recipient == root
    go(Correction.objects.get(), "dismiss", admin(root), note="It is of the old shop.")
    assert found()[0][1] == "dismissed"


def test_the_order_and_its_ledger_stay_as_they_are(root: Any, says: Says) -> None:
    refund = sent()
    before = list(Order.objects.values_list("captured", "held", "released", "refunded"))
    says(f"T1,charge,{refund.reference},40,EUR,2026-03-03")
    assert list(Order.objects.values_list("captured", "held", "released", "refunded")) == before
    assert list(selectors.unbalanced_orders()) == []
