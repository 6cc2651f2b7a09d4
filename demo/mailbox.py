"""The demo's mailbox: an e-mail backend that keeps mails as rows, and the pages' way to them."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from core import clock
from demo.models import SentMail


class Backend(BaseEmailBackend):
    """Keeps each mail once per recipient, at the demo's present time; nothing leaves the machine."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        now = clock.now()
        rows = [row for message in messages for row in kept(message, now)]
        SentMail.objects.bulk_create(rows)
        return len(messages)


def kept(message: EmailMessage, now: Any) -> list[SentMail]:
    """One row per recipient."""
    html = next(
        (str(body) for body, kind in getattr(message, "alternatives", []) if kind == "text/html"),
        "",
    )
    own = html == "" and message.content_subtype == "html"
    text = "" if own else str(message.body)
    return [
        SentMail(
            to=(parseaddr(to)[1] or to)[:254],
            sender=message.from_email[:200],
            subject=str(message.subject)[:500],
            text=text,
            html=str(message.body) if own else html,
            headers={name: str(value) for name, value in message.extra_headers.items()},
            sent_at=now,
        )
        for to in message.recipients()
    ]
