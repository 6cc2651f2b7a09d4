"""What each request knows about its reader: language, time zone, and the second factor of staff."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import second_factor
from core import languages

Answer = Callable[[HttpRequest], HttpResponse]
ZONE_COOKIE = "recourse_zone"
OWN_PAGES = ("/account/", "/static/", "/health/", "/demo/", "/favicon.ico")


def visitor_zone(request: HttpRequest) -> str:
    """The zone that the browser told us in a cookie; UTC where it told none that we know."""
    name = request.COOKIES.get(ZONE_COOKIE, "")
    return name if name in available_timezones() else "UTC"


class Reader:
    """Shows times in the reader's zone and words in the reader's language.

    Signed in: as the profile says, or English where that language is not offered. Visitors: language
    by cookie or by the browser's wish (Django's LocaleMiddleware, which ran before), zone by cookie.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            timezone.activate(user.tzinfo)
            translation.activate(languages.offered(user.language))
            request.LANGUAGE_CODE = translation.get_language()
        else:
            timezone.activate(ZoneInfo(visitor_zone(request)))
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


class SecondFactor:
    """Sends staff without a second factor in this session to set one up or to show it, before any page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and not request.path.startswith(OWN_PAGES)
            and second_factor.needed(user)
            and not second_factor.is_done(request)
        ):
            if not second_factor.has_one(user):
                messages.warning(
                    request,
                    _(
                        "Set up a second factor first: your role lets you act on other people's cases."
                    ),
                )
            return redirect(second_factor.way(request))
        return self.get_response(request)
