"""Files of the questionnaire, each with a few words; whatever is pressed, nothing typed is lost or cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import CaseChanged
from disputes import forms, services
from disputes.models import DisputeDraft
from disputes.reading import checklist
from disputes.services import captions
from disputes.states import Step
from disputes.views import common, drafts, kept, uploading
from orders.models import Order

FIELD = "caption-"


def here(reference: str, handle: str = "") -> str:
    """The page that shows the files of an order's questionnaire."""
    return reverse("disputes:question", args=[reference, Step.EVIDENCE])


def evidence(request: HttpRequest, order: Order, draft: DisputeDraft | None) -> HttpResponse:
    """The page of the files, and the button that leads on: files chosen and not yet sent go with it."""
    if request.method != "POST":
        held = kept.found(request)
        return _page(request, order, draft, _typed(held.texts), held=held)
    assert request.user.pk is not None
    assert draft is not None
    troubled = False
    if request.FILES:
        taken = uploading.take_once(request, _take(request, order))
        uploading.tell(request, taken)
        troubled = bool(taken.troubles)
    if (wrong := _save_captions(request, order, draft)) is not None:
        return wrong
    if troubled:
        return redirect(here(order.reference))
    services.save_answers(
        draft_id=draft.pk, user_id=request.user.pk, step=Step.EVIDENCE, answers={}
    )
    return drafts.to_step(order, Step.CHECK)


def _page(
    request: HttpRequest,
    order: Order,
    draft: DisputeDraft | None,
    typed: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    held: kept.Found | None = None,
) -> HttpResponse:
    reason = draft.answers.get("reason", "") if draft else ""
    context = {
        "form": forms.EvidenceForm(),
        "checklist": checklist.checklist(reason),
        "question": checklist.title(reason),
        **kept.shown(held or kept.Found()),
        **files_of(order, draft, typed, problems),
    }
    return drafts.page(
        request, order, Step.EVIDENCE, draft, status=422 if problems else 200, **context
    )


def files_of(
    order: Order,
    draft: DisputeDraft | None,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The files with their words: as they were just typed, or as they are kept."""
    typed, problems = typed or {}, problems or {}
    return {
        "items": [
            _row(order, row, typed.get(row.file.handle), problems.get(row.file.handle, ""))
            for row in (draft.files.select_related("file") if draft else ())
        ],
        "upload_url": reverse("disputes:add_files", args=[order.reference]),
        "refresh_url": reverse("disputes:files", args=[order.reference]),
    }


def _row(order: Order, row: Any, typed: str | None = None, problem: str = "") -> dict[str, Any]:
    remove = reverse("disputes:remove_file", args=[order.reference, row.file.handle])
    caption = row.caption if typed is None else typed
    return uploading.row(
        row.file, caption=caption, remove_url=remove, asks=True, caption_problem=problem
    )


def _typed(texts: Mapping[str, Any]) -> dict[str, str]:
    """The words for each file as a form brought them, by the file's handle."""
    return {
        name.removeprefix(FIELD): text
        for name, text in texts.items()
        if name.startswith(FIELD) and isinstance(text, str)
    }


def _save_captions(request: HttpRequest, order: Order, draft: DisputeDraft) -> HttpResponse | None:
    """Keep the words that came with the form; the page again where some of them are too long."""
    assert request.user.pk is not None
    typed = _typed(request.POST)
    problems = captions.save_captions(draft_id=draft.pk, user_id=request.user.pk, captions=typed)
    return _page(request, order, draft, typed, problems) if problems else None


def _take(request: HttpRequest, order: Order) -> uploading.Receive:
    assert request.user.pk is not None
    user_id = request.user.pk

    def take(uploads: list[Any], caption: str) -> tuple[list[Any], list[str]]:
        draft = services.start_draft(order=order, user_id=user_id)
        return services.upload_draft_files(
            draft_id=draft.pk, user_id=user_id, uploads=uploads, caption=caption
        )

    return take


@kept.post(here)
def add_files(request: HttpRequest, reference: str) -> HttpResponse:
    """Take files into the questionnaire, and the words for those that are there already."""
    order = drafts.order_of(request, reference)
    if (shut := drafts.closed_door(request, order)) is not None:
        return shut
    answer = uploading.receive(
        request, here(order.reference), _take(request, order), lambda row: _row(order, row)
    )
    draft = drafts.draft_of(order, request)
    if common.wants_json(request) or draft is None:
        return answer
    return _save_captions(request, order, draft) or answer


@kept.post(here)
def remove_file(request: HttpRequest, reference: str, handle: str) -> HttpResponse:
    """Take a file out again; it is erased. Nothing happens the second time."""
    order = drafts.order_of(request, reference)
    draft = drafts.draft_of(order, request)
    row = draft.files.filter(file__handle=handle).first() if draft else None
    if draft is not None and row is not None and request.user.pk is not None:
        try:
            services.remove_draft_file(
                draft_id=draft.pk, user_id=request.user.pk, file_id=row.file_id
            )
        except CaseChanged as gone:
            if common.wants_json(request):
                return common.not_done(gone, status=409)
            messages.warning(request, str(gone))
            return redirect("disputes:file", order.reference)
        if not common.wants_json(request):
            messages.success(request, _("The file was removed."))
    if common.wants_json(request):
        return JsonResponse({"ok": True})
    wrong = _save_captions(request, order, draft) if draft is not None else None
    return wrong or drafts.to_step(order, Step.EVIDENCE)


@kept.read
def files(request: HttpRequest, reference: str) -> HttpResponse:
    """The files of the questionnaire as a fragment, asked for again while one is being checked."""
    order = drafts.order_of(request, reference)
    if not common.wants_part(request):
        return redirect(here(order.reference))
    return render(request, "disputes/_files.html", files_of(order, drafts.draft_of(order, request)))
