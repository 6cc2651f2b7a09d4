"""The conditional settlement: close when the refund of X is recorded by D, else go on."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core import shares
from core.actors import Actor
from core.batch import Batch
from core.errors import Refused
from disputes import policies
from disputes.effects import settlement
from disputes.models import Dispute, Settlement
from disputes.services.input import moving
from disputes.states import SettlementState
from orders.models import Refund
from orders.states import RefundState

logger = logging.getLogger(__name__)

BATCH = 200


def propose_settlement(*, dispute_id: int, actor: Actor, amount: Decimal, by: datetime) -> Dispute:
    """The buyer proposes to close once `amount` is recorded before `by`, at most 30 days ahead."""
    with moving(dispute_id) as (batch, dispute):
        refundable = dispute.order.refundable
        policies.check_amount(
            amount, refundable=refundable, currency=dispute.currency, least=Decimal(0)
        )
        days = dispute.policy.days("settlement_max_days")
        if by <= batch.now:
            raise Refused(_("Choose a date that is still to come."), "date")
        if by > batch.now + timedelta(days=days):
            raise Refused(_("Choose a date within %(days)s days.") % {"days": days}, "date")
        settlement.propose(batch, dispute, actor, amount, by)
    return dispute


def agree_settlement(*, dispute_id: int, actor: Actor, settlement_id: int) -> Dispute:
    """The seller agrees to exactly this proposal; the refund is requested at once."""
    with moving(dispute_id) as (batch, dispute):
        _same(dispute, settlement_id)
        settlement.agree(batch, dispute, actor)
    return dispute


def decline_settlement(*, dispute_id: int, actor: Actor, settlement_id: int) -> Dispute:
    """The seller does not agree."""
    with moving(dispute_id) as (batch, dispute):
        _same(dispute, settlement_id)
        settlement.decline(batch, dispute, actor)
    return dispute


def take_back_settlement(*, dispute_id: int, actor: Actor) -> Dispute:
    """The buyer takes the proposal back."""
    with moving(dispute_id) as (batch, dispute):
        settlement.take_back(batch, dispute, actor)
    return dispute


def _same(dispute: Dispute, settlement_id: int) -> None:
    open_one = dispute.hand.settlement
    if open_one is not None and open_one.pk != settlement_id:
        raise Refused(
            _("The proposal changed since you opened this page. Look at it again."), "case_changed"
        )


def watch_settlements() -> int:
    """Settle the disputes whose refunds have been recorded; the number that was settled.

    Run often and by any number of workers: cases that another worker holds are passed over.
    """
    agreed = dict(
        Settlement.objects.filter(state=SettlementState.AGREED).values_list("dispute_id", "refunds")
    )
    wanted = {reference for refunds in agreed.values() for reference in refunds}
    done = Refund.objects.filter(reference__in=wanted, state=RefundState.COMPLETED)
    came = set(done.values_list("reference", flat=True))
    ready = sorted(pk for pk, refunds in agreed.items() if refunds and set(refunds) <= came)
    settled = 0
    for start in range(0, len(ready), BATCH):
        pks = ready[start : start + BATCH]
        for share in shares.deal(shares.free_of(Dispute), _settle_where_paid, Counter[str], pks):
            for dispute, trace in share.poison:
                extra = {"case": dispute.reference, "trace": trace}
                logger.error("settlement_set_aside", extra=extra)
            settled += share.count["settled"]
    return settled


def _settle_where_paid(batch: Batch, dispute: Dispute, count: Counter[str]) -> None:
    """Close the case where the money came. One that raises costs nobody else: its date ends it."""
    if settlement.money_came(dispute):
        settlement.settle(batch, dispute)
        count["settled"] += 1
