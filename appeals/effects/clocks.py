"""What the clock does when nobody acts: one handler for each kind, run by the sweep in batches."""

from __future__ import annotations

from appeals.effects import complaints, feedback, reviews, telling
from appeals.models import Complaint, ComplaintDeadline
from appeals.states import Kind
from core import deadlines, outages, recount
from core.actors import Actor
from core.batch import Batch
from core.models import Deadline, DeadlineState, Event, Outage
from disputes.states import Party


@deadlines.enforces(ComplaintDeadline, Kind.REVIEW)
def _review(batch: Batch, complaint: Complaint, deadline: Deadline) -> None:
    reviews.late(batch, complaint, deadline)


@deadlines.enforces(ComplaintDeadline, Kind.JOINING)
def _joining(batch: Batch, complaint: Complaint, deadline: Deadline) -> None:
    complaints.joining_is_over(batch, complaint)


@deadlines.enforces(ComplaintDeadline, Kind.FEEDBACK)
def _feedback(batch: Batch, complaint: Complaint, deadline: Deadline) -> None:
    feedback.nobody_gave_any(batch, complaint)


@deadlines.enforces(ComplaintDeadline, Kind.READING)
def _reading(batch: Batch, complaint: Complaint, deadline: Deadline) -> None:
    feedback.nobody_read_it(batch, complaint)


@deadlines.reminds(ComplaintDeadline, Kind.REVIEW, Kind.FEEDBACK)
def _remind(batch: Batch, complaint: Complaint, deadline: Deadline) -> None:
    """The reviewer who has it, half-way and a day before; a party that may still give feedback, likewise."""
    event = batch.record(
        complaint, "reminded", Actor.system("reminder"),
        data={"clock": deadline.kind, "due": deadline.due_at},
    )  # fmt: skip
    if deadline.kind == Kind.REVIEW:
        to: list[int | None] = [complaint.reviewer_id]
    else:
        to = [complaint.person(Party(side)) for side in complaint.complainants]
    kind = f"complaint_reminder_{deadline.kind}"
    telling.tell(batch, complaint, event, kind, *to, due_at=deadline.due_at)


@outages.gives_back(ComplaintDeadline, Kind.JOINING, Kind.FEEDBACK)
def _extended(
    batch: Batch, complaint: Complaint, deadline: Deadline, event: Event, outage: Outage
) -> None:
    """Both read the new date: one of them has more time."""
    stopped = deadline.state == DeadlineState.PAUSED
    telling.both(
        batch, complaint, event, "complaint_clock_extended", clock=deadline.kind, note=outage.note,
        from_at=outage.began_at, to_at=outage.ended_at, due_at="" if stopped else deadline.due_at,
    )  # fmt: skip


@recount.recounts(ComplaintDeadline, Kind.REVIEW)
def _recounted(batch: Batch, complaint: Complaint, deadline: Deadline, event: Event) -> None:
    """A day off became known: whoever waits for the review reads its later date."""
    telling.both(batch, complaint, event, "complaint_date_moved", due_at=deadline.due_at)


@recount.recounts(ComplaintDeadline, Kind.READING)
def _reading_recounted(
    batch: Batch, complaint: Complaint, deadline: Deadline, event: Event
) -> None:
    """Whoever gave feedback was told until when it is read, and reads the later date."""
    to = [complaint.person(Party(given.party)) for given in complaint.hand.feedback]
    telling.tell(batch, complaint, event, "complaint_reading_moved", *to, due_at=deadline.due_at)
