"""Watching the clocks from outside: how late they are, whether anybody enforces them, and who is told.

Nothing here trusts a worker to say that it is well: lateness is read from the deadlines themselves, and a
worker that stands still is known by its pulse growing old. Web processes ask (`/health/`, `/metrics`), so
an alarm goes out though every worker is dead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Count, F
from django.db.models.functions import Substr

from core import clock, deadlines
from core.models import Alarm, Deadline, DeadlineState, Event, Pulse, Tally

logger = logging.getLogger(__name__)

PATIENCE_PERIODS = 2
"""So many sweeps may be missed before anybody is told."""
SETTLED = timedelta(minutes=2)
"""No transaction that writes events lasts longer than this: what is older is counted for good."""
AGAIN = timedelta(hours=1)
AFTER_FAILURE = timedelta(minutes=1)
"""A mail server that hangs costs whoever asks at most one wait a minute."""

Gauge = Callable[[], float | Mapping[str, float] | Mapping[str, int]]

G = TypeVar("G", bound=Gauge)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure for the monitoring: its name, what it means with its unit, and the label of its parts."""

    name: str
    meaning: str
    read: Gauge
    label: str = ""


measures: list[Measure] = []


def measured(name: str, meaning: str, label: str = "") -> Callable[[G], G]:
    """Register a figure that `/metrics` shows; a mapping is one figure for each value of `label`."""

    def register(read: G) -> G:
        measures.append(Measure(name, meaning, read, label))
        return read

    return register


def real_now() -> datetime:
    """The database's own time, whatever the demo clock says."""
    return clock.now() - (clock.demo_offset() if settings.DEMO else timedelta())


@dataclass
class Beat:
    """What a periodic task did; filled while it runs."""

    handled: int = 0
    late: float = 0.0


@contextmanager
def pulse(name: str) -> Iterator[Beat]:
    """Remember that this task came to its end. One that raises leaves its pulse as it was."""
    began, beat = monotonic(), Beat()
    yield beat
    values = {
        "ended_at": real_now(), "seconds": monotonic() - began, "handled": beat.handled, "late": beat.late,
    }  # fmt: skip
    Pulse.objects.update_or_create(name=name, defaults=values)


