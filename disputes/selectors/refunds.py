"""When money that goes back will be there, as the refund itself will promise it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from disputes.models import Dispute, Settlement
from disputes.states import SettlementState
from orders.models import Refund
from orders.states import RefundState


def expected_by(dispute: Dispute, amount: Decimal) -> datetime | None:
    """The end of the promise of a refund requested now; None where all of it is there at once (a wallet)."""
    order, policy = dispute.order, dispute.order.policy
    to_card = min(amount, order.by_card - order.refunded_to_card)
    if to_card <= 0 or policy.get("card_gateway") == "wallet" or dispute.now is None:
        return None
    days = policy.days("card_refund_working_days")
    due: datetime = dispute.storefront.calendar().add_working_days(dispute.now, days).due
    return due


def settlement_expected_by(dispute: Dispute, settlement: Settlement) -> datetime | None:
    """When the refund of a settlement is expected: as promised, or as it would be if it were agreed to now."""
    if settlement.state == SettlementState.PROPOSED:
        return expected_by(dispute, settlement.amount)
    waiting = Refund.objects.filter(reference__in=settlement.refunds)
    moments = waiting.exclude(state=RefundState.COMPLETED).values_list("expected_at", flat=True)
    return max(moments, default=None)
