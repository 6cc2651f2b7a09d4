"""The reviewers' queue. Nobody picks: the portal gives the most urgent complaint that a reviewer may have."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import access
from accounts.actors import actor_for
from appeals import policies, services
from appeals.desk import door
from core import web
from core.actors import StaffRole
from core.errors import Refused


@access.team_required(*policies.READERS)
@never_cache
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The list alone."""
    return render(request, "desk/complaints/queue.html", {"rail": door.rail(request)})


@access.team_required(StaffRole.REVIEWER)
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw the next complaint, once per form."""

    def act() -> str:
        for storefront_id in access.storefronts_of(request.user, StaffRole.REVIEWER):
            actor = actor_for(request.user, storefront_id, "desk")
            drawn = services.draw_complaint(storefront_id=storefront_id, actor=actor)
            if drawn is not None:
                return reverse("reviews:case", args=[drawn.reference])
        raise Refused(_("No complaint waits that you may review."), "none")

    try:
        address = web.once(request, act)
    except Refused as refused:
        messages.info(request, str(refused))
        return redirect("reviews:queue")
    messages.success(request, _("This complaint is yours."))
    return redirect(address)
