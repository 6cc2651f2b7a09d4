"""How a dispute ends: clocks stop, offers fall, money moves, the order is let go."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.actors import Actor
from core.batch import Batch
from core.models import DeadlineState, Event
from coupons import effects as coupons
from coupons.models import Compensation
from disputes import policies
from disputes.effects import people, telling
from disputes.models import Dispute
from disputes.states import DisputeState, OfferState, Outcome, RequestState, SettlementState
from orders import effects as orders
from orders import policies as order_policies
from orders.models import Refund
from orders.states import HELD, RefundState


def stop_clocks(batch: Batch, dispute: Dispute, *met: str) -> None:
    """End every clock of the dispute: those named were met, the others are no longer needed."""
    if met:
        batch.end_deadlines(dispute, DeadlineState.MET, *met)
    batch.end_deadlines(dispute, DeadlineState.CANCELLED)


def void_offers(batch: Batch, dispute: Dispute, accepted: int | None = None) -> None:
    """Offers that still stand fall; the one that was accepted, if any, is marked so."""
    for offer in dispute.hand.offers:
        state = OfferState.ACCEPTED if offer.pk == accepted else OfferState.VOID
        batch.change(offer, state=state, ended_at=batch.now)
    dispute.hand.offers = []


def void_proposal(batch: Batch, dispute: Dispute) -> None:
    """A settlement that nobody has agreed to falls with the rest."""
    settlement = dispute.hand.settlement
    if settlement is not None and settlement.state == SettlementState.PROPOSED:
        batch.change(settlement, ended_at=batch.now)
        settlement.void()
        dispute.hand.settlement = None


def void_requests(batch: Batch, dispute: Dispute) -> None:
    """The mediator's open questions need no answer any more."""
    for request in dispute.hand.requests:
        batch.change(request, state=RequestState.VOID, ended_at=batch.now)
    dispute.hand.requests = []


def clear_table(batch: Batch, dispute: Dispute, *met: str, accepted: int | None = None) -> None:
    """Everything that was open between the parties is over: offers, proposal, questions, clocks."""
    void_offers(batch, dispute, accepted)
    void_proposal(batch, dispute)
    void_requests(batch, dispute)
    stop_clocks(batch, dispute, *met)


def pay(batch: Batch, dispute: Dispute, beside: str = "") -> list[Refund]:
    """Request the refund that the terms grant, less what this dispute has already requested.

    Never more than is left on the order. Returns the refunds, which the dispute's own letter names (`where`).
    `beside` names what the money goes with where the dispute is not over with it: there may be a second refund.
    """
    due = policies.still_due(dispute, dispute.final_amount or Decimal(0))
    if due <= 0:
        give_coupon_back(batch, dispute)
        return []
    cause = f"dispute {dispute.reference}{beside}"
    made = orders.refund(batch, dispute.order, due, platform(dispute), cause, tell=False)
    batch.change(dispute, refund_requested=dispute.refund_requested + due)
    give_coupon_back(batch, dispute)
    return made


def give_coupon_back(batch: Batch, dispute: Dispute) -> None:
    """Won in full: where the policy says so, what a coupon had paid is promised to the buyer as a new one, once."""
    order = dispute.order
    if order.refundable or not order_policies.gives_coupon_back(order):
        return
    mine = Compensation.objects.filter(owner_id=dispute.buyer_id, cause=dispute.reference)
    if not mine.exists():
        coupons.compensate(
            batch, storefront=dispute.storefront, owner_id=dispute.buyer_id, value=order.coupon_amount,
            currency=order.currency, cause=dispute.reference, actor=platform(dispute),
        )  # fmt: skip


def where(refunds: list[Refund], rest: Decimal = Decimal(0)) -> dict[str, Any]:
    """The money of a letter: what goes to the card and until when, what is in the wallet, what the seller gets."""
    there = sum(r.amount for r in refunds if r.state == RefundState.COMPLETED)
    coming = [r for r in refunds if r.state != RefundState.COMPLETED]
    facts = {
        "wallet_amount": there, "card_amount": sum(r.amount for r in coming),
        "back_amount": sum(r.amount for r in refunds), "rest_amount": rest,
    }  # fmt: skip
    told: dict[str, Any] = {name: amount for name, amount in facts.items() if amount}
    if coming:
        told["expected_at"] = max(r.expected_last_moment for r in coming)
    return told


def platform(dispute: Dispute) -> Actor:
    """The order follows the dispute by itself, whoever moved the dispute."""
    return Actor.system(f"dispute {dispute.reference}")


def let_go(batch: Batch, dispute: Dispute, *, tell: bool = True) -> Decimal:
    """The order is no longer held. What a settled claim left of the money belongs to the seller; returns it.

    After a withdrawal the order's own clocks go on instead; where nothing is left the order closes.
    """
    order, actor = dispute.order, platform(dispute)
    goes_on = dispute.outcome == Outcome.WITHDRAWN or order.state in HELD
    if goes_on or not order.refundable:
        orders.release_dispute_hold(batch, order, actor, tell=tell)
        return Decimal(0)
    rest = order.held
    orders.complete(batch, order, actor, tell=tell)
    return rest


def tell_mediator(batch: Batch, dispute: Dispute, event: Event) -> None:
    """The parties ended a case that a mediator had: whoever had it reads that nothing is left to decide."""
    if event.from_state == DisputeState.IN_MEDIATION:
        whose = people.still_mediator(batch, dispute.storefront_id, dispute.mediator_id)
        kind = "dispute_ended_without_decision"
        telling.tell(batch, dispute, event, kind, whose, outcome=dispute.outcome)


def finish(
    batch: Batch,
    dispute: Dispute,
    event: Event,
    kind: str,
    *met: str,
    refund: bool = True,
    accepted: int | None = None,
    **params: Any,
) -> None:
    """The dispute is over: clear the table, pay what is granted, let the order go, tell both.

    One letter for each: that it is over, why, and all that moves now; neither the order nor the refund sends
    another in the same moment.
    """
    clear_table(batch, dispute, *met, accepted=accepted)
    paid = pay(batch, dispute) if refund else []
    rest = let_go(batch, dispute, tell=False)
    facts = {"amount": dispute.final_amount or 0, **where(paid, rest), **params}
    telling.both(batch, dispute, event, kind, **facts)
