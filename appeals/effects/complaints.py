"""A party complains about a decision; the other may join in as long as the decision's own window lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from appeals import policies
from appeals.effects import telling
from appeals.models import Complaint, Grounds
from appeals.models.at_hand import AtHand
from appeals.states import Kind
from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed
from core.models import Deadline, DeadlineState, Event
from core.transitions import why_not
from disputes.effects import complaints as below
from disputes.models import Dispute
from disputes.policies import party_of
from disputes.states import Kind as DisputeKind
from disputes.states import Party

ALREADY = _("You have complained about a decision in this dispute already.")


@dataclass(frozen=True, slots=True)
class Said:
    """Why a party finds the decision wrong, in its own words."""

    body: str
    language: str = ""


def complain(batch: Batch, dispute: Dispute, actor: Actor, said: Said) -> Complaint:
    """The first complaint about a decision. Raises `TimeIsUp` from the end of its window on.

    The other party may join, unless it complained about an earlier decision: it is once per dispute.
    """
    if (refusal := why_not(dispute, "complain", actor)) is not None:
        raise refusal
    window, decision = dispute.deadline(DisputeKind.COMPLAINT_WINDOW), dispute.hand.decision
    if window is None or decision is None:
        raise CaseChanged
    spoken = Grounds.objects.filter(dispute=dispute).exists()
    complaint = Complaint(
        storefront_id=dispute.storefront_id, policy_version_id=dispute.policy_version_id, dispute=dispute,
        decision=decision, buyer_id=dispute.buyer_id, seller_id=dispute.seller_id,
        decided_by_id=decision.mediator_id, complained_at=batch.now,
    )  # fmt: skip
    complaint.at_hand = AtHand()
    party = party_of(dispute, actor) or ""
    event = batch.open_case(
        complaint, actor, "complained", data={"party": party, "dispute": dispute.reference}
    )
    _say(batch, complaint, actor, party, said)
    due = batch.schedule_working_days(
        complaint, Kind.REVIEW, "complaint_review_working_days"
    ).due_at
    facts = {"due_at": due}
    if not spoken:
        facts["until_at"] = _let_join(batch, complaint, window)
    below.complain(batch, dispute, actor, complaint.reference)
    _tell(batch, complaint, event, party, "complaint_made", **facts)
    telling.reviewers(batch, complaint, event, "complaint_in_queue", due_at=due)
    return complaint


def _let_join(batch: Batch, complaint: Complaint, window: Deadline) -> datetime:
    """The other party keeps the very end of the window that was promised; when that is."""
    told = window.explanation
    return batch.schedule(
        complaint, Kind.JOINING, due=window.due_at, started=window.started_at, rule=told["rule"],
        steps=told["steps"], calendar=told["calendar"],
    ).due_at  # fmt: skip


def join(batch: Batch, complaint: Complaint, actor: Actor, said: Said) -> Grounds:
    """The other party complains about the same decision: one review answers both, at its date."""
    party = policies.party_of(complaint, actor) or ""
    if party in complaint.complainants:
        raise CaseChanged(ALREADY, "complained")
    if party not in (Party.BUYER, Party.SELLER):
        raise NotAllowed
    event = batch.transition(complaint, "join", actor, data={"party": party})
    grounds = _say(batch, complaint, actor, party, said)
    batch.end_deadlines(complaint, DeadlineState.MET, Kind.JOINING)
    below.join(batch, complaint.dispute, actor, complaint.reference)
    clock = complaint.running(Kind.REVIEW)
    _tell(batch, complaint, event, party, "complaint_joined", due_at=clock.due_at if clock else "")
    telling.tell(batch, complaint, event, "complaint_joined_reviewer", complaint.reviewer_id)
    return grounds


def joining_is_over(batch: Batch, complaint: Complaint) -> None:
    """The other party did not complain in time. Nobody need be told."""
    batch.transition(complaint, "end_joining", Actor.system("complaint_days"))


def _say(batch: Batch, complaint: Complaint, actor: Actor, party: str, said: Said) -> Grounds:
    grounds = Grounds(
        complaint=complaint, dispute=complaint.dispute, party=party, author_id=actor.person_id,
        body=said.body, language=said.language, made_at=batch.now,
    )  # fmt: skip
    complaint.hand.grounds.append(batch.add(grounds))
    return grounds


def _tell(
    batch: Batch, complaint: Complaint, event: Event, party: str, kind: str, **facts: Any
) -> None:
    """Who complained reads that it arrived; the other one reads that it was made."""
    for side in (Party.BUYER, Party.SELLER):
        words = f"{kind}_own" if side == party else f"{kind}_other"
        telling.tell(batch, complaint, event, words, complaint.person(side), **facts)
