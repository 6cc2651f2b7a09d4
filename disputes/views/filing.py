"""Opening a dispute: one question a page, saved at every step, sent at the last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accounts.actors import actor_for
from core import cases, clock, references, web
from core.errors import CaseChanged, Refused
from disputes import forms, questionnaire, services
from disputes.models import DisputeDraft
from disputes.reading import checklist, terms
from disputes.selectors import eligibility
from disputes.services import captions
from disputes.states import STEPS, Reason, Step, Wanted
from disputes.views import common, kept, uploading
from orders.models import Order

HINTS: dict[str, dict[str, Any]] = {
    Step.RECEIVED: {
        "yes": _l("All of it or a part, in any condition"),
        "no": _l("Nothing came, or it went somewhere else"),
    },
    Step.WANTED: {
        Wanted.REFUND: _l("All or a part of it; you keep what you have"),
        Wanted.RETURN_REFUND: _l("You send it back first, then the money comes"),
        Wanted.REPLACEMENT: _l(
            "The seller sends a new one. The amount below counts if the seller stays silent"
        ),
    },
}
MISSING: dict[str, Any] = {Wanted.REFUND: _l("All or a part of it")}
"""Hints where nothing arrived."""
FORMS: dict[str, type[forms.QuestionForm]] = {
    Step.RECEIVED: forms.ReceivedForm, Step.REASON: forms.ReasonForm,
    Step.STORY: forms.StoryForm, Step.WANTED: forms.WantedForm,
}  # fmt: skip
GIVEN = {
    Step.RECEIVED: "received",
    Step.REASON: "reason",
    Step.STORY: "story",
    Step.WANTED: "wanted",
}


def _order(request: HttpRequest, reference: str) -> Order:
    """The buyer's own order with the time and its clocks; 404 for everybody else."""
    rows = Order.objects.filter(
        reference=references.normalise(reference[:40]), buyer_id=request.user.pk
    )
    order = rows.select_related("store", "storefront").prefetch_related("lines", "payments").first()
    if order is None:
        raise Http404
    return cases.at(order)


def _draft(order: Order, request: HttpRequest) -> DisputeDraft | None:
    return DisputeDraft.objects.filter(order=order, buyer_id=request.user.pk).first()


def _closed_door(request: HttpRequest, order: Order) -> HttpResponse | None:
    """The page that says why no dispute can be opened, or the dispute that exists already."""
    assert order.now is not None
    assert request.user.pk is not None
    no = eligibility.why_not(order, request.user.pk, order.now)
    if no is None:
        return None
    if no.reference:
        return redirect("disputes:dispute", no.reference)
    context = {"order": order, "no": no, "goods": terms.goods(order)}
    return render(
        request,
        "disputes/filing/not_eligible.html",
        context,
        status=200 if request.method != "POST" else 409,
    )


@kept.read
def start(request: HttpRequest, reference: str) -> HttpResponse:
    """To the page of the questionnaire where the buyer left it."""
    order = _order(request, reference)
    draft = _draft(order, request)
    return _closed_door(request, order) or _to(order, draft.step if draft else Step.RECEIVED)


def _to(order: Order, step: str) -> HttpResponse:
    return redirect("disputes:question", order.reference, step)


def first_open(answers: dict[str, Any]) -> str:
    """The first page whose answer is missing; the evidence page where all are given."""
    return next(
        (step for step, key in GIVEN.items() if answers.get(key) in (None, "")), Step.EVIDENCE
    )


