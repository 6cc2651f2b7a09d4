"""How the service did, in the words of a party that complained."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from appeals import forms, services
from appeals.reading import words
from appeals.views import common
from core import transitions, web
from core.errors import CaseChanged, Refused
from disputes.views import kept


@kept.form
def feedback(request: HttpRequest, reference: str) -> HttpResponse:
    """Three scales and a few words, once."""
    reader = common.party(request, reference)
    most = int(reader.complaint.policy.get("complaint_max_chars"))
    if request.method == "POST":
        return _send(request, reader, forms.FeedbackForm(request.POST, most=most))
    if not _is_asked(reader):
        messages.warning(request, _("No feedback is asked for now."))
        return redirect(reader.url)
    held = kept.found(request)
    form = forms.FeedbackForm(initial=held.texts, most=most)
    return _page(request, reader, form, **kept.shown(held))


def _is_asked(reader: common.Reader) -> bool:
    return "give_feedback" in transitions.allowed(reader.complaint, reader.actor)


def _send(request: HttpRequest, reader: common.Reader, form: forms.FeedbackForm) -> HttpResponse:
    def act() -> str:
        services.give_feedback(
            complaint_id=reader.complaint.pk, actor=reader.actor, scales=form.scales,
            body=form.cleaned_data["body"],
        )  # fmt: skip
        return reader.url

    try:
        if not form.is_valid():
            if not _is_asked(reader):
                raise CaseChanged
            return _page(request, reader, form, status=422)
        target = web.once(request, act)
    except Refused as refusal:
        form.errors.clear()
        form.add_error(None, str(refusal))
        told = {"gone": True, **web.kept_key(request)}
        return _page(request, reader, form, status=web.status_of(refusal), **told)
    messages.success(request, _("Thank you. Somebody reads it."))
    return redirect(target)


def _page(
    request: HttpRequest,
    reader: common.Reader,
    form: forms.FeedbackForm,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    clock = words.clock(reader.complaint)
    context = {
        "reader": reader, "complaint": reader.complaint, "dispute": reader.complaint.dispute, "form": form,
        "clock": clock,
    }  # fmt: skip
    return render(request, "appeals/feedback.html", context | more, status=status)
