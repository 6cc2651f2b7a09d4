"""Figures of the reviewers' queue for the monitoring."""

from __future__ import annotations

from appeals import states
from appeals.models import Complaint
from core.models import Storefront
from core.watch import measured


@measured("complaints_waiting", "Complaints about decisions that wait for the platform.", "state")
def waiting() -> dict[str, float]:
    fronts = list(Storefront.objects.values_list("pk", flat=True))  # the index begins with them
    rows = Complaint.objects.filter(storefront_id__in=fronts)
    return {state: rows.filter(state=state).count() for state in states.UNDER_REVIEW}


@measured("complaints_overdue", "Complaints whose review is later than promised.")
def overdue() -> float:
    return Complaint.objects.filter(ended_at__isnull=True, overdue_at__isnull=False).count()
