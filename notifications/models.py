"""Notices: what a person is told of one event, in the portal and by mail."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import Event
from core.row import Row
from notifications.states import OPEN, Group, MailState


class Notice(Row):
    """One event told to one person: the line in their list, and the outbox row of their mail.

    Written in the event's own transaction, so neither exists without the other. Nothing is rendered
    before it is read or sent: `params` are facts (references, amounts, instants), never texts of a
    document. `send_after` is the earliest next try: the event itself, the morning after quiet
    hours, the end of a back-off, or the end of the lease of the deliverer that is at work.
    """

    recipient_id: int
    event_id: int

    kind = models.CharField(max_length=64)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notices")
    subject = models.CharField(max_length=64, help_text=_("The reference of what it is about"))
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    quiet = models.BooleanField(default=False, help_text=_("Waits for the recipient's morning"))
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mail_state = models.CharField(
        max_length=16, choices=MailState.choices, default=MailState.PENDING
    )
    send_after = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=("event", "recipient"), name="notice_once"),
            models.CheckConstraint(
                condition=Q(mail_state__in=MailState.values), name="notice_mail_state"
            ),
            models.CheckConstraint(
                condition=Q(mail_state="sent", sent_at__isnull=False)
                | (~Q(mail_state="sent") & Q(sent_at__isnull=True)),
                name="notice_sent_at",
            ),
        )
        indexes = (
            models.Index(
                fields=("send_after",),
                condition=Q(mail_state__in=sorted(OPEN)),
                name="notice_outbox",
            ),
            models.Index(fields=("recipient", "-id"), name="notice_list"),
            models.Index(
                fields=("recipient",), condition=Q(read_at__isnull=True), name="notice_unread"
            ),
            models.Index(
                fields=("-id",), condition=Q(mail_state="failed"), name="notice_set_aside"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def reference(self) -> str:
        """The reference of the case that it is about, for people; empty where it is about no case."""
        return "" if ":" in self.subject else self.subject

    @property
    def message_id(self) -> str:
        """RFC 5322 Message-ID: the same for every try, so a receiver can drop a repeat."""
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ") or "localhost"
        return f"<notice.{self.pk}.{self.created_at:%Y%m%d%H%M%S%f}@{domain}>"


class Preference(models.Model):
    """One group of mails that a person has switched off. No row means: send."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    group = models.CharField(max_length=16, choices=Group.choices)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "group"), name="preference_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} without {self.group}"
