"""The help pages: an index with a search, a page, and the question whether it helped."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import web
from core.errors import Refused
from core.models import Storefront
from help import reading, services
from help import search as finding
from help.models import NOTE_MAX
from help.pages import ALL, BY_SLUG, GROUPS, Page

ANSWERED = "help_answered"
"""In the session: the pages about which it has answered."""


def _page(slug: str) -> Page:
    if slug not in BY_SLUG:
        raise Http404
    return BY_SLUG[slug]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All pages by who needs them; with `q` the sections that answer it."""
    query = request.GET.get("q", "").replace("\0", "").strip()[: finding.LONGEST]
    policy = Storefront.default().current_policy()
    context: dict[str, Any] = {
        "query": query, "longest": finding.LONGEST,
        "hits": finding.search(query, policy) if query else [],
        "groups": [(group, [page for page in ALL if page.group == group]) for group in GROUPS],
    }  # fmt: skip
    return render(request, "help/index.html", context)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One page with the numbers of today's policy."""
    return _shown(request, _page(slug))


def _shown(
    request: HttpRequest, found: Page, *, error: str = "", status: int = 200
) -> HttpResponse:
    policy = Storefront.default().current_policy()
    crumbs = [
        {"label": _("Help"), "url": reverse("help:index")},
        {"label": found.title},
    ]
    context = {
        "page": found, "crumbs": crumbs, "version": policy, "sections": reading.sections(found, policy),
        "beside": [BY_SLUG[slug] for slug in found.beside], "longest": finding.LONGEST,
        "answered": found.slug in request.session.get(ANSWERED, []), "error": error, "note_max": NOTE_MAX,
    }  # fmt: skip
    return render(request, "help/page.html", context, status=status)


@require_POST
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep whether the page helped, once for each session; then back to the page."""
    found, said = _page(slug), request.POST.get("helpful", "")
    if said not in ("yes", "no"):
        return _shown(request, found, error=_("Choose yes or no."), status=422)
    given = request.session.get(ANSWERED, [])
    back = redirect(f"{reverse('help:page', args=[slug])}#helpful")
    if slug in given:
        return back
    if not request.session.session_key:
        request.session.create()
    try:
        services.say(
            page=slug, helpful=said == "yes", note=request.POST.get("note", ""),
            session_key=str(request.session.session_key), address=web.client_address(request),
        )  # fmt: skip
    except services.TooMany as refused:
        return _shown(request, found, error=str(refused), status=429)
    except Refused as refused:
        return _shown(request, found, error=str(refused), status=422)
    request.session[ANSWERED] = [*given, slug]
    messages.success(request, _("Thank you. Those who write these pages read it."))
    return back
