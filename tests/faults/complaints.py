"""What people do after a decision, for the people who do anything at any time."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from appeals import services
from appeals.models import Complaint
from appeals.states import ComplaintState as S
from core.actors import Actor, StaffRole
from core.errors import Refused
from disputes.models import Dispute
from disputes.states import DisputeState
from tests.appeals import factories as make
from tests.disputes import factories as disputes

Act = Callable[[Dispute, Actor, Decimal], Any]


def people() -> list[Actor]:
    """Two who review, and one who leads and reviews too."""
    roles = (StaffRole.LEAD, StaffRole.REVIEWER)
    return [make.rita(), make.theo(), disputes.staff("Lea", *roles)]


def _of(dispute: Dispute) -> Complaint:
    found = Complaint.objects.filter(dispute=dispute).order_by("-pk").first()
    if found is None:
        raise Refused
    return found


def _in_hand(actor: Actor, dispute: Dispute) -> Complaint:
    """What this reviewer has in hand, of whichever dispute it is; else that of this dispute."""
    return Complaint.objects.filter(reviewer_id=actor.user_id).first() or _of(dispute)


def _draw(dispute: Dispute, actor: Actor, amount: Decimal) -> None:
    if services.draw_complaint(storefront_id=dispute.storefront_id, actor=actor) is None:
        raise Refused


def _send(result: str) -> Act:
    def act(dispute: Dispute, actor: Actor, amount: Decimal) -> Any:
        complaint = _in_hand(actor, dispute)
        wrong = result == "wrong"
        party = complaint.grounds.order_by("made_at").values_list("party", flat=True)[0]
        return services.send_review(
            complaint_id=complaint.pk, actor=actor, result=result, statement="We read it again.",
            marks=make.MISTAKEN if wrong else make.IN_ORDER,
            compensation={party: amount % 60} if wrong else {},
        )  # fmt: skip

    return act


ACTS: dict[str, Act] = {
    "complain": lambda d, a, _m: make.complain(d, a),
    "draw": _draw,
    "send_correct": _send("correct"),
    "send_wrong": _send("wrong"),
    "hand_back_complaint": lambda d, a, _m: services.hand_back_complaint(
        complaint_id=_in_hand(a, d).pk, actor=a
    ),
    "give_feedback": lambda d, a, _m: make.feedback(_of(d), a),
    "reopen": lambda d, a, _m: services.reopen_complaint(complaint_id=_of(d).pk, actor=a, why="Again."),
    "leave": lambda d, a, _m: services.leave_complaint(complaint_id=_of(d).pk, actor=a),
}  # fmt: skip
FROM: dict[str, tuple[str, ...]] = {
    DisputeState.DECIDED: ("complain",),
    S.WAITING: ("draw", "complain"),
    S.IN_REVIEW: ("send_correct", "send_wrong", "hand_back_complaint", "complain"),
    S.DECISION_CORRECT: ("give_feedback",),
    S.FEEDBACK_GIVEN: ("give_feedback", "reopen", "leave"),
}


def worth_trying(dispute: Dispute) -> tuple[str, ...]:
    """What begins where the complaint about this dispute is, or where a complaint may begin."""
    states = (
        Complaint.objects.filter(dispute=dispute).order_by("-pk").values_list("state", flat=True)
    )
    return FROM.get(states.first() or dispute.state, ())
