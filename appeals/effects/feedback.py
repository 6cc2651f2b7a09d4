"""After a decision that was correct: the parties say how we did, and a reader may ask for one more look."""

from __future__ import annotations

from collections.abc import Mapping

from appeals import policies
from appeals.effects import telling
from appeals.models import Complaint, Feedback
from appeals.states import ComplaintState, Kind
from core.actors import Actor, StaffRole
from core.batch import Batch
from core.errors import CaseChanged
from core.models import DeadlineState, Event
from disputes.states import Party


def give(
    batch: Batch, complaint: Complaint, actor: Actor, scales: Mapping[str, int], body: str
) -> Feedback:
    """A party fills in the form, once. The first one starts our time to read it."""
    party = policies.party_of(complaint, actor) or ""
    if any(given.party == party for given in complaint.hand.feedback):
        raise CaseChanged
    first = complaint.state == ComplaintState.DECISION_CORRECT
    event = batch.transition(complaint, "give_feedback", actor, data={"party": party, **scales})
    feedback = Feedback(
        complaint=complaint, party=party, author_id=actor.person_id, body=body, given_at=batch.now, **scales
    )  # fmt: skip
    complaint.hand.feedback.append(batch.add(feedback))
    if first:
        batch.end_deadlines(complaint, DeadlineState.MET, Kind.FEEDBACK)
        batch.schedule_working_days(complaint, Kind.READING, "feedback_read_working_days")
    clock = complaint.deadline(Kind.READING)
    due = clock.due_at if clock else ""
    telling.tell(
        batch, complaint, event, "complaint_feedback_thanks", complaint.person(party), due_at=due
    )
    roles = (StaffRole.REVIEWER, StaffRole.LEAD)
    telling.staff(batch, complaint, event, "complaint_feedback_to_read", *roles, due_at=due)
    return feedback


def reopen(batch: Batch, complaint: Complaint, actor: Actor, why: str) -> Event:
    """One more look, by a third person who touched nothing of it before. Both parties read why and until when."""
    event = batch.transition(complaint, "reopen", actor, reason=why)
    batch.end_deadlines(complaint, DeadlineState.MET, Kind.READING)
    due = batch.schedule_working_days(
        complaint, Kind.REVIEW, "complaint_review_working_days"
    ).due_at
    telling.both(batch, complaint, event, "complaint_reopened", due_at=due)
    telling.reviewers(batch, complaint, event, "complaint_in_queue", due_at=due)
    return event


def leave(batch: Batch, complaint: Complaint, actor: Actor) -> Event:
    """The feedback was read; the decision stands."""
    event = batch.transition(complaint, "leave", actor)
    batch.end_deadlines(complaint, DeadlineState.MET, Kind.READING)
    _stands(batch, complaint, event, "complaint_feedback_read")
    return event


def nobody_gave_any(batch: Batch, complaint: Complaint) -> Event:
    """The time for feedback is over: the decision stands. They were told so with the result."""
    return batch.transition(complaint, "end_feedback", Actor.system("feedback_days"))


def nobody_read_it(batch: Batch, complaint: Complaint) -> Event:
    """Nobody asked for another look in time: the decision stands, they are told, and so is the lead."""
    event = batch.transition(complaint, "end_reading", Actor.system("feedback_read_working_days"))
    _stands(batch, complaint, event, "complaint_feedback_over")
    if not telling.staff(batch, complaint, event, "complaint_feedback_unread", StaffRole.LEAD):
        telling.staff(batch, complaint, event, "complaint_feedback_unread", StaffRole.ADMIN)
    return event


def _stands(batch: Batch, complaint: Complaint, event: Event, kind: str) -> None:
    """Those who gave feedback hear what became of it."""
    for given in complaint.hand.feedback:
        person = complaint.person(Party(given.party))
        outside = telling.outside(batch, complaint)
        telling.tell(batch, complaint, event, kind, person, outside=outside)
