"""Who may open a page: decorators for views. What is not a person's to see does not exist for them (404)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import actors, second_factor

View = Callable[..., HttpResponse]

signed_in = login_required
"""Visitors are sent to sign in and come back to the page they wanted."""


def team_required(*roles: str) -> Callable[[View], View]:
    """Open to holders of one of these staff roles on any storefront (of any role, where none is named).

    Visitors are sent to sign in; everybody else gets 404, so that the desk does not show itself. Which cases
    a member of the team sees is the selector's to decide.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return login_required(view)(request, *args, **kwargs)
            if not holds(request.user, *roles):
                raise Http404
            if second_factor.needed(request.user) and not second_factor.is_done(request):
                return redirect(second_factor.way(request))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def holds(user: Any, *roles: str) -> bool:
    """True where the person holds one of these roles, or any, on some storefront."""
    held = roles_of(user)
    return bool(held & set(roles)) if roles else bool(held)


def roles_of(user: Any) -> frozenset[str]:
    """All staff roles of a person, of every storefront together; read once a request."""
    return frozenset[str]().union(*actors.roles_by_storefront(user).values())


def storefronts_of(user: Any, *roles: str) -> list[int]:
    """Keys of the storefronts on which the person holds one of these roles (any role, where none is named)."""
    held = actors.roles_by_storefront(user)
    return sorted(key for key, own in held.items() if not roles or own & set(roles))
