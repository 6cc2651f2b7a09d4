"""What every page of an order does first: sign-in, method, order, and who the reader is to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import kept
from core.actors import Actor
from orders import reading, selectors
from orders.models import Order

View = Callable[..., HttpResponse]


def signed_in(*methods: str) -> Callable[[View], View]:
    """A page for people who are signed in; these methods only; never kept by a browser or proxy.

    What was typed when the session had ended comes back after signing in.
    """

    def decorate(view: View) -> View:
        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated:
                response = view(request, *args, **kwargs)
            else:
                if "GET" in methods:
                    kept.keep(request, request.path)
                response = redirect_to_login(request.get_full_path())
            add_never_cache_headers(response)
            return response

        return guarded

    return decorate


read = signed_in("GET", "HEAD")
form = signed_in("GET", "HEAD", "POST")
post = signed_in("POST")


@dataclass(frozen=True, slots=True)
class Reader:
    """A person at the page of an order, as buyer, seller or administrator."""

    order: Order
    actor: Actor
    side: str

    @property
    def url(self) -> str:
        return reverse("orders:order", args=[self.order.reference])

    @property
    def crumbs(self) -> list[dict[str, Any]]:
        """Where the page is: the list that the reader came from, then the order."""
        if self.side == reading.SELLER:
            return [{"label": _("Sales"), "url": reverse("orders:sold")}]
        return [{"label": _("My orders"), "url": reverse("orders:list")}]


def reader_of(request: HttpRequest, reference: str) -> Reader:
    """The order for this person; 404 for strangers."""
    user: Any = request.user
    order = selectors.get_order(user, reference)
    if order.buyer_id == user.pk:
        return Reader(order, Actor.person(user.pk, why="buyer of the order"), reading.BUYER)
    if order.seller_id == user.pk:
        return Reader(order, Actor.person(user.pk, why="seller of the order"), reading.SELLER)
    roles = frozenset(
        user.staff_roles.filter(storefront_id=order.storefront_id).values_list("role", flat=True)
    )
    return Reader(order, Actor.person(user.pk, roles, "administrator"), reading.STAFF)
