"""The bar on top of each page of the demo: who you are, what time it is there, and how to leap ahead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from core import clock, deadlines
from demo.accounts import FACES, Face

LEAPS = {
    "hour": (timedelta(hours=1), _("+1 hour")),
    "2days": (timedelta(days=2), _("+2 days")),
    "15days": (timedelta(days=15), _("+15 days")),
}
NEXT = "next"


def demo_bar(request: HttpRequest) -> dict[str, Any]:
    """Context processor; the bar is worked out only on pages that show it."""
    return {"demo_bar": SimpleLazyObject(lambda: bar(request))}


def bar(request: HttpRequest) -> dict[str, Any]:
    """What the bar shows to this reader."""
    user = getattr(request, "user", None)
    email = getattr(user, "email", "")
    now, due = clock.now(), deadlines.next_due()
    return {
        "faces": [{"face": face, "here": face.email == email} for face in FACES],
        "who": next((face for face in FACES if face.email == email), None),
        "user": user if user is not None and user.is_authenticated else None,
        "now": now,
        "leaps": [(name, label) for name, (_by, label) in LEAPS.items()],
        "next_in": max(due - now, timedelta(minutes=1)) if due else None,
        "here": request.get_full_path() if request.method == "GET" else "/",
    }


def home_of(face: Face) -> str:
    """The page on which this role's work begins."""
    for name in face.homes:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return "/"
