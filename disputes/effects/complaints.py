"""A complaint about the decision, as far as the dispute goes: it waits for the review, and goes on after it.

The complaint and its review are a case of their own on the floor above. Its date stands on the dispute too,
so that whoever opens the dispute reads until when; the two are counted alike and moved together.
"""

from __future__ import annotations

from typing import Any

from core import deadlines, recount
from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged
from core.models import Deadline, DeadlineState, Event
from disputes import policies
from disputes.effects import ending
from disputes.effects.mediation import missed, remind_daily
from disputes.models import Dispute, DisputeDeadline
from disputes.states import Kind


def complain(batch: Batch, dispute: Dispute, actor: Actor, complaint: str) -> Event:
    """A party complains in time. Its clock is met; the review's starts. Raises `TimeIsUp` from `due_at` on."""
    event = batch.transition(dispute, "complain", actor, data=_of(dispute, actor, complaint))
    batch.end_deadlines(dispute, DeadlineState.MET, Kind.COMPLAINT_WINDOW)
    batch.schedule_working_days(dispute, Kind.COMPLAINT_REVIEW, "complaint_review_working_days")
    return event


def join(batch: Batch, dispute: Dispute, actor: Actor, complaint: str) -> Event:
    """The other party complains too, about the same decision."""
    return batch.transition(dispute, "join_complaint", actor, data=_of(dispute, actor, complaint))


def _of(dispute: Dispute, actor: Actor, complaint: str) -> dict[str, Any]:
    return {"complaint": complaint, "party": policies.party_of(dispute, actor) or ""}


def promise_again(batch: Batch, dispute: Dispute, actor: Actor, review: Deadline) -> Event:
    """The review was late and has a new date: that of its own clock."""
    event = batch.transition(dispute, "promise_review", actor, data={"due": review.due_at})
    clock = next((d for d in dispute.open_deadlines if d.kind == Kind.COMPLAINT_REVIEW), None)
    if clock is None:
        raise CaseChanged
    batch.change(
        clock, state=DeadlineState.PENDING, started_at=review.started_at, explanation=review.explanation,
        retry_at=None, error="",
    )  # fmt: skip
    batch.move_due(dispute, clock, review.due_at)
    return event


def answered(batch: Batch, dispute: Dispute, actor: Actor, result: str) -> dict[str, Any]:
    """The review is over and the decision is final: the dispute closes or its return begins.

    Tells nobody: returns the facts for the letter that says what the review found.
    """
    if dispute.return_required:
        batch.transition(dispute, "end_review_with_return", actor, data={"result": result})
        batch.end_deadlines(dispute, DeadlineState.MET, Kind.COMPLAINT_REVIEW)
        clock = batch.schedule_days(dispute, Kind.RETURN_SHIP, "return_ship_days")
        return {"return_until_at": clock.due_at}
    batch.transition(dispute, "end_review", actor, data={"result": result})
    ending.clear_table(batch, dispute, Kind.COMPLAINT_REVIEW)
    rest = ending.let_go(batch, dispute, tell=False)
    return ending.where([], rest)


@deadlines.enforces(DisputeDeadline, Kind.COMPLAINT_REVIEW)
def _late(batch: Batch, dispute: Dispute, deadline: Deadline) -> None:
    """The page says so from now on. Who is alarmed, and the new date, are the review's own."""
    batch.transition(
        dispute, "review_overdue", Actor.system("complaint_review_working_days"), data=missed(deadline)
    )  # fmt: skip
    remind_daily(batch, dispute, deadline)


@recount.recounts(DisputeDeadline, Kind.COMPLAINT_REVIEW)
def _recounted(batch: Batch, dispute: Dispute, deadline: Deadline, event: Event) -> None:
    """The review's own clock moves alike, and tells them."""
