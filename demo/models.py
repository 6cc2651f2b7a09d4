"""Mails that the demo sent to its own mailbox."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SentMail(models.Model):
    """One mail to one recipient, as it left: kept instead of being sent."""

    to = models.EmailField(_("to"), db_index=True)
    sender = models.CharField(_("from"), max_length=200)
    subject = models.CharField(_("subject"), max_length=500)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ("-sent_at", "-pk")

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
