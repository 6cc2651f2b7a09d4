"""What a dispute mirrors, written anew: after a release whose columns the processes before it did not know."""

from __future__ import annotations

from core import flush
from core.batch import Batch
from core.models import Event
from disputes.models import Dispute
from disputes.states import Party

BATCH = 500
SPEAKS = {"opened": Party.BUYER, "request_rejected": Party.SELLER, "offer_made": None}
"""Moves of a negotiation, and whose they are; of an offer its event says it."""


def mirror_again() -> int:
    """Write whom each open dispute awaits and who spoke last, from its clocks and events; how many were wrong.

    Each is locked while it is looked at. Safe to run at any time, twice and beside people and workers.
    """
    wrong, after = 0, 0
    rows = Dispute.objects.filter(ended_at__isnull=True).order_by("pk")
    while pks := list(rows.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        after = pks[-1]
        with Batch() as batch:
            disputes = [d for d in batch.lock(Dispute, pks) if d.is_open]
            spoke = _spoke_last(disputes)
            for dispute in disputes:
                before = dict(dispute.__dict__)
                batch.change(dispute, spoke_last=spoke[dispute.reference])
                dispute.mirror()
                wrong += bool(flush.changed(dispute, before))
    return wrong


def _spoke_last(disputes: list[Dispute]) -> dict[str, str]:
    found: dict[str, str] = {}
    events = Event.objects.filter(subject__in=[d.reference for d in disputes], name__in=SPEAKS)
    for event in events.order_by("subject", "seq"):
        found[event.subject] = SPEAKS[event.name] or event.data["party"]
    return found
