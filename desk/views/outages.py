"""An outage of the portal is declared once it is over; whoever lost time gets it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.actors import actor_for
from core import outages as services
from core import tasks
from core.actors import StaffRole
from core.errors import Refused
from desk.forms import OutageForm
from desk.views import scope

LATEST = 50


@access.team_required(StaffRole.ADMIN)
@require_http_methods(["GET", "POST"])
def outages(request: HttpRequest) -> HttpResponse:
    """The form and what was declared before. The first POST says what will happen; the second declares it."""
    front = scope.storefront(request)
    form = OutageForm(request.POST if request.method == "POST" else None)
    preview, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and "confirm" in request.POST:
            try:
                services.declare_outage(
                    storefront_id=front.pk, actor=actor_for(request.user, front.pk, "outages"),
                    began_at=form.cleaned_data["began"], ended_at=form.cleaned_data["ended"],
                    note=form.cleaned_data["note"],
                )  # fmt: skip
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                tasks.nudge(tasks.give_back)
                messages.success(
                    request, _("Declared. The clocks are being extended; each party is told.")
                )
                return scope.back("desk:outages", front)
        elif form.is_valid():
            preview, status = form.cleaned_data, 200
    context = {
        **scope.shown(request, front),
        "form": form,
        "preview": preview,
        "declared": front.outages.select_related("author")[:LATEST],
    }
    return render(request, "desk/outages.html", context, status=status)
