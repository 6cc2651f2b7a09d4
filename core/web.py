"""What every form of ours does: take effect once, and turn a refusal into a status."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core import idempotency
from core.errors import CaseChanged, NotAllowed, Refused, TimeIsUp

_KEY = re.compile(r"[0-9A-Za-z-]{1,64}")


def form_key(request: HttpRequest) -> str:
    """The key that the form carried; nothing where it carries none that we could have written."""
    key = request.POST.get("form_key", "")
    return key if _KEY.fullmatch(key) else ""


def kept_key(request: HttpRequest) -> dict[str, Any]:
    """For the page after a refused POST: the form keeps its key, because it was not used."""
    key = form_key(request)
    return {"form_key": key} if key else {}


def scope_of(request: HttpRequest) -> str:
    """Where a form's key counts: this person at this address."""
    return f"{request.user.pk}:{request.path}"[:80]


def once(request: HttpRequest, act: Callable[[], str]) -> str:
    """Run a form's act once for its key, and return where to go; a repeat goes where the first one went."""
    return idempotency.once(scope_of(request), form_key(request), act)


def status_of(refusal: Refused) -> int:
    """409 where the case moved on, 403 where the person may not, 422 where the input is at fault."""
    if isinstance(refusal, CaseChanged | TimeIsUp):
        return 409
    return 403 if isinstance(refusal, NotAllowed) else 422


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks, as far as it can be believed; empty where nobody knows it.

    Each of our `TRUSTED_PROXIES` adds the address of who asked it at the right end of X-Forwarded-For; what
    stands further left was written by the client. Without trusted proxies the header counts for nothing.
    """
    seen = [str(request.META.get("REMOTE_ADDR", ""))]
    if settings.TRUSTED_PROXIES:
        told = request.headers.get("X-Forwarded-For", "").split(",")
        seen = [*filter(str.strip, told), *seen][-settings.TRUSTED_PROXIES - 1 :]
    try:
        return str(ip_address(seen[0].strip().strip("[]")))
    except ValueError:
        return ""
