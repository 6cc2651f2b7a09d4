"""The second factor that staff sign in with: whether this session has it, and where to get it.

A grant of any role, or the right to open the administration, gives power over other people's cases on every
page. So the rule holds on every page but those of the account itself.
"""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def needed(user: Any) -> bool:
    """True for staff, wherever the installation asks for it (production always does)."""
    return bool(settings.STAFF_SECOND_FACTOR and (user.is_staff or user.is_team))


def is_done(request: HttpRequest) -> bool:
    """True where this very session was opened, or strengthened since, with a second factor.

    A browser that was trusted before does not count: staff show their factor in each session.
    """
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def has_one(user: Any) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def way(request: HttpRequest) -> str:
    """Where a staff member goes next: to set one up, or to show the one there is, and then back to the page."""
    if not has_one(request.user):
        return reverse("mfa_activate_totp")
    back = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}"


def record(request: HttpRequest, user: Any, kind: str) -> None:
    """Write into the session that the person has shown a second factor."""
    record_authentication(request, user, "mfa", type=kind)


def _proven_by_setting_up(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    """Who has just set up an app or a passkey has typed its code or used it: that counts."""
    if request.user == user and authenticator.type in FACTORS:
        record(request, user, str(authenticator.type))


authenticator_added.connect(_proven_by_setting_up, dispatch_uid="accounts.second_factor")
