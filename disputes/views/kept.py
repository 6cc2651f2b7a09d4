"""Pages of a case for people who are signed in; what was typed when the session had ended is kept (`core.kept`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.kept import Found, came_from, found, keep, shown
from disputes.views import common
from evidence import names

__all__ = ["Found", "came_from", "form", "found", "keep", "post", "read", "shown", "signed_in"]

View = Callable[..., HttpResponse]


def signed_in(*methods: str, page: Callable[..., str] | None = None) -> Callable[[View], View]:
    """A page of a case: these methods only, for people who are signed in, never kept by a browser or proxy.

    An address that only takes forms names the `page` whose form it takes, from its own arguments.
    """

    def decorate(view: View) -> View:
        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated:
                response = view(request, *args, **kwargs)
            else:
                back = page(*args, **kwargs) if page else ""
                way = request.get_full_path() if "GET" in methods else came_from(request)
                response = _signed_out(request, back or request.path, back or way)
            add_never_cache_headers(response)
            return response

        return guarded

    return decorate


def _signed_out(request: HttpRequest, path: str, way: str) -> HttpResponse:
    """Keep what was typed, and sign in first; a script, which still holds its files, is told what to do."""
    script = common.wants_json(request)
    if not (script and request.FILES):
        keep(request, path, named=names.shown)
    if not script:
        return redirect_to_login(way)
    why = _("You were signed out. Sign in again in another tab, then try again.")
    return common.not_done(why, status=401, again=True)


read = signed_in("GET", "HEAD")
form = signed_in("GET", "HEAD", "POST")


def post(page: Callable[..., str]) -> Callable[[View], View]:
    """An address that takes the form of this page, and leads back there."""
    return signed_in("POST", page=page)
