"""Why a party says that the decision is wrong."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from appeals.models.complaint import Complaint
from disputes.states import Party

PARTIES = (Party.BUYER, Party.SELLER)


class Grounds(models.Model):
    """One party's complaint in its own words: once per dispute, never edited."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="grounds")
    dispute = models.ForeignKey("disputes.Dispute", on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=8, choices=[(p.value, p.label) for p in PARTIES])
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    language = models.CharField(max_length=12, blank=True, default="")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("made_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("dispute", "party"), name="grounds_once"),
            models.CheckConstraint(
                condition=Q(party__in=[p.value for p in PARTIES]), name="grounds_party"
            ),
            models.CheckConstraint(condition=~Q(body=""), name="grounds_written"),
        )

    def __str__(self) -> str:
        return f"{self.complaint} {self.party}"
