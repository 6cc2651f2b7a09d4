"""One's own account: profile, and what the footer of every page switches."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access
from accounts.forms import ProfileForm
from accounts.models import User
from core import languages

THEME_COOKIE = "recourse_theme"
YEAR = 365 * 24 * 3600


def back_to(request: HttpRequest) -> str:
    """The page of ours that the form names, else the home page."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else "/"


def keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language and time zone; the answer comes in the language just chosen."""
    assert isinstance(request.user, User)
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        language = languages.offered(user.language)
        with override(language):
            messages.success(request, _("Your profile was saved."))
        response = redirect("accounts:profile")
        keep(response, settings.LANGUAGE_COOKIE_NAME, language)
        return response
    status = 422 if form.is_bound else 200
    return render(request, "accounts/profile.html", {"form": form}, status=status)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device; kept in a cookie that the server reads, so no page flashes."""
    response = redirect(back_to(request))
    chosen = request.POST.get("theme", "")
    if chosen in ("light", "dark"):
        keep(response, THEME_COOKIE, chosen)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The page's language: kept in the profile of who is signed in, and in a cookie for visitors."""
    response = redirect(back_to(request))
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        keep(response, settings.LANGUAGE_COOKIE_NAME, chosen)
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
    return response
