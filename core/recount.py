"""Working days counted again when the calendar has changed: a date gets later where it must, and never earlier.

A country decrees its make-up days late, an operator names a closing day after dates were promised. Each open
clock that was counted in working days is counted again from its own start; where the end is later than it was
counted before, the clock moves by the difference, with an event on the case and whatever its app registered to
tell people. Counting again changes nothing more, so any number of workers may do it at any time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from core import shares
from core.actors import Actor
from core.batch import Batch
from core.calendars import Span
from core.models import Case, Deadline, DeadlineState, Event
from core.models.case import case_of

logger = logging.getLogger(__name__)

Teller = Callable[[Batch, Any, Any, Event], None]
tellers: dict[tuple[type[Deadline], str], Teller] = {}
BATCH_SIZE = 500
COUNTED = (DeadlineState.PENDING, DeadlineState.PAUSED)
CALENDAR = Actor.system("calendar")


def recounts(model: type[Deadline], kind: str) -> Callable[[Teller], Teller]:
    """Register a clock that is counted in working days, and who is told of its later end:
    `teller(batch, case, deadline, event)`. A clock of a kind that is not registered is never moved."""

    def register(teller: Teller) -> Teller:
        tellers[(model, str(kind))] = teller
        return teller

    return register


@dataclass
class Recount:
    """How many clocks were counted again, how many of them got a later end, and how many cases raised."""

    counted: int = 0
    moved: int = 0
    failed: int = 0

    def add(self, other: Recount) -> None:
        self.counted += other.counted
        self.moved += other.moved
        self.failed += other.failed


def recount(*, storefront_id: int | None = None, batch_size: int = BATCH_SIZE) -> Recount:
    """Count every open clock in working days again (of one storefront, where it is named), in batches.

    A case that raises is logged and stays as it was; the next recount tries it again.
    """
    done = Recount()
    for model in sorted({model for model, _kind in tellers}, key=lambda m: m._meta.label):
        last: int | None = 0
        while last is not None:
            last = _some(model, storefront_id, last, batch_size, done)
    return done


def _some(
    model: type[Deadline], storefront_id: int | None, after: int, limit: int, done: Recount
) -> int | None:
    """One batch in the order of the keys; the last key, or None where there are no more."""
    clocks: Any = model._default_manager
    kinds = [kind for known, kind in tellers if known is model]
    rows = clocks.filter(state__in=COUNTED, kind__in=kinds, pk__gt=after)
    if storefront_id is not None:
        rows = rows.filter(case__storefront_id=storefront_id)
    found = list(rows.order_by("pk").values_list("pk", "case_id")[:limit])
    if not found:
        return None
    wanted = {pk for pk, _case_id in found}

    def act(batch: Batch, case: Case, count: Recount) -> None:
        open_now = [d for d in case.open_deadlines if d.pk in wanted and d.state in COUNTED]
        moved = [_again(batch, case, deadline) for deadline in open_now]
        count.add(Recount(len(moved), sum(moved)))

    keys = sorted({case_id for _pk, case_id in found})
    for share in shares.deal(shares.all_of(case_of(model)), act, Recount, keys):
        for case, trace in share.poison:
            logger.error("recount_set_aside", extra={"case": case.reference, "trace": trace})
            share.count.failed += 1
        done.add(share.count)
    return int(found[-1][0])


def _again(batch: Batch, case: Case, deadline: Deadline) -> bool:
    """Count one clock again; true where it moved. What has passed by now stays as it was."""
    known = [step for step in deadline.explanation.get("steps", []) if "last" in step]
    if not known or (deadline.state == DeadlineState.PENDING and deadline.passed(batch.now)):
        return False
    calendar = batch.calendar(case.storefront_id)
    before = date.fromisoformat(known[-1]["last"])
    span: Span = calendar.add_working_days(deadline.started_at, known[0]["days"])
    counted = span.steps[0]
    if date.fromisoformat(counted["last"]) <= before:
        return False
    old = deadline.due_at
    due = old + (span.due - calendar.day_ends(before))
    step = {
        "kind": "recounted", "at": batch.now.isoformat(), "from": old.isoformat(), "to": due.isoformat(),
        "last": counted["last"],
        "skipped": [day for day in counted["skipped"] if day not in known[0].get("skipped", [])],
    }  # fmt: skip
    batch.move_due(case, deadline, due, step)
    deadline.remind_at = deadline.next_reminder(batch.now) if deadline.remind_at else None
    event = batch.record(
        case, "date_moved", CALENDAR, data={"clock": deadline.kind, "from": old, "to": due}
    )
    tellers[type(deadline), deadline.kind](batch, case, deadline, event)
    return True
