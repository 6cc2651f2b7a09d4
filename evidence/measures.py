"""Figures of files that wait to be checked for the monitoring."""

from __future__ import annotations

from core import clock
from core.watch import measured
from evidence.models import EvidenceFile
from evidence.states import FileState


@measured("quarantine_age_seconds", "Age of the oldest file that waits to be checked.")
def quarantine_age() -> float:
    waiting = EvidenceFile.objects.filter(state=FileState.QUARANTINED).order_by("created_at")
    first = waiting.values_list("created_at", flat=True).first()
    return (clock.now() - first).total_seconds() if first else 0.0
