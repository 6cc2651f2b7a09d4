"""The audit log as an administrator may read it: page by page, at a bounded cost whatever the log has grown to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.models import User
from appeals.models import Complaint
from core import audit, references
from core.models import Event, Storefront
from coupons.models import Coupon
from disputes.models import Dispute
from orders.models import Correction, Order, Refund

PAGE = 50
CHUNK, CHUNKS = 200, 15
"""So many events are looked at for one page, at most: where most belong to others, the page is shorter."""
CASES: tuple[tuple[Any, tuple[str, ...], str, str], ...] = (
    (Complaint, ("buyer", "seller"), "reviews:case", "reference"),
    (Dispute, ("buyer", "seller"), "mediation:case", "reference"),
    (Order, ("buyer", "seller"), "orders:order", "reference"),
    (Refund, ("order__buyer", "order__seller"), "orders:payments", "order__reference"),
    (Correction, ("order__buyer", "order__seller"), "desk:settlements", ""),
    (Coupon, ("owner",), "desk:coupons", ""),
)
"""Each kind of case with its parties, and its page; a page of many is asked for the case by `q`."""
OF_STOREFRONT = {
    "policy": "desk:policy", "roles": "desk:roles", "storefront": "desk:storefront",
    "outage": "desk:outages",
}  # fmt: skip
OTHER_NAMES = (
    "opened", "placed", "reminded", "staff_note_added", "policy_changed", "closing_day_added", "closing_day_renamed",
    "closing_day_removed", "role_granted", "role_revoked", "storefront_changed", "outage_declared", "clock_extended",
    "rights_changed", "found", "correction_overdue", "promised",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader looks for. `day` is a day in the reader's zone, given as its first and last moment."""

    subject: str = ""
    actor: str = ""
    name: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(slots=True)
class AuditPage:
    """Events newest first, each with the address of its case; `older` leads on where there may be more."""

    rows: list[tuple[Event, str]] = field(default_factory=list)
    older: str = ""


def event_names() -> list[str]:
    """Every event that a state machine or a service of ours can write."""
    names = set(OTHER_NAMES)
    for model in audit.case_models():
        meta: Any = model._meta
        moves = meta.get_field("state").get_all_transitions(model)
        names |= {move.custom.get("event", move.name) for move in moves}
    return sorted(names)


def audit_page(user: Any, fronts: list[Storefront], wanted: Wanted, before: str = "") -> AuditPage:
    """One page of the log: cases and rules of these storefronts, but never a case of which the reader is a party."""
    page, cursor = AuditPage(), _cursor(before)
    rows = _filtered(wanted)
    for _turn in range(CHUNKS):
        chunk = list(_older(rows, cursor).select_related("actor")[:CHUNK])
        links = _links(user, fronts, {event.subject for event in chunk})
        for event in chunk:
            if event.subject in links:
                if len(page.rows) == PAGE:
                    return page
                page.rows.append((event, links[event.subject]))
            cursor = (event.at, event.pk)
            page.older = f"{event.at.isoformat()}_{event.pk}"
        if len(chunk) < CHUNK:
            page.older = ""
            break
    return page


def _filtered(wanted: Wanted) -> QuerySet[Event]:
    rows = Event.objects.order_by("-at", "-pk")
    if wanted.subject:
        reference = references.normalise(wanted.subject)
        known = references.is_valid(reference)
        rows = rows.filter(subject=reference if known else wanted.subject)
    if wanted.actor:
        people = User.objects.filter(Q(email__iexact=wanted.actor) | Q(name__iexact=wanted.actor))
        rows = rows.filter(actor_id__in=list(people.values_list("pk", flat=True)[:CHUNK]))
    if wanted.name:
        rows = rows.filter(name=wanted.name)
    if wanted.since and wanted.until:
        rows = rows.filter(at__gte=wanted.since, at__lt=wanted.until)
    return rows


def _older(rows: QuerySet[Event], cursor: tuple[datetime, int] | None) -> QuerySet[Event]:
    if cursor is None:
        return rows
    at, pk = cursor
    return rows.filter(Q(at__lt=at) | Q(pk__lt=pk), at__lte=at)


def _cursor(text: str) -> tuple[datetime, int] | None:
    at, _separator, pk = text.rpartition("_")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    fits = pk.isdecimal() and len(pk) < 19 and moment.tzinfo is not None
    return (moment, int(pk)) if fits else None


def _links(user: Any, fronts: list[Storefront], subjects: Iterable[str]) -> dict[str, str]:
    """The addresses of those subjects that the reader may see; the others are left out."""
    subjects, found = set(subjects), {}
    for model, parties, page, argument in CASES:
        wanted = [s for s in subjects if s.startswith(f"{model.REFERENCE_PREFIX}-")]
        if wanted:
            mine = Q(*((f"{party}_id", user.pk) for party in parties), _connector=Q.OR)
            rows = model.objects.filter(reference__in=wanted, storefront__in=fronts).exclude(mine)
            names = ("reference", argument or "reference", "storefront__slug")
            for reference, at, slug in rows.values_list(*names):
                found[reference] = (
                    reverse(page, args=[at])
                    if argument
                    else f"{reverse(page)}?storefront={slug}&q={reference}"
                )
    for front in fronts:
        for kind, page in OF_STOREFRONT.items():
            found[f"{kind}:{front.slug}"] = f"{reverse(page)}?storefront={front.slug}"
    if user.is_superuser:
        found |= dict.fromkeys((s for s in subjects if s.startswith("user:")), "")
    return found
