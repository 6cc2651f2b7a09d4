"""The reviewer's one screen: the complaint, the decision, what is new, and the whole file of the mediator."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import access
from appeals import policies, selectors, states
from appeals.desk import door, sheet
from appeals.models import Complaint, ReviewDraft
from appeals.reading import words
from appeals.services import reviewing
from appeals.states import ComplaintState, Mark, Result
from core import kept, transitions
from core.actors import Actor
from disputes.desk.case import whole_file
from disputes.states import Party


@access.team_required(*door.ROLES)
@never_cache
@require_GET
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """The workspace of one complaint."""
    complaint, actor = door.enter(request, reference)
    draft = selectors.draft_of(complaint, actor)
    held = kept.found(request)
    typed = sheet.typed(held.every) if held.form == "check" else None
    form = sheet.read(complaint, typed or (draft.content if draft else {}))
    context = screen(request, complaint, actor, form, draft)
    if held.form in ("hand_back", "reopen"):
        context["held"] = {held.form: held.texts}
    return render(request, "desk/complaints/case.html", context)


def screen(
    request: HttpRequest,
    complaint: Complaint,
    actor: Actor,
    form: sheet.Sheet,
    draft: ReviewDraft | None = None,
) -> dict[str, Any]:
    """Everything on the reviewer's screen."""
    dispute = complaint.dispute
    context = whole_file(dispute, actor)
    allowed = set(transitions.allowed(complaint, actor))
    clock = words.clock(complaint)
    reviewing_now = (
        complaint.state == ComplaintState.IN_REVIEW and actor.user_id == complaint.reviewer_id
    )
    least, most = reviewing.bounds(complaint)
    return context | {
        "rail": door.rail(request, complaint),
        "complaint": complaint,
        "decision": complaint.decision,
        "allowed_here": allowed,
        "review_clock": clock,
        "review_is_target": words.is_target(clock),
        "grounds": complaint.hand.grounds,
        "new": _new(complaint, context),
        "reviews": [(review, review.points.all()) for review in complaint.hand.reviews],
        "feedback": complaint.hand.feedback if policies.may_read_feedback(complaint, actor) else [],
        "complaint_history": words.history(complaint, Party.PLATFORM),
        "colleagues": selectors.colleagues(complaint) if "assign" in allowed else [],
        "reviewing": reviewing_now,
        "joining": None
        if policies.has_everybody_spoken(complaint)
        else complaint.running(states.Kind.JOINING),
        "sheet": form,
        "draft": draft,
        "marks": Mark.choices,
        "results": Result.choices,
        "parties_of_complaint": [(p, Party(p).label) for p in complaint.complainants],
        "least": least,
        "most": most,
    }


def _new(complaint: Complaint, file: dict[str, Any]) -> dict[str, Any]:
    """What came into the case after the decision, which its mediator therefore did not know."""
    since = complaint.decision.decided_at
    return {
        "evidence": [item for item in file["exhibits"] if item["at"] > since],
        "messages": [message for message in file["talk"] if message["at"] > since],
    }
