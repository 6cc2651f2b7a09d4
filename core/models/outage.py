"""A time in which the portal did not work, as an operator declared it afterwards."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.models.storefront import Storefront


class Outage(models.Model):
    """From when until when people could not act. Never changed and never taken back once declared.

    `extended` counts the clocks that were given the time back so far; `done_at` is when the last of them was.
    """

    storefront = models.ForeignKey(Storefront, on_delete=models.PROTECT, related_name="outages")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    note = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    declared_at = models.DateTimeField()
    extended = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-began_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("storefront", "began_at", "ended_at"), name="outage_declared_once"
            ),
            models.CheckConstraint(condition=Q(ended_at__gt=F("began_at")), name="outage_lasts"),
        )

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} – {self.ended_at:%Y-%m-%d %H:%M}"
