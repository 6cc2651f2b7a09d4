"""Cases of mediators who may mediate no more: back into the queue, so that none stands still with nobody."""

from __future__ import annotations

import logging
from collections import Counter

from core import shares
from core.batch import Batch
from disputes import policies
from disputes.effects import mediation, people
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
        for share in shares.deal(shares.free_of(Dispute), _release, Counter[str], pks):
            for dispute, trace in share.poison:
                extra = {"case": dispute.reference, "trace": trace}
                logger.error("release_set_aside", extra=extra)
            released += share.count["released"]
    return released


def _release(batch: Batch, dispute: Dispute, count: Counter[str]) -> None:
    """Put one case back. One that raises costs nobody else and is tried again."""
    if (
        dispute.state != DisputeState.IN_MEDIATION
        or dispute.mediator_id in people.mediators(batch, dispute.storefront_id)
        or policies.is_settling(dispute)
    ):
        return
    mediation.lost_its_mediator(batch, dispute)
    count["released"] += 1
