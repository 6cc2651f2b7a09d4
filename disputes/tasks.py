"""Background work of disputes. Deadlines need none: the kernel's sweep enforces them."""

from __future__ import annotations

import logging

from celery import shared_task

from core import watch
from disputes import services

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def watch_settlements() -> None:
    """Settle the disputes whose agreed refund has been recorded."""
    with watch.pulse("settlements") as beat:
        beat.handled = settled = services.watch_settlements()
    if settled:
        logger.info("settlements_settled", extra={"settled": settled})


@shared_task(ignore_result=True)
def release_unheld() -> None:
    """Put the cases of mediators who lost their role or their account back into the queue."""
    with watch.pulse("unheld") as beat:
        beat.handled = released = services.release_unheld()
    if released:
        logger.info("cases_released", extra={"released": released})
