"""What the watch over the workers remembers: when each last worked, what moved, which alarm stands."""

from __future__ import annotations

from django.db import models


class Pulse(models.Model):
    """The last time that a periodic task came to its end, by the database's real clock.

    `handled` is how many rows it dealt with, `seconds` how long it took, `late` by how many seconds the
    latest of them was late. A task that has never come to its end has no row.
    """

    name = models.CharField(max_length=40, primary_key=True)
    ended_at = models.DateTimeField()
    seconds = models.FloatField(default=0)
    handled = models.PositiveIntegerField(default=0)
    late = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.ended_at:%Y-%m-%d %H:%M:%S}"


class Tally(models.Model):
    """How often a transition ran since the watch began; `kind` is the prefix of the case's reference.

    Counted from the events up to `upto` of the row without a name, so no move writes a counter.
    """

    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=64)
    total = models.PositiveBigIntegerField(default=0)
    upto = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "name"), name="tally_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.total}"


class Alarm(models.Model):
    """Something that the operator is told by mail while it lasts: once when it begins, then hourly, and at its end."""

    name = models.CharField(max_length=40, primary_key=True)
    raised_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} since {self.raised_at}" if self.raised_at else f"{self.name}: quiet"