def pulse_age(name: str) -> float | None:
    """Seconds since the task last came to its end; None where it never did."""
    last = Pulse.objects.filter(name=name).first()
    return None if last is None else (real_now() - last.ended_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Look:
    """How the clocks stand now, in seconds. `since_sweep` is None where no sweep ever ended.

    `failed` counts the clocks that were set aside because their case raised: nobody is late with those, but
    somebody has to look.
    """

    overdue: float
    since_sweep: float | None
    failed: int = 0
    patience: float = field(
        default_factory=lambda: float(PATIENCE_PERIODS * settings.SWEEP_SECONDS)
    )

    @property
    def late(self) -> bool:
        """A clock has run out and nobody has enforced it for two periods."""
        return self.overdue > self.patience

    @property
    def stopped(self) -> bool:
        """No worker has finished a sweep for two periods (and for as long as a sweep may take)."""
        return (
            self.since_sweep is not None
            and self.since_sweep > self.patience + settings.SWEEP_BUDGET
        )

    @property
    def well(self) -> bool:
        return not (self.late or self.stopped)


def look() -> Look:
    """Read how the clocks stand: a few indexed queries."""
    return Look(deadlines.oldest_overdue(), pulse_age("sweep"), sum(failed_clocks().values()))


def tell_operator(seen: Look | None = None) -> list[str]:
    """Mail the operator when something begins to be wrong, every hour while it is, and when it is over.

    Returns the subjects that went out. Of several processes that see it at once, one writes. In a demo nobody
    is told: there the clock leaps, and everything is late for a moment.
    """
    if settings.DEMO:
        return []
    seen = seen or look()
    wrong = {LATE: seen.late, STOPPED: seen.stopped, FAILED: seen.failed > 0}
    told = (_tell(name, is_so, seen) for name, is_so in wrong.items())
    return [subject for subject in told if subject]


LATE, STOPPED, FAILED = "clocks_late", "workers_stopped", "clocks_failed"
SUBJECTS = {
    LATE: ("Recourse: clocks are being kept late", "Recourse: clocks are kept in time again"),
    STOPPED: ("Recourse: no worker sweeps", "Recourse: workers sweep again"),
    FAILED: ("Recourse: a clock could not be enforced", "Recourse: no clock is stuck any more"),
}


def _tell(name: str, wrong: bool, seen: Look) -> str:
    alarm = _claimed(name, wrong)
    if alarm is None:
        return ""
    begun, over = SUBJECTS[name]
    subject = begun if wrong else over
    try:
        EmailMessage(subject, _state_in_words(seen), to=[settings.OPERATOR_EMAIL]).send()
    except Exception:
        logger.exception("alarm_not_sent", extra={"alarm": name})
        again = real_now() - AGAIN + AFTER_FAILURE
        Alarm.objects.filter(pk=name).update(told_at=again)
        return ""
    return subject


def _claimed(name: str, wrong: bool) -> Alarm | None:
    """The alarm, where this process is the one to tell of it now; marked as told before the mail goes out."""
    known = Alarm.objects.filter(pk=name).first()
    if not wrong and (known is None or known.raised_at is None):
        return None
    now = real_now()
    with transaction.atomic():
        Alarm.objects.bulk_create([Alarm(name=name)], ignore_conflicts=True)
        alarm = Alarm.objects.select_for_update(skip_locked=True).filter(pk=name).first()
        if alarm is None:
            return None
        told = alarm.raised_at is not None and alarm.told_at is not None
        if wrong and told and alarm.told_at is not None and now - alarm.told_at < AGAIN:
            return None
        if not wrong and alarm.raised_at is None:
            return None
        alarm.raised_at = (alarm.raised_at or now) if wrong else None
        alarm.told_at = now
        alarm.save()
    return alarm


def _state_in_words(seen: Look) -> str:
    age = "never" if seen.since_sweep is None else f"{seen.since_sweep:.0f} seconds ago"
    return (
        f"The oldest deadline that nobody has enforced: {seen.overdue:.0f} seconds late"
        f" (patience: {seen.patience:.0f}).\nThe last sweep ended: {age}.\n"
        f"Deadlines that were set aside with an error: {seen.failed} (see {settings.BASE_URL}/desk/stuck/).\n\n"
        "Look at the workers, the broker and the database; the operator's manual says in which order.\n"
        "Nothing is lost: whatever is due is enforced once as soon as a worker runs.\n"
    )


# ---- figures


@measured(
    "deadline_overdue_seconds", "Age of the oldest deadline that has passed and was not enforced."
)
def _overdue() -> float:
    return deadlines.oldest_overdue()


@measured("deadlines_failed", "Deadlines that were set aside because their case raised.", "table")
def failed_clocks() -> dict[str, int]:
    """How many clocks of each table are set aside."""
    return {
        model._meta.label_lower: _rows(model, DeadlineState.FAILED) for model in deadlines.clocked()
    }


def _rows(model: type[Deadline], state: str) -> int:
    return int(model._default_manager.filter(state=state).count())


@measured("task_age_seconds", "Seconds since a periodic task last came to its end.", "task")
def _ages() -> dict[str, float]:
    now = real_now()
    return {row.name: (now - row.ended_at).total_seconds() for row in Pulse.objects.all()}


@measured("task_duration_seconds", "How long the last run of a periodic task took.", "task")
def _durations() -> dict[str, float]:
    return {row.name: row.seconds for row in Pulse.objects.all()}


@measured("task_handled", "Rows that the last run of a periodic task dealt with.", "task")
def _handled() -> dict[str, float]:
    return {row.name: row.handled for row in Pulse.objects.all()}


@measured("sweep_lag_seconds", "By how much the latest clock of the last sweep was enforced late.")
def _lag() -> float:
    last = Pulse.objects.filter(name="sweep").first()
    return last.late if last else 0.0


@measured(
    "transitions_total", "Transitions since the watch began, by machine and name.", "transition"
)
def _transitions() -> dict[str, float]:
    rows = Tally.objects.exclude(name="").values_list("kind", "name", "total")
    return {f"{kind}.{name}": total for kind, name, total in rows}


def count_transitions() -> int:
    """Add the events of the last minutes to the tallies; each is counted once, however many workers count."""
    with transaction.atomic():
        now, counted = clock.now(), 0
        Tally.objects.bulk_create([Tally(kind="", name="", upto=now)], ignore_conflicts=True)
        mark = Tally.objects.select_for_update().get(kind="", name="")
        moved = (
            Event.objects.filter(at__gt=mark.upto, at__lte=now - SETTLED)
            .exclude(transition="")
            .annotate(kind=Substr("subject", 1, 3))
            .order_by()
            .values_list("kind", "transition")
            .annotate(times=Count("pk"))
        )
        for kind, name, times in moved:
            tally, _made = Tally.objects.get_or_create(kind=kind, name=name)
            Tally.objects.filter(pk=tally.pk).update(total=F("total") + times)
            counted += times
        if mark.upto is None or mark.upto < now - SETTLED:
            mark.upto = now - SETTLED
            mark.save(update_fields=["upto"])
    return counted
