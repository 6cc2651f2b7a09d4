"""A person's wallets: what is in each, and where it came from."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from orders import selectors
from orders.views import common

PAGE = 30


@common.read
def wallet(request: HttpRequest) -> HttpResponse:
    """The balance in each currency, and every refund that came in, with the balance after it."""
    history = selectors.wallet_history(request.user)
    context = {
        "wallets": selectors.wallets_of(request.user),
        "page": Paginator(history, PAGE).get_page(request.GET.get("page")),
        "crumbs": [
            {"label": _("My orders"), "url": reverse("orders:list")},
            {"label": _("Wallet")},
        ],
    }
    return render(request, "orders/wallet.html", context)
