"""The page of a dispute for its buyer and its seller."""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from disputes import beside, forms, services
from disputes.reading import exhibits, payout, questions, steps, terms, turn
from disputes.selectors.pages import case_page
from disputes.states import Kind, Party
from disputes.views import common, kept, parts
from orders import reading as orders


@kept.read
def dispute(request: HttpRequest, reference: str) -> HttpResponse:
    """Whose turn, until when, what then; offers, evidence, messages, money, history; what may be done now."""
    reader = common.find(request, reference)
    page = case_page(reader.dispute, reader.actor)
    case, side = reader.dispute, reader.side
    prefetch_related_objects([case.order], "lines", "payments", "shipments")
    moves = parts.moves_of(reader, page.allowed)
    shown = exhibits.exhibits(case, page.evidence, side)
    icon, held = parts.held(reader)
    words = turn.turn_of(case, side)
    step = words.step if words.step.startswith("#") else moves.get(words.step, {}).get("url", "")
    window = case.deadline(Kind.COMPLAINT_WINDOW)
    context = {
        "reader": reader,
        "dispute": case,
        "order": case.order,
        "page": page,
        "turn": words,
        "step_url": step,
        "heading": terms.heading(case),
        "goods": terms.goods(case.order),
        "other": terms.party(case, side),
        "badge": turn.badge_of(case, side),
        "steps": steps.steps_of(case, side),
        "moves": moves,
        "accept": moves.get("accept_request") or moves.get("accept_offer"),
        "offers": parts.offers(reader, page, moves) if parts.shows_offers(reader) else [],
        "apart": terms.apart(page.yours, page.theirs, case)
        if page.yours and page.theirs and page.gap
        else "",
        "settlement_warning": parts.settlement_warning(reader),
        "counted": payout.refunded_before(case),
        "actions": parts.actions(reader, moves, "add_evidence" in page.allowed),
        "answer_caution": parts.warned(case.seller_answer, mine=side == Party.SELLER),
        "contest_caution": parts.warned(case.contest_reason, mine=side == Party.SELLER),
        "replacement_caution": parts.warned(case.replacement_contest, mine=side == Party.BUYER),
        "evidence": exhibits.grid(shown),
        "tally": parts.tally(page, reader),
        "messages_list": parts.messages(reader, page.messages, page.others_read_at),
        "message_form": forms.MessageForm(dispute=case, side=side) if "message" in moves else None,
        "money_rows": parts.money(reader, case.order),
        "facts": parts.facts(reader, case.order),
        "held": held,
        "held_icon": icon,
        "coupon_said": orders.coupon_words(case.order, side),
        "history": parts.history(reader, page),
        "claim": parts.claim(reader),
        "refunds": parts.refunds(reader, case.order)
        if side == Party.BUYER or case.refund_requested
        else [],
        "question": page.question,
        "questions": questions.questions(case, page.requests, page.evidence, side),
        "order_url": common.order_address(case.order),
        "parcel_shown": parts.returning(reader),
        "replacement_shown": parts.replacing(reader),
        "decision_short": terms.in_short(case, page.decision, side) if page.decision else "",
        "complaint_until": window.due_at if window else None,
        "beside": beside.actions(case, side) if page.decision else [],
        "waiting_files": any(e["state"] == "quarantined" for e in shown),
    }
    services.mark_read(dispute_id=case.pk, user_id=reader.actor.user_id or 0, at=case.now)
    return render(request, "disputes/dispute.html", context)
