"""Reading under the lock what the effects need beside the complaints, in a fixed number of queries."""

from __future__ import annotations

from typing import Any

from appeals import states
from appeals.models import Complaint, Feedback, Grounds, Look, Review
from appeals.models.at_hand import AtHand
from core import shares
from core.batch import Batch
from core.errors import CaseChanged
from core.models import Event
from disputes.effects import loading as below
from disputes.models import Dispute


@shares.loads(Complaint)
def load(batch: Batch, complaints: list[Complaint]) -> None:
    """Lock the disputes of locked complaints, and what these lock in turn, and attach the rows of each."""
    disputes = {d.pk: d for d in batch.lock(Dispute, [c.dispute_id for c in complaints])}
    below.load(batch, list(disputes.values()))
    for complaint in complaints:
        complaint.dispute = disputes[complaint.dispute_id]
    attach(complaints)


def attach(complaints: list[Complaint]) -> list[Complaint]:
    """Give complaints the rows that words, permissions and effects depend on; for pages too."""
    by_pk: dict[Any, Complaint] = {complaint.pk: complaint for complaint in complaints}
    for complaint in complaints:
        complaint.at_hand = AtHand()
    for name, model in (
        ("grounds", Grounds),
        ("looks", Look),
        ("reviews", Review),
        ("feedback", Feedback),
    ):
        for row in model._default_manager.filter(complaint_id__among=list(by_pk)):
            complaint = by_pk[row.complaint_id]
            row.complaint = complaint
            getattr(complaint.hand, name).append(row)
    for complaint in complaints:
        if complaint.look == states.SECOND:
            complaint.hand.touched = touched(complaint)
    return complaints


def touched(complaint: Complaint) -> frozenset[int]:
    """Everybody who ever moved this dispute or complaint: for the second look none of them is a third person."""
    events = Event.objects.filter(subject__in=(complaint.reference, complaint.dispute.reference))
    people = events.filter(actor_id__isnull=False).order_by().values_list("actor_id", flat=True)
    return frozenset(p for p in people.distinct() if p is not None) - {complaint.reviewer_id or 0}


def take(batch: Batch, pk: int) -> Complaint:
    """Lock one complaint with all that its effects need. Raises `CaseChanged` where it is gone."""
    found = batch.lock(Complaint, [pk])
    if not found:
        raise CaseChanged
    load(batch, found)
    return found[0]
