"""The one clock. The database's time decides; a demo may run ahead of it; tests may stop it.

`now()` reads the database's own clock (`clock_timestamp()`, not the transaction's start), so that a
worker or a web server whose clock is wrong neither enforces early nor accepts late. On SQLite the
database lives in this process and its clock is this process's clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC, to the microsecond."""
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    demo = bool(getattr(settings, "DEMO", False))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            if demo:
                cursor.execute(
                    "SELECT clock_timestamp() + coalesce((SELECT ahead_us FROM core_democlock WHERE id = 1), 0)"
                    " * interval '1 microsecond'"
                )
            else:
                cursor.execute("SELECT clock_timestamp()")
            instant: datetime = cursor.fetchone()[0]
            return instant.astimezone(UTC)
    instant = datetime.now(UTC)
    return instant + demo_offset() if demo else instant


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """Stop the clock at an instant, in this thread and context. For tests and for telling a history."""
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def demo_offset() -> timedelta:
    """How far the demo clock runs ahead of the database's (negative: behind)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ahead_us FROM core_democlock WHERE id = 1")
        row = cursor.fetchone()
    return timedelta(microseconds=row[0]) if row else timedelta()


def set_offset(offset: timedelta) -> None:
    """Set the demo clock. Refused outside a demo, where only real time may pass."""
    from core.models import DemoClock

    if not getattr(settings, "DEMO", False):
        raise RuntimeError("The demo clock can be moved only where DEMO is on.")
    DemoClock.objects.update_or_create(
        id=1, defaults={"ahead_us": offset // timedelta(microseconds=1)}
    )


def jump(by: timedelta) -> None:
    """Let the demo clock leap ahead."""
    set_offset(demo_offset() + by)
