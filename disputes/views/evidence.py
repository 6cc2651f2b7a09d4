"""Evidence of a dispute: adding it, and the viewer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core import transitions
from disputes import forms, services
from disputes.reading import checklist, exhibits, terms
from disputes.selectors.pages import evidence_of
from disputes.services.evidence import room_left
from disputes.views import common, kept, uploading


@kept.form
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """Add files to an open case; both sides see them once they are checked."""
    reader = common.party(request, reference)
    if request.method == "POST":

        def take(uploads: list[Any], caption: str) -> tuple[list[Any], list[str]]:
            return services.upload_evidence(
                dispute=reader.dispute, actor=reader.actor, uploads=uploads, caption=caption
            )

        def show(item: Any) -> dict[str, Any]:
            return uploading.row(item.file, number=item.label, caption=item.caption)

        return uploading.receive(request, request.path, take, show)
    if "add_evidence" not in transitions.allowed(reader.dispute, reader.actor):
        messages.warning(request, _("This dispute is over; nothing can be added to it."))
        return redirect(reader.url)
    held = kept.found(request)
    context = _files(reader) | kept.shown(held) | {
        "dispute": reader.dispute, "reader": reader, "form": forms.EvidenceForm(initial=held.texts),
        "checklist": checklist.checklist(reader.dispute.reason), "room": room_left(reader.dispute, reader.side),
        "heading": terms.heading(reader.dispute),
    }  # fmt: skip
    return render(request, "disputes/evidence_add.html", context)


def _files(reader: common.Reader) -> dict[str, Any]:
    mine = [
        i for i in evidence_of(reader.dispute, reader.actor) if i.author_id == reader.actor.user_id
    ]
    rows = [uploading.row(item.file, number=item.label, caption=item.caption) for item in mine]
    ref = [reader.dispute.reference]
    return {
        "items": rows,
        "upload_url": reverse("disputes:add_evidence", args=ref),
        "refresh_url": reverse("disputes:evidence_files", args=ref),
    }


@kept.read
def files(request: HttpRequest, reference: str) -> HttpResponse:
    """The reader's own files as a fragment, asked for again while one is being checked."""
    reader = common.party(request, reference)
    if not common.wants_part(request):
        return redirect("disputes:add_evidence", reader.dispute.reference)
    return render(request, "disputes/_files.html", _files(reader))


@kept.read
def grid(request: HttpRequest, reference: str) -> HttpResponse:
    """All evidence: a page for people, and the part of it that a script asks for while a file is being checked."""
    reader = common.party(request, reference)
    shown = exhibits.exhibits(
        reader.dispute, evidence_of(reader.dispute, reader.actor), reader.side
    )
    context = {
        "dispute": reader.dispute,
        "evidence": exhibits.grid(shown),
        "waiting_files": any(e["state"] == "quarantined" for e in shown),
    }
    if common.wants_part(request):
        return render(request, "disputes/_evidence.html", context)
    context |= {
        "reader": reader,
        "heading": terms.heading(reader.dispute),
        "can_add": "add_evidence" in transitions.allowed(reader.dispute, reader.actor),
    }
    return render(request, "disputes/evidence.html", context)


@kept.read
def viewer(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One piece of evidence at full size, beside the one that `?with=E3` names; all others a click away."""
    reader = common.party(request, reference)
    shown = exhibits.exhibits(
        reader.dispute, evidence_of(reader.dispute, reader.actor), reader.side
    )
    clean = [item for item in shown if item["state"] == "clean"]
    wanted = next((item for item in clean if item["number"] == f"E{number}"), None)
    if wanted is None:
        raise Http404
    others = [item for item in clean if item is not wanted]
    beside = next((item for item in others if item["number"] == request.GET.get("with")), None)
    items = [wanted, *([beside] if beside else others[:1])]
    context = {
        "dispute": reader.dispute, "reader": reader, "items": items, "wanted": wanted,
        "heading": terms.heading(reader.dispute), "panes": 2 if beside else 1, "film": clean,
        "around": _around(clean, wanted, beside),
        "window_title": f"{{number}}: {{caption}}, {reader.dispute.reference} – Recourse",
    }  # fmt: skip
    return render(request, "disputes/viewer.html", context)


def _around(clean: list[Any], wanted: Any, beside: Any) -> dict[str, Any]:
    """Where the reader stands in the evidence, and where its neighbours have their pages; round and round."""
    at, query = clean.index(wanted), f"?with={beside['number']}" if beside else ""
    return {
        "position": at + 1, "all": len(clean), "query": query, "action": wanted["page"],
        "previous": clean[at - 1]["page"] + query, "next": clean[(at + 1) % len(clean)]["page"] + query,
        "beside": beside["number"] if beside else "",
    }  # fmt: skip
