"""Sending the order back, and what the seller says about it."""

from __future__ import annotations

from datetime import datetime

from core.actors import Actor
from core.batch import Batch
from core.models import DeadlineState, Event
from disputes.effects import ending, escalation, replacements, telling
from disputes.models import Dispute, ReturnParcel
from disputes.states import Kind


def ship(batch: Batch, dispute: Dispute, actor: Actor, carrier: str, tracking_number: str) -> Event:
    """The buyer has posted the return: 30 days until it counts as arrived."""
    event = batch.transition(
        dispute, "ship_return", actor, data={"carrier": carrier, "tracking_number": tracking_number}
    )
    parcel = ReturnParcel(
        dispute=dispute, carrier=carrier, tracking_number=tracking_number, shipped_at=batch.now
    )
    dispute.hand.parcel = batch.add(parcel)
    batch.end_deadlines(dispute, DeadlineState.MET, Kind.RETURN_SHIP)
    batch.schedule_days(dispute, Kind.RETURN_DELIVERY, "return_transit_days")
    telling.both(
        batch,
        dispute,
        event,
        "dispute_return_shipped",
        carrier=carrier,
        tracking_number=tracking_number,
    )
    return event


def not_sent(batch: Batch, dispute: Dispute) -> Event:
    """The buyer did not send the order back: the dispute closes without a refund."""
    actor = Actor.system("return_ship_days")
    event = batch.transition(dispute, "return_not_sent", actor)
    ending.finish(batch, dispute, event, "dispute_return_not_sent", refund=False)
    return event


def record_delivery(
    batch: Batch, dispute: Dispute, actor: Actor, delivered_at: datetime | None = None
) -> Event:
    """The return has arrived, as the seller or the carrier says: 10 days from then to check it.

    Where the carrier's news comes so late that those days are over, they run from now instead. A seller's
    own word never moves the end beyond the 30 days from shipping: it would be worth keeping it back.
    """
    event = batch.transition(
        dispute, "record_return_delivery", actor, data={"at": delivered_at or batch.now}
    )
    parcel = dispute.hand.parcel
    at = min(delivered_at or batch.now, batch.now)
    if parcel is not None:
        at = max(at, parcel.shipped_at)
        batch.change(parcel, delivered_at=at)
    transit = dispute.deadline(Kind.RETURN_DELIVERY)
    batch.end_deadlines(dispute, DeadlineState.MET, Kind.RETURN_DELIVERY)
    days = dispute.policy.days("return_confirm_days")
    in_time = (batch.now - at).total_seconds() < days * 86400
    clock = batch.schedule_days(
        dispute, Kind.RETURN_CONFIRM, "return_confirm_days", started=at if in_time else batch.now
    )
    if not actor.is_system and transit is not None and transit.due_at < clock.due_at:
        step = {"kind": "at_most", "at": transit.due_at.isoformat(), "rule": "return_transit_days"}
        batch.move_due(dispute, clock, transit.due_at, step)
        clock.remind_at = clock.next_reminder(batch.now)
    telling.both(batch, dispute, event, "dispute_return_delivered")
    return event


def confirm(batch: Batch, dispute: Dispute, actor: Actor) -> Event:
    """The seller has the order back, complete: the refund follows, or the replacement."""
    name = "confirm_return_and_replace" if dispute.replacement else "confirm_return"
    event = batch.transition(dispute, name, actor)
    parcel = dispute.hand.parcel
    if parcel is not None and parcel.delivered_at is None:
        batch.change(parcel, delivered_at=batch.now)
    met = Kind.RETURN_CONFIRM, Kind.RETURN_DELIVERY
    if dispute.replacement:
        ending.stop_clocks(batch, dispute, *met)
        replacements.begin(batch, dispute, event, "dispute_swap_return_confirmed")
    else:
        ending.finish(batch, dispute, event, "dispute_return_confirmed", *met)
    return event


def contest(batch: Batch, dispute: Dispute, actor: Actor, contest: str) -> Event:
    """The seller says what is wrong with the return; a mediator decides."""
    event = batch.transition(dispute, "contest_return", actor, contest=contest)
    ending.stop_clocks(batch, dispute, Kind.RETURN_CONFIRM, Kind.RETURN_DELIVERY)
    escalation.queue(batch, dispute, event, kind="dispute_return_contested")
    return event


def unanswered(batch: Batch, dispute: Dispute, rule: str) -> Event:
    """The seller said nothing about the return in time: the refund follows, or the replacement."""
    actor = Actor.system(rule)
    if dispute.replacement:
        event = batch.transition(dispute, "replace_unanswered_return", actor)
        ending.stop_clocks(batch, dispute)
        replacements.begin(batch, dispute, event, "dispute_swap_return_unanswered")
        return event
    event = batch.transition(dispute, "return_unanswered", actor)
    ending.finish(batch, dispute, event, "dispute_return_unanswered")
    return event
