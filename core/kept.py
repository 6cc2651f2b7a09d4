"""What somebody typed when the session had ended: carried through signing in, to the form it was meant for.

A POST by nobody is not done and not lost: its texts go into the new, anonymous session (which survives signing in)
and the form shows them again. Files cannot be carried, so the page names those that were not sent. Bounded in size
and time; one form per session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

KEY = "kept_form"
MOST_BYTES = 100_000
MOST_FILES = 20
SECONDS = 3600
NOT_TEXT = frozenset({"csrfmiddlewaretoken", "form_key"})


@dataclass(frozen=True, slots=True)
class Found:
    """What was put aside for a page: texts by field, the names of files that were not sent, and of which form.

    `every` has all values of each field, for fields that may be ticked more than once.
    """

    texts: dict[str, Any] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    form: str = ""
    every: QueryDict = field(default_factory=QueryDict)


def came_from(request: HttpRequest) -> str:
    """The page of ours whose form was sent, for addresses that only take forms."""
    url = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
    return urlsplit(url).path if url and ours else "/"


def keep(
    request: HttpRequest, path: str, form: str = "", *, named: Callable[[str], str] = str
) -> None:
    """Put the typed texts of a POST aside, under the address of the page that shows its form.

    `form` tells the forms of that page apart, where it has several; `named` makes the name of a file fit to
    be shown.
    """
    if request.method != "POST":
        return
    texts = {name: values for name, values in request.POST.lists() if name not in NOT_TEXT}
    if sum(len(v.encode()) for values in texts.values() for v in values) > MOST_BYTES:
        texts = {}
    files = [named(f.name) for sent in dict(request.FILES.lists()).values() for f in sent if f.name]
    if texts or files:
        kept = {"path": path, "at": int(time()), "texts": texts, "files": files[:MOST_FILES]}
        kept["form"] = form
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
    plain = {name: texts[name] for name in texts}
    return Found(plain, list(held.get("files", ())), str(held.get("form", "")), texts)


def shown(held: Found) -> dict[str, Any]:
    """The same for the context of a page: whether there are texts, and the names of files in a row."""
    return {"kept_text": bool(held.texts), "lost_files": ", ".join(held.files)}
