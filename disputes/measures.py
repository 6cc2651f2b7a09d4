"""Figures of the mediators' queue for the monitoring."""

from __future__ import annotations

from core.models import Storefront
from core.watch import measured
from disputes.models import Dispute
from disputes.states import DisputeState


@measured("disputes_waiting", "Disputes that wait for the platform.", "state")
def waiting() -> dict[str, float]:
    states = (DisputeState.ESCALATED, DisputeState.IN_MEDIATION)
    fronts = list(Storefront.objects.values_list("pk", flat=True))  # the index begins with them
    rows = Dispute.objects.filter(storefront_id__in=fronts)
    return {state.value: rows.filter(state=state).count() for state in states}


@measured("disputes_overdue", "Disputes with which the platform missed its own target.")
def overdue() -> float:
    return Dispute.objects.filter(ended_at__isnull=True, overdue_at__isnull=False).count()
