"""The first page: what needs the person first; for visitors, what this place is. And the rules in plain words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import access
from accounts.models import User
from core import clock
from core.models import Storefront
from core.policy import SETTINGS
from disputes.reading import terms
from disputes.views import drafts as questionnaires
from disputes.views import inbox
from orders import reading
from orders.models import Order, Refund
from orders.states import OrderDeadlineKind
from portal import own_data, selectors

PROMISES = (
    "seller_answer_days", "negotiation_days", "decision_days", "complaint_days", "protection_days",
    "card_refund_working_days",
)  # fmt: skip


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What needs me first, with clocks; money on its way; open disputes. Visitors read what this is."""
    if not request.user.is_authenticated:
        policy = Storefront.default().current_policy()
        days = {name: policy.days(name) for name in PROMISES}
        return render(request, "portal/welcome.html", {"days": days})
    assert request.user.pk is not None
    now = clock.now()
    found = selectors.home(request.user, now)
    drafts = questionnaires.drafts(request.user.pk)
    context: dict[str, Any] = {
        "now": now, "tasks": inbox.tasks(request.user, found.mine, now), "needs": found.needs,
        "others": inbox.tasks(request.user, found.others, now, buttons=False), "drafts": drafts,
        "arrived": [_arrived(order) for order in found.arrived],
        "refunds": [_refund(refund, now) for refund in found.refunds],
        "coupons": found.coupons,
    }  # fmt: skip
    context["more"] = found.needs - len(context["tasks"])
    context["quiet"] = not any(
        context[part] for part in ("tasks", "others", "drafts", "arrived", "refunds", "coupons")
    )
    response = render(request, "portal/home.html", context)
    add_never_cache_headers(response)
    return response


def _due(task: dict[str, Any]) -> datetime:
    """When the clock that the task shows runs out."""
    clock_of_it = task["turn"].clock
    return clock_of_it.due_at if clock_of_it else datetime.max.replace(tzinfo=UTC)


def _arrived(order: Order) -> dict[str, Any]:
    return {
        "order": order,
        "goods": terms.goods(order),
        "clock": order.deadline(OrderDeadlineKind.RELEASE),
        "url": reverse("orders:order", args=[order.reference]),
        "dispute_url": reverse("disputes:file", args=[order.reference]),
    }


def _refund(refund: Refund, now: Any) -> dict[str, Any]:
    url = reverse("orders:payments", args=[refund.order.reference])
    refund.now = now
    return reading.refund_part(refund, reading.BUYER) | {
        "goods": terms.goods(refund.order),
        "url": url,
    }


CLOCKS = (
    (
        "protection_days",
        _("Open a dispute"),
        _(
            "from payment until so long after the report of the delivery or the promised date, whichever is later"
        ),
        _("The money goes to the seller."),
    ),
    (
        "seller_answer_days",
        _("The seller answers"),
        _("from the opening"),
        _("The buyer gets the amount asked for."),
    ),
    (
        "negotiation_days",
        _("You two agree"),
        _("from the opening"),
        _("A mediator takes the case. Silence counts against nobody."),
    ),
    (
        "return_ship_days",
        _("The buyer sends it back"),
        _("from the agreement"),
        _("The dispute closes without a refund."),
    ),
    (
        "return_transit_days",
        _("The return arrives"),
        _("from its sending"),
        _("It counts as arrived, and the refund follows."),
    ),
    (
        "return_confirm_days",
        _("The seller checks the return"),
        _("from its arrival"),
        _("The refund follows."),
    ),
    (
        "replacement_ship_days",
        _("The seller sends the replacement"),
        _("from the agreement, or from the return where there is one"),
        _("The buyer gets the amount asked for."),
    ),
    (
        "replacement_transit_days",
        _("The replacement arrives"),
        _("from its sending"),
        _("It counts as lost, and the buyer gets the amount asked for."),
    ),
    (
        "replacement_confirm_days",
        _("The buyer checks the replacement"),
        _("from its arrival"),
        _("The dispute closes as replaced, and the money goes to the seller."),
    ),
    (
        "mediator_claim_days",
        _("A mediator takes the case"),
        _("our own target"),
        _("It goes to the top of the queue, and our administrators are told."),
    ),
    (
        "decision_days",
        _("The mediator decides"),
        _("our own target"),
        _("Our administrators are told. Nobody loses a right."),
    ),
    (
        "evidence_answer_days",
        _("You answer the mediator"),
        _("from the question"),
        _("The mediator decides on what is there."),
    ),
    (
        "complaint_days",
        _("The decision becomes final"),
        _("from the decision"),
        _(
            "The dispute closes, or the return starts where one was decided. Until then either of you can complain."
        ),
    ),
    (
        "complaint_review_working_days",
        _("A complaint about the decision is answered"),
        _("from the complaint; our own target"),
        _("It goes to the top of the queue, and you two get a new date."),
    ),
    (
        "complaint_extension_working_days",
        _("A late review has its new date"),
        _("from the day that was missed"),
        _("Those who lead our reviewers are told, then our administrators."),
    ),
    (
        "feedback_days",
        _("You tell us how the review was"),
        _("from a result that says that the decision was correct"),
        _("The decision stands."),
    ),
    (
        "feedback_read_working_days",
        _("Your feedback is read"),
        _("from the feedback; our own target"),
        _("The decision stands, and those who lead our reviewers are told."),
    ),
    (
        "settlement_max_days",
        _("A settlement waits for its refund"),
        _("at most, up to the day that you two agree on"),
        _("The dispute goes on where it was, with the time that was left."),
    ),
    (
        "card_refund_working_days",
        _("The refund is on the card"),
        _("from the request; a wallet has it at once"),
        _("Our administrators chase it, and you are told without asking."),
    ),
    (
        "coupon_issue_working_days",
        _("A promised coupon is in the account"),
        _("from the promise; until then its owner chooses how many coupons it comes in"),
        _("It comes as it was chosen last, or as one coupon."),
    ),
    (
        "coupon_valid_days",
        _("A coupon is valid"),
        _("from the day on which it is in the account, to the end of a day where its owner lives"),
        _("It expires and is worth nothing. Its owner is told a week before."),
    ),
)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every clock with its length from the policy in force, and what happens when it runs out."""
    policy = Storefront.default().current_policy()
    rows = [
        {"id": name, "what": what, "days": policy.days(name), "working": SETTINGS[name].unit == "working days",
         "since": since, "then": then}
        for name, what, since, then in CLOCKS
    ]  # fmt: skip
    return render(request, "portal/rules.html", {"rows": rows, "policy": policy})


@access.signed_in
@require_safe
def my_data(request: HttpRequest) -> StreamingHttpResponse:
    """A person's own data as a file to keep."""
    assert isinstance(request.user, User)
    response = StreamingHttpResponse(own_data.of(request.user), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="recourse-my-data.json"'
    add_never_cache_headers(response)
    return response
