"""The mediators' queue: what is due first is first."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import access
from core import references
from disputes.desk import door
from disputes.models import Dispute
from disputes.selectors import cases


@access.team_required(*door.ROLES)
@never_cache
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The list alone; a search for exactly one reference opens that case."""
    wanted = references.normalise(request.GET.get("q", ""))
    if references.is_valid(wanted, "DSP"):
        stores = access.storefronts_of(request.user, *door.ROLES)
        found = Dispute.objects.filter(reference=wanted, storefront_id__in=stores)
        if found.exclude(Q(buyer_id=request.user.pk) | Q(seller_id=request.user.pk)).exists():
            return redirect("mediation:case", reference=wanted)
    return render(request, "desk/disputes/queue.html", {"rail": door.rail(request)})


@access.team_required(*door.ROLES)
@never_cache
@require_GET
def next_case(request: HttpRequest) -> HttpResponse:
    """The case to work on next."""
    stores = access.storefronts_of(request.user, *door.ROLES)
    wanted = references.normalise(request.GET.get("after", ""))
    known = Dispute.objects.filter(reference=wanted) if references.is_valid(wanted, "DSP") else None
    after = known.first() if known is not None else None
    found = cases.next_case(stores, request.user, after)
    if found is None:
        messages.info(request, _("No other case waits for a mediator."))
        return redirect("mediation:queue")
    return redirect("mediation:case", reference=found.reference)
