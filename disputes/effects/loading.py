"""Reading under the lock what the effects need beside the disputes, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core import shares
from core.batch import Batch
from core.errors import CaseChanged
from disputes.models import (
    AtHand,
    Decision,
    Dispute,
    EvidenceRequest,
    Offer,
    ReplacementParcel,
    ReturnParcel,
    Settlement,
)
from disputes.states import SETTLEMENT_OPEN, DisputeState, OfferState, RequestState
from orders.models import Order, Refund

WITH_PARCEL = {DisputeState.RETURN_IN_TRANSIT}
WITH_REPLACEMENT = {DisputeState.REPLACEMENT_IN_TRANSIT}
WITH_DECISION = {DisputeState.DECIDED, DisputeState.IN_MEDIATION, DisputeState.UNDER_COMPLAINT}


@shares.loads(Dispute)
def load(batch: Batch, disputes: list[Dispute]) -> None:
    """Lock the orders of locked disputes (disputes first, then orders) and attach their open rows."""
    orders = {o.pk: o for o in batch.lock(Order, [d.order_id for d in disputes])}
    by_pk: dict[Any, Dispute] = {}
    for dispute in disputes:
        dispute.order = orders[dispute.order_id]
        dispute.at_hand = AtHand()
        by_pk[dispute.pk] = dispute
    for offer in _of(Offer, by_pk, state=OfferState.STANDING):
        offer.dispute.hand.offers.append(offer)
    for settlement in _of(Settlement, by_pk, state__in=sorted(SETTLEMENT_OPEN)):
        settlement.dispute.hand.settlement = settlement
    mediated = {pk: d for pk, d in by_pk.items() if d.state in WITH_DECISION}
    for request in _of(EvidenceRequest, mediated, state=RequestState.OPEN):
        request.dispute.hand.requests.append(request)
    for decision in _of(Decision, mediated):
        decision.dispute.hand.decision = decision
    returning = {pk: d for pk, d in by_pk.items() if d.state in WITH_PARCEL}
    for parcel in _of(ReturnParcel, returning):
        parcel.dispute.hand.parcel = parcel
    replacing = {pk: d for pk, d in by_pk.items() if d.state in WITH_REPLACEMENT}
    for parcel in _of(ReplacementParcel, replacing):
        parcel.dispute.hand.replacement = parcel
    _attach_refunds(disputes)


def _of(model: Any, by_pk: dict[Any, Dispute], **test: Any) -> Iterator[Any]:
    """Rows in their own order, each pointing to the very dispute that the batch has locked."""
    if by_pk:
        for row in model._default_manager.filter(dispute_id__among=list(by_pk), **test):
            row.dispute = by_pk[row.dispute_id]
            yield row


def _attach_refunds(disputes: list[Dispute]) -> None:
    wanted = {ref: d for d in disputes if d.hand.settlement for ref in d.hand.settlement.refunds}
    for refund in Refund.objects.filter(reference__in=list(wanted)) if wanted else ():
        wanted[refund.reference].hand.refunds.append(refund)


def take(batch: Batch, pk: int) -> Dispute:
    """Lock one dispute with all that its effects need. Raises `CaseChanged` where it is gone."""
    found = batch.lock(Dispute, [pk])
    if not found:
        raise CaseChanged
    load(batch, found)
    return found[0]
