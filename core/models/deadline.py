"""Deadlines are rows: due instant, rule, and the sum that led to the date."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.row import Row


class DeadlineState(models.TextChoices):
    PENDING = "pending", _("Running")
    PAUSED = "paused", _("Paused")
    FAILED = "failed", _("Could not be enforced yet")
    MET = "met", _("Met")
    ENFORCED = "enforced", _("Enforced")
    CANCELLED = "cancelled", _("No longer needed")


RUNNING_DEADLINES = frozenset({DeadlineState.PENDING, DeadlineState.FAILED})
OPEN_DEADLINES = RUNNING_DEADLINES | {DeadlineState.PAUSED}
MICROSECOND = timedelta(microseconds=1)


class Deadline(Row):
    """A clock of one case. At `due_at` itself the time is over. Each case app has a table of its own.

    `explanation` is the sum behind "Why this date?": rule, policy version, start, steps, due.
    `about` tells clocks of one kind apart (a request for evidence, say). `left_us` is what was left,
    in microseconds, when the clock was paused.
    """

    case: Any
    kind = models.CharField(max_length=32)
    about = models.CharField(max_length=32, blank=True, default="")
    state = models.CharField(
        max_length=16, choices=DeadlineState.choices, default=DeadlineState.PENDING
    )
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    explanation = models.JSONField(default=dict)
    left_us = models.BigIntegerField(null=True)
    remind_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ("due_at", "pk")
        indexes = (
            models.Index(fields=("due_at",), condition=Q(state="pending"), name="%(class)s_due"),
            models.Index(
                fields=("remind_at",),
                condition=Q(state="pending", remind_at__isnull=False),
                name="%(class)s_remind",
            ),
            models.Index(fields=("retry_at",), condition=Q(state="failed"), name="%(class)s_retry"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("case", "kind", "about"),
                condition=Q(state__in=("pending", "paused", "failed")),
                name="%(class)s_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DeadlineState.values), name="%(class)s_state"
            ),
            models.CheckConstraint(
                condition=Q(state="paused", left_us__isnull=False)
                | (~Q(state="paused") & Q(left_us__isnull=True)),
                name="%(class)s_left",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_DEADLINES

    def passed(self, now: datetime) -> bool:
        """True from `due_at` on, that instant included. A paused clock does not pass."""
        return self.state != DeadlineState.PAUSED and self.due_at <= now

    def next_reminder(self, now: datetime) -> datetime | None:
        """Half-way and 24 hours before the end, whichever comes next; none within the last hour."""
        half = self.started_at + (self.due_at - self.started_at) / 2
        moments = [
            m
            for m in (half, self.due_at - timedelta(hours=24))
            if m > now and self.due_at - m > timedelta(hours=1)
        ]
        return min(moments, default=None)
