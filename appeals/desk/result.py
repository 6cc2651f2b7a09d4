"""From what was found to a result: kept while it is written, checked, shown as both will read it, sent once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import access
from appeals import selectors, services
from appeals.desk import door, sheet
from appeals.desk.case import screen
from core import money
from core.errors import Refused
from core.templatetags import timewords
from disputes.desk.decision import seal
from disputes.states import Party


@access.team_required(*door.ROLES)
@require_POST
def autosave(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the form as it is being written."""
    complaint, actor = door.enter(request, reference)
    try:
        draft = services.save_review_draft(
            complaint_id=complaint.pk, actor=actor, content=sheet.typed(request.POST)
        )
    except Refused as refused:
        return JsonResponse({"ok": False, "error": str(refused)}, status=409)
    time = timewords.moment(draft.saved_at, "time")
    return JsonResponse({"ok": True, "version": draft.saved_at.isoformat(), "time": time})


@never_cache
@door.takes_form
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """Save; then draft the statement anew, or say what is missing, or show what both will read."""
    complaint, actor = door.enter(request, reference)
    content = sheet.typed(request.POST)
    form = sheet.read(complaint, content)
    try:
        if request.POST.get("do") == "draft":
            sheet.check(complaint, form)
            content |= sheet.drafted(complaint, form)
            services.save_review_draft(complaint_id=complaint.pk, actor=actor, content=content)
            messages.success(request, _("Drafted from what you found."))
            return redirect("reviews:case", reference=complaint.reference)
        draft = services.save_review_draft(complaint_id=complaint.pk, actor=actor, content=content)
    except Refused as refused:
        messages.error(request, str(refused))
        context = screen(request, complaint, actor, form)
        context["unsent"] = form.statement if not context["reviewing"] else ""
        return render(request, "desk/complaints/case.html", context, status=409)
    sheet.check(complaint, form)
    context = screen(request, complaint, actor, form, draft)
    if form.problems:
        return render(request, "desk/complaints/case.html", context, status=422)
    currency = complaint.dispute.currency
    context |= {
        "seal": seal(draft.content),
        "granted": [
            (Party(party).label, money.format_amount(amount, currency))
            for party, amount in form.compensation.items()
        ],
    }
    return render(request, "desk/complaints/check.html", context)


@door.takes_form
def send(request: HttpRequest, reference: str) -> HttpResponse:
    """Send the result that was shown."""
    complaint, actor = door.enter(request, reference)

    def act() -> None:
        draft = selectors.draft_of(complaint, actor)
        if draft is None or seal(draft.content) != request.POST.get("seal"):
            raise Refused(
                _("The draft changed since you checked it, or the result was sent. Check it again.")
            )
        form = sheet.check(complaint, sheet.read(complaint, draft.content))
        if form.problems:
            raise Refused(form.problems[0][1])
        services.send_review(
            complaint_id=complaint.pk, actor=actor, result=form.result, statement=form.statement,
            marks=form.marks, compensation=form.compensation,
        )  # fmt: skip

    return door.act_once(request, complaint, act, _("The result was sent to both."))
