"""Sending new goods instead, and what the buyer says about them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from core.actors import Actor
from core.batch import Batch
from core.models import DeadlineState, Event
from disputes.effects import ending, escalation, telling
from disputes.models import Dispute, ReplacementParcel
from disputes.states import Kind


def begin(batch: Batch, dispute: Dispute, event: Event, kind: str) -> None:
    """From now on the seller has 10 days to send it. What was agreed in money beside it is requested now."""
    paid = ending.pay(batch, dispute, ", beside the replacement")
    batch.schedule_days(dispute, Kind.REPLACEMENT_SHIP, "replacement_ship_days")
    instead = max(dispute.amount_asked, dispute.final_amount or Decimal(0))
    telling.both(batch, dispute, event, kind, instead_amount=instead, **ending.where(paid))


def ship(batch: Batch, dispute: Dispute, actor: Actor, carrier: str, tracking_number: str) -> Event:
    """The seller has posted the replacement: it has 30 days to arrive."""
    event = batch.transition(
        dispute, "ship_replacement", actor, data={"carrier": carrier, "tracking_number": tracking_number}
    )  # fmt: skip
    dispute.hand.replacement = batch.add(
        ReplacementParcel(
            dispute=dispute, carrier=carrier, tracking_number=tracking_number, shipped_at=batch.now
        )
    )
    batch.end_deadlines(dispute, DeadlineState.MET, Kind.REPLACEMENT_SHIP)
    batch.schedule_days(dispute, Kind.REPLACEMENT_DELIVERY, "replacement_transit_days")
    telling.both(
        batch, dispute, event, "dispute_replacement_shipped", carrier=carrier, tracking_number=tracking_number,
    )  # fmt: skip
    return event


def record_delivery(
    batch: Batch, dispute: Dispute, actor: Actor, delivered_at: datetime | None = None
) -> Event:
    """The replacement has arrived, as a party or the carrier says: 10 days from then to check it.

    Where the carrier's news comes so late that those days are over, they run from now instead.
    """
    event = batch.transition(
        dispute, "record_replacement_delivery", actor, data={"at": delivered_at or batch.now}
    )
    parcel = dispute.hand.replacement
    at = min(delivered_at or batch.now, batch.now)
    if parcel is not None:
        at = max(at, parcel.shipped_at)
        batch.change(parcel, delivered_at=at)
    batch.end_deadlines(dispute, DeadlineState.MET, Kind.REPLACEMENT_DELIVERY)
    days = dispute.policy.days("replacement_confirm_days")
    in_time = (batch.now - at).total_seconds() < days * 86400
    batch.schedule_days(
        dispute, Kind.REPLACEMENT_CONFIRM, "replacement_confirm_days", started=at if in_time else batch.now
    )  # fmt: skip
    telling.both(batch, dispute, event, "dispute_replacement_delivered")
    return event


def confirm(batch: Batch, dispute: Dispute, actor: Actor) -> Event:
    """The buyer has the replacement, and it is right: the dispute is over."""
    event = batch.transition(dispute, "confirm_replacement", actor)
    parcel = dispute.hand.replacement
    if parcel is not None and parcel.delivered_at is None:
        batch.change(parcel, delivered_at=batch.now)
    ending.finish(
        batch, dispute, event, "dispute_replacement_confirmed",
        Kind.REPLACEMENT_CONFIRM, Kind.REPLACEMENT_DELIVERY, refund=False,
    )  # fmt: skip
    return event


def contest(batch: Batch, dispute: Dispute, actor: Actor, contest: str) -> Event:
    """The buyer says what is wrong with the replacement; a mediator decides."""
    event = batch.transition(dispute, "contest_replacement", actor, contest=contest)
    ending.stop_clocks(batch, dispute, Kind.REPLACEMENT_CONFIRM, Kind.REPLACEMENT_DELIVERY)
    escalation.queue(batch, dispute, event, kind="dispute_replacement_contested")
    return event


def not_sent(batch: Batch, dispute: Dispute) -> Event:
    """The seller did not send the replacement: the buyer gets the amount asked instead."""
    event = batch.transition(dispute, "replacement_not_sent", Actor.system("replacement_ship_days"))
    ending.finish(batch, dispute, event, "dispute_replacement_not_sent")
    return event


def never_came(batch: Batch, dispute: Dispute) -> Event:
    """The replacement did not arrive in its time: the buyer gets the amount asked instead."""
    event = batch.transition(
        dispute, "replacement_never_came", Actor.system("replacement_transit_days")
    )
    ending.finish(batch, dispute, event, "dispute_replacement_lost")
    return event


def unanswered(batch: Batch, dispute: Dispute) -> Event:
    """It was delivered, and the buyer said nothing about it in time: replaced."""
    event = batch.transition(
        dispute, "replacement_unanswered", Actor.system("replacement_confirm_days")
    )
    ending.finish(batch, dispute, event, "dispute_replacement_unanswered", refund=False)
    return event
