"""What somebody typed when the session had ended: carried through signing in, to the form it was meant for.

A POST by nobody is not done and not lost: its texts go into the new, anonymous session (which survives signing in)
and the form shows them again. Files cannot be carried. Bounded in size and time; one form per session.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from time import time
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

KEY = "kept_form"
MOST_BYTES = 100_000
SECONDS = 3600
NOT_TEXT = frozenset({"csrfmiddlewaretoken", "form_key"})

View = Callable[..., HttpResponse]


def signed_in(*methods: str) -> Callable[[View], View]:
    """A page of a case: these methods only, for people who are signed in, never kept by a browser or proxy."""

    def decorate(view: View) -> View:
        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated:
                response = view(request, *args, **kwargs)
            else:
                keep(request)
                response = redirect_to_login(
                    request.get_full_path() if "GET" in methods else came_from(request)
                )
            add_never_cache_headers(response)
            return response

        return guarded

    return decorate


read = signed_in("GET", "HEAD")
form = signed_in("GET", "HEAD", "POST")
post = signed_in("POST")


def came_from(request: HttpRequest) -> str:
    """The page of ours whose form was sent, for addresses that only take forms."""
    url = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
    return urlsplit(url).path if url and ours else "/"


def keep(request: HttpRequest) -> None:
    """Put the typed texts of a POST aside, under the address that they were meant for."""
    if request.method != "POST":
        return
    texts = {name: values for name, values in request.POST.lists() if name not in NOT_TEXT}
    if texts and sum(len(v.encode()) for values in texts.values() for v in values) <= MOST_BYTES:
        request.session[KEY] = {"path": request.path, "at": int(time()), "texts": texts}


def texts_of(request: HttpRequest) -> dict[str, Any]:
    """What was put aside for this address, as the initial values of its form; empty where there is nothing."""
    texts = take(request)
    return {name: texts[name] for name in texts} if texts else {}


def take(request: HttpRequest) -> QueryDict | None:
    """What was put aside for this very address, once; None where there is nothing."""
    found = request.session.get(KEY)
    if not found or found["path"] != request.path:
        return None
    del request.session[KEY]
    if time() - found["at"] > SECONDS:
        return None
    texts = QueryDict(mutable=True)
    for name, values in found["texts"].items():
        texts.setlist(name, values)
    return texts
