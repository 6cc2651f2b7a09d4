"""The reviewer: getting a complaint, looking again, sending the result; and what happens when we are late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from appeals import policies, states
from appeals.effects import telling
from appeals.models import Compensation, Complaint, Look, Review, ReviewPoint
from appeals.states import ComplaintState, Kind, Mark, Result
from core.actors import Actor, StaffRole
from core.batch import Batch
from core.errors import NotAllowed
from core.models import Deadline, DeadlineState, Event
from coupons import effects as coupons
from coupons.models import Coupon
from disputes.effects import complaints as below
from disputes.effects import people
from disputes.states import Party


@dataclass(frozen=True, slots=True)
class Ruling:
    """A result as the reviewer sends it; checked by the service before it comes here.

    `marks` are (mark, note) by point; `compensation` is an amount by party.
    """

    result: str
    statement: str
    marks: Mapping[str, tuple[str, str]]
    compensation: Mapping[str, Decimal] = field(default_factory=dict)


def draw(batch: Batch, complaint: Complaint, actor: Actor) -> Event:
    """The portal gives the complaint to this reviewer; its time runs on."""
    event = batch.transition(complaint, "draw", actor, reviewer_id=actor.person_id)
    _take_up(batch, complaint, actor.person_id)
    return event


def assign(batch: Batch, complaint: Complaint, actor: Actor, reviewer: Actor) -> Event:
    """A lead gives it to a reviewer by name, never to one who has to do with the case."""
    if not policies.may_review(complaint, reviewer) or reviewer.user_id == complaint.reviewer_id:
        raise NotAllowed(_("Choose a reviewer who has nothing to do with this case."))
    before = complaint.reviewer_id
    event = batch.transition(
        complaint, "assign", actor, reviewer_id=reviewer.person_id,
        data={"from": before, "to": reviewer.user_id},
    )  # fmt: skip
    _put_down(batch, complaint)
    _take_up(batch, complaint, reviewer.person_id)
    telling.tell(
        batch, complaint, event, "complaint_assigned", reviewer.user_id, due_at=_due(complaint)
    )
    _tell_the_last(batch, complaint, event, before, actor)
    return event


def hand_back(batch: Batch, complaint: Complaint, actor: Actor, note: str = "") -> Event:
    """Back into the queue. The time to review runs on: nobody who waits loses by it."""
    before = complaint.reviewer_id
    event = batch.transition(complaint, "hand_back", actor, reason=note, data={"from": before})
    _put_down(batch, complaint)
    telling.reviewers(batch, complaint, event, "complaint_in_queue", due_at=_due(complaint))
    _tell_the_last(batch, complaint, event, before, actor)
    return event


def send(batch: Batch, complaint: Complaint, actor: Actor, ruling: Ruling) -> Review:
    """Send the result: the decision is final, who complained about a wrong one is compensated."""
    move = _move(complaint, ruling.result)
    event = batch.transition(
        complaint, move, actor,
        data={"result": ruling.result, "look": complaint.look, "compensation": dict(ruling.compensation)},
    )  # fmt: skip
    review = batch.add(
        Review(
            complaint=complaint, look=complaint.look, reviewer_id=actor.person_id, result=ruling.result,
            statement=ruling.statement, reviewed_at=batch.now,
        )
    )  # fmt: skip
    complaint.hand.reviews.append(review)
    for position, point in enumerate(states.Point.values, start=1):
        mark, note = ruling.marks.get(point, (Mark.NOT_NEEDED, ""))
        batch.add(ReviewPoint(review=review, position=position, point=point, mark=mark, note=note))
    promises = {
        party: compensate(batch, complaint, review, party, amount)
        for party, amount in ruling.compensation.items()
    }
    _put_down(batch, complaint)
    batch.end_deadlines(complaint, DeadlineState.MET, Kind.REVIEW)
    batch.end_deadlines(complaint, DeadlineState.CANCELLED)
    facts = _end_the_dispute(batch, complaint, ruling.result)
    if complaint.is_open:
        batch.schedule_days(complaint, Kind.FEEDBACK, "feedback_days")
    _tell_the_result(batch, complaint, event, ruling.result, promises, facts)
    return review


def compensate(
    batch: Batch, complaint: Complaint, review: Review, party: str, amount: Decimal
) -> Coupon:
    """A value for one party that complained. The money that was decided stays where it is.

    The letter about the result tells of it: there is no second one.
    """
    owner, currency = complaint.person(party), complaint.dispute.currency
    coupon = coupons.compensate(
        batch, storefront=complaint.storefront, owner_id=owner, value=amount, currency=currency,
        cause=complaint.reference, actor=Actor.system(f"complaint {complaint.reference}"), tell=False,
    )  # fmt: skip
    batch.add(
        Compensation(
            review=review, party=party, owner_id=owner, amount=amount, currency=currency,
            promise=coupon.compensation,
        )
    )  # fmt: skip
    return coupon


def _move(complaint: Complaint, result: str) -> str:
    if result == Result.WRONG:
        return "find_wrong"
    return "find_correct" if complaint.look == states.FIRST else "find_correct_again"


def _end_the_dispute(batch: Batch, complaint: Complaint, result: str) -> dict[str, Any]:
    """After the first look the dispute goes on; the second one finds it long ended."""
    if complaint.look == states.SECOND:
        return {}
    actor = Actor.system(f"complaint {complaint.reference}")
    return below.answered(batch, complaint.dispute, actor, result)


def _tell_the_result(
    batch: Batch,
    complaint: Complaint,
    event: Event,
    result: str,
    promises: Mapping[str, Coupon],
    facts: dict[str, Any],
) -> None:
    kind = f"complaint_{complaint.state}"
    feedback = complaint.running(Kind.FEEDBACK)
    if complaint.state == ComplaintState.DECISION_STANDS:
        facts = facts | {"outside": telling.outside(batch, complaint)}
    for party in (Party.BUYER, Party.SELLER):
        own: dict[str, Any] = {}
        if party in promises:
            own = {"amount": promises[party].value} | coupons.promise_facts(promises[party])
        if feedback is not None and party in complaint.complainants:
            own["until_at"] = feedback.due_at
        telling.tell(
            batch, complaint, event, f"{kind}_{party}", complaint.person(party), **facts | own
        )
    decider = complaint.decided_by_id
    if decider in people.mediators(batch, complaint.storefront_id):
        words = "complaint_result_mediator"
        telling.tell(batch, complaint, event, words, decider, result=result)


def late(batch: Batch, complaint: Complaint, deadline: Deadline) -> Event:
    """The review is late: first another reviewer, then the lead, then the admins; always with a new date.

    Both parties are told that date. Whoever draws it next finds it on top of the queue.
    """
    times, clock = policies.times_late(complaint), Actor.system("complaint_review_working_days")
    before = complaint.reviewer_id
    event = batch.transition(
        complaint, "take_away" if times == 1 else "stay_late", clock,
        data={"due": deadline.due_at, "times": times},
    )  # fmt: skip
    if complaint.reviewer_id is None:
        _put_down(batch, complaint)
    again = batch.schedule_working_days(
        complaint, Kind.REVIEW, "complaint_extension_working_days", about=str(times)
    )
    if complaint.look == states.FIRST:
        below.promise_again(batch, complaint.dispute, clock, again)
    telling.both(batch, complaint, event, "complaint_late", due_at=again.due_at)
    if times == 1:
        telling.reviewers(batch, complaint, event, "complaint_late_reviewer", due_at=again.due_at)
        _tell_the_last(batch, complaint, event, before, clock)
        return event
    facts = {"due_at": again.due_at, "times": times}
    roles = [StaffRole.LEAD] if times == 2 else [StaffRole.LEAD, StaffRole.ADMIN]
    if not telling.staff(batch, complaint, event, "complaint_late_lead", *roles, **facts):
        telling.staff(batch, complaint, event, "complaint_late_lead", StaffRole.ADMIN, **facts)
    telling.tell(batch, complaint, event, "complaint_late_reviewer", complaint.reviewer_id, **facts)
    return event


def lost_its_reviewer(batch: Batch, complaint: Complaint) -> Event:
    """The reviewer lost the role or the account: back into the queue, and the leads are told."""
    event = hand_back(batch, complaint, Actor.system("reviewer_gone"))
    telling.staff(
        batch, complaint, event, "complaint_reviewer_gone", StaffRole.LEAD, StaffRole.ADMIN
    )
    return event


def _due(complaint: Complaint) -> Any:
    clock = complaint.running(Kind.REVIEW)
    return clock.due_at if clock else ""


def _take_up(batch: Batch, complaint: Complaint, reviewer_id: int) -> None:
    look = Look(
        complaint=complaint, look=complaint.look, reviewer_id=reviewer_id, drawn_at=batch.now
    )
    complaint.hand.looks.append(batch.add(look))


def _put_down(batch: Batch, complaint: Complaint) -> None:
    for look in complaint.hand.looks:
        if look.ended_at is None:
            batch.change(look, ended_at=batch.now)


def _tell_the_last(
    batch: Batch, complaint: Complaint, event: Event, before: int | None, actor: Actor
) -> None:
    """Whoever had it, where still a reviewer and not the one who acted."""
    still = before in people.holders(batch, complaint.storefront_id, StaffRole.REVIEWER)
    if before != actor.user_id and still:
        telling.tell(batch, complaint, event, "complaint_taken_from_you", before)
