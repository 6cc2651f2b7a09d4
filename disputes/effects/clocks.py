"""What the clock does when nobody acts: one handler for each kind, run by the sweep in batches."""

from __future__ import annotations

from core import deadlines, outages
from core.actors import Actor
from core.batch import Batch
from core.models import Deadline, DeadlineState, Event, Outage
from disputes import states
from disputes.effects import (
    agreement,
    escalation,
    mediation,
    replacements,
    returns,
    settlement,
    telling,
)
from disputes.models import Dispute, DisputeDeadline
from disputes.states import Kind, Party


@deadlines.enforces(DisputeDeadline, Kind.SELLER_ANSWER)
def _seller_answer(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    agreement.seller_stayed_silent(batch, dispute)


@deadlines.enforces(DisputeDeadline, Kind.NEGOTIATION)
def _negotiation(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    escalation.time_to_agree_is_over(batch, dispute)


@deadlines.enforces(DisputeDeadline, Kind.RETURN_SHIP)
def _return_ship(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    returns.not_sent(batch, dispute)


@deadlines.enforces(DisputeDeadline, Kind.RETURN_DELIVERY)
def _return_delivery(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    returns.unanswered(batch, dispute, "return_transit_days")


@deadlines.enforces(DisputeDeadline, Kind.RETURN_CONFIRM)
def _return_confirm(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    returns.unanswered(batch, dispute, "return_confirm_days")


@deadlines.enforces(DisputeDeadline, Kind.REPLACEMENT_SHIP)
def _replacement_ship(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    replacements.not_sent(batch, dispute)


@deadlines.enforces(DisputeDeadline, Kind.REPLACEMENT_DELIVERY)
def _replacement_delivery(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    replacements.never_came(batch, dispute)


@deadlines.enforces(DisputeDeadline, Kind.REPLACEMENT_CONFIRM)
def _replacement_confirm(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    replacements.unanswered(batch, dispute)


@deadlines.enforces(DisputeDeadline, Kind.MEDIATOR_CLAIM)
def _mediator_claim(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    mediation.nobody_claimed(batch, dispute, deadline)


@deadlines.enforces(DisputeDeadline, Kind.DECISION)
def _decision(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    mediation.nobody_decided(batch, dispute, deadline)


@deadlines.enforces(DisputeDeadline, Kind.EVIDENCE_BUYER)
def _evidence_buyer(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    mediation.question_expired(batch, dispute, Party.BUYER)


@deadlines.enforces(DisputeDeadline, Kind.EVIDENCE_SELLER)
def _evidence_seller(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    mediation.question_expired(batch, dispute, Party.SELLER)


@deadlines.enforces(DisputeDeadline, Kind.COMPLAINT_WINDOW)
def _complaint_window(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    mediation.became_final(batch, dispute)


@deadlines.enforces(DisputeDeadline, Kind.SETTLEMENT_PROPOSAL)
@deadlines.enforces(DisputeDeadline, Kind.SETTLEMENT)
def _settlement(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    settlement.date_passed(batch, dispute)


@outages.gives_back(DisputeDeadline, *states.TURN_CLOCKS, Kind.EVIDENCE_BUYER, Kind.EVIDENCE_SELLER)
def _extended(
    batch: Batch, dispute: Dispute, deadline: Deadline, event: Event, outage: Outage
) -> None:
    """Both read the new date: it is the time of one of them, and the other waits for it."""
    stopped = deadline.state == DeadlineState.PAUSED
    telling.both(
        batch, dispute, event, "dispute_clock_extended", clock=deadline.kind, note=outage.note,
        from_at=outage.began_at, to_at=outage.ended_at, due_at="" if stopped else deadline.due_at,
    )  # fmt: skip


REMINDED: dict[str, tuple[str, ...]] = {
    Kind.SELLER_ANSWER: (Party.SELLER,),
    Kind.NEGOTIATION: (Party.BUYER, Party.SELLER),
    Kind.RETURN_SHIP: (Party.BUYER,),
    Kind.RETURN_CONFIRM: (Party.SELLER,),
    Kind.RETURN_DELIVERY: (Party.SELLER,),
    Kind.REPLACEMENT_SHIP: (Party.SELLER,),
    Kind.REPLACEMENT_DELIVERY: (Party.BUYER, Party.SELLER),
    Kind.REPLACEMENT_CONFIRM: (Party.BUYER,),
    Kind.DECISION: (Party.PLATFORM,),
    Kind.EVIDENCE_BUYER: (Party.BUYER,),
    Kind.EVIDENCE_SELLER: (Party.SELLER,),
    Kind.SETTLEMENT_PROPOSAL: (Party.SELLER,),
}
"""Who is reminded half-way and 24 hours before: those who would lose by letting it pass."""


@deadlines.reminds(DisputeDeadline, *REMINDED)
def _remind(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    reminded = REMINDED[deadline.kind]
    parties = {Party.BUYER: dispute.buyer_id, Party.SELLER: dispute.seller_id}
    to = [person for side, person in parties.items() if side in reminded]
    event = batch.record(
        dispute,
        "reminded",
        Actor.system("reminder"),
        data={"clock": deadline.kind, "due": deadline.due_at},
    )
    facts = {"clock": deadline.kind, "due_at": deadline.due_at}
    telling.tell(batch, dispute, event, "dispute_reminder", *to, **facts)
    if Party.PLATFORM in reminded:
        telling.mediator(batch, dispute, event, "dispute_reminder", **facts)
