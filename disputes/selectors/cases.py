"""Whose disputes these are: visibility, lists and queues."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404

from accounts import access
from accounts.models import RoleGrant
from core import cases, counts, references
from core.actors import StaffRole
from core.models import Storefront
from disputes import states
from disputes.models import Dispute, EvidenceRequest, Settlement
from disputes.selectors import search
from disputes.states import DisputeState as S
from disputes.states import Reason, RequestState, SettlementState
from orders.models import Order

SEES_DISPUTES = (
    StaffRole.MEDIATOR, StaffRole.REVIEWER, StaffRole.LEAD, StaffRole.AGENT, StaffRole.ADMIN,
)  # fmt: skip
WITH = ("order", "order__store", "buyer", "seller", "mediator", "storefront")


def disputes_visible_to(user: Any) -> QuerySet[Dispute]:
    """Buyers and sellers see their own; staff those of the storefronts where they hold a role."""
    if not user.is_authenticated:
        return Dispute.objects.none()
    fronts = access.storefronts_of(user, *SEES_DISPUTES)
    return Dispute.objects.filter(
        Q(buyer_id=user.pk) | Q(seller_id=user.pk) | Q(storefront_id__in=fronts)
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


NEWEST = (
    F("ended_at").desc(nulls_first=True), F("decided_at").desc(nulls_first=True), F("pk").desc(),
)  # fmt: skip
"""What was decided and is not final yet stands above what has ended."""
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
    question to a party), `all` (every open case), `decided` (decided or ended, the latter newest first).
    `text` is looked for by `search.matches`. Each order is one of the indexes of `Dispute`.
    """
    rows = Dispute.objects.filter(storefront_id__in=storefront_ids).select_related(*WITH)
    rows = rows.exclude(Q(buyer_id=user.pk) | Q(seller_id=user.pk))
    if tab == "to_take":
        rows = rows.filter(state=S.ESCALATED)
    elif tab == "waiting":
        rows = rows.filter(Exists(_questions()), state=S.IN_MEDIATION, mediator_id=user.pk)
    elif tab == "all":
        rows = rows.filter(ended_at__isnull=True)
    elif tab == "decided":
        rows = rows.filter(state__in=states.JUDGED)
    else:
        rows = rows.filter(state=S.IN_MEDIATION, mediator_id=user.pk)
    if reason in Reason.values:
        rows = rows.filter(reason=reason)
    if state in S.values:
        rows = rows.filter(state=state)
    if text := text.replace("\x00", "").strip()[:80]:
        rows = rows.filter(search.matches(text, storefront_ids))
    return rows.order_by(*NEWEST) if tab == "decided" else due_first(rows)


def tab_counts(storefront_ids: list[int], user: Any) -> dict[str, int]:
    """How many cases each tab of the queue holds, counted as far as anybody reads."""
    tabs = [tab for tab in TABS if tab != "decided"]
    rows = {tab: queue(storefront_ids, tab, user) for tab in tabs}
    for tab in tabs:  # an index has the order of one storefront's cases, not of one mediator's
        if tab in ("mine", "waiting") or len(storefront_ids) != 1:
            rows[tab] = rows[tab].order_by()
    found = counts.each(*rows.values())
    return dict(zip(tabs, found, strict=True))


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

    Which mediators hold cases is read from the index of the queue. What a settlement holds is left out.
    """
    fronts = list(Storefront.objects.values_list("pk", flat=True))
    cases_held = Dispute.objects.filter(storefront_id__in=fronts, state=S.IN_MEDIATION)
    if mediator_id is not None:
        cases_held = cases_held.filter(mediator_id=mediator_id)
    holding = set(cases_held.order_by().values_list("storefront_id", "mediator_id").distinct())
    grants = RoleGrant.objects.filter(role=StaffRole.MEDIATOR, user__is_active=True)
    gone = holding - set(grants.values_list("storefront_id", "user_id"))
    settling = Settlement.objects.filter(dispute=OuterRef("pk"), state=SettlementState.AGREED)
    test = Q(pk__in=[])
    for storefront_id, person_id in sorted(gone):
        test |= Q(storefront_id=storefront_id, mediator_id=person_id)
    return cases_held.filter(test, ~Exists(settling)).order_by("pk")


def histories(*people: int) -> list[dict[str, int]]:
    """Counts about each party for the mediator: orders, disputes, and those that ended in their favour.

    One statement for all. Each side of a person is counted by itself, out of an index, as far as anybody reads.
    """
    parts: list[QuerySet[Any, Any]] = []
    for user_id in people:
        buying, selling = {"buyer_id": user_id}, {"seller_id": user_id}
        disputes = Dispute.objects
        parts += [
            Order.objects.filter(**buying), Order.objects.filter(**selling),
            disputes.filter(**buying), disputes.filter(**selling),
            disputes.filter(**buying, outcome__in=states.FOR_THE_BUYER),
            disputes.filter(**selling, outcome__in=states.FOR_THE_SELLER),
        ]  # fmt: skip
    found = counts.each(*parts)
    sums = [counts.together(*found[at : at + 2]) for at in range(0, len(found), 2)]
    return [
        dict(zip(("orders", "disputes", "won"), sums[at : at + 3], strict=True))
        for at in range(0, len(sums), 3)
    ]
