"""The mediator's questions to the parties with what came of each, as one side reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from disputes.models import Dispute, EvidenceItem, EvidenceRequest
from disputes.states import EVIDENCE_CLOCK, Party, RequestState
from evidence.states import FileState


def questions(
    dispute: Dispute, requests: Iterable[EvidenceRequest], items: Iterable[EvidenceItem], side: str
) -> list[dict[str, Any]]:
    """Every question, the first one first; `mine` where it waits for this reader. Both sides read the same."""
    given = [item for item in items if item.request_id and item.file.state == FileState.CLEAN]
    return [
        {
            "title": _asks(request.party, side),
            "at": request.asked_at,
            "question": request.question,
            "state": request.state,
            "mine": request.state == RequestState.OPEN and request.party == side,
            "clock": dispute.deadline(EVIDENCE_CLOCK[request.party])
            if request.state == RequestState.OPEN
            else None,
            "answer": request.answer,
            "answer_title": _answers(request.party, side),
            "ended_at": request.ended_at,
            "outcome": _outcome(request),
            "evidence": [_cited(dispute, item) for item in given if item.request_id == request.pk],
        }
        for request in requests
    ]


def _asks(party: str, side: str) -> str:
    if party == side:
        return _("The mediator asks you")
    if party == Party.BUYER:
        return _("The mediator asks the buyer")
    return _("The mediator asks the seller")


def _answers(party: str, side: str) -> str:
    if party == side:
        return _("You answered")
    return _("The buyer answered") if party == Party.BUYER else _("The seller answered")


def _outcome(request: EvidenceRequest) -> str:
    """What became of a question that has no answer, or none in words."""
    if request.state == RequestState.EXPIRED:
        return _("Not answered in time. The mediator decides on what is there.")
    if request.state == RequestState.VOID:
        return _("No answer is needed any more.")
    if request.state == RequestState.ANSWERED and not request.answer:
        return _("Answered with evidence, without words.")
    return ""


def _cited(dispute: Dispute, item: EvidenceItem) -> dict[str, str]:
    return {
        "label": item.label,
        "url": reverse("disputes:evidence", args=[dispute.reference, item.number]),
    }
