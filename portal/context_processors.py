"""The frame of every page: where one can go, what waits there, and who is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts import access
from disputes.selectors import turns
from disputes.states import Party
from notifications import selectors as notices
from orders.models import Store


def frame(request: HttpRequest) -> dict[str, Any]:
    """Navigation, the person, the foot. Asked of the database only where a template shows it."""
    user = getattr(request, "user", None)
    if user is None or request.path.startswith("/admin/"):
        return {}
    return {
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "nav_user": SimpleLazyObject(lambda: person(user)),
        "footer_links": SimpleLazyObject(foot),
        "zone_url": address("accounts:profile") if user.is_authenticated else "",
    }


def address(name: str) -> str:
    """The address of a page, or none where its app is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """For sellers inbox and sales; orders and disputes with what waits for the person; the desk of staff."""
    user: Any = request.user
    if not user.is_authenticated:
        return []
    needed = turns.needs(user)
    places: list[tuple[str, str, int]] = []
    if Store.objects.filter(owner=user).exists():
        places = [
            (_("Inbox"), "disputes:inbox", needed[Party.SELLER]),
            (_("Sales"), "orders:sold", 0),
        ]
    places += [
        (_("Orders"), "orders:list", 0),
        (_("Disputes"), "disputes:list", needed[Party.BUYER]),
    ]
    places.append((_("Coupons"), "coupons:list", 0))
    if access.roles_of(user):
        places.append((_("Desk"), "desk:home", 0))
    shown = [
        {"label": label, "url": address(name), "count": count} for label, name, count in places
    ]
    here = max(
        (p["url"] for p in shown if p["url"] and request.path.startswith(str(p["url"]))),
        key=lambda url: len(str(url)),
        default="",
    )
    return [
        place | {"current": bool(here) and place["url"] == here} for place in shown if place["url"]
    ]


def person(user: Any) -> dict[str, Any]:
    if not user.is_authenticated:
        return {}
    return {
        "name": str(user), "url": address("accounts:profile"), "notices_url": address("notifications:notices"),
        "unread": notices.unread_count(user),
    }  # fmt: skip


def foot() -> list[dict[str, str]]:
    links = [
        (_("Resolution centre"), "portal:home"),
        (_("Help"), "help:index"),
        (_("The rules and their clocks"), "portal:rules"),
    ]
    return [{"label": label, "url": url} for label, name in links if (url := address(name))]
