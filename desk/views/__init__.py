"""Pages of the desk that belong to no single case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import access
from core.actors import StaffRole


@access.team_required()
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the desk for this person: the queue, or what an admin watches."""
    casework = {StaffRole.MEDIATOR, StaffRole.REVIEWER, StaffRole.LEAD}
    return redirect("mediation:queue" if access.roles_of(request.user) & casework else "desk:stuck")
