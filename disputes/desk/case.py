"""The mediator's one screen: the order and its money, both versions, the evidence, the decision."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import access
from accounts.models import RoleGrant, User
from core import counts, kept
from core.actors import Actor, StaffRole
from disputes import policies, services
from disputes.desk import door, findings
from disputes.models import DecisionDraft, Dispute, Offer
from disputes.reading import clocks, exhibits, terms, turn
from disputes.selectors import cases, pages
from disputes.states import (
    DecisionReason,
    DisputeState,
    Finding,
    Party,
    PostagePayer,
    Verdict,
)
from evidence.states import FileState
from orders.states import Means

SIDE = Party.PLATFORM


@access.team_required(*door.ROLES)
@never_cache
@require_GET
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """The workspace of one case."""
    dispute, actor = door.enter(request, reference)
    services.mark_read(dispute_id=dispute.pk, user_id=actor.user_id or 0, at=dispute.now)
    draft = DecisionDraft.objects.filter(dispute=dispute).first()
    held = kept.found(request)
    typed = findings.typed(held.every) if held.form == "check" else None
    sheet = findings.read(dispute, typed or (draft.content if draft else {}))
    context = screen(request, dispute, actor, sheet, draft)
    return render(request, "desk/disputes/case.html", context | _put_back(held, context))


FORMS: dict[str, tuple[str, str]] = {
    "message": ("body", "add_message"), "note": ("body", ""), "ask": ("question", "request_evidence"),
    "hand_over": ("note", "hand_over"), "check": ("statement", "decide"),
}  # fmt: skip
"""The forms of the page that take words: the field, and the move without which the form is not there."""


def _put_back(held: kept.Found, context: dict[str, Any]) -> dict[str, Any]:
    """What was typed and not done stands in its form again; where the form is gone, it can be copied."""
    field, move = FORMS.get(held.form, ("", ""))
    words = held.texts.get(field, "")
    if not words:
        return {}
    allowed = context["allowed"] | ({"hand_over"} if "assign" in context["allowed"] else set())
    there = context["deciding"] if held.form == "check" else not move or move in allowed
    return {"held": {held.form: held.texts}, "unsent": [] if there else [words]}


def screen(
    request: HttpRequest,
    dispute: Dispute,
    actor: Actor,
    sheet: findings.Sheet,
    draft: DecisionDraft | None = None,
) -> dict[str, Any]:
    """Everything on the mediator's screen, in a fixed number of queries."""
    context = whole_file(dispute, actor)
    allowed = context["allowed"]
    return context | {
        "rail": door.rail(request, dispute),
        "colleagues": _colleagues(dispute, actor) if allowed & {"assign", "hand_over"} else [],
        "deciding": "decide" in allowed
        or (dispute.state == "in_mediation" and dispute.mediator_id == actor.user_id),
        "sheet": sheet,
        "draft": draft,
        "results": Finding.choices,
        "verdicts": Verdict.choices,
        "reasons_of_decision": DecisionReason.choices,
        "payers": PostagePayer.choices if policies.has_goods(dispute) else [],
        "at_most": dispute.at_most,
        "answer_days": dispute.policy.days("evidence_answer_days"),
        "complaint_days": dispute.policy.days("complaint_days"),
    }


def whole_file(dispute: Dispute, actor: Actor) -> dict[str, Any]:
    """Everything that the mediator reads before deciding; the reviewer of the decision reads the same."""
    page = pages.case_page(dispute, actor)
    prefetch_related_objects([dispute.order], "shipments__checkpoints", "payments")
    offers = page.offers[::-1]
    shown = exhibits.exhibits(dispute, page.files, SIDE)
    clock = clocks.running(dispute, SIDE)
    return {
        "dispute": dispute,
        "title": terms.heading(dispute),
        "badge": turn.badge_of(dispute, SIDE),
        "clock": clock,
        "is_target": clock is not None and clocks.is_target(clock.kind),
        "allowed": set(page.allowed),
        "facts": _facts(dispute, offers),
        "warnings": _warnings(dispute, page.files),
        "settlement": page.settlement,
        "versions": _versions(dispute),
        "exhibits": shown,
        "clean": [item for item in shown if item["state"] == "clean"],
        "tally": exhibits.tally(page.files, SIDE),
        "requests": page.requests,
        "open_parties": {request.party for request in dispute.hand.requests},
        "talk": _talk(page, actor),
        "notes": list(dispute.staff_notes.select_related("author")),
        "offers": offers,
        "entries": _history(page),
        "shipments": dispute.order.shipments.all(),
        "parcel": page.parcel,
        "replacement": page.replacement,
        "decision": page.decision,
        "numbers": [item.number for item in page.files if item.file.state == FileState.CLEAN],
        "parties": [(p.value, p.label) for p in (Party.BUYER, Party.SELLER)],
    }


