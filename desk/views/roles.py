"""Who may do what on a storefront: given, taken back, and every change with its event."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import access, services
from accounts.actors import actor_for
from accounts.models import RoleGrant, User
from appeals import services as appeals
from core.actors import StaffRole
from core.errors import Refused
from core.models import Event, Storefront
from desk.forms import RoleForm
from desk.views import scope
from disputes import services as disputes

LATEST = 30
CHANGES: dict[str, Any] = {
    "role_granted": _lazy("%(role)s given to %(person)s"),
    "role_revoked": _lazy("%(role)s taken from %(person)s"),
}


@access.team_required(StaffRole.ADMIN)
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Everybody with a role on the storefront, and the latest changes."""
    return _page(request, scope.storefront(request), RoleForm())


def _page(
    request: HttpRequest, storefront: Storefront, form: RoleForm, status: int = 200
) -> HttpResponse:
    grants = RoleGrant.objects.filter(storefront=storefront).select_related("user")
    context = {
        **scope.shown(request, storefront),
        "form": form,
        "grants": grants.order_by("user__name", "user_id", "role"),
        "changes": _changes(storefront),
    }
    return render(request, "desk/roles.html", context, status=status)


def _changes(storefront: Storefront) -> list[dict[str, Any]]:
    """The latest grants and revocations in words, newest first."""
    rows = Event.objects.filter(subject=f"roles:{storefront.slug}").select_related("actor")
    events = list(rows.order_by("-seq")[:LATEST])
    people = User.objects.in_bulk({event.data["user"] for event in events})
    labels = dict(StaffRole.choices)
    return [
        {
            "event": event,
            "what": CHANGES[event.name]
            % {
                "role": labels.get(event.data["role"], event.data["role"]),
                "person": people[event.data["user"]],
            },
        }
        for event in events
        if event.name in CHANGES and event.data["user"] in people
    ]


@access.team_required(StaffRole.ADMIN)
@require_POST
def grant(request: HttpRequest) -> HttpResponse:
    """Give somebody a role."""
    storefront, form = scope.storefront(request), RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, storefront, form, status=422)
    try:
        made = services.grant_role(
            storefront_id=storefront.pk, user_id=form.person.pk, role=form.cleaned_data["role"],
            reason=form.cleaned_data["reason"], actor=actor_for(request.user, storefront.pk, "roles"),
        )  # fmt: skip
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, storefront, form, status=422)
    facts = {"person": form.person, "role": made.get_role_display()}
    messages.success(request, _("%(person)s holds the role now: %(role)s.") % facts)
    return scope.back("desk:roles", storefront)


@access.team_required(StaffRole.ADMIN)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a role back; the cases that a mediator held go back to the queue at once."""
    held = RoleGrant.objects.filter(pk=pk).first()
    storefront = scope.storefront(request) if held is None else _own(request, held.storefront_id)
    actor = actor_for(request.user, storefront.pk, "roles")
    try:
        gone = services.revoke_role(
            grant_id=pk, actor=actor, reason=request.POST.get("reason", "")[: services.REASON_MAX]
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return scope.back("desk:roles", storefront)
    facts = {"person": gone.user, "role": gone.get_role_display()}
    messages.success(request, _("%(person)s holds this role no more: %(role)s.") % facts)
    if gone.role == StaffRole.MEDIATOR:
        _say_released(request, disputes.release_unheld(mediator_id=gone.user_id))
    if gone.role == StaffRole.REVIEWER and appeals.release_unheld():
        messages.info(request, _("The complaint that they had in hand went back to the queue."))
    return scope.back("desk:roles", storefront)


def _say_released(request: HttpRequest, count: int) -> None:
    if count:
        words = ngettext(
            "%(n)d case went back to the queue, and its time to be taken starts anew.",
            "%(n)d cases went back to the queue, and their time to be taken starts anew.",
            count,
        )
        messages.info(request, words % {"n": count})


def _own(request: HttpRequest, storefront_id: int) -> Storefront:
    found = next((f for f in scope.storefronts(request) if f.pk == storefront_id), None)
    if found is None:
        raise Http404
    return found
