"""The way around the desk, for the roles that the person holds."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import access
from core.actors import StaffRole

CASEWORK = {StaffRole.MEDIATOR, StaffRole.ADMIN}
SECOND_INSTANCE = {StaffRole.REVIEWER, StaffRole.LEAD, StaffRole.ADMIN}
PLACES: tuple[tuple[str, Any, set[StaffRole]], ...] = (
    ("mediation:queue", lambda: _("Disputes"), CASEWORK),
    ("reviews:queue", lambda: _("Complaints"), SECOND_INSTANCE),
    ("desk:settlements", lambda: _("Bank files"), {StaffRole.ADMIN}),
    ("desk:stuck", lambda: _("Stuck"), {StaffRole.ADMIN}),
    ("desk:coupons", lambda: _("Coupons"), {StaffRole.ADMIN}),
    ("desk:roles", lambda: _("Roles"), {StaffRole.ADMIN}),
    ("desk:log", lambda: _("Audit log"), {StaffRole.ADMIN}),
    ("desk:policy", lambda: _("Policy"), {StaffRole.ADMIN}),
    ("desk:outages", lambda: _("Outages"), {StaffRole.ADMIN}),
    ("desk:storefront", lambda: _("Storefront"), {StaffRole.ADMIN}),
    ("admin:index", lambda: _("Plain data"), {StaffRole.ADMIN}),
)


def desk(request: HttpRequest) -> dict[str, Any]:
    """On pages below /desk/: its own navigation in the place of the portal's."""
    user = getattr(request, "user", None)
    home = reverse("desk:home")
    if not request.path.startswith(home) or user is None or not user.is_authenticated:
        return {}
    roles = access.roles_of(user)
    nav = [
        {"label": label(), "url": reverse(name), "current": request.path.startswith(reverse(name))}
        for name, label, wanted in PLACES
        if roles & wanted
    ]
    return {"nav": [*nav, {"label": _("Portal"), "url": "/"}], "brand_note": _("Desk")}