def _facts(dispute: Dispute, offers: list[Offer]) -> list[dict[str, Any]]:
    """The money, the days and what either side wants; `offers` are newest first."""
    order = dispute.order
    seller = next((offer for offer in offers if offer.party == Party.SELLER), None)
    return [
        {"label": _("Held"), "value": terms.amount(dispute, order.held)},
        {"label": _("Refunded"), "value": terms.amount(dispute, order.refunded)},
        {
            "label": _("Can be granted"),
            "value": terms.amount(dispute, dispute.at_most),
            "strong": True,
        },
        {"label": _("Shipped"), "at": order.shipped_at},
        {"label": _("Delivered"), "at": order.delivered_at},
        {"label": _("Claimed"), "at": dispute.opened_at},
        {"label": _("Buyer asks"), "value": terms.wanted(dispute, SIDE), "strong": True},
        {
            "label": _("Seller offered"),
            "value": terms.in_short(dispute, seller, SIDE) if seller else _("nothing"),
        },
    ]


def _warnings(dispute: Dispute, items: list[Any]) -> list[dict[str, str]]:
    """Hints for people, never a verdict: photos older than the order, places and dates that do not fit."""
    order, found = dispute.order, []
    for item in items:
        taken = item.file.taken_at
        if taken and order.paid_at and taken < order.paid_at:
            text = _("%s says that it was taken before the order was paid.") % item.label
            found.append({"title": _("Photo older than the order."), "text": text})
    if order.promised_at and not dispute.received and dispute.opened_at < order.promised_at:
        text = _("The order was not late yet when the dispute was opened.")
        found.append({"title": _("Claimed before the promised date."), "text": text})
    if there := _delivered_elsewhere(order):
        words = _("The parcel's last checkpoint is %(there)s; the order goes to %(here)s.")
        facts = {"there": there, "here": order.destination_city}
        found.append({"title": _("Delivered in another city."), "text": words % facts})
    coupon = sum(p.amount for p in order.payments.all() if p.means == Means.COUPON)
    if coupon:
        text = _("%s of the price was a coupon and cannot be refunded.") % terms.amount(
            dispute, coupon
        )
        found.append({"title": _("Partly paid by coupon."), "text": text})
    return found


def _versions(dispute: Dispute) -> list[dict[str, Any]]:
    buyer, seller = cases.histories(dispute.buyer_id, dispute.seller_id)
    return [
        {
            "who": _("Buyer"),
            "name": dispute.buyer,
            "text": dispute.story,
            "language": dispute.story_language,
            "more": dispute.replacement_contest,
            "about": _("About the replacement:"),
            "counts": buyer,
        },
        {
            "who": _("Seller"),
            "name": dispute.order.store,
            "text": dispute.seller_answer,
            "more": dispute.contest_reason,
            "about": _("About the return:"),
            "counts": seller,
        },
    ]


def _delivered_elsewhere(order: Any) -> str:
    """The city of the last checkpoint of a delivered parcel, where it is not the order's own."""
    for shipment in order.shipments.all():
        last = list(shipment.checkpoints.all())[-1:] if shipment.delivered_at else []
        city = last[0].city if last else ""
        if city and order.destination_city and city.casefold() != order.destination_city.casefold():
            return str(city)
    return ""


def _talk(page: pages.CasePage, actor: Actor) -> list[dict[str, Any]]:
    dispute = page.dispute
    names = {
        Party.BUYER: str(dispute.buyer),
        Party.SELLER: str(dispute.order.store),
        Party.PLATFORM: _("Mediator"),
    }
    return [
        {
            "author": names[Party(m.party)],
            "from": "you" if m.author_id == actor.user_id else m.party,
            "at": m.sent_at,
            "text": m.body,
            "language": m.language,
            "caution": _("Found in it: %s.") % ", ".join(m.caution) if m.caution else "",
        }
        for m in page.messages
    ]


def _history(page: pages.CasePage) -> list[dict[str, Any]]:
    return [
        {
            "at": line.at,
            "text": f"{line.who}: {line.what}",
            "by": line.reason,
            "when": "now" if number == 0 else "",
        }
        for number, line in enumerate(page.history)
    ]


def _colleagues(dispute: Dispute, actor: Actor) -> list[User]:
    """Other mediators of the storefront who are no party, with the fewest cases in hand first."""
    apart = (actor.user_id, dispute.buyer_id, dispute.seller_id, dispute.mediator_id)
    grants = RoleGrant.objects.filter(storefront_id=dispute.storefront_id, role=StaffRole.MEDIATOR)
    people = User.objects.filter(pk__in=grants.values("user_id"), is_active=True).exclude(
        pk__in=[p for p in apart if p]
    )
    known = list(people.order_by("name"))
    in_hand = Dispute.objects.filter(state=DisputeState.IN_MEDIATION)
    load = counts.each(*(in_hand.filter(mediator=person) for person in known))
    fewest = sorted(zip(load, known, strict=True), key=lambda pair: pair[0])
    return [person for _load, person in fewest[:50]]
