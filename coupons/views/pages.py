"""My coupons, and the choice of how many."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import cases, clock, kept, money, web
from core.actors import Actor
from core.errors import Refused
from core.transitions import why_not
from coupons import planning, selectors, services
from coupons.forms import ChooseForm
from coupons.models import Compensation, Coupon
from coupons.states import OPEN, CouponState

PAGE = 30
TONES = {CouponState.ISSUED: "money-in", CouponState.PROMISED: "act"}


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The person's coupons: what can be spent with its code and its end, what is promised, and what was."""
    now = clock.now()
    user_id = int(request.user.pk or 0)
    live = cases.present(
        selectors.coupons_of(user_id)
        .filter(state__in=sorted(OPEN))
        .order_by("state", "next_due_at", "pk"),
        now,
    )
    ended = selectors.coupons_of(user_id).exclude(state__in=sorted(OPEN))
    page = Paginator(ended.order_by("-ended_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "now": now, "sums": selectors.usable_sums(live), "page": page,
        "usable": [_row(coupon) for coupon in live if coupon.state == CouponState.ISSUED],
        "promised": _promised(live),
        "ended": [_row(coupon) for coupon in cases.present(page.object_list, now)],
    }  # fmt: skip
    return render(request, "coupons/list.html", context)


def _row(coupon: Coupon) -> dict[str, Any]:
    """A coupon in a list. One whose time is over says so from the clock, before any worker has looked."""
    over = coupon.state == CouponState.ISSUED and not coupon.is_usable
    state = CouponState.EXPIRED if over else CouponState(coupon.state)
    return {
        "coupon": coupon, "state": state, "label": state.label, "tone": TONES.get(state, ""), "over": over,
        "clock": None if over else selectors.clock_of(coupon), "code": "" if over else coupon.code,
    }  # fmt: skip


def _promised(live: list[Coupon]) -> list[dict[str, Any]]:
    """Compensations that are on their way, each with its coupons and whether they can still be chosen."""
    found: dict[Compensation, list[Coupon]] = {}
    for coupon in live:
        if coupon.is_promised:
            found.setdefault(coupon.compensation, []).append(coupon)
    return [
        {
            "made": made, "clock": selectors.clock_of(coupons[0]),
            "words": planning.words([c.value for c in coupons], made.currency),
            "url": reverse("coupons:choose", args=[made.reference]), "open": _can_choose(made, coupons),
        }
        for made, coupons in found.items()
    ]  # fmt: skip


def _can_choose(made: Compensation, coupons: list[Coupon]) -> bool:
    """Not where an administrator took a part of it back: the rest comes as it is."""
    owner = Actor.person(made.owner_id)
    return sum(coupon.value for coupon in coupons) == made.value and all(
        why_not(coupon, "split", owner) is None for coupon in coupons
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, reference: str) -> HttpResponse:
    """One coupon or several, until the day on which they are in the account; what was typed is kept."""
    if not request.user.is_authenticated:
        kept.keep(request, request.path)
        return redirect_to_login(request.path)
    made = selectors.get_compensation(request.user, reference)
    coupons = selectors.present_coupons(made)
    actor = Actor.person(int(request.user.pk or 0), why="owner")
    closed = next((no for c in coupons if (no := why_not(c, "split", actor)) is not None), None)
    if request.method != "POST" and closed is not None:
        messages.warning(request, _("Nothing can be chosen any more. Here is what counts."))
        return redirect("coupons:list")
    now = tuple(money.quantize(c.value, c.currency) for c in coupons)
    held = kept.found(request) if request.method != "POST" else kept.Found()
    form = ChooseForm(
        request.POST or None, compensation=made, now=now, limits=selectors.most_and_least(coupons[0]),
        initial={name: held.texts[name] for name in ("plan", "own") if name in held.texts},
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 409 if closed is not None else 422
        if closed is not None:
            form.errors.clear()
            form.add_error(None, str(closed))
        elif form.is_valid():
            answer = _choose(request, made, form, actor)
            if answer is not None:
                return answer
            status = 409
    context = {
        "made": made, "form": form, "clock": selectors.clock_of(coupons[0]), "now": coupons[0].now,
        "comes_as": planning.words(now, made.currency), "crumbs": [
            {"label": _("My coupons"), "url": reverse("coupons:list")}, {"label": _("Choose your coupons")},
        ],
    }  # fmt: skip
    return render(
        request, "coupons/choose.html", context | web.kept_key(request) | kept.shown(held), status=status
    )  # fmt: skip


def _choose(
    request: HttpRequest, made: Compensation, form: ChooseForm, actor: Actor
) -> HttpResponse | None:
    """Do it once for the form's key; nothing where it was refused, and the form says why."""

    def act() -> str:
        services.choose_coupons(
            compensation_id=made.pk, parts=form.parts, based_on=form.cleaned_data["based_on"], actor=actor
        )  # fmt: skip
        return reverse("coupons:list")

    try:
        target = web.once(request, act)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        form.rebase(made.choices)
        return None
    words = _(
        "You chose %(words)s. You can choose otherwise until the day on which it is in your account."
    )
    messages.success(request, words % {"words": planning.words(form.parts, made.currency)})
    return redirect(target)
