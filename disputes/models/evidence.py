"""Evidence in a dispute, and the mediator's questions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from disputes.models.dispute import Dispute
from disputes.states import Party, RequestState

PARTIES = [(p.value, p.label) for p in (Party.BUYER, Party.SELLER)]


class EvidenceRequest(models.Model):
    """A mediator's question to one party; at most one is open for each party."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="evidence_requests")
    party = models.CharField(max_length=8, choices=PARTIES)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    question = models.TextField()
    answer = models.TextField(blank=True, default="")
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.OPEN)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("dispute", "party"), condition=Q(state="open"), name="request_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="request_state"
            ),
            models.CheckConstraint(
                condition=Q(party__in=[Party.BUYER, Party.SELLER]), name="request_party"
            ),
        )

    def __str__(self) -> str:
        return f"{self.dispute} {self.party} {self.state}"


class EvidenceItem(models.Model):
    """A file in the case: E1, E2, … in the order in which they were added, never renumbered."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="evidence")
    file = models.OneToOneField(
        "evidence.EvidenceFile", on_delete=models.PROTECT, related_name="dispute_item"
    )
    number = models.PositiveSmallIntegerField()
    party = models.CharField(max_length=8, choices=PARTIES)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(max_length=200, blank=True, default="")
    request = models.ForeignKey(
        EvidenceRequest, null=True, blank=True, on_delete=models.SET_NULL, related_name="evidence"
    )
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("dispute", "number"), name="evidence_number_once"),
            models.CheckConstraint(
                condition=Q(party__in=[Party.BUYER, Party.SELLER]), name="evidence_party"
            ),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """How everybody cites it: E1."""
        return f"E{self.number}"
