"""Who may open a case at the desk, and what every page of the desk shows beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import access
from accounts.actors import actor_for
from core import kept, web
from core.actors import Actor, StaffRole
from core.cases import present
from core.errors import Refused
from disputes import policies
from disputes.models import Dispute
from disputes.reading import clocks, terms
from disputes.selectors import cases
from disputes.states import AWAITED, DisputeState, Party, Reason

ROLES = (StaffRole.MEDIATOR, StaffRole.ADMIN)
"""Who opens a dispute here; reviewers read its file with the complaint about it."""
RAIL = 40


def enter(request: HttpRequest, reference: str) -> tuple[Dispute, Actor]:
    """The case and the person as an actor. 404 without a role on its storefront, and for its own parties."""
    dispute = cases.get_dispute(request.user, reference)
    actor = actor_for(request.user, dispute.storefront_id, "desk")
    if not actor.is_staff(*ROLES) or policies.party_of(dispute, actor) != Party.PLATFORM:
        raise Http404
    return dispute, actor


def takes_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An address that takes one form of a case's page, by staff; what a visitor typed waits for them there.

    The view's name is the name of the form on the page.
    """
    guarded = access.team_required(*ROLES)(view)

    @require_POST
    @wraps(view)
    def taken(request: HttpRequest, reference: str) -> HttpResponse:
        if request.user.is_authenticated:
            return guarded(request, reference)
        page = reverse("mediation:case", args=[reference])
        kept.keep(request, page, view.__name__)
        return redirect_to_login(page)

    return taken


def form_name(request: HttpRequest) -> str:
    """Which form of the page this address takes."""
    match = request.resolver_match
    return str(getattr(match.func, "__name__", "")) if match else ""


def act_once(
    request: HttpRequest, dispute: Dispute, act: Callable[[], Any], done: str
) -> HttpResponse:
    """Run one action once per form, and come back to the case with a word about it.

    Where it was refused, what was typed stands in its form of the page again.
    """
    back = reverse("mediation:case", args=[dispute.reference])

    def run() -> str:
        act()
        return back

    try:
        address = web.once(request, run)
    except Refused as refused:
        messages.error(request, str(refused))
        kept.keep(request, back, form_name(request))
        return redirect(back)
    messages.success(request, done)
    return redirect(address)


def rail(request: HttpRequest, current: Dispute | None = None) -> dict[str, Any]:
    """The queue at the side: tabs with counts, filters, the first cases, due first."""
    stores = access.storefronts_of(request.user, *ROLES)
    tab = request.GET.get("tab", "")
    counts = cases.tab_counts(stores, request.user)
    if tab not in cases.TABS:
        tab = (
            _tab_of(current, request)
            if current is not None
            else ("mine" if counts["mine"] else "to_take")
        )
    text, reason = request.GET.get("q", "")[:80], request.GET.get("reason", "")
    rows = cases.queue(
        stores, tab, request.user, text=text, reason=reason if reason in Reason.values else ""
    )
    rows = rows.select_related(None).select_related("order").prefetch_related("order__lines")
    shown = present(rows[: RAIL + 1], current.now if current is not None else None)
    labels = {
        "mine": _("Mine"), "to_take": _("To take"), "waiting": _("Waiting"), "all": _("All"), "decided": _("Decided"),
    }  # fmt: skip
    query = "".join(
        f"&{name}={value}" for name, value in (("q", text), ("reason", reason)) if value
    )
    return {
        "tab": tab,
        "tabs": [
            {
                "label": labels[t],
                "url": f"{reverse('mediation:queue')}?tab={t}{query}",
                "current": t == tab,
                "count": counts.get(t),
            }
            for t in cases.TABS
        ],
        "queue": [_row(dispute, current, tab) for dispute in shown[:RAIL]],
        "more": len(shown) > RAIL,
        "text": text,
        "reason": reason,
        "reasons": Reason.choices,
    }


def _tab_of(dispute: Dispute, request: HttpRequest) -> str:
    if dispute.mediator_id == request.user.pk and dispute.state == "in_mediation":
        return "mine"
    return {"escalated": "to_take", "decided": "decided", "under_complaint": "decided"}.get(
        dispute.state, "all" if dispute.is_open else "decided"
    )


def _row(dispute: Dispute, current: Dispute | None, tab: str) -> dict[str, Any]:
    clock = next((d for d in dispute.open_deadlines if d.state != "paused"), None)
    return {
        "dispute": dispute,
        "url": f"{reverse('mediation:case', args=[dispute.reference])}?tab={tab}",
        "title": terms.heading(dispute),
        "clock": clock,
        "amount": terms.amount(dispute, dispute.amount_asked),
        "current": current is not None and dispute.pk == current.pk,
        "state": DisputeState(dispute.state).label,
        "whose": clocks.SUMMARY[clock.kind] if clock and clock.kind in AWAITED else "",
        "late": dispute.now - dispute.overdue_at if dispute.now and dispute.overdue_at else None,
    }
