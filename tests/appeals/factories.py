"""Complaints in every state, made by the very services that people use.

Carol decided; Rita, Dora and Theo review; Lea leads; Root is admin.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from appeals import services
from appeals.effects import loading
from appeals.models import Complaint
from appeals.states import ComplaintState, Mark, Point
from core import clock
from core.actors import Actor, StaffRole
from core.models import Storefront
from disputes import services as dispute_services
from disputes.effects.mediation import Found
from disputes.models import Dispute
from tests.disputes import factories as disputes

WHY = "The mediator did not look at the second photo."
IN_ORDER = {point.value: (Mark.IN_ORDER.value, "") for point in Point}
MISTAKEN = IN_ORDER | {"evidence": (Mark.MISTAKE.value, "E2 was not looked at")}
SCALES = {"heard": 2, "explained": 1, "in_time": 4}


def rita() -> Actor:
    return disputes.staff("Rita", StaffRole.REVIEWER)


def theo() -> Actor:
    return disputes.staff("Theo", StaffRole.REVIEWER)


def lea() -> Actor:
    return disputes.staff("Lea", StaffRole.LEAD)


def buyer(complaint: Complaint) -> Actor:
    return Actor.person(complaint.buyer_id, why="buyer")


def seller(complaint: Complaint) -> Actor:
    return Actor.person(complaint.seller_id, why="seller")


def complain(dispute: Dispute, actor: Actor | None = None, body: str = WHY) -> Complaint:
    return services.complain_about_decision(
        dispute_id=dispute.pk, actor=actor or disputes.buyer(dispute), body=body, language="en"
    )


def waiting(dispute: Dispute | None = None) -> Complaint:
    """The buyer complained about a decision of Carol's; Rita and Theo could review it."""
    rita(), theo()
    return complain(dispute or disputes.decided())


def joined(dispute: Dispute | None = None) -> Complaint:
    """Both complained about the same decision."""
    complaint = waiting(dispute)
    return complain(complaint.dispute, seller(complaint), "The buyer broke it.")


def draw(actor: Actor) -> Complaint | None:
    return services.draw_complaint(storefront_id=Storefront.default().pk, actor=actor)


def in_review(complaint: Complaint | None = None, actor: Actor | None = None) -> Complaint:
    """With Rita, after both complained, so that the result can be sent."""
    complaint = complaint or joined()
    drawn = draw(actor or rita())
    assert drawn is not None
    assert drawn.pk == complaint.pk
    return drawn


def send(complaint: Complaint, result: str = "correct", **more: Any) -> Complaint:
    """Its reviewer sends the result."""
    wrong = result == "wrong"
    values: dict[str, Any] = {
        "statement": "We read everything again.", "marks": MISTAKEN if wrong else IN_ORDER,
        "compensation": {"buyer": Decimal(20)} if wrong else {},
    }  # fmt: skip
    roles = frozenset({StaffRole.REVIEWER.value})
    actor = Actor.person(complaint.reviewer_id or 0, roles, "desk")
    return services.send_review(
        complaint_id=complaint.pk, actor=actor, result=result, **(values | more)
    )


def correct() -> Complaint:
    return send(in_review())


def wrong() -> Complaint:
    return send(in_review(), "wrong")


def feedback(complaint: Complaint, actor: Actor | None = None) -> Complaint:
    return services.give_feedback(
        complaint_id=complaint.pk, actor=actor or buyer(complaint), scales=SCALES, body="Nobody read it."
    )  # fmt: skip


def feedback_given() -> Complaint:
    return feedback(correct())


def reopened() -> Complaint:
    """Lea read the feedback and wants a third person to look."""
    lea()
    return services.reopen_complaint(
        complaint_id=feedback_given().pk, actor=lea(), why="The photo was really overlooked."
    )


def in_second_review() -> Complaint:
    return in_review(reopened(), theo())


def to_send_back() -> Dispute:
    """Decided for the buyer, who sends the order back first: there may be a second decision about what came."""
    return disputes.decided(None, "all", None, return_required=True, postage_payer="seller")


def decided_again(dispute: Dispute) -> Dispute:
    """The first decision was reviewed; the seller contests what came back, and Carol decides for the second time."""
    dispute_services.ship_return(
        dispute_id=dispute.pk, actor=disputes.buyer(dispute), carrier="DHL", tracking_number="RR1"
    )
    dispute_services.contest_return(
        dispute_id=dispute.pk, actor=disputes.seller(dispute), contest="Empty box."
    )
    dispute_services.claim_dispute(dispute_id=dispute.pk, actor=disputes.carol())
    number = disputes.evidence(dispute)
    found = [
        *disputes.findings(number),
        Found("The return was incomplete", "seller", "proved", (number,), "return"),
    ]
    return disputes.decide(dispute, "none", None, findings=found, reason="return_incomplete")


def stands() -> Complaint:
    complaint = correct()
    disputes.at(clock.now() + timedelta(days=14))
    return fresh(complaint)


IN_STATE: dict[ComplaintState, Callable[[], Complaint]] = {
    ComplaintState.WAITING: waiting, ComplaintState.IN_REVIEW: in_review,
    ComplaintState.DECISION_CORRECT: correct, ComplaintState.FEEDBACK_GIVEN: feedback_given,
    ComplaintState.DECISION_STANDS: stands, ComplaintState.DECISION_WRONG: wrong,
}  # fmt: skip


def fresh(complaint: Complaint) -> Complaint:
    return Complaint.objects.get(pk=complaint.pk)


def take(batch: Any, complaint: Complaint) -> Complaint:
    return loading.take(batch, complaint.pk)
