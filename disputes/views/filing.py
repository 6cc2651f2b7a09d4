"""Opening a dispute: one question a page, saved at every step, sent at the last."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.actors import actor_for
from core import web
from core.errors import CaseChanged, Refused
from disputes import forms, questionnaire, services
from disputes.models import DisputeDraft
from disputes.reading import terms
from disputes.states import STEPS, Step
from disputes.views import attaching, common, drafts, kept
from evidence.states import FileState
from orders.models import Order

FORMS: dict[str, type[forms.QuestionForm]] = {
    Step.RECEIVED: forms.ReceivedForm, Step.REASON: forms.ReasonForm,
    Step.STORY: forms.StoryForm, Step.WANTED: forms.WantedForm,
}  # fmt: skip


@kept.read
def start(request: HttpRequest, reference: str) -> HttpResponse:
    """To the page of the questionnaire where the buyer left it."""
    order = drafts.order_of(request, reference)
    draft = drafts.draft_of(order, request)
    return drafts.closed_door(request, order) or drafts.to_step(
        order, draft.step if draft else Step.RECEIVED
    )


@kept.form
def question(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """One page of the questionnaire. Pages before the first missing answer can be changed at any time."""
    if step not in STEPS:
        raise Http404
    order = drafts.order_of(request, reference)
    if (shut := drafts.closed_door(request, order)) is not None:
        return shut
    draft = drafts.draft_of(order, request)
    answers = draft.answers if draft else {}
    missing = drafts.first_open(answers)
    if STEPS.index(step) > STEPS.index(missing) and missing != Step.EVIDENCE:
        return drafts.to_step(order, missing)
    if step in FORMS:
        return _ask(request, order, step, answers)
    try:
        return (
            attaching.evidence(request, order, draft)
            if step == Step.EVIDENCE
            else _check(request, order, draft)
        )
    except CaseChanged as gone:  # sent or thrown away in another tab, a moment ago
        messages.warning(request, str(gone))
        return redirect("disputes:file", order.reference)


def _ask(request: HttpRequest, order: Order, step: str, answers: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        form = FORMS[step](request.POST, order=order, answers=answers)
        good = form.is_valid()
        assert request.user.pk is not None
        draft = None
        try:
            draft = services.start_draft(order=order, user_id=request.user.pk)
            if given := form.kept():
                draft = services.save_answers(
                    draft_id=draft.pk, user_id=request.user.pk, step=step, answers=given, go_on=good
                )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            good = False
        if draft and common.wants_json(request):
            return JsonResponse(drafts.saved(draft))
        if good:
            return drafts.to_step(order, questionnaire.next_step(step))
        return drafts.page(request, order, step, draft, form=form, status=422)
    held = kept.found(request)
    form = FORMS[step](order=order, answers=answers, initial=held.texts)
    draft = drafts.draft_of(order, request)
    return drafts.page(request, order, step, draft, form=form, **kept.shown(held))


@kept.form
def drop(request: HttpRequest, reference: str) -> HttpResponse:
    """Throw the questionnaire away, files and all; asks first."""
    order = drafts.order_of(request, reference)
    draft = drafts.draft_of(order, request)
    if request.method != "POST":
        context = {"order": order, "goods": terms.goods(order)}
        return render(request, "disputes/filing/drop.html", context)
    if draft is not None and request.user.pk is not None:
        try:
            services.drop_draft(draft_id=draft.pk, user_id=request.user.pk)
            messages.success(request, _("The draft was thrown away. Nothing was sent."))
        except CaseChanged as gone:
            messages.warning(request, str(gone))
    return redirect("/")


def _check(request: HttpRequest, order: Order, draft: DisputeDraft | None) -> HttpResponse:
    """The last look at everything, and the sending."""
    problem, status = "", 200
    if request.method == "POST":
        actor = actor_for(request.user, order.storefront_id)

        def send() -> str:
            return common.address(services.open_dispute(order_id=order.pk, actor=actor))

        try:
            target = web.once(request, send)
        except questionnaire.Unfinished as unfinished:
            messages.error(request, str(unfinished))
            return drafts.to_step(order, unfinished.step)
        except Refused as refusal:
            problem, status = str(refusal), web.status_of(refusal)
        else:
            held = _("Your dispute is open. The seller was told, and the money is held.")
            told = _("Your dispute is open. The seller was told.")
            messages.success(request, held if order.held else told)
            return redirect(target)
    days = {"days": order.policy.days("seller_answer_days")}
    answers = draft.answers if draft else {}
    files = attaching.files_of(order, draft)
    context = files | {
        "going": [item for item in files["items"] if item["state"] != FileState.REFUSED],
        "problem": problem,
        "asked": drafts.readable(order, answers.get("amount")),
        "missing": answers.get("received") is False,
        **days,
        **web.kept_key(request),
    }
    return drafts.page(request, order, Step.CHECK, draft, status=status, **context)
