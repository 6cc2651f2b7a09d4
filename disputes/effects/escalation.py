"""Calling a mediator, by a party, by the clock, or because a return is contested."""

from __future__ import annotations

from core.actors import Actor
from core.batch import Batch
from core.models import DeadlineState, Event
from disputes.effects import ending, people, telling
from disputes.models import Dispute
from disputes.states import Kind


def escalate(batch: Batch, dispute: Dispute, actor: Actor) -> Event:
    """A party calls a mediator. Final: the offers end."""
    event = batch.transition(dispute, "escalate", actor)
    queue(batch, dispute, event, Kind.NEGOTIATION, kind="dispute_escalated")
    return event


def time_to_agree_is_over(batch: Batch, dispute: Dispute) -> Event:
    """Nobody agreed in 15 days: the dispute goes to a mediator by itself."""
    event = batch.transition(dispute, "escalate_by_clock", Actor.system("negotiation_days"))
    queue(batch, dispute, event, kind="dispute_escalated_by_clock")
    return event


def queue(batch: Batch, dispute: Dispute, event: Event, *met: str, kind: str) -> None:
    """Put the dispute before the mediators: offers end, their clock starts, everybody is told.

    A settlement that is proposed stays: it can still spare everybody the decision.
    """
    ending.void_offers(batch, dispute)
    if met:
        batch.end_deadlines(dispute, DeadlineState.MET, *met)
    batch.schedule_days(dispute, Kind.MEDIATOR_CLAIM, "mediator_claim_days")
    telling.both(batch, dispute, event, kind)
    parties = {dispute.buyer_id, dispute.seller_id}
    mediators = [m for m in people.mediators(batch, dispute.storefront_id) if m not in parties]
    telling.tell(batch, dispute, event, "dispute_in_queue", *mediators)