@kept.form
def question(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """One page of the questionnaire. Pages before the first missing answer can be changed at any time."""
    if step not in STEPS:
        raise Http404
    order = _order(request, reference)
    if (shut := _closed_door(request, order)) is not None:
        return shut
    draft = _draft(order, request)
    answers = draft.answers if draft else {}
    missing = first_open(answers)
    if STEPS.index(step) > STEPS.index(missing) and missing != Step.EVIDENCE:
        return _to(order, missing)
    if step in FORMS:
        return _ask(request, order, step, answers)
    try:
        return (
            _evidence(request, order, draft)
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
        if draft and uploading.wants_json(request):
            return JsonResponse({"version": _version(draft)})
        if good:
            return _to(order, questionnaire.next_step(step))
        return _page(request, order, step, draft, form=form, status=422)
    initial = kept.texts_of(request)
    written = bool(initial)
    form = FORMS[step](order=order, answers=answers, initial=initial)
    return _page(request, order, step, _draft(order, request), form=form, kept_text=written)


def _version(draft: DisputeDraft) -> str:
    return draft.saved_at.isoformat()


def _evidence(request: HttpRequest, order: Order, draft: DisputeDraft | None) -> HttpResponse:
    if request.method == "POST":
        assert request.user.pk is not None
        assert draft is not None
        given = {
            name.removeprefix("caption-"): text
            for name, text in request.POST.items()
            if name.startswith("caption-") and isinstance(text, str)
        }
        captions.save_captions(draft_id=draft.pk, user_id=request.user.pk, captions=given)
        services.save_answers(
            draft_id=draft.pk, user_id=request.user.pk, step=Step.EVIDENCE, answers={}
        )
        return _to(order, Step.CHECK)
    reason = draft.answers.get("reason", "") if draft else ""
    most = int(order.policy.get("evidence_max_files"))
    context = {
        "form": forms.EvidenceForm(),
        "checklist": checklist.checklist(reason),
        "question": checklist.title(reason),
        "most": most,
    }
    return _page(request, order, Step.EVIDENCE, draft, **context, **_files(order, draft))


def _files(order: Order, draft: DisputeDraft | None) -> dict[str, Any]:
    rows = []
    for row in draft.files.select_related("file") if draft else ():
        remove = reverse("disputes:remove_file", args=[order.reference, row.file.handle])
        rows.append(
            uploading.row(row.file, caption=row.caption, remove_url=remove, caption_form="question")
        )
    return {
        "items": rows,
        "upload_url": reverse("disputes:add_files", args=[order.reference]),
        "refresh_url": reverse("disputes:files", args=[order.reference]),
    }  # fmt: skip


@kept.post
def add_files(request: HttpRequest, reference: str) -> HttpResponse:
    """Take files into the questionnaire."""
    order = _order(request, reference)
    if (shut := _closed_door(request, order)) is not None:
        return shut
    assert request.user.pk is not None
    user_id = request.user.pk

    def take(uploads: list[Any], caption: str) -> tuple[list[Any], list[str]]:
        draft = services.start_draft(order=order, user_id=user_id)
        return services.upload_draft_files(
            draft_id=draft.pk, user_id=user_id, uploads=uploads, caption=caption
        )

    def show(row: Any) -> dict[str, Any]:
        remove = reverse("disputes:remove_file", args=[order.reference, row.file.handle])
        return uploading.row(
            row.file, caption=row.caption, remove_url=remove, caption_form="question"
        )

    url = reverse("disputes:question", args=[order.reference, Step.EVIDENCE])
    return uploading.receive(request, url, take, show)


@kept.post
def remove_file(request: HttpRequest, reference: str, handle: str) -> HttpResponse:
    """Take a file out again; it is erased. Nothing happens the second time."""
    order = _order(request, reference)
    draft = _draft(order, request)
    row = draft.files.filter(file__handle=handle).first() if draft else None
    if draft is not None and row is not None and request.user.pk is not None:
        services.remove_draft_file(draft_id=draft.pk, user_id=request.user.pk, file_id=row.file_id)
        if not uploading.wants_json(request):
            messages.success(request, _("The file was removed."))
    if uploading.wants_json(request):
        return JsonResponse({"ok": True})
    return _to(order, Step.EVIDENCE)


@kept.read
def files(request: HttpRequest, reference: str) -> HttpResponse:
    """The files of the questionnaire as a fragment, asked for again while one is being checked."""
    order = _order(request, reference)
    return render(request, "disputes/_files.html", _files(order, _draft(order, request)))


@kept.form
def drop(request: HttpRequest, reference: str) -> HttpResponse:
    """Throw the questionnaire away, files and all; asks first."""
    order = _order(request, reference)
    draft = _draft(order, request)
    if request.method != "POST":
        context = {"order": order, "goods": terms.goods(order)}
        return render(request, "disputes/filing/drop.html", context)
    if draft is not None and request.user.pk is not None:
        services.drop_draft(draft_id=draft.pk, user_id=request.user.pk)
        messages.success(request, _("The draft was thrown away. Nothing was sent."))
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
            return _to(order, unfinished.step)
        except Refused as refusal:
            problem, status = str(refusal), web.status_of(refusal)
        else:
            held = _("Your dispute is open. The seller was told, and the money is held.")
            told = _("Your dispute is open. The seller was told.")
            messages.success(request, held if order.held else told)
            return redirect(target)
    days = {"days": order.policy.days("seller_answer_days")}
    answers = draft.answers if draft else {}
    context = _files(order, draft) | {
        "problem": problem,
        "asked": _readable(order, answers.get("amount")),
        "missing": answers.get("received") is False,
        **days,
        **web.kept_key(request),
    }
    return _page(request, order, Step.CHECK, draft, status=status, **context)


def _page(
    request: HttpRequest,
    order: Order,
    step: str,
    draft: DisputeDraft | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    answers = draft.answers if draft else {}
    position = STEPS.index(step)
    reached = STEPS.index(first_open(answers))
    context = {
        "order": order, "step": step, "answers": so_far(order, answers), "goods": terms.goods(order),
        "draft": draft, "version": _version(draft) if draft else "", "number": position + 1, "all": len(STEPS),
        "back": reverse("disputes:question", args=[order.reference, STEPS[position - 1]]) if position else "",
        "steps": [
            {"label": Step(s).label, "state": "now" if s == step else "done" if n < max(position, reached) else "next"}
            for n, s in enumerate(STEPS)
        ],
        "until": _until(order), "hints": _hints(step, answers), "order_url": common.order_address(order),
    }  # fmt: skip
    return render(request, f"disputes/filing/{step}.html", context | more, status=status)


def _hints(step: str, answers: dict[str, Any]) -> dict[str, Any]:
    hints = HINTS.get(step, {})
    return hints | MISSING if step == Step.WANTED and answers.get("received") is False else hints


def _until(order: Order) -> datetime | None:
    """Until when the dispute can be filed."""
    return order.protection_until


def so_far(order: Order, answers: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers given, each with the page on which it can be changed."""
    from core import words as texts

    rows: list[tuple[Any, ...]] = []
    if isinstance(answers.get("received"), bool):
        rows.append(
            (Step.RECEIVED, _("whether it arrived"), _("Yes") if answers["received"] else _("No"))
        )
    if answers.get("reason") in Reason.values:
        rows.append((Step.REASON, _("what is wrong"), Reason(answers["reason"]).label))
    if story := str(answers.get("story") or "").strip():
        short = story if texts.count_chars(story) <= 160 else story[:150].rstrip() + "…"
        rows.append((Step.STORY, _("what happened"), f"“{short}”", story))
    if answers.get("wanted") in Wanted.values:
        amount = _readable(order, answers.get("amount"))
        wish = Wanted(answers["wanted"]).label
        rows.append((Step.WANTED, _("what you want"), f"{wish}: {amount}" if amount else wish))
    return [
        {"label": Step(step).label, "about": about, "value": value, "full": full[0] if full else "",
         "url": reverse("disputes:question", args=[order.reference, step])}
        for step, about, value, *full in rows
    ]  # fmt: skip


def _readable(order: Order, amount: Any) -> str:
    from core import money

    try:
        return money.format_amount(money.parse_amount(str(amount), order.currency), order.currency)
    except Refused:
        return ""


def drafts(user_id: int) -> list[dict[str, Any]]:
    """Questionnaires that were begun and can still be sent, for the home page."""
    now = clock.now()
    rows = DisputeDraft.objects.filter(buyer_id=user_id, order__dispute=None).select_related(
        "order", "order__store"
    )
    open_ones = [d for d in rows.prefetch_related("order__lines") if d.order.protected(now)]
    return [
        {"draft": d, "order": d.order, "goods": terms.goods(d.order), "until": _until(d.order), "now": now,
         "url": reverse("disputes:file", args=[d.order.reference])}
        for d in open_ones
    ]  # fmt: skip
