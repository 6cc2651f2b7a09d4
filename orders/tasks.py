"""Periodic work on refunds; safe to run twice and by many workers."""

from __future__ import annotations

import logging

from celery import shared_task

from core import watch
from orders import services

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def submit_refunds() -> None:
    """Give requested refunds to their gateways."""
    with watch.pulse("refunds") as beat:
        beat.handled = taken = services.submit_refunds()
    if taken:
        logger.info("refunds_submitted", extra={"taken": taken})
