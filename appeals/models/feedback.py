"""What a party says about the work of the service once the review is over."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from appeals.models.complaint import Complaint
from appeals.models.grounds import PARTIES
from appeals.states import HIGHEST, LOWEST


class Feedback(models.Model):
    """Three scales from 1 to 5 and a text, once for each party that complained."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="feedback")
    party = models.CharField(max_length=8, choices=[(p.value, p.label) for p in PARTIES])
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    heard = models.PositiveSmallIntegerField()
    explained = models.PositiveSmallIntegerField()
    in_time = models.PositiveSmallIntegerField()
    body = models.TextField(blank=True, default="")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ("given_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("complaint", "party"), name="feedback_once"),
            models.CheckConstraint(
                condition=Q(
                    heard__range=(LOWEST, HIGHEST), explained__range=(LOWEST, HIGHEST),
                    in_time__range=(LOWEST, HIGHEST),
                ),
                name="feedback_scales",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.complaint} {self.party}"
