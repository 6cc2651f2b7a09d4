"""The deliverer as a task. Beat says when; the outbox knows what."""

from __future__ import annotations

import logging

from celery import shared_task

from core import watch
from notifications import services

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True, soft_time_limit=120, time_limit=150)
def deliver() -> None:
    """Send the mails that are due. Safe to run twice, and at once with others."""
    with watch.pulse("post") as beat:
        done = services.deliver()
        beat.handled = done.total
    if done.total or done.away:
        logger.info(
            "delivered",
            extra={
                "sent": done.sent,
                "later": done.later,
                "set_aside": done.set_aside,
                "suppressed": done.suppressed,
                "server_away": done.away,
            },
        )
