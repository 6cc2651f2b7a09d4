"""The questionnaire as it is being filled in."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from disputes.states import Step


class DisputeDraft(models.Model):
    """A buyer's answers so far for one order, saved page by page; gone when the dispute is opened."""

    order = models.ForeignKey(
        "orders.Order", on_delete=models.CASCADE, related_name="dispute_drafts"
    )
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="dispute_drafts"
    )
    answers = models.JSONField(default=dict)
    step = models.CharField(max_length=12, choices=Step.choices, default=Step.RECEIVED)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ("-saved_at",)
        constraints = (models.UniqueConstraint(fields=("order", "buyer"), name="draft_once"),)

    def __str__(self) -> str:
        return f"{self.order} {self.step}"


class DraftFile(models.Model):
    """A file uploaded in the questionnaire; it becomes evidence when the dispute is opened."""

    draft = models.ForeignKey(DisputeDraft, on_delete=models.CASCADE, related_name="files")
    file = models.OneToOneField(
        "evidence.EvidenceFile", on_delete=models.PROTECT, related_name="draft_file"
    )
    caption = models.CharField(max_length=200, blank=True, default="")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("added_at", "pk")

    def __str__(self) -> str:
        return f"{self.draft} {self.file_id}"
