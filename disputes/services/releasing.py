"""Cases of mediators who may mediate no more: back into the queue, so that none stands still with nobody."""

from __future__ import annotations

import logging

from core.batch import Batch, SpoiltBatch
from disputes import policies
from disputes.effects import loading, mediation, people
from disputes.models import Dispute
from disputes.selectors import cases
from disputes.states import DisputeState

logger = logging.getLogger(__name__)

BATCH = 100


def release_unheld(*, mediator_id: int | None = None) -> int:
    """Put every case whose mediator lost the role or the account back into the queue; how many went back.

    A case under settlement stands still for its money and is met again once it goes on. Safe to run at any
    time, twice and by several workers.
    """
    released, after = 0, 0
    unheld = cases.unheld(mediator_id)
    while pks := list(unheld.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        after = pks[-1]
        with Batch() as batch:
            rows = Dispute.objects.filter(pk__in=pks).order_by("pk")
            disputes = batch.adopt(
                list(rows.select_for_update(of=("self",), skip_locked=True, no_key=True))
            )
            loading.load(batch, disputes)
            released += sum(_released(batch, dispute) for dispute in disputes)
    return released


def _released(batch: Batch, dispute: Dispute) -> bool:
    """True where the case went back. One that raises costs nobody else and is tried again."""
    if (
        dispute.state != DisputeState.IN_MEDIATION
        or dispute.mediator_id in people.mediators(batch, dispute.storefront_id)
        or policies.is_settling(dispute)
    ):
        return False
    try:
        with batch.part():
            mediation.lost_its_mediator(batch, dispute)
    except SpoiltBatch:
        raise
    except Exception:
        logger.exception("release_set_aside", extra={"case": dispute.reference})
        return False
    return True
