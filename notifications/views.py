"""The person's notices, and the choice of mails."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications import forms, rendering, selectors, services

PAGE = 25


@login_required
@never_cache
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Everything that the person was told, the newest first."""
    unread_only = request.GET.get("show") == "unread"
    rows = selectors.notices_of(request.user)
    rows = rows.filter(read_at=None) if unread_only else rows
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    with timezone.override(rendering.zone_of(request.user)):
        shown = [{"notice": row, "message": rendering.render(row)} for row in page]
        context: dict[str, Any] = {"page": page, "shown": shown, "unread_only": unread_only}
        context["newest"] = selectors.notices_of(request.user).first()
        return render(request, "notifications/notices.html", context)


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Marks one notice as read and goes to the page that it is about, or stays in the list."""
    form = forms.ReadForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    notice = selectors.get_notice(request.user, form.cleaned_data["notice"])
    services.mark_read(user_id=cast(int, request.user.pk), notice_id=notice.pk)
    path = rendering.render(notice).path if "open" in request.POST else ""
    return redirect(path or "notifications:notices")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks everything as read that the person had before them; what came since stays new."""
    form = forms.ReadForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    services.mark_all_read(user_id=cast(int, request.user.pk), up_to=form.cleaned_data["notice"])
    return redirect("notifications:notices")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Which mails the person wants, beside those with legal weight."""
    asked: dict[str, Any] = {"team": getattr(request.user, "is_team", False)}
    form = forms.PreferencesForm(initial={"groups": selectors.wanted_groups(request.user)}, **asked)
    if request.method == "POST":
        form = forms.PreferencesForm(request.POST, **asked)
        if form.is_valid():
            services.choose_mails(user_id=cast(int, request.user.pk), wanted=form.wanted())
            messages.success(request, _("Saved. Mails with legal weight still come."))
            return redirect("notifications:preferences")
    return render(request, "notifications/preferences.html", {"form": form})
