"""Which storefront a page of administrators is about, where they hold the role on several."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts import access
from core.actors import StaffRole
from core.models import Storefront


def storefronts(request: HttpRequest) -> list[Storefront]:
    """Those that the reader administers."""
    keys = access.storefronts_of(request.user, StaffRole.ADMIN)
    return list(Storefront.objects.filter(pk__in=keys).order_by("pk"))


def storefront(request: HttpRequest) -> Storefront:
    """The one that the form or the address names, else the first; 404 for one that is not the reader's."""
    known = storefronts(request)
    wanted = request.POST.get("storefront") or request.GET.get("storefront") or known[0].slug
    found = next((front for front in known if front.slug == wanted), None)
    if found is None:
        raise Http404
    return found


def shown(request: HttpRequest, current: Storefront) -> dict[str, Any]:
    """For the page: the storefront, and the others to change to."""
    return {
        "storefront": current,
        "storefronts": [
            {"label": front.name, "url": f"?storefront={front.slug}", "current": front == current}
            for front in storefronts(request)
        ],
    }


def back(name: str, current: Storefront) -> HttpResponse:
    """To the page of the same storefront."""
    return redirect(f"{reverse(name)}?{urlencode({'storefront': current.slug})}")
