"""Leaping ahead: the clock moves, and what fell due meanwhile is enforced before the page answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from time import monotonic
from typing import Any

from core import clock, deadlines, tasks
from core.models import DeadlineState
from demo import stage

SECOND = timedelta(seconds=1)

SECONDS = 12.0
"""How long a page may wait for enforcement; the workers go on with what is left."""
EXACT, SLICES = 60, 24
"""So many moments are visited one by one; then the way that is left goes in slices of the whole."""


@dataclass(frozen=True)
class Leap:
    """What a leap did. `more` is True where the workers still have clocks to enforce."""

    enforced: int
    more: bool


def ahead(by: timedelta) -> Leap:
    """Move the demo clock from moment to moment, so that everything happens in its order.

    At each moment what fell due is enforced and the reminders that are due are sent; refunds go to their
    gateways and the bank answers. Where that takes too long the clock goes on in one leap.
    """
    begun, end, visited = clock.now(), monotonic() + SECONDS, 0
    target, settled = begun + by, begun
    while (now := clock.now()) < target:
        coming = stage.moments()
        least = now + (by / SLICES if visited > EXACT else timedelta())
        arrival = min(target, max(min([target, *coming.values()]) + SECOND, least))
        in_time, visited = monotonic() < end, visited + 1
        clock.jump((arrival if in_time else target) - now)
        if not in_time:
            break
        due = [table for table, moment in coming.items() if moment <= arrival]
        deadlines.sweep(seconds=end - monotonic(), tables=due)
        if arrival - settled >= stage.BANK_HOURS or arrival == target:
            settled = arrival
            stage.settle_refunds(arrival)
    while monotonic() < end and deadlines.sweep(seconds=end - monotonic()).total:
        pass
    wake()
    return Leap(enforced_since(begun), deadlines.oldest_overdue() > 0)


def to_next() -> Leap | None:
    """Move the clock to the next running deadline and a second beyond; None where no clock runs."""
    due = deadlines.next_due()
    if due is None:
        return None
    return ahead(max(due - clock.now(), timedelta()) + SECOND)


def enforced_since(instant: Any) -> int:
    """Clocks that this process or a worker enforced from that instant on."""
    return sum(
        model._default_manager.filter(state=DeadlineState.ENFORCED, ended_at__gte=instant).count()
        for model in deadlines.clocked()
    )


def wake() -> None:
    """Let the workers hand refunds to the gateways and mails to the mailbox now."""
    for app, name in (("orders", "submit_refunds"), ("notifications", "deliver")):
        try:
            task = getattr(import_module(f"{app}.tasks"), name)
        except (ImportError, AttributeError):
            continue
        tasks.nudge(task)
