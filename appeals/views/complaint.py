"""The page of a complaint, its results, and its clock as a calendar file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from appeals import states
from appeals.models import Compensation
from appeals.reading import words
from appeals.states import ComplaintState
from appeals.views import common
from core import transitions
from coupons import selectors as coupons
from coupons.states import CouponDeadlineKind
from disputes.views import kept
from disputes.views.calendar import calendar_file


def _shown(reader: common.Reader) -> dict[str, object]:
    complaint, clock = reader.complaint, words.clock(reader.complaint)
    return {
        "reader": reader,
        "complaint": complaint,
        "dispute": complaint.dispute,
        "state_words": words.state(complaint, reader.side),
        "clock": clock,
        "consequence": words.CONSEQUENCES.get(clock.kind, "") if clock else "",
        "is_target": words.is_target(clock),
        "can_give_feedback": "give_feedback" in transitions.allowed(complaint, reader.actor),
    }


@kept.read
def complaint(request: HttpRequest, reference: str) -> HttpResponse:
    """Where it stands, until when, what was said, what happened."""
    reader = common.party(request, reference)
    context = {
        **_shown(reader),
        "grounds": reader.complaint.hand.grounds,
        "has_results": bool(reader.complaint.hand.reviews),
        "history": words.history(reader.complaint, reader.side),
    }
    return render(request, "appeals/complaint.html", context)


def _promised(compensation: Compensation | None) -> dict[str, Any]:
    """The clock of coupons that are on their way and can still be chosen; nothing once they are there."""
    found = coupons.present_coupons(compensation.promise) if compensation else []
    return next(
        (
            {
                "promised": coupon.deadline(CouponDeadlineKind.ISSUE),
                "valid_days": coupon.policy.days("coupon_valid_days"),
            }
            for coupon in found
        ),
        {},
    )


@kept.read
def results(request: HttpRequest, reference: str) -> HttpResponse:
    """What the review found and why, what it is worth, and what can be done after it."""
    reader = common.party(request, reference)
    found = reader.complaint.hand.reviews
    if not found:
        return redirect(reader.url)
    own = Compensation.objects.select_related("promise").filter(
        review__complaint=reader.complaint, owner_id=reader.actor.user_id
    )
    compensation = own.first()
    context = {
        **_shown(reader),
        "reviews": [
            {
                "review": review, "points": review.points.all(), "wrong": review.result == states.Result.WRONG,
                "last": review.look == states.SECOND,
            }
            for review in reversed(found)
        ],
        "compensation": compensation,
        **_promised(compensation),
        "is_final": reader.complaint.state == ComplaintState.DECISION_STANDS,
        "outside_bodies": reader.complaint.storefront.outside_bodies,
    }  # fmt: skip
    return render(request, "appeals/results.html", context)


@kept.read
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """The clock that people wait for; 404 where none runs."""
    reader = common.party(request, reference)
    case, clock = reader.complaint, words.clock(reader.complaint)
    if clock is None or clock.state != "pending" or clock.passed(case.now or clock.due_at):
        raise Http404
    summary = f"{words.SUMMARIES[clock.kind]} ({case.reference})"
    text = str(words.CONSEQUENCES[clock.kind])
    page = request.build_absolute_uri(reader.url)
    return calendar_file(request, case, clock, summary=summary, text=text, page=page)
