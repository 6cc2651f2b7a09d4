"""Enforcing deadlines: any number of workers, a thousand cases at a time, each exactly once.

A sweep claims cases whose clock has passed (`FOR NO KEY UPDATE … SKIP LOCKED`, oldest first), runs the handler
that the case's app registered for that kind, and flushes the batch set-wise. The handler runs the very
transitions that the pages run. A case that raises is set aside with its error; the rest goes through.
"""

from __future__ import annotations

import logging
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic, sleep
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q

from core import clock, memory, redaction, shares
from core.batch import Batch
from core.models import Case, Deadline, DeadlineState
from core.models.case import case_of

logger = logging.getLogger(__name__)

Handler = Callable[[Batch, Any, Any], None]

handlers: dict[tuple[type[Deadline], str], Handler] = {}
reminders: dict[tuple[type[Deadline], str], Handler] = {}

BATCH_SIZE = 500
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)


def enforces(model: type[Deadline], kind: str) -> Callable[[Handler], Handler]:
    """Register what happens when a clock of this kind runs out: `handler(batch, case, deadline)`."""

    def register(handler: Handler) -> Handler:
        handlers[(model, str(kind))] = handler
        return handler

    return register


def reminds(model: type[Deadline], *kinds: str) -> Callable[[Handler], Handler]:
    """Register who is told half-way and 24 hours before a clock of these kinds runs out."""

    def register(handler: Handler) -> Handler:
        for kind in kinds:
            reminders[(model, str(kind))] = handler
        return handler

    return register


def clocked() -> list[type[Deadline]]:
    """Every deadline table for which something is registered."""
    return sorted({model for model, _kind in [*handlers, *reminders]}, key=lambda m: m._meta.label)


@dataclass
class Sweep:
    """What one sweep did. `lateness` is the longest time by which a clock was enforced late, in seconds."""

    enforced: int = 0
    reminded: int = 0
    failed: int = 0
    lateness: float = 0.0

    @property
    def total(self) -> int:
        return self.enforced + self.reminded + self.failed

    def add(self, other: Sweep) -> None:
        self.enforced += other.enforced
        self.reminded += other.reminded
        self.failed += other.failed
        self.lateness = max(self.lateness, other.lateness)


def sweep(
    *,
    batch_size: int = BATCH_SIZE,
    seconds: float = 60.0,
    tables: list[type[Deadline]] | None = None,
    lanes: int = 1,
    rest: float = 0.0,
) -> Sweep:
    """Enforce what is due, oldest first, then remind; stop when nothing is left or the time is used up.

    `tables` names those to look into, where the caller knows which have something due. `lanes` are threads
    that sweep side by side as two workers would, so that this process computes one batch while the database
    writes another; SQLite, which has one writer, always has one. `rest` are the seconds for which a lane leaves the
    machine to others after each second of work, while it holds nothing.
    """
    chosen, end = clocked() if tables is None else tables, monotonic() + seconds
    with memory.tidied_between_batches() as tidy:
        if lanes == 1 or connection.vendor != "postgresql":
            return _lane(0, batch_size, end, chosen, tidy, rest)
        done = Sweep()
        with ThreadPoolExecutor(lanes, thread_name_prefix="lane") as pool:
            run = partial(
                _closing_lane, size=batch_size, end=end, tables=chosen, tidy=tidy, rest=rest
            )
            for share in pool.map(run, range(lanes)):
                done.add(share)
        return done


def _closing_lane(number: int, **how: Any) -> Sweep:
    try:
        return _lane(number, **how)
    finally:
        connection.close()  # this thread's own


def _lane(
    number: int,
    size: int,
    end: float,
    tables: list[type[Deadline]],
    tidy: memory.Tidy,
    rest: float,
) -> Sweep:
    """One batch of each kind of work in turn, until none finds anything: a backlog of one table starves no other.

    What waits is asked again after each turn, so that a clock which runs out during a long sweep (a day's
    reminders, say) waits for one batch of each and no longer.
    """
    done = Sweep()
    while monotonic() < end:
        works = deque(_works(tables, size, done))
        works.rotate(-number)
        found = 0
        for work in works:
            began = monotonic()
            if began < end and work():
                found += 1
                tidy()
                if rest:
                    sleep(rest * (monotonic() - began))
        if not found:
            break
    return done


