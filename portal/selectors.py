"""What the first page shows of a person's cases, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from core import cases
from core.counts import together
from coupons.models import Coupon
from coupons.selectors import open_coupons
from disputes.models import Dispute
from disputes.selectors import turns
from orders.models import Order, Refund
from orders.states import OrderDeadlineKind, OrderState, RefundState

MOST = 10
RECENT = timedelta(days=14)


@dataclass(slots=True)
class Home:
    """`mine` wait for the reader (of `needs` in all), `others` for somebody else; `arrived` can be confirmed."""

    mine: list[Dispute]
    needs: int
    others: list[Dispute]
    arrived: list[Order]
    refunds: list[Refund]
    coupons: list[Coupon]


def home(user: Any, now: datetime) -> Home:
    """Disputes, arrived orders, refunds and coupons of one person, what runs out first on top."""
    user_id: int = user.pk
    mine = turns.DueFirst(*(turns.waiting_for(user_id, now, side) for side in turns.SIDES))
    others = turns.DueFirst(*turns.waiting_for_others(user_id, now, *turns.SIDES))
    return Home(
        mine=mine[:MOST], needs=together(*turns.needs(user).values()), others=others[:MOST],
        arrived=arrived(user_id), refunds=refunds(user_id, now),
        coupons=open_coupons(user_id, MOST),
    )  # fmt: skip


def arrived(user_id: int) -> list[Order]:
    """Orders that arrived and can still be disputed; the money goes to the seller at their clock."""
    rows = Order.objects.filter(
        buyer_id=user_id, state=OrderState.DELIVERED, disputed_at=None, dispute=None
    )
    rows = rows.select_related("store").prefetch_related("lines").order_by("next_due_at", "pk")
    found = cases.present(rows[:5])
    return [order for order in found if order.deadline(OrderDeadlineKind.RELEASE) is not None]


def refunds(user_id: int, now: datetime) -> list[Refund]:
    """Money on its way to the person, and what came in the last two weeks."""
    recent = ~Q(state=RefundState.COMPLETED) | Q(completed_at__gte=now - RECENT)
    rows = Refund.objects.filter(recent, order__buyer_id=user_id).select_related(
        "order", "order__store"
    )
    return list(rows.prefetch_related("order__lines").order_by("expected_at", "pk")[:MOST])
