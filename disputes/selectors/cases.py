"""Whose disputes these are: visibility, lists and queues."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404

from accounts.models import RoleGrant
from core import cases, references
from core.actors import StaffRole
from core.models import Storefront
from disputes import states
from disputes.models import Dispute, EvidenceRequest, Settlement
from disputes.states import DisputeState as S
from disputes.states import Outcome, Reason, RequestState, SettlementState
from orders.models import Order

SEES_DISPUTES = (StaffRole.MEDIATOR, StaffRole.REVIEWER, StaffRole.AGENT, StaffRole.ADMIN)
WITH = ("order", "order__store", "buyer", "seller", "mediator", "storefront")


def disputes_visible_to(user: Any) -> QuerySet[Dispute]:
    """Buyers and sellers see their own; staff those of the storefronts where they hold a role."""
    if not user.is_authenticated:
        return Dispute.objects.none()
    grants = RoleGrant.objects.filter(user_id=user.pk, role__in=SEES_DISPUTES).values(
        "storefront_id"
    )
    return Dispute.objects.filter(
        Q(buyer_id=user.pk) | Q(seller_id=user.pk) | Q(storefront_id__in=grants)
    )


def get_dispute(user: Any, reference: str) -> Dispute:
    """One dispute for a page, with the time and its clocks; 404 for strangers, as for none at all."""
    wanted = references.normalise(reference)
    if not references.is_valid(wanted, Dispute.REFERENCE_PREFIX):
        raise Http404
    dispute = disputes_visible_to(user).select_related(*WITH).filter(reference=wanted).first()
    if dispute is None:
        raise Http404
    return cases.at(dispute)


def due_first(rows: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """What the platform is late with on top, the longest wait first; then what runs out first."""
    return rows.order_by(
        F("overdue_at").asc(nulls_last=True), F("next_due_at").asc(nulls_last=True), "pk"
    )


def _questions() -> QuerySet[EvidenceRequest]:
    return EvidenceRequest.objects.filter(dispute=OuterRef("pk"), state=RequestState.OPEN)


FOR_THE_BUYER = (
    Outcome.SELLER_SILENT,
    Outcome.RETURN_CONFIRMED,
    Outcome.RETURN_UNANSWERED,
    Outcome.REPLACED,
    Outcome.REPLACEMENT_NOT_SENT,
    Outcome.REPLACEMENT_LOST,
    Outcome.DECIDED_ALL,
)
FOR_THE_SELLER = (Outcome.DECIDED_NONE, Outcome.RETURN_NOT_SENT)
TABS: tuple[str, ...] = ("mine", "to_take", "waiting", "all", "decided")


def queue(
    storefront_ids: list[int],
    tab: str,
    user: Any,
    *,
    text: str = "",
    reason: str = "",
    state: str = "",
) -> QuerySet[Dispute]:
    """The mediators' queue, due first with overdue on top; a mediator's own cases as a party are left out.

    Tabs: `mine` (in mediation with this person), `to_take` (escalated), `waiting` (mine with an open
    question to a party), `all` (every open case), `decided` (decided or ended). `text` searches reference,
    order number, names, and tracking numbers.
    """
    rows = Dispute.objects.filter(storefront_id__in=storefront_ids).select_related(*WITH)
    rows = rows.exclude(Q(buyer_id=user.pk) | Q(seller_id=user.pk))
    if tab == "to_take":
        rows = rows.filter(state=S.ESCALATED)
    elif tab == "waiting":
        rows = rows.filter(Exists(_questions()), state=S.IN_MEDIATION, mediator_id=user.pk)
    elif tab == "all":
        rows = rows.filter(state__in=sorted(states.OPEN))
    elif tab == "decided":
        rows = rows.filter(state__in=sorted({S.DECIDED} | states.TERMINAL))
    else:
        rows = rows.filter(state=S.IN_MEDIATION, mediator_id=user.pk)
    if reason in Reason.values:
        rows = rows.filter(reason=reason)
    if state in S.values:
        rows = rows.filter(state=state)
    if text := text.replace("\x00", "").strip()[:80]:
        rows = rows.filter(_matches(text)).distinct()
    return rows.order_by("-changed_at", "pk") if tab == "decided" else due_first(rows)


def _matches(text: str) -> Q:
    looked_in = (
        "reference__icontains", "order__number__icontains", "order__store__name__icontains",
        "buyer__name__icontains", "seller__name__icontains",
        "order__shipments__tracking_number__iexact", "return_parcels__tracking_number__iexact",
        "replacement_parcel__tracking_number__iexact",
    )  # fmt: skip
    exact = Q(reference=references.normalise(text))
    return exact | Q(*((column, text) for column in looked_in), _connector=Q.OR)


def tab_counts(storefront_ids: list[int], user: Any) -> dict[str, int]:
    """How many cases each tab of the queue holds."""
    return {
        tab: queue(storefront_ids, tab, user).order_by().count() for tab in TABS if tab != "decided"
    }


def next_case(storefront_ids: list[int], user: Any, after: Dispute | None = None) -> Dispute | None:
    """The case to work on next: one's own first, then the queue, never the one that is open now."""
    for tab in ("mine", "to_take"):
        rows = queue(storefront_ids, tab, user)
        if after is not None:
            rows = rows.exclude(pk=after.pk)
        if (found := rows.first()) is not None:
            return found
    return None


def unheld(mediator_id: int | None = None) -> QuerySet[Dispute]:
    """Cases in mediation whose mediator may mediate no more: the role was taken back, or the account closed.

    Read by storefront and state, the index of the queue; those that an agreed settlement holds are left out.
    """
    held = RoleGrant.objects.filter(
        user_id=OuterRef("mediator_id"), storefront_id=OuterRef("storefront_id"),
        role=StaffRole.MEDIATOR, user__is_active=True,
    )  # fmt: skip
    settling = Settlement.objects.filter(dispute=OuterRef("pk"), state=SettlementState.AGREED)
    rows = Dispute.objects.filter(
        ~Exists(held), ~Exists(settling), storefront_id__in=Storefront.objects.values("pk"), state=S.IN_MEDIATION
    )  # fmt: skip
    return (rows if mediator_id is None else rows.filter(mediator_id=mediator_id)).order_by("pk")


def party_history(user_id: int) -> dict[str, int]:
    """Counts about a party for the mediator: orders, disputes, and those that ended in their favour."""
    side = Q(buyer_id=user_id) | Q(seller_id=user_id)
    rows = Dispute.objects.filter(side)
    won = Q(buyer_id=user_id, outcome__in=FOR_THE_BUYER) | Q(
        seller_id=user_id, outcome__in=FOR_THE_SELLER
    )
    return {
        "orders": Order.objects.filter(side).count(),
        "disputes": rows.count(),
        "won": rows.filter(won).count(),
    }
