"""Pages of the desk that belong to no single case."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import access
from core.actors import StaffRole

HOMES: tuple[tuple[str, set[StaffRole]], ...] = (
    ("mediation:queue", {StaffRole.MEDIATOR}),
    ("reviews:queue", {StaffRole.REVIEWER, StaffRole.LEAD}),
    ("desk:stuck", {StaffRole.ADMIN}),
)
"""Where somebody's day begins: the first line of which they hold a role."""


@access.team_required()
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the desk for this person: the queue, or what an admin watches."""
    roles = access.roles_of(request.user)
    for name, wanted in HOMES:
        if roles & wanted:
            return redirect(name)
    messages.info(request, _("Your role has no page at the desk yet."))
    return redirect("portal:home")
