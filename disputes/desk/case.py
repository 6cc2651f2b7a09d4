"""The mediator's one screen: the order and its money, both versions, the evidence, the decision."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import access
from accounts.models import RoleGrant, User
from core import kept, transitions
from core.actors import Actor, StaffRole
from disputes import services
from disputes.desk import door, findings
from disputes.models import DecisionDraft, Dispute, ReplacementParcel
from disputes.reading import clocks, exhibits, terms, turn
from disputes.selectors import cases, timeline, turns
from disputes.states import (
    DecisionReason,
    DisputeState,
    Finding,
    Party,
    PostagePayer,
    RequestState,
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
    services.mark_read(dispute_id=dispute.pk, user_id=actor.user_id or 0)
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
        "colleagues": _colleagues(dispute, actor),
        "deciding": "decide" in allowed
        or (dispute.state == "in_mediation" and dispute.mediator_id == actor.user_id),
        "sheet": sheet,
        "draft": draft,
        "results": Finding.choices,
        "verdicts": Verdict.choices,
        "reasons_of_decision": DecisionReason.choices,
        "payers": PostagePayer.choices,
        "at_most": dispute.at_most,
        "complaint_days": dispute.policy.days("complaint_days"),
    }


def whole_file(dispute: Dispute, actor: Actor) -> dict[str, Any]:
    """Everything that the mediator reads before deciding; the reviewer of the decision reads the same."""
    turns.at_hand([dispute])
    items = list(dispute.evidence.select_related("file", "author"))
    shown = exhibits.exhibits(dispute, items, SIDE)
    clock = clocks.running(dispute, SIDE)
    return {
        "dispute": dispute,
        "title": terms.heading(dispute),
        "badge": turn.badge_of(dispute, SIDE),
        "clock": clock,
        "is_target": clock is not None and clocks.is_target(clock.kind),
        "allowed": set(transitions.allowed(dispute, actor)),
        "facts": _facts(dispute),
        "warnings": _warnings(dispute, items),
        "settlement": dispute.hand.settlement,
        "versions": _versions(dispute),
        "exhibits": shown,
        "clean": [item for item in shown if item["state"] == "clean"],
        "tally": exhibits.tally(items, SIDE),
        "requests": dispute.evidence_requests.select_related("author"),
        "open_parties": {r.party for r in dispute.hand.requests if r.state == RequestState.OPEN},
        "talk": _talk(dispute, actor),
        "notes": dispute.staff_notes.select_related("author"),
        "offers": dispute.offers.order_by("-made_at", "-pk"),
        "entries": _history(dispute, actor),
        "shipments": _shipments(dispute),
        "parcel": dispute.return_parcels.order_by("-pk").first(),
        "replacement": ReplacementParcel.objects.filter(dispute=dispute).first(),
        "decision": dispute.decisions.prefetch_related("findings").order_by("-number").first(),
        "numbers": [item.number for item in items if item.file.state == FileState.CLEAN],
        "parties": [(p.value, p.label) for p in (Party.BUYER, Party.SELLER)],
    }


def _facts(dispute: Dispute) -> list[dict[str, Any]]:
    order = dispute.order
    seller = dispute.offers.filter(party=Party.SELLER).order_by("made_at", "pk").last()
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
    return [
        {
            "who": _("Buyer"),
            "name": dispute.buyer,
            "text": dispute.story,
            "language": dispute.story_language,
            "more": dispute.replacement_contest,
            "about": _("About the replacement:"),
            "counts": cases.party_history(dispute.buyer_id),
        },
        {
            "who": _("Seller"),
            "name": dispute.order.store,
            "text": dispute.seller_answer,
            "more": dispute.contest_reason,
            "about": _("About the return:"),
            "counts": cases.party_history(dispute.seller_id),
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


def _talk(dispute: Dispute, actor: Actor) -> list[dict[str, Any]]:
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
        for m in dispute.messages.all()
    ]


def _history(dispute: Dispute, actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "at": line.at,
            "text": f"{line.who}: {line.what}",
            "by": line.reason,
            "when": "now" if number == 0 else "",
        }
        for number, line in enumerate(timeline.timeline(dispute, actor))
    ]


def _shipments(dispute: Dispute) -> list[Any]:
    return list(dispute.order.shipments.prefetch_related("checkpoints"))


def _colleagues(dispute: Dispute, actor: Actor) -> list[User]:
    """Other mediators of the storefront who are no party, with the fewest cases in hand first."""
    apart = (actor.user_id, dispute.buyer_id, dispute.seller_id, dispute.mediator_id)
    grants = RoleGrant.objects.filter(storefront_id=dispute.storefront_id, role=StaffRole.MEDIATOR)
    people = User.objects.filter(pk__in=grants.values("user_id"), is_active=True).exclude(
        pk__in=[p for p in apart if p]
    )
    theirs = Dispute.objects.filter(mediator=OuterRef("pk"), state=DisputeState.IN_MEDIATION)
    counted = theirs.order_by().values("mediator").annotate(n=Count("pk")).values("n")
    load = Coalesce(Subquery(counted), 0)
    return list(people.annotate(load=load).order_by("load", "name")[:50])
