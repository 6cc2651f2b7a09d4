"""Coupons of a storefront: what was promised, where its value is now, and taking one back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import access
from accounts.actors import actor_for
from core import cases, clock, web
from core.actors import StaffRole
from core.errors import Refused
from core.transitions import why_not
from coupons import selectors, services
from coupons.models import Coupon
from coupons.states import Account, CouponState
from desk.views import scope

PAGE = 50


@access.team_required(StaffRole.ADMIN)
@require_GET
def coupons(request: HttpRequest) -> HttpResponse:
    """Totals for each currency, and the coupons, those that moved last on top. Codes are never shown here."""
    front = scope.storefront(request)
    state, query = request.GET.get("state", ""), request.GET.get("q", "").replace("\0", "")[:120]
    found = selectors.listed(front, state, query.strip())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    actor = actor_for(request.user, front.pk, "coupons")
    rows = [
        {"coupon": coupon, "open": why_not(coupon, "revoke", actor) is None}
        for coupon in cases.present(page.object_list, clock.now())
    ]
    context = {
        **scope.shown(request, front), "rows": rows, "page": page, "query": query, "state": state,
        "states": CouponState.choices, "balances": [_balance(row) for row in selectors.balances(front)],
        "accounts": [label for value, label in Account.choices if value != Account.MARKETPLACE],
    }  # fmt: skip
    return render(request, "desk/coupons.html", context)


def _balance(row: selectors.Balance) -> dict[str, Any]:
    labels = dict(Account.choices)
    parts = [{"label": labels[name], "amount": amount} for name, amount in row.by_account.items()]
    return {"currency": row.currency, "given": row.given, "parts": parts, "sound": row.balances}


@access.team_required(StaffRole.ADMIN)
@require_POST
def revoke(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a coupon back; its owner reads the reason."""
    keys = access.storefronts_of(request.user, StaffRole.ADMIN)
    coupon: Coupon = selectors.get_coupon(keys, reference)
    slug = coupon.storefront.slug
    back = f"{reverse('desk:coupons')}?{urlencode({'storefront': slug})}"
    actor = actor_for(request.user, coupon.storefront_id, "coupons")

    def act() -> str:
        services.revoke_coupon(
            coupon_id=coupon.pk, reason=request.POST.get("reason", ""), actor=actor
        )
        return back

    try:
        web.once(request, act)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The coupon was taken back, and its owner was told why."))
    return redirect(back)
