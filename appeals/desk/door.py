"""Who may open a complaint at the desk, and what every page of the reviewers' desk shows beside it."""

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
from appeals import policies, selectors
from appeals.models import Complaint
from appeals.reading import words
from core import kept, web
from core.actors import Actor, StaffRole
from core.cases import present
from core.errors import Refused
from disputes.desk.door import form_name
from disputes.reading import terms
from disputes.states import Party

ROLES = (*policies.READERS, StaffRole.MEDIATOR)
"""The second instance; mediators read there what became of their own decisions."""
RAIL = 40


def enter(request: HttpRequest, reference: str) -> tuple[Complaint, Actor]:
    """The complaint and the person as an actor. 404 without a role on its storefront, and for its own parties."""
    complaint = selectors.get_complaint(request.user, reference)
    actor = actor_for(request.user, complaint.storefront_id, "desk")
    own = complaint.decided_by_id == actor.user_id and actor.is_staff(StaffRole.MEDIATOR)
    if policies.party_of(complaint, actor) != Party.PLATFORM and not own:
        raise Http404
    if actor.user_id in (complaint.buyer_id, complaint.seller_id):
        raise Http404
    return complaint, actor


def takes_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An address that takes one form of a complaint's page; what a visitor typed waits for them there."""
    guarded = access.team_required(*ROLES)(view)

    @require_POST
    @wraps(view)
    def taken(request: HttpRequest, reference: str) -> HttpResponse:
        if request.user.is_authenticated:
            return guarded(request, reference)
        page = reverse("reviews:case", args=[reference])
        kept.keep(request, page, view.__name__)
        return redirect_to_login(page)

    return taken


def act_once(
    request: HttpRequest, complaint: Complaint, act: Callable[[], Any], done: str
) -> HttpResponse:
    """Run one action once per form, and come back to the complaint with a word about it."""
    back = reverse("reviews:case", args=[complaint.reference])

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


def rail(request: HttpRequest, current: Complaint | None = None) -> dict[str, Any]:
    """The queue at the side: tabs with counts, the first complaints, the most urgent on top."""
    stores = access.storefronts_of(request.user, *policies.READERS)
    counts = selectors.tab_counts(stores, request.user)
    tab = request.GET.get("tab", "")
    if tab not in selectors.TABS:
        tab = "mine" if counts["mine"] else "queue"
    rows = selectors.queue(stores, tab, request.user)
    shown = present(rows.prefetch_related("dispute__order__lines")[: RAIL + 1])
    labels = {
        "mine": _("Mine"), "queue": _("To review"), "late": _("Late"), "feedback": _("Feedback"),
        "ended": _("Reviewed"),
    }  # fmt: skip
    return {
        "tab": tab,
        "tabs": [
            {
                "label": labels[t], "url": f"{reverse('reviews:queue')}?tab={t}", "current": t == tab,
                "count": counts.get(t),
            }
            for t in selectors.TABS
        ],
        "queue": [_row(complaint, current, tab) for complaint in shown[:RAIL]],
        "more": len(shown) > RAIL,
        "may_lead": access.holds(request.user, StaffRole.LEAD, StaffRole.ADMIN),
        "may_draw": access.holds(request.user, StaffRole.REVIEWER) and not counts["mine"],
    }  # fmt: skip


def _row(complaint: Complaint, current: Complaint | None, tab: str) -> dict[str, Any]:
    late = complaint.now - complaint.overdue_at if complaint.now and complaint.overdue_at else None
    return {
        "complaint": complaint,
        "url": f"{reverse('reviews:case', args=[complaint.reference])}?tab={tab}",
        "title": terms.heading(complaint.dispute),
        "clock": words.clock(complaint),
        "current": current is not None and complaint.pk == current.pk,
        "late": late,
    }
