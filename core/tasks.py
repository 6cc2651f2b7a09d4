"""Celery tasks of the kernel. Beat only says "sweep": the database knows what is due."""

from __future__ import annotations

import logging
from time import monotonic
from typing import Any

from celery import current_app, shared_task
from django.conf import settings
from django.db import transaction
from kombu.pools import producers

from core import deadlines, idempotency, outages, recount
from core.watch import count_transitions, pulse, tell_operator

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Enforce every deadline that has passed, and send the reminders that are due."""
    with pulse("sweep") as beat:
        done = deadlines.sweep(
            seconds=settings.SWEEP_BUDGET,
            lanes=settings.SWEEP_LANES,
            rest=settings.SWEEP_REST / 100,
        )
        beat.handled, beat.late = done.total, done.lateness
    if done.total:
        logger.info(
            "swept",
            extra={"enforced": done.enforced, "reminded": done.reminded, "failed": done.failed},
        )


@shared_task(ignore_result=True)
def watch() -> None:
    """Count what moved, and tell the operator where clocks are late."""
    count_transitions()
    tell_operator()


@shared_task(ignore_result=True)
def forget_forms() -> None:
    """Drop the keys of forms that nobody can send any more."""
    with pulse("forget_forms") as beat:
        beat.handled = idempotency.forget()


@shared_task(ignore_result=True)
def recount_dates() -> None:
    """Count the dates in working days again: a closing day or a decree may have come since."""
    with pulse("recount_dates") as beat:
        beat.handled = recount.recount().moved


@shared_task(ignore_result=True)
def give_back() -> None:
    """Go on giving back the time that declared outages took."""
    with pulse("outages") as beat:
        beat.handled = given = outages.give_back_all()
    if given:
        logger.info("clocks_extended", extra={"extended": given})


PATIENCE = 1.0
"""Seconds for which a person's page waits for the broker, at most: to connect, and to be answered."""
LEFT_ALONE = 10.0
"""Seconds for which a broker that did not answer is not asked again by this process."""
_away = {"until": 0.0}


def nudge(task: Any, *args: Any) -> None:
    """Wake a worker after the commit, if the broker is there; the periodic task does the work anyway.

    Never raises. A broker that accepts connections and says nothing costs one page a second or two, and
    then nobody anything until it is tried again.
    """

    def send() -> None:
        if monotonic() < _away["until"]:
            return
        try:
            with producers[_connection()].acquire(block=True, timeout=PATIENCE) as producer:
                task.apply_async(args=args, producer=producer, retry=False, expires=60)
        except Exception as error:
            _away["until"] = monotonic() + LEFT_ALONE
            logger.warning("broker_away", extra={"task": task.name, "error": type(error).__name__})

    transaction.on_commit(send)


def _connection() -> Any:
    limits = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE, "max_retries": 1}
    return current_app.connection(current_app.conf.broker_write_url, transport_options=limits)
