"""Where a complaint stands, what happened in it, and what happens when its clock runs out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals import policies, states
from appeals.models import Complaint
from appeals.states import ComplaintState as S
from appeals.states import Kind
from core.actors import Actor, ActorKind
from core.models import Deadline, Event
from disputes.models import Dispute
from disputes.states import Party

STATES: dict[str, Any] = {
    S.WAITING: gettext_lazy("The complaint waits for a reviewer, who has nothing to do with the decision."),
    S.IN_REVIEW: gettext_lazy("A reviewer is looking at everything again."),
    S.DECISION_CORRECT: gettext_lazy("The decision was reviewed: it was correct."),
    S.FEEDBACK_GIVEN: gettext_lazy("The decision was reviewed: it was correct. Your feedback is being read."),
    S.DECISION_STANDS: gettext_lazy("The decision was reviewed: it was correct, and it stands."),
    S.DECISION_WRONG: gettext_lazy("The decision was reviewed: it was wrong."),
}  # fmt: skip
AGAIN: dict[str, Any] = {
    S.WAITING: gettext_lazy("One more look: the complaint waits for a third person, for the last time."),
    S.IN_REVIEW: gettext_lazy("One more look: a third person is looking at everything, for the last time."),
}  # fmt: skip


def party_as_actor(dispute: Dispute, side: str) -> Actor:
    """The person on a side of a dispute, for the list of what they may do."""
    return Actor.person(dispute.buyer_id if side == Party.BUYER else dispute.seller_id)


def state(complaint: Complaint, side: str) -> str:
    """Where it stands, in a sentence; a review that is late says so."""
    known = AGAIN if complaint.look == states.SECOND else STATES
    words = str(known.get(complaint.state, STATES[complaint.state]))
    if complaint.state == S.FEEDBACK_GIVEN and not any(
        given.party == side for given in complaint.hand.feedback
    ):
        words = str(STATES[S.DECISION_CORRECT])
    if complaint.overdue_at:
        words = f"{words} {_('It takes longer than we promised; it is on top of the queue.')}"
    return words


CONSEQUENCES: dict[str, Any] = {
    Kind.REVIEW: gettext_lazy(
        "If we miss it, you get a new date from us, and the review goes to the top of the queue."
    ),
    Kind.FEEDBACK: gettext_lazy("After that the decision stands, with or without feedback."),
    Kind.READING: gettext_lazy("By then your feedback has been read, or the decision stands."),
}
SUMMARIES: dict[str, Any] = {
    Kind.REVIEW: gettext_lazy("Review of the decision is due"),
    Kind.FEEDBACK: gettext_lazy("Feedback about the review"),
    Kind.READING: gettext_lazy("Feedback has been read"),
}


def clock(complaint: Complaint) -> Deadline | None:
    """The clock that people wait for."""
    kinds = (Kind.REVIEW, Kind.FEEDBACK, Kind.READING)
    return next((d for kind in kinds if (d := complaint.running(kind)) is not None), None)


def is_target(deadline: Deadline | None) -> bool:
    """True for targets of our own: late is late, but nobody's time is up."""
    return deadline is not None and deadline.kind in (Kind.REVIEW, Kind.READING)


PHRASES: dict[str, Any] = {
    "complained": gettext_lazy("Complaint about the decision"),
    "joined": gettext_lazy("Complaint about the same decision"),
    "joining_ended": gettext_lazy("The time for another complaint is over"),
    "drawn": gettext_lazy("A reviewer took the complaint"),
    "handed_back": gettext_lazy("Back in the queue"),
    "assigned": gettext_lazy("Given to a reviewer"),
    "review_late": gettext_lazy("The review missed its date; it has a new one"),
    "found_correct": gettext_lazy("Result: the decision was correct"),
    "found_wrong": gettext_lazy("Result: the decision was wrong"),
    "feedback_given": gettext_lazy("Feedback given"),
    "feedback_ended": gettext_lazy("The time for feedback is over: the decision stands"),
    "feedback_read": gettext_lazy("The feedback was read: the decision stands"),
    "feedback_unread": gettext_lazy("The time to read the feedback is over: the decision stands"),
    "reopened": gettext_lazy("One more look, by a third person"),
    "clock_extended": gettext_lazy("More time after an outage of our portal"),
    "date_moved": gettext_lazy("A later date, because of a day off"),
    "reminded": gettext_lazy("Reminder sent"),
}
"""A phrase for every event of a complaint; a test holds this complete."""
STAFF_ONLY = frozenset({"reminded", "assigned", "handed_back"})


def history(complaint: Complaint, side: str) -> list[dict[str, Any]]:
    """What happened, newest first; parties read no names and nothing of our own shifts."""
    lines: list[dict[str, Any]] = []
    for event in Event.objects.filter(subject=complaint.reference).order_by("-seq"):
        if side != Party.PLATFORM and event.name in STAFF_ONLY:
            continue
        phrase, who = PHRASES.get(event.name, event.name), _who(complaint, event, side)
        if side == Party.PLATFORM:
            text, by = f"{who}: {phrase}", event.reason
        else:
            text = phrase
            by = "" if event.actor_kind != ActorKind.PERSON else f"· {who}"
            if event.name == "reopened" and event.reason:
                by = f"{by}: {event.reason}"
        lines.append({"at": event.at, "text": text, "by": by, "when": "" if lines else "now"})
    return lines


def _who(complaint: Complaint, event: Event, side: str) -> str:
    if event.actor_kind != ActorKind.PERSON:
        return _("The clock")
    party = policies.party_of(complaint, Actor.person(event.actor_id or 0))
    if party is not None and party == side:
        return _("You")
    names = {Party.BUYER: _("The buyer"), Party.SELLER: _("The seller")}
    return names.get(party or Party.PLATFORM, _("A reviewer"))
