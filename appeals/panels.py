"""What complaints add to the page of a dispute: the way in, the way to the one there is, and its results."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from appeals import selectors, states
from appeals.effects.complaints import ALREADY
from appeals.models import Complaint
from appeals.reading import words
from core.errors import CaseChanged, Refused
from core.templatetags import timewords
from core.transitions import why_not
from disputes import beside
from disputes.models import Dispute
from disputes.states import DisputeState
from disputes.states import Kind as DisputeKind
from orders.panels import Action


@beside.provides
def of_dispute(dispute: Dispute, side: str) -> list[Action]:
    """Results first, then the complaint, then the way to make one."""
    complaint = selectors.of_dispute(dispute)
    found = _existing(complaint, side) if complaint else []
    way_in = _way_in(dispute, complaint, side)
    return [*found, way_in] if way_in else found


def why_not_complain(dispute: Dispute, complaint: Complaint | None, side: str) -> Refused | None:
    """Why this side may not say now that the decision is wrong; None where it may: in time, and never said before."""
    actor = words.party_as_actor(dispute, side)
    if selectors.has_complained(dispute.pk, side):
        return CaseChanged(ALREADY, "complained")
    if complaint is not None and dispute.state == DisputeState.UNDER_COMPLAINT:
        return why_not(complaint, "join", actor)
    return why_not(dispute, "complain", actor)


def until(dispute: Dispute, complaint: Complaint | None) -> str:
    """The last moment for a complaint, in words; nothing where none is left."""
    clock = dispute.deadline(DisputeKind.COMPLAINT_WINDOW)
    if clock is None and complaint is not None:
        clock = complaint.running(states.Kind.JOINING)
    return timewords.moment(clock.due_at) if clock else ""


def _way_in(dispute: Dispute, complaint: Complaint | None, side: str) -> Action | None:
    if why_not_complain(dispute, complaint, side) is not None:
        return None
    text = _("Once, before %(until)s. Somebody who did not decide it looks at everything again.")
    return Action(
        _("Complain about the decision"), reverse("appeals:complain", args=[dispute.reference]),
        title=_("You can complain about the decision"), text=text % {"until": until(dispute, complaint)},
    )  # fmt: skip


def _existing(complaint: Complaint, side: str) -> list[Action]:
    address = reverse("appeals:complaint", args=[complaint.reference])
    title = _("Complaint %(reference)s") % {"reference": complaint.reference}
    state = words.state(complaint, side)
    if not complaint.hand.reviews:
        return [Action(_("Look at the complaint"), address, title=title, text=state)]
    results = reverse("appeals:results", args=[complaint.reference])
    return [Action(_("View results"), results, title=title, text=state, kind="primary")]
