"""What readers said about the help pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import access
from core.actors import StaffRole
from desk.views import scope
from help import selectors


@access.team_required(StaffRole.ADMIN)
@require_GET
def answers(request: HttpRequest) -> HttpResponse:
    """Yes and no for each page, the one that helped least on top; and the lines that readers wrote."""
    front = scope.storefront(request)
    context = {
        **scope.shown(request, front), "tallies": selectors.tallies(front.pk),
        "notes": selectors.notes(front.pk), "latest": selectors.LATEST,
    }  # fmt: skip
    return render(request, "desk/help.html", context)
