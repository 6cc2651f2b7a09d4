"""Figures of money on its way for the monitoring."""

from __future__ import annotations

from core.watch import measured
from orders import selectors
from orders.models import Refund
from orders.states import RefundState


@measured("refunds", "Refunds that wait for their gateway, failed there, or are overdue.", "state")
def refunds() -> dict[str, float]:
    waiting = Refund.objects.filter(state=RefundState.REQUESTED)
    failed = Refund.objects.filter(state=RefundState.FAILED)
    return {
        "requested": waiting.count(),
        "failed": failed.count(),
        "overdue": selectors.overdue_refunds().count(),
    }
