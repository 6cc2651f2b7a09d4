"""Whose complaints these are: visibility, the reviewers' queue, and who may be given which."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404

from accounts.models import RoleGrant, User
from appeals import policies, states
from appeals.effects import loading
from appeals.models import Complaint, Grounds, Look, ReviewDraft
from appeals.states import ComplaintState as S
from core import cases, counts, references
from core.actors import Actor, StaffRole
from core.models import Event, Storefront
from disputes.models import Dispute
from disputes.states import DisputeState

SEES_COMPLAINTS = policies.READERS
WITH = (
    "dispute__order__store", "dispute__buyer", "dispute__seller", "dispute__mediator", "decision",
    "reviewer", "storefront",
)  # fmt: skip
TABS: tuple[str, ...] = ("mine", "queue", "late", "feedback", "ended")


def complaints_visible_to(user: Any) -> QuerySet[Complaint]:
    """Both parties see the complaint; so does the second instance, and the mediator whose decision it is about."""
    if not user.is_authenticated:
        return Complaint.objects.none()
    grants = RoleGrant.objects.filter(user_id=user.pk, role__in=SEES_COMPLAINTS)
    own = Q(buyer_id=user.pk) | Q(seller_id=user.pk) | Q(decided_by_id=user.pk)
    return Complaint.objects.filter(own | Q(storefront_id__in=grants.values("storefront_id")))


def get_complaint(user: Any, reference: str) -> Complaint:
    """One complaint for a page, with the time, its clocks and its rows; 404 for strangers, as for none at all."""
    wanted = references.normalise(reference)
    if not references.is_valid(wanted, Complaint.REFERENCE_PREFIX):
        raise Http404
    found = complaints_visible_to(user).select_related(*WITH).filter(reference=wanted).first()
    if found is None:
        raise Http404
    return at_hand(found)


def at_hand(complaint: Complaint) -> Complaint:
    """A complaint ready for a page."""
    loading.attach([cases.at(complaint)])
    cases.at(complaint.dispute, complaint.now)
    return complaint


def of_dispute(dispute: Dispute) -> Complaint | None:
    """The newest complaint about a decision of this dispute."""
    rows = Complaint.objects.filter(dispute=dispute).select_related(*WITH)
    found = rows.order_by("-complained_at", "-pk").first()
    return at_hand(found) if found else None


def joinable(dispute_id: int) -> int | None:
    """The key of the complaint that is under review about this very decision."""
    rows = Complaint.objects.filter(
        dispute_id=dispute_id, dispute__state=DisputeState.UNDER_COMPLAINT,
        state__in=states.UNDER_REVIEW,
    )  # fmt: skip
    return rows.values_list("pk", flat=True).first()


def has_complained(dispute_id: int, party: str) -> bool:
    """Once per dispute and party, whatever was decided since."""
    return Grounds.objects.filter(dispute_id=dispute_id, party=party).exists()


def draft_of(complaint: Complaint, actor: Actor) -> ReviewDraft | None:
    """The review as this person has written it so far; what another reviewer wrote before is neither shown nor sent."""
    return ReviewDraft.objects.filter(complaint=complaint, reviewer_id=actor.user_id).first()


def most_urgent_first(rows: QuerySet[Complaint]) -> QuerySet[Complaint]:
    """Late ones on top, the longest wait first; then in the order in which they were made."""
    waits = Coalesce("reopened_at", "complained_at")
    return rows.order_by(F("overdue_at").asc(nulls_last=True), waits, "pk")


def drawable(storefront_ids: list[int], person_id: int) -> QuerySet[Complaint]:
    """What the portal may give to this reviewer: `policies.may_review` as a query, and nothing that they had
    in this look before (a lead can still assign it to them)."""
    apart = Q(buyer_id=person_id) | Q(seller_id=person_id) | Q(decided_by_id=person_id)
    here = Q(subject=OuterRef("reference")) | Q(subject=OuterRef("dispute__reference"))
    touched = Exists(Event.objects.filter(here, actor_id=person_id))
    had = Exists(
        Look.objects.filter(complaint=OuterRef("pk"), look=OuterRef("look"), reviewer_id=person_id)
    )
    rows = Complaint.objects.filter(storefront_id__in=storefront_ids, state=S.WAITING)
    rows = rows.exclude(apart).exclude(Q(touched, look=states.SECOND)).exclude(had)
    return most_urgent_first(rows)


def queue(storefront_ids: list[int], tab: str, user: Any) -> QuerySet[Complaint]:
    """One tab of the reviewers' desk; nobody finds there what they are a party of."""
    rows = Complaint.objects.filter(storefront_id__in=storefront_ids).select_related(*WITH)
    rows = rows.exclude(Q(buyer_id=user.pk) | Q(seller_id=user.pk))
    if tab == "mine":
        rows = rows.filter(reviewer_id=user.pk)
    elif tab == "late":
        rows = rows.filter(overdue_at__isnull=False)
    elif tab == "feedback":
        rows = rows.filter(state=S.FEEDBACK_GIVEN)
    elif tab == "ended":
        judged = (S.DECISION_CORRECT, *sorted(states.TERMINAL))
        return rows.filter(state__in=judged).order_by("-reviewed_at", "-pk")
    else:
        rows = rows.filter(state__in=states.UNDER_REVIEW)
    return most_urgent_first(rows)


def tab_counts(storefront_ids: list[int], user: Any) -> dict[str, int]:
    """How many complaints each tab holds, counted as far as anybody reads."""
    tabs = (tab for tab in TABS if tab != "ended")
    return {tab: counts.capped(queue(storefront_ids, tab, user)) for tab in tabs}


def unheld() -> QuerySet[Complaint]:
    """In review with somebody who may review no more: the role was taken back, or the account closed."""
    fronts = list(Storefront.objects.values_list("pk", flat=True))
    still = RoleGrant.objects.filter(
        user_id=OuterRef("reviewer_id"), storefront_id=OuterRef("storefront_id"),
        role=StaffRole.REVIEWER, user__is_active=True,
    )  # fmt: skip
    rows = Complaint.objects.filter(storefront_id__in=fronts, state=S.IN_REVIEW)
    return rows.exclude(Exists(still)).order_by("pk")


def colleagues(complaint: Complaint) -> list[User]:
    """Reviewers to whom a lead may give it: apart from the case and with nothing else in hand."""
    grants = RoleGrant.objects.filter(
        storefront_id=complaint.storefront_id, role=StaffRole.REVIEWER, user__is_active=True
    )
    people = User.objects.filter(pk__in=grants.values("user_id"))
    free = people.annotate(n=Count("reviews_in_hand")).filter(n=0).order_by("name", "pk")[:50]
    roles = frozenset({StaffRole.REVIEWER.value})
    return [p for p in free if policies.may_review(complaint, Actor.person(p.pk, roles))]
