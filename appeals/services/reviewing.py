"""The work of the second instance: drawing, reviewing, sending the result, reading feedback."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant
from appeals import policies, selectors
from appeals.effects import feedback, loading, reviews
from appeals.effects.reviews import Ruling
from appeals.models import Complaint, ReviewDraft
from appeals.services.complaining import moving
from appeals.states import ComplaintState, Mark, Point, Result
from core import clock, money, shares
from core.actors import Actor, StaffRole
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed, Refused
from disputes import policies as dispute_policies
from disputes.effects import people
from disputes.services import input

logger = logging.getLogger(__name__)

IN_HAND = _(
    "You have a complaint in hand. Send its result, or hand it back, before you draw another."
)


def draw_complaint(*, storefront_id: int, actor: Actor) -> Complaint | None:
    """The most urgent complaint that this reviewer may have; None where there is none.

    The reviewer's own grant is locked first, so that two draws of one person give one; others pass over a
    complaint that is being drawn.
    """
    with Batch() as batch:
        grants = RoleGrant.objects.select_for_update(no_key=True)
        held = grants.filter(
            user_id=actor.person_id, storefront_id=storefront_id, role=StaffRole.REVIEWER
        )
        if not held.exists():
            raise NotAllowed
        list(held)
        if Complaint.objects.filter(reviewer_id=actor.person_id).exists():
            raise Refused(IN_HAND, "in_hand")
        rows = selectors.drawable([storefront_id], actor.person_id)
        found = list(rows.select_for_update(of=("self",), skip_locked=True, no_key=True)[:1])
        if not found:
            return None
        loading.load(batch, batch.adopt(found))
        reviews.draw(batch, found[0], actor)
    return found[0]


def hand_back_complaint(*, complaint_id: int, actor: Actor, note: str = "") -> Complaint:
    """Put the complaint back into the queue."""
    with moving(complaint_id) as (batch, complaint):
        words = input.text(note, input.message_limit(complaint.dispute), optional=True)
        reviews.hand_back(batch, complaint, actor, words)
    return complaint


def assign_complaint(*, complaint_id: int, actor: Actor, reviewer_id: int) -> Complaint:
    """Give the complaint to a reviewer who has nothing to do with the case, and nothing else in hand."""
    with moving(complaint_id) as (batch, complaint):
        list(RoleGrant.objects.select_for_update(no_key=True).filter(user_id=reviewer_id))
        if Complaint.objects.filter(reviewer_id=reviewer_id).exclude(pk=complaint_id).exists():
            raise Refused(_("This reviewer has another complaint in hand."), "in_hand")
        roles = RoleGrant.of(reviewer_id, complaint.storefront_id)
        reviews.assign(batch, complaint, actor, Actor.person(reviewer_id, roles))
    return complaint


def save_review_draft(*, complaint_id: int, actor: Actor, content: dict[str, Any]) -> ReviewDraft:
    """Keep the form as it stands. No event: nothing about the complaint has changed yet."""
    complaint = selectors.at_hand(Complaint.objects.select_related("dispute").get(pk=complaint_id))
    if complaint.state != ComplaintState.IN_REVIEW:
        raise CaseChanged
    if not policies.is_own_reviewer(complaint, actor):
        raise NotAllowed
    draft, _made = ReviewDraft.objects.update_or_create(
        complaint=complaint,
        defaults={
            "reviewer_id": actor.person_id, "content": input.storable(content), "saved_at": clock.now(),
        },
    )  # fmt: skip
    return draft


def send_review(
    *,
    complaint_id: int,
    actor: Actor,
    result: str,
    statement: str,
    marks: Mapping[str, tuple[str, str]],
    compensation: Mapping[str, Decimal] | None = None,
) -> Complaint:
    """Send the result. Refused until every point is marked, the marks carry the result, the statement is
    written, and a wrong decision has a compensation within the policy for somebody who complained."""
    with moving(complaint_id) as (batch, complaint):
        if complaint.state == ComplaintState.IN_REVIEW and not policies.is_own_reviewer(
            complaint, actor
        ):
            raise NotAllowed
        if result not in Result.values:
            raise Refused(_("Choose whether the decision was correct or wrong."), "choice")
        found = check_marks(complaint, marks, result)
        words = input.text(
            statement, input.STATEMENT_MAX, empty=_("Write the statement to both parties.")
        )
        values = check_compensation(complaint, result, compensation or {})
        reviews.send(batch, complaint, actor, Ruling(result, words, found, values))
        ReviewDraft.objects.filter(complaint_id=complaint.pk).delete()
    return complaint


def check_marks(
    complaint: Complaint, marks: Mapping[str, tuple[str, str]], result: str
) -> dict[str, tuple[str, str]]:
    """Every point is marked, a mistake says what it is, and the marks carry the result."""
    most, checked = input.message_limit(complaint.dispute), {}
    for point in Point:
        mark, note = marks.get(point, ("", ""))
        if mark not in Mark.values:
            raise Refused(
                _("A point is still open: %(text)s") % {"text": point.label}, "point_open"
            )
        words = input.text(
            note,
            most,
            optional=mark != Mark.MISTAKE,
            empty=_("Say what the mistake is: %(text)s") % {"text": point.label},
        )
        checked[point.value] = (mark, words)
    policies.refuse_missing({point: mark for point, (mark, _note) in checked.items()}, result)
    return checked


def bounds(complaint: Complaint) -> tuple[Decimal, Decimal]:
    """The least and the most that the policy of the case grants for a wrong decision."""
    get = complaint.policy.get
    return Decimal(get("compensation_min")), Decimal(get("compensation_max"))


def check_compensation(
    complaint: Complaint, result: str, compensation: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """Amounts for those who complained, each within the policy; at least one where the decision was wrong."""
    given = {party: amount for party, amount in compensation.items() if amount}
    if result == Result.CORRECT:
        if given:
            raise Refused(_("Only a wrong decision is compensated."), "compensation")
        return {}
    if not given:
        raise Refused(_("Set the compensation for the party who complained."), "compensation")
    least, most = bounds(complaint)
    currency = complaint.dispute.currency
    for party, amount in given.items():
        if party not in complaint.complainants:
            raise Refused(_("This party did not complain."), "compensation")
        if amount.is_finite() and amount > most:
            words = _("The compensation is at most %(most)s.")
            raise Refused(words % {"most": money.format_amount(most, currency)}, "compensation")
        dispute_policies.check_amount(amount, refundable=most, currency=currency, least=least)
    return given


def reopen_complaint(*, complaint_id: int, actor: Actor, why: str) -> Complaint:
    """Ask for one more look by a third person. Both parties read why."""
    with moving(complaint_id) as (batch, complaint):
        limit = int(complaint.policy.get("complaint_max_chars"))
        words = input.text(why, limit, empty=_("Write what should be looked at again."))
        feedback.reopen(batch, complaint, actor, words)
    return complaint


def leave_complaint(*, complaint_id: int, actor: Actor) -> Complaint:
    """The feedback was read; the decision stands."""
    with moving(complaint_id) as (batch, complaint):
        feedback.leave(batch, complaint, actor)
    return complaint


def release_unheld() -> int:
    """Put back the complaints of reviewers who may review no more; how many. Safe to run twice."""
    released = 0
    pks = list(selectors.unheld().values_list("pk", flat=True))
    for share in shares.deal(shares.free_of(Complaint), _release, Counter[str], pks):
        for complaint, trace in share.poison:
            extra = {"case": complaint.reference, "trace": trace}
            logger.error("release_set_aside", extra=extra)
        released += share.count["released"]
    return released


def _release(batch: Batch, complaint: Complaint, count: Counter[str]) -> None:
    """Put one complaint back. One that raises costs nobody else and is tried again."""
    still = people.holders(batch, complaint.storefront_id, StaffRole.REVIEWER)
    if complaint.state == ComplaintState.IN_REVIEW and complaint.reviewer_id not in still:
        reviews.lost_its_reviewer(batch, complaint)
        count["released"] += 1
