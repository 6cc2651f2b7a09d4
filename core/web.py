"""What every form of ours does: take effect once, and turn a refusal into a status."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

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