def _works(tables: list[type[Deadline]], size: int, done: Sweep) -> Iterator[Callable[[], int]]:
    for model, due, remindable, retriable in _waiting(tables):
        if due:
            yield partial(_run, model, _due, _enforce, size, done)
        if remindable:
            yield partial(_run, model, _remindable, _remind, size, done)
        if retriable:
            yield partial(_retry_one, model, done)


LOOKS = """
    EXISTS (SELECT 1 FROM {table} WHERE state = 'pending' AND due_at <= %s),
    EXISTS (SELECT 1 FROM {table} WHERE state = 'pending' AND remind_at <= %s AND due_at > %s),
    EXISTS (SELECT 1 FROM {table} WHERE state = 'failed' AND retry_at <= %s)"""
"""The conditions of `_due`, `_remindable` and `_retry_one`, each read out of its index."""


def _waiting(tables: list[type[Deadline]]) -> list[tuple[type[Deadline], bool, bool, bool]]:
    """Whether anything in each table is due, is to be reminded of, is to be tried again: in one statement.

    Most sweeps find nothing to do, and ask no more than this.
    """
    if not tables:
        return []
    now = connection.ops.adapt_datetimefield_value(clock.now())
    looks = [LOOKS.format(table=connection.ops.quote_name(m._meta.db_table)) for m in tables]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {','.join(looks)}", [now] * 4 * len(tables))
        found = list(map(bool, cursor.fetchone()))
    return [(model, *found[3 * n : 3 * n + 3]) for n, model in enumerate(tables)]  # type: ignore[misc]


def _due(now: datetime) -> Q:
    return Q(state=DeadlineState.PENDING, due_at__lte=now)


def _remindable(now: datetime) -> Q:
    return Q(state=DeadlineState.PENDING, remind_at__lte=now, due_at__gt=now)


def _claim(
    model: type[Deadline],
    select: Callable[[datetime], Q],
    limit: int,
    batch: Batch,
    only: list[Any] | None,
) -> list[Case]:
    """Lock up to `limit` cases with a clock that matches; cases held by another worker are passed over."""
    case_model, now = case_of(model), clock.now()
    tests: list[Any] = select(now).children
    test = Q(**{f"deadlines__{name}": value for name, value in tests})
    order = "deadlines__remind_at" if select is _remindable else "deadlines__due_at"
    rows = case_model._default_manager.filter(test)
    if only is not None:
        rows = rows.filter(pk__in=only)
    locked = rows.order_by(order).select_for_update(of=("self",), skip_locked=True, no_key=True)[
        :limit
    ]
    return batch.adopt(list({case.pk: case for case in locked}.values()))


def _run(
    model: type[Deadline],
    select: Any,
    act: Any,
    limit: int,
    done: Sweep,
    only: list[Any] | None = None,
) -> int:
    """One batch; the number of cases in it. Those that raise are set aside."""
    size = 0
    take = partial(_claim, model, select, limit)
    for share in shares.deal(take, act, Sweep, only):
        for case, trace in share.poison:
            _set_aside(model, case.pk, select, trace)
            done.failed += 1
        done.add(share.count)
        size += len(share.cases)
    return size


def _enforce(batch: Batch, case: Case, count: Sweep) -> None:
    for deadline in case.open_deadlines:
        if deadline.state == DeadlineState.PENDING and deadline.passed(batch.now):
            _fire(batch, case, deadline)
            count.enforced += 1
            count.lateness = max(count.lateness, (batch.now - deadline.due_at).total_seconds())


