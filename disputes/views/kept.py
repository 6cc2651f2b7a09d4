"""What somebody typed when the session had ended: carried through signing in, to the form it was meant for.

A POST by nobody is not done and not lost: its texts go into the new, anonymous session (which survives signing in)
and the form shows them again. Files cannot be carried, so the page names those that were not sent. Bounded in size
and time; one form per session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from time import time
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from disputes.views import common
from evidence import names

KEY = "kept_form"
MOST_BYTES = 100_000
MOST_FILES = 20
SECONDS = 3600
NOT_TEXT = frozenset({"csrfmiddlewaretoken", "form_key"})

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Found:
    """What was put aside for a page: texts by field, and the names of files that were not sent."""

    texts: dict[str, Any] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


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
        keep(request, path)
    if not script:
        return redirect_to_login(way)
    why = _("You were signed out. Sign in again in another tab, then try again.")
    return common.not_done(why, status=401, again=True)


read = signed_in("GET", "HEAD")
form = signed_in("GET", "HEAD", "POST")


def post(page: Callable[..., str]) -> Callable[[View], View]:
    """An address that takes the form of this page, and leads back there."""
    return signed_in("POST", page=page)


def came_from(request: HttpRequest) -> str:
    """The page of ours whose form was sent, for addresses that only take forms."""
    url = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
    return urlsplit(url).path if url and ours else "/"


def keep(request: HttpRequest, path: str) -> None:
    """Put the typed texts of a POST aside, under the address of the page that shows its form."""
    if request.method != "POST":
        return
    texts = {name: values for name, values in request.POST.lists() if name not in NOT_TEXT}
    if sum(len(v.encode()) for values in texts.values() for v in values) > MOST_BYTES:
        texts = {}
    files = [
        names.shown(f.name) for sent in dict(request.FILES.lists()).values() for f in sent if f.name
    ]
    if texts or files:
        kept = {"path": path, "at": int(time()), "texts": texts, "files": files[:MOST_FILES]}
        request.session[KEY] = kept


def found(request: HttpRequest) -> Found:
    """What was put aside for this very address, once; nothing where there is nothing."""
    held = request.session.get(KEY)
    if not held or held["path"] != request.path:
        return Found()
    del request.session[KEY]
    if time() - held["at"] > SECONDS:
        return Found()
    texts = QueryDict(mutable=True)
    for name, values in held["texts"].items():
        texts.setlist(name, values)
    return Found({name: texts[name] for name in texts}, list(held.get("files", ())))


def shown(held: Found) -> dict[str, Any]:
    """The same for the context of a page: whether there are texts, and the names of files in a row."""
    return {"kept_text": bool(held.texts), "lost_files": ", ".join(held.files)}
