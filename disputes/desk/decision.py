"""From findings to a decision: kept while it is written, checked, shown as both will read it, sent once."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import access
from core.errors import Refused
from core.templatetags import timewords
from disputes import services
from disputes.desk import door, findings
from disputes.desk.case import screen
from disputes.models import DecisionDraft
from disputes.reading import terms


def seal(content: dict[str, Any]) -> str:
    """A short name of exactly this draft, so that only what was shown can be sent."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


@access.team_required(*door.ROLES)
@require_POST
def autosave(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the form as it is being written."""
    dispute, actor = door.enter(request, reference)
    try:
        draft = services.save_decision_draft(
            dispute_id=dispute.pk, actor=actor, content=findings.typed(request.POST)
        )
    except Refused as refused:
        return JsonResponse({"ok": False, "error": str(refused)}, status=409)
    time = timewords.moment(draft.saved_at, "time")
    return JsonResponse({"ok": True, "version": draft.saved_at.isoformat(), "time": time})


@never_cache
@door.takes_form
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """Save; then draft the statement anew, or say what is missing, or show what both will read."""
    dispute, actor = door.enter(request, reference)
    content = findings.typed(request.POST)
    sheet = findings.read(dispute, content)
    try:
        if request.POST.get("do") == "draft":
            findings.check(dispute, sheet)
            before, content = sheet, content | findings.drafted(dispute, sheet)
            services.save_decision_draft(dispute_id=dispute.pk, actor=actor, content=content)
            messages.success(request, _said_of_draft(before))
            return redirect("mediation:case", reference=dispute.reference)
        draft = services.save_decision_draft(dispute_id=dispute.pk, actor=actor, content=content)
    except Refused as refused:
        messages.error(request, str(refused))
        context = screen(request, dispute, actor, sheet)
        if not context["deciding"]:
            context["unsent"] = [sheet.statement] if sheet.statement else []
        return render(request, "desk/disputes/case.html", context, status=409)
    findings.check(dispute, sheet)
    context = screen(request, dispute, actor, sheet, draft)
    if sheet.problems:
        return render(request, "desk/disputes/case.html", context, status=422)
    context |= {"seal": seal(draft.content), "granted": terms.amount(dispute, sheet.granted)}
    return render(request, "desk/disputes/check.html", context)


def _said_of_draft(before: findings.Sheet) -> str:
    if not before.statement.strip():
        return _("Drafted from your findings.")
    if before.is_own:
        return _("Drafted anew from your findings. The text that you had changed is kept below it.")
    return _("Drafted anew from your findings. It replaces the draft that was there.")


@door.takes_form
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Send the decision that was shown."""
    dispute, actor = door.enter(request, reference)

    def send() -> None:
        draft = DecisionDraft.objects.filter(dispute=dispute).first()
        if draft is None or seal(draft.content) != request.POST.get("seal"):
            raise Refused(
                _(
                    "The draft changed since you checked it, or the case was decided. Check it again."
                )
            )
        sheet = findings.check(dispute, findings.read(dispute, draft.content))
        if sheet.problems:
            raise Refused(sheet.problems[0][1])
        services.decide_dispute(
            dispute_id=dispute.pk,
            actor=actor,
            verdict=sheet.verdict,
            reason=sheet.reason,
            statement=sheet.statement,
            findings=sheet.found,
            amount=sheet.granted,
            return_required=sheet.return_required,
            postage_payer=sheet.return_choice if sheet.return_required else "",
        )

    return door.act_once(request, dispute, send, _("The decision was sent to both."))