def _fire(batch: Batch, case: Case, deadline: Deadline) -> None:
    batch.change(
        deadline,
        state=DeadlineState.ENFORCED,
        ended_at=batch.now,
        remind_at=None,
        retry_at=None,
        error="",
    )
    batch._touch(case)
    handlers[(type(deadline), deadline.kind)](batch, case, deadline)


def _remind(batch: Batch, case: Case, count: Sweep) -> None:
    for deadline in case.open_deadlines:
        if deadline.remind_at is not None and deadline.remind_at <= batch.now < deadline.due_at:
            reminders[(type(deadline), deadline.kind)](batch, case, deadline)
            batch.change(deadline, remind_at=deadline.next_reminder(batch.now))
            count.reminded += 1


def _set_aside(model: type[Deadline], pk: Any, select: Any, trace: str) -> None:
    """Mark the clock of a case that raised, so that the admin sees it and it is tried again later."""
    trace = redaction.without_rows(trace)
    with transaction.atomic():
        cases = case_of(model)._default_manager.select_for_update(of=("self",), no_key=True)
        case = cases.filter(pk=pk).first()
        logger.error(
            "deadline_set_aside",
            extra={"table": model._meta.label, "case": case and case.reference, "trace": trace},
        )
        now = clock.now()
        wanted = (
            Q(state__in=(DeadlineState.PENDING, DeadlineState.FAILED), due_at__lte=now)
            if select is not _remindable
            else select(now)
        )
        clocks: Any = model._default_manager
        for deadline in clocks.filter(wanted, case_id=pk):
            deadline.attempts += 1
            deadline.error = trace[-4000:]
            deadline.retry_at = now + _pause_after(deadline.attempts)
            if select is _remindable:
                deadline.remind_at = None
            else:
                deadline.state = DeadlineState.FAILED
            deadline.save()


def _pause_after(attempts: int) -> timedelta:
    """1, 2, 4 … minutes, an hour at most. Not a power of every count: one that fails for days would overflow."""
    return min(FIRST_RETRY * (1 << min(attempts - 1, 6)), LONGEST_RETRY)


def _retry_one(model: type[Deadline], done: Sweep) -> bool:
    """Try the oldest set-aside clock whose time to retry has come, alone."""
    now = clock.now()
    waiting = (
        model._default_manager.filter(state=DeadlineState.FAILED, retry_at__lte=now)
        .order_by("retry_at")
        .first()
    )
    return waiting is not None and retry(waiting, done)


def retry(waiting: Deadline, done: Sweep | None = None) -> bool:
    """Enforce one set-aside clock now; it is set aside again where it still fails. True where it was tried."""
    model, done = type(waiting), done or Sweep()
    pk, fired = waiting.case_id, 0  # type: ignore[attr-defined]
    try:
        with Batch() as batch:
            rows = case_of(model)._default_manager.filter(pk=pk)
            cases = batch.adopt(
                list(rows.select_for_update(of=("self",), skip_locked=True, no_key=True))
            )
            if not cases:
                return False
            shares.load(batch, cases)
            for deadline in cases[0].open_deadlines:
                if deadline.state == DeadlineState.FAILED and deadline.passed(batch.now):
                    _fire(batch, cases[0], deadline)
                    fired += 1
    except Exception:
        _set_aside(model, pk, _due, traceback.format_exc())
        done.failed += 1
    else:
        done.enforced += fired
    return True


def oldest_overdue() -> float:
    """Seconds by which the oldest clock that nobody has enforced yet is late; 0 where none is."""
    now = clock.now()
    late = [
        m._default_manager.filter(_due(now)).aggregate(first=models.Min("due_at"))["first"]
        for m in clocked()
    ]
    return max(((now - due).total_seconds() for due in late if due), default=0.0)


def next_due() -> datetime | None:
    """When the next running clock of any kind runs out."""
    dues = [
        m._default_manager.filter(state=DeadlineState.PENDING).aggregate(
            first=models.Min("due_at")
        )["first"]
        for m in clocked()
    ]
    return min((due for due in dues if due), default=None)
