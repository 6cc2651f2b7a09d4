"""What the second instance does with a complaint, the result apart. Each is one POST and comes back to it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from appeals import services
from appeals.desk import door


@door.takes_form
def hand_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Put the complaint back into the queue."""
    complaint, actor = door.enter(request, reference)
    note = request.POST.get("note", "")
    return door.act_once(
        request, complaint,
        lambda: services.hand_back_complaint(complaint_id=complaint.pk, actor=actor, note=note),
        _("The complaint is back in the queue."),
    )  # fmt: skip


@door.takes_form
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the complaint to a reviewer by name."""
    complaint, actor = door.enter(request, reference)
    chosen = request.POST.get("reviewer", "")
    person = int(chosen[:12]) if chosen.isdecimal() else 0
    return door.act_once(
        request, complaint,
        lambda: services.assign_complaint(complaint_id=complaint.pk, actor=actor, reviewer_id=person),
        _("The complaint was given to this reviewer."),
    )  # fmt: skip


@door.takes_form
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for one more look by a third person."""
    complaint, actor = door.enter(request, reference)
    why = request.POST.get("why", "")
    return door.act_once(
        request, complaint,
        lambda: services.reopen_complaint(complaint_id=complaint.pk, actor=actor, why=why),
        _("A third person will look again. Both parties were told."),
    )  # fmt: skip


@door.takes_form
def leave(request: HttpRequest, reference: str) -> HttpResponse:
    """The feedback was read; the decision stands."""
    complaint, actor = door.enter(request, reference)
    return door.act_once(
        request, complaint,
        lambda: services.leave_complaint(complaint_id=complaint.pk, actor=actor),
        _("Read. The decision stands."),
    )  # fmt: skip
