"""Messages between the parties and the mediator, and the staff's own notes."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from disputes.models.dispute import Dispute
from disputes.states import Party


class Message(models.Model):
    """A message that both parties and the mediator read, kept as written.

    `caution` names the hints at a deal outside the platform that were found in it; the page warns, and
    the message stays.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=8, choices=Party.choices)
    body = models.TextField()
    language = models.CharField(max_length=12, blank=True, default="")
    caution = models.JSONField(default=list)
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ("sent_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(party__in=Party.values), name="message_party"
            ),
        )

    def __str__(self) -> str:
        return f"{self.dispute} {self.party}"


class ReadMark(models.Model):
    """Until when a person has read the thread of a dispute."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="read_marks")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("dispute", "reader"), name="read_mark_once"),
        )

    def __str__(self) -> str:
        return f"{self.dispute} {self.reader_id}"


class StaffNote(models.Model):
    """A note among the staff; no party ever sees it."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="staff_notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ("written_at", "pk")

    def __str__(self) -> str:
        return f"{self.dispute} {self.written_at:%Y-%m-%d}"
