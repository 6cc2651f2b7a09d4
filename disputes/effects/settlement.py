"""Conditional settlement: close when the refund of X is recorded by D, else go on where it was."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged
from core.models import DeadlineState, Event
from disputes import states
from disputes.effects import ending, telling
from disputes.models import Dispute, Settlement
from disputes.states import Kind, SettlementState
from orders import effects as orders
from orders.states import RefundState


def propose(batch: Batch, dispute: Dispute, actor: Actor, amount: Decimal, by: datetime) -> Event:
    """The buyer proposes; the proposal itself lapses at its date. Amount and date were checked before."""
    event = batch.transition(
        dispute, "propose_settlement", actor, data={"amount": amount, "by": by}
    )
    dispute.hand.settlement = batch.add(
        Settlement(dispute=dispute, amount=amount, by=by, proposed_at=batch.now)
    )
    _clock(batch, dispute, Kind.SETTLEMENT_PROPOSAL, by)
    telling.both(batch, dispute, event, "dispute_settlement_proposed", amount=amount, by_at=by)
    return event


def agree(batch: Batch, dispute: Dispute, actor: Actor) -> Event:
    """The seller agrees: the refund is requested at once, and the dispute's own clocks stand still.

    Money that arrives at once (a wallet) ends the dispute at once.
    """
    settlement = _open(dispute, SettlementState.PROPOSED)
    event = batch.transition(
        dispute, "agree_settlement", actor, data={"amount": settlement.amount, "by": settlement.by}
    )
    batch.change(settlement, agreed_at=batch.now)
    settlement.agree()
    cause = f"dispute {dispute.reference}, settlement {settlement.pk}"
    dispute.hand.refunds = orders.refund(
        batch, dispute.order, settlement.amount, ending.platform(dispute), cause, tell=False
    )
    settlement.refunds = [refund.reference for refund in dispute.hand.refunds]
    batch.change(dispute, refund_requested=dispute.refund_requested + settlement.amount)
    batch.end_deadlines(dispute, DeadlineState.MET, Kind.SETTLEMENT_PROPOSAL)
    batch.pause(dispute, *states.CLOCKS[dispute.state], why="settlement")
    _clock(batch, dispute, Kind.SETTLEMENT, settlement.by)
    if money_came(dispute):
        settle(batch, dispute, **ending.where(dispute.hand.refunds))
        return event
    telling.both(
        batch, dispute, event, "dispute_settlement_agreed",
        amount=settlement.amount, by_at=settlement.by, **ending.where(dispute.hand.refunds),
    )  # fmt: skip
    return event


def decline(batch: Batch, dispute: Dispute, actor: Actor) -> Event:
    """The seller does not agree."""
    return _drop(batch, dispute, actor, "decline_settlement", "dispute_settlement_declined")


def take_back(batch: Batch, dispute: Dispute, actor: Actor) -> Event:
    """The buyer takes the proposal back."""
    return _drop(batch, dispute, actor, "take_back_settlement", "dispute_settlement_taken_back")


def _drop(batch: Batch, dispute: Dispute, actor: Actor, name: str, kind: str) -> Event:
    settlement = _open(dispute, SettlementState.PROPOSED)
    event = batch.transition(dispute, name, actor)
    batch.change(settlement, ended_at=batch.now)
    settlement.decline() if name == "decline_settlement" else settlement.take_back()
    batch.end_deadlines(dispute, DeadlineState.CANCELLED, Kind.SETTLEMENT_PROPOSAL)
    dispute.hand.settlement = None
    telling.both(batch, dispute, event, kind)
    return event


def money_came(dispute: Dispute) -> bool:
    """Every refund of the agreed settlement was recorded before its date, whenever this is asked."""
    settlement = dispute.hand.settlement
    if settlement is None or settlement.state != SettlementState.AGREED:
        return False
    refunds = dispute.hand.refunds
    return len(refunds) == len(settlement.refunds) > 0 and all(
        r.state == RefundState.COMPLETED
        and r.completed_at is not None
        and r.completed_at < settlement.by
        for r in refunds
    )


def settle(batch: Batch, dispute: Dispute, **params: Any) -> Event:
    """The money came in time: the dispute is over. `params` are facts about money that came just now."""
    settlement, actor = _open(dispute, SettlementState.AGREED), Actor.system("settlement")
    event = batch.transition(
        dispute, "settle", actor, settlement=settlement, data={"amount": settlement.amount}
    )
    batch.change(settlement, ended_at=batch.now)
    settlement.settle()
    dispute.hand.settlement = None
    ending.give_coupon_back(batch, dispute)
    ending.finish(batch, dispute, event, "dispute_settled", Kind.SETTLEMENT, refund=False, **params)
    ending.tell_mediator(batch, dispute, event)
    return event


def date_passed(batch: Batch, dispute: Dispute) -> Event | None:
    """The date is here: settle where the money came before it, else the dispute goes on where it was."""
    if money_came(dispute):
        return settle(batch, dispute)
    settlement = dispute.hand.settlement
    if settlement is None:
        return None
    agreed = settlement.is_agreed
    event = batch.transition(
        dispute,
        "lapse_settlement",
        Actor.system("settlement"),
        data={"amount": settlement.amount, "agreed": agreed},
    )
    batch.change(settlement, ended_at=batch.now)
    settlement.lapse()
    dispute.hand.settlement = None
    if agreed:
        batch.resume(dispute, *states.CLOCKS[dispute.state])
    kind = "dispute_settlement_lapsed" if agreed else "dispute_settlement_unanswered"
    telling.both(batch, dispute, event, kind, amount=settlement.amount)
    return event


def _open(dispute: Dispute, state: str) -> Settlement:
    settlement = dispute.hand.settlement
    if settlement is None or settlement.state != state:
        raise CaseChanged
    return settlement


def _clock(batch: Batch, dispute: Dispute, kind: str, by: datetime) -> None:
    steps = [{"kind": "until", "at": by.isoformat()}]
    batch.schedule(dispute, kind, due=by, rule="settlement_max_days", steps=steps)
