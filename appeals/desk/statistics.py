"""What became of decisions, per reason and per mediator: counts first, and no rate below five."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import access
from appeals import outcomes
from core.actors import StaffRole

READERS = (StaffRole.LEAD, StaffRole.ADMIN)


@access.team_required(*READERS)
@never_cache
@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """The two tables."""
    stores = access.storefronts_of(request.user, *READERS)
    context = {
        "by_reason": outcomes.by_reason(stores), "by_mediator": outcomes.by_mediator(stores),
        "least": outcomes.LEAST, "days": outcomes.DAYS,
    }  # fmt: skip
    return render(request, "desk/complaints/statistics.html", context)
