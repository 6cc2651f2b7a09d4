"""What every page shows of the notices: how many are unread."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from notifications import selectors


def unread(request: HttpRequest) -> dict[str, Any]:
    """`unread_notices` for the templates: one small query, and only where a template asks."""
    user = getattr(request, "user", None)
    count = SimpleLazyObject(lambda: selectors.unread_count(user) if user else 0)
    return {"unread_notices": count}
