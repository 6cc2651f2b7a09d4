"""What happened, for ever: append-only, each event linked to the one before by a hash."""

from __future__ import annotations

import hashlib
from datetime import UTC
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import json_text
from core.actors import ActorKind
from core.row import Row

GENESIS = "0" * 64
CHAINED = (
    "subject",
    "seq",
    "name",
    "transition",
    "from_state",
    "to_state",
    "actor_kind",
    "actor_id",
    "actor_why",
    "reason",
    "data",
)

_chained = attrgetter(*CHAINED)


class Event(Row):
    """One thing that happened to one subject (a case's reference, or `policy:<storefront>`).

    `seq` counts from 1 without gaps; `previous` is the hash of the event before. The database refuses
    UPDATE and DELETE; whoever edits a row by hand breaks the chain, which `verify_audit` names.
    """

    subject = models.CharField(max_length=64)
    seq = models.PositiveIntegerField()
    name = models.CharField(max_length=64, help_text=_("What happened, in the past tense"))
    transition = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("The state machine's verb, where the state machine moved"),
    )
    from_state = models.CharField(max_length=32, blank=True)
    to_state = models.CharField(max_length=32, blank=True)
    actor_kind = models.CharField(max_length=16, choices=ActorKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_why = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("subject", "seq")
        constraints = (models.UniqueConstraint(fields=("subject", "seq"), name="event_seq_once"),)
        indexes = (models.Index(fields=("at",), name="event_at"),)

    def __str__(self) -> str:
        return f"{self.subject} {self.seq} {self.name}"

    def digest(self) -> str:
        """The hash of this event's content and of the event before it."""
        moment = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        text = json_text.canonical([self.previous, moment, *_chained(self)])
        return hashlib.sha256(text).hexdigest()

    def seal(self) -> None:
        """Bring the data into the form in which it will be read back, then compute the hash."""
        if self.data:
            self.data = json_text.as_read_back(self.data)
        self.hash = self.digest()


def append(
    *,
    subject: str,
    name: str,
    actor: Any,
    at: Any,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> Event:
    """Add an event to a subject that is no case (a policy, say). The caller holds a lock on the subject."""
    last = Event.objects.filter(subject=subject).order_by("-seq").first()
    event = Event(
        subject=subject,
        seq=last.seq + 1 if last else 1,
        name=name,
        actor_kind=actor.kind,
        actor_id=actor.user_id,
        actor_why=actor.why,
        at=at,
        reason=reason,
        data=data or {},
        previous=last.hash if last else GENESIS,
    )
    event.seal()
    event.save(force_insert=True)
    return event
