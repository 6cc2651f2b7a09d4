"""Background work of complaints. Deadlines need none: the kernel's sweep enforces them."""

from __future__ import annotations

import logging

from celery import shared_task

from appeals import services
from core import watch

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def release_unheld() -> None:
    """Put the complaints of reviewers who lost their role or their account back into the queue."""
    with watch.pulse("unheld_reviews") as beat:
        beat.handled = released = services.release_unheld()
    if released:
        logger.info("complaints_released", extra={"released": released})
