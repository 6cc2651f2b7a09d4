"""What the first page shows of a person's cases, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from core import cases
from core.counts import capped
from coupons.models import Coupon
from coupons.selectors import open_coupons
from disputes.models import Dispute
from disputes.selectors import turns
from disputes.selectors.cases import WITH
from disputes.states import OPEN
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


def home(user_id: int, now: datetime) -> Home:
    """Disputes, arrived orders, refunds and coupons of one person, what runs out first on top."""
    waiting = turns.waiting_for(user_id, now)
    keys = list(waiting.order_by("next_due_at", "pk").values_list("pk", flat=True)[:MOST])
    rows = Dispute.objects.select_related(*WITH)
    party = Q(buyer_id=user_id) | Q(seller_id=user_id)
    others = rows.filter(party, state__in=sorted(OPEN)).exclude(pk__in=waiting.values("pk"))
    return Home(
        mine=list(rows.filter(pk__in=keys).order_by("next_due_at", "pk")), needs=capped(waiting),
        others=list(others.order_by("next_due_at", "pk")[:MOST]),
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
