"""The page on which a party complains about a decision."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appeals import forms, panels, selectors, services
from core import web
from core.errors import Refused
from disputes.reading import terms
from disputes.views import common, kept


@kept.form
def complain(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask why the decision is wrong; what was typed stays, whatever happens meanwhile."""
    reader = common.party(request, reference)
    most = int(reader.dispute.policy.get("complaint_max_chars"))
    if request.method == "POST":
        return _send(request, reader, forms.ComplaintForm(request.POST, most=most))
    if _closed(reader) is not None:
        messages.warning(request, _("This is not possible now. Here is the case as it stands."))
        return redirect(reader.url)
    held = kept.found(request)
    form = forms.ComplaintForm(initial=held.texts, most=most)
    return _page(request, reader, form, **kept.shown(held))


def _closed(reader: common.Reader) -> Refused | None:
    """Why this reader cannot complain now; None where it is possible."""
    return panels.why_not_complain(
        reader.dispute, selectors.of_dispute(reader.dispute), reader.side
    )


def _send(request: HttpRequest, reader: common.Reader, form: forms.ComplaintForm) -> HttpResponse:
    def act() -> str:
        made = services.complain_about_decision(
            dispute_id=reader.dispute.pk, actor=reader.actor, body=form.cleaned_data["body"],
            language=get_language() or "",
        )  # fmt: skip
        return reverse("appeals:complaint", args=[made.reference])

    try:
        if not form.is_valid():
            if (closed := _closed(reader)) is not None:
                raise closed
            return _page(request, reader, form, status=422)
        target = web.once(request, act)
    except Refused as refusal:
        form.errors.clear()
        form.add_error(None, str(refusal))
        told = {"gone": True, **web.kept_key(request)}
        return _page(request, reader, form, status=web.status_of(refusal), **told)
    messages.success(request, _("Your complaint has arrived. Both of you were told."))
    return redirect(target)


def _page(
    request: HttpRequest,
    reader: common.Reader,
    form: forms.ComplaintForm,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    complaint = selectors.of_dispute(reader.dispute)
    decision = reader.dispute.decisions.order_by("-number").first()
    context = {
        "reader": reader, "dispute": reader.dispute, "form": form,
        "until": panels.until(reader.dispute, complaint), "decision": decision,
        "decision_short": terms.in_short(reader.dispute, decision, reader.side) if decision else "",
        "review_days": reader.dispute.policy.days("complaint_review_working_days"),
        "joining": complaint is not None and not complaint.hand.reviews
        and reader.side not in complaint.complainants,
    }  # fmt: skip
    return render(request, "appeals/complain.html", context | more, status=status)
