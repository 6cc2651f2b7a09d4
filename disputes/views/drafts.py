"""The questionnaire's frame: the order, the draft, the door, and what stands beside every page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from core import cases, clock, money, references
from core import words as texts
from core.errors import Refused
from core.templatetags import timewords
from disputes.models import DisputeDraft
from disputes.reading import terms
from disputes.selectors import eligibility
from disputes.states import STEPS, Reason, Step, Wanted
from disputes.views import common
from orders import reading
from orders.models import Order
from orders.states import HELD

HINTS: dict[str, dict[str, Any]] = {
    Step.RECEIVED: {
        "yes": _l("All of it or a part, in any condition"),
        "no": _l("Nothing came, or it went somewhere else"),
    },
    Step.WANTED: {
        Wanted.REFUND: _l("All or a part of it; you keep what you have"),
        Wanted.RETURN_REFUND: _l("You send it back first, then the money comes"),
        Wanted.REPLACEMENT: _l(
            "The seller sends a new one. The amount below counts if the seller stays silent or sends nothing"
        ),
    },
}
MISSING: dict[str, Any] = {Wanted.REFUND: _l("All or a part of it")}
"""Hints where nothing arrived."""
GIVEN = {
    Step.RECEIVED: "received",
    Step.REASON: "reason",
    Step.STORY: "story",
    Step.WANTED: "wanted",
}


def order_of(request: HttpRequest, reference: str) -> Order:
    """The buyer's own order with the time and its clocks; 404 for everybody else."""
    rows = Order.objects.filter(
        reference=references.normalise(reference[:40]), buyer_id=request.user.pk
    )
    order = rows.select_related("store", "storefront").prefetch_related("lines", "payments").first()
    if order is None:
        raise Http404
    return cases.at(order)


def draft_of(order: Order, request: HttpRequest) -> DisputeDraft | None:
    return DisputeDraft.objects.filter(order=order, buyer_id=request.user.pk).first()


def closed_door(request: HttpRequest, order: Order) -> HttpResponse | None:
    """The page that says why no dispute can be opened, or the dispute that exists already."""
    assert order.now is not None
    assert request.user.pk is not None
    no = eligibility.why_not(order, request.user.pk, order.now)
    if no is None:
        return None
    if common.wants_json(request):
        return common.not_done(no.message, status=409)
    if no.reference:
        return redirect("disputes:dispute", no.reference)
    context = {"order": order, "no": no, "goods": terms.goods(order)}
    return render(
        request,
        "disputes/filing/not_eligible.html",
        context,
        status=200 if request.method != "POST" else 409,
    )


def to_step(order: Order, step: str) -> HttpResponse:
    return redirect("disputes:question", order.reference, step)


def first_open(answers: dict[str, Any]) -> str:
    """The first page whose answer is missing; the evidence page where all are given."""
    return next(
        (step for step, key in GIVEN.items() if answers.get(key) in (None, "")), Step.EVIDENCE
    )


def version_of(draft: DisputeDraft) -> str:
    return draft.saved_at.isoformat()


def saved(draft: DisputeDraft) -> dict[str, str]:
    """What a script is told after it saved: the draft's version, and when that was, as the page says it."""
    return {"version": version_of(draft), "time": timewords.moment(draft.saved_at, "time")}


def page(
    request: HttpRequest,
    order: Order,
    step: str,
    draft: DisputeDraft | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    answers = draft.answers if draft else {}
    position = STEPS.index(step)
    reached = STEPS.index(first_open(answers))
    context = {
        "order": order, "step": step, "answers": so_far(order, answers), "goods": terms.goods(order),
        "draft": draft, "version": version_of(draft) if draft else "", "number": position + 1, "all": len(STEPS),
        "back": reverse("disputes:question", args=[order.reference, STEPS[position - 1]]) if position else "",
        "steps": [
            {"label": Step(s).label, "state": "now" if s == step else "done" if n < max(position, reached) else "next"}
            for n, s in enumerate(STEPS)
        ],
        "until": _until(order), "hints": _hints(step, answers), "order_url": common.order_address(order),
        "coupon_said": reading.coupon_words(order),
    }  # fmt: skip
    return render(request, f"disputes/filing/{step}.html", context | more, status=status)


def _hints(step: str, answers: dict[str, Any]) -> dict[str, Any]:
    hints = HINTS.get(step, {})
    return hints | MISSING if step == Step.WANTED and answers.get("received") is False else hints


def _until(order: Order) -> datetime | None:
    """Until when the dispute can be filed; no date stands while the order is on hold and its protection with it."""
    return None if order.state in HELD else order.protection_until


def so_far(order: Order, answers: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers given, each with the page on which it can be changed."""
    rows: list[tuple[Any, ...]] = []
    if isinstance(answers.get("received"), bool):
        rows.append(
            (Step.RECEIVED, _("whether it arrived"), _("Yes") if answers["received"] else _("No"))
        )
    if answers.get("reason") in Reason.values:
        rows.append((Step.REASON, _("what is wrong"), Reason(answers["reason"]).label))
    if story := str(answers.get("story") or "").strip():
        short = story if texts.count_chars(story) <= 160 else story[:150].rstrip() + "…"
        rows.append((Step.STORY, _("what happened"), f"“{short}”", story))
    if answers.get("wanted") in Wanted.values:
        amount = readable(order, answers.get("amount"))
        wish = Wanted(answers["wanted"]).label
        rows.append((Step.WANTED, _("what you want"), f"{wish}: {amount}" if amount else wish))
    return [
        {"label": Step(step).label, "about": about, "value": value, "full": full[0] if full else "",
         "url": reverse("disputes:question", args=[order.reference, step])}
        for step, about, value, *full in rows
    ]  # fmt: skip


def readable(order: Order, amount: Any) -> str:
    try:
        return money.format_amount(money.parse_amount(str(amount), order.currency), order.currency)
    except Refused:
        return ""


def drafts(user_id: int) -> list[dict[str, Any]]:
    """Questionnaires that were begun and can still be sent, for the home page."""
    now = clock.now()
    rows = DisputeDraft.objects.filter(buyer_id=user_id, order__dispute=None).select_related(
        "order", "order__store"
    )
    open_ones = [d for d in rows.prefetch_related("order__lines") if d.order.protected(now)]
    return [
        {"draft": d, "order": d.order, "goods": terms.goods(d.order), "until": _until(d.order), "now": now,
         "url": reverse("disputes:file", args=[d.order.reference])}
        for d in open_ones
    ]  # fmt: skip
