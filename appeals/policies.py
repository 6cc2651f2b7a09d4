"""Who may do what on a complaint, and when. Pure questions about loaded rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from appeals import states
from appeals.states import Kind
from core.actors import Actor, ActorKind, StaffRole
from core.errors import Refused
from core.transitions import needs
from disputes.states import Party

if TYPE_CHECKING:
    from appeals.models import Complaint

READERS = (StaffRole.REVIEWER, StaffRole.LEAD, StaffRole.ADMIN)
"""Who works at the reviewers' desk."""


# Who


def party_of(complaint: Complaint, actor: Actor) -> Party | None:
    """The side on which this person stands; the platform's staff of the second instance."""
    if actor.kind != ActorKind.PERSON or actor.user_id is None:
        return None
    if actor.user_id == complaint.buyer_id:
        return Party.BUYER
    if actor.user_id == complaint.seller_id:
        return Party.SELLER
    return Party.PLATFORM if actor.is_staff(*READERS) else None


def is_clock(complaint: Complaint, actor: Actor) -> bool:
    return actor.is_system


def has_not_complained(complaint: Complaint, actor: Actor) -> bool:
    """A party that has not said yet why the decision is wrong."""
    side = party_of(complaint, actor)
    return side in (Party.BUYER, Party.SELLER) and side not in complaint.complainants


def may_give_feedback(complaint: Complaint, actor: Actor) -> bool:
    """A party that complained and has given none yet."""
    side = party_of(complaint, actor)
    given = {feedback.party for feedback in complaint.hand.feedback}
    return side in complaint.complainants and side not in given


def is_apart(complaint: Complaint, person_id: int) -> bool:
    """No party, and not the one who decided; for the second look, nobody who ever touched the case."""
    if person_id in (complaint.buyer_id, complaint.seller_id, complaint.decided_by_id):
        return False
    return complaint.look == states.FIRST or person_id not in _earlier(complaint)


def _earlier(complaint: Complaint) -> frozenset[int]:
    before = {look.reviewer_id for look in complaint.hand.looks if look.look < complaint.look}
    return complaint.hand.touched | before


def may_review(complaint: Complaint, actor: Actor) -> bool:
    """A reviewer of this storefront who has nothing to do with the case."""
    if actor.user_id is None or not actor.is_staff(StaffRole.REVIEWER):
        return False
    return is_apart(complaint, actor.user_id)


def is_own_reviewer(complaint: Complaint, actor: Actor) -> bool:
    """The reviewer who has the complaint in hand."""
    return may_review(complaint, actor) and actor.user_id == complaint.reviewer_id


def leads(complaint: Complaint, actor: Actor) -> bool:
    """A lead or an admin who assigns work; never a party, never the one who decided."""
    if party_of(complaint, actor) != Party.PLATFORM or actor.user_id == complaint.decided_by_id:
        return False
    return actor.is_staff(StaffRole.LEAD, StaffRole.ADMIN)


may_assign = leads


def may_hand_back(complaint: Complaint, actor: Actor) -> bool:
    """Who has it, who leads, and the clock where its reviewer may review no more."""
    if actor.is_system or leads(complaint, actor):
        return True
    return actor.user_id == complaint.reviewer_id and actor.is_staff(StaffRole.REVIEWER)


def may_read_feedback(complaint: Complaint, actor: Actor) -> bool:
    """A reviewer or lead of the storefront; never a party, nor one who decided or reviewed: it is about them."""
    judged = {complaint.decided_by_id, *(review.reviewer_id for review in complaint.hand.reviews)}
    return party_of(complaint, actor) == Party.PLATFORM and actor.user_id not in judged


# When


def _first_look(complaint: Complaint) -> bool:
    return complaint.look == states.FIRST


def _second_look(complaint: Complaint) -> bool:
    return complaint.look == states.SECOND


first_look = needs(_first_look, _("This is the last look at the decision."))
second_look = needs(_second_look, _("This is the first look at the decision."))


def times_late(complaint: Complaint) -> int:
    """How often the review has missed its date, this time included."""
    return max(
        (int(d.about or 0) + 1 for d in complaint.known_clocks if d.kind == Kind.REVIEW), default=1
    )


def _first_time(complaint: Complaint) -> bool:
    return times_late(complaint) == 1


def _not_first_time(complaint: Complaint) -> bool:
    return times_late(complaint) > 1


first_time = needs(_first_time, _("The review was late before."))
not_first_time = needs(_not_first_time, _("The review is late for the first time."))


def _may_still_join(complaint: Complaint) -> bool:
    return complaint.deadline(Kind.JOINING) is not None


may_still_join = needs(_may_still_join, _("The time for a complaint about this decision is over."))


def has_everybody_spoken(complaint: Complaint) -> bool:
    """The other party has complained too, or can no more."""
    clock = complaint.deadline(Kind.JOINING)
    return clock is None or not complaint.in_time(Kind.JOINING)


everybody_spoke = needs(
    has_everybody_spoken,
    _("The other party can still complain about this decision. Send the result after that."),
)


def refuse_missing(marks: dict[str, str], result: str) -> None:
    """A wrong decision has a mistake; a correct one has none. Raises `Refused` with the sentence."""
    mistakes = [point for point, mark in marks.items() if mark == states.Mark.MISTAKE]
    if result == states.Result.WRONG and not mistakes:
        raise Refused(_("A wrong decision has a mistake: mark where it is."), "no_mistake")
    if result == states.Result.CORRECT and mistakes:
        raise Refused(_("You marked a mistake. A decision with one is not correct."), "has_mistake")
