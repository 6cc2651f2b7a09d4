"""A storefront's name and calendar, and which days of the coming months are not working days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.actors import actor_for
from core import calendars, clock, services
from core.actors import StaffRole
from core.models import Storefront
from desk.forms import StorefrontForm
from desk.views import scope

AHEAD = 180


@access.team_required(StaffRole.ADMIN)
@require_http_methods(["GET", "POST"])
def storefront(request: HttpRequest) -> HttpResponse:
    """The editor, beside the days off to which it leads."""
    front = scope.storefront(request)
    status, now = 200, {
        "name": front.name, "countries": ", ".join(front.countries), "zone": front.zone,
        "outside_bodies": front.outside_bodies,
    }  # fmt: skip
    form = StorefrontForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST":
        if form.is_valid():
            actor = actor_for(request.user, front.pk, "storefront editor")
            services.edit_storefront(storefront_id=front.pk, actor=actor, **form.cleaned_data)
            messages.success(request, _("Saved. No date that was promised before gets earlier."))
            return scope.back("desk:storefront", front)
        status = 422
    context = {**scope.shown(request, front), "form": form, "days_off": _days_off(front)}
    return render(request, "desk/storefront.html", context, status=status)


def _days_off(front: Storefront) -> list[tuple[date, str]]:
    """Holidays and closing days of the coming months that fall on no weekend, each with its name."""
    calendar, language = front.calendar(), get_language() or "en"
    today = timezone.localtime(clock.now(), calendar.zone).date()
    found = []
    for number in range(AHEAD):
        day = today + timedelta(days=number)
        off: Any = calendar.why_off(day) or {"kind": "weekend"}
        if off["kind"] == "holiday":
            found.append((day, calendars.holiday_name(off["country"], day, language) or off["why"]))
        elif off["kind"] == "closing":
            found.append((day, off["why"]))
    return found
