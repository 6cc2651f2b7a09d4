"""What every answer and every session gets, whatever page it is."""

from collections.abc import Callable
from time import time
from typing import Any

import structlog
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from config import health
from core import references

Answer = Callable[[HttpRequest], HttpResponse]


class PolicyHeaders(CSPMiddleware):
    """Strict content policy everywhere; the admin of plain data runs Alpine, which needs a wider one.

    Pages of people who are signed in are never kept by a browser or a proxy.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path.startswith("/admin/"):
            wider = {
                "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
                "style-src": [SELF, UNSAFE_INLINE],
            }
            response._csp_update = wider  # type: ignore[attr-defined]
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
        )
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and "Cache-Control" not in response.headers:
            add_never_cache_headers(response)
        return super().process_response(request, response)


class CleanAddress:
    """Nothing lives at an address with a NUL: no reference and no file has one, and PostgreSQL takes none."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return self.get_response(request)


class Probes:
    """Answers a load balancer before anything looks at its host, its cookies, or a session."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = {"/health/live": health.live, "/health/ready": health.ready}.get(request.path_info)
        return probe(request) if probe else self.get_response(request)


class CaseInLog:
    """Every line that a request logs carries the reference of the case that its address names."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> None:
        reference = references.normalise(str(kwargs.get("reference", "")))
        if references.is_valid(reference):
            structlog.contextvars.bind_contextvars(case=reference)


class NeverBlank:
    """A person who is refused reads a page of ours, also where the code answers with a bare status.

    A browser asks for `text/html`; programs, and pictures in a page, get the status alone.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        asked = request.headers.get("Accept", "")
        if (
            answer.status_code in (400, 405)
            and not answer.streaming
            and not answer.content
            and request.method != "HEAD"
            and "text/html" in asked
        ):
            answer.content = render_to_string(f"{answer.status_code}.html", request=request)
            answer.headers["Content-Type"] = "text/html; charset=utf-8"
        return answer


class SessionEnds:
    """Ends a session that nobody used for `SESSION_IDLE_SECONDS`, or that is older than `SESSION_COOKIE_AGE`.

    The time of the last use is written once in five minutes at most, so a page costs no extra write.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            session, now = request.session, int(time())
            begun = session.setdefault("begun_at", now)
            seen = session.get("seen_at", now)
            if (
                now - seen > settings.SESSION_IDLE_SECONDS
                or now - begun > settings.SESSION_COOKIE_AGE
            ):
                logout(request)
            elif "seen_at" not in session or now - seen > 300:
                session["seen_at"] = now
        return self.get_response(request)
