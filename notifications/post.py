"""The post office: one connection to the mail server, and what its answers mean for a mail."""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import reverse

from core import clock
from notifications import rendering
from notifications.models import Notice

_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@,;]+")


class Away(Exception):
    """The server cannot be reached, or lets nobody in: no mail's fault, all of them wait."""


class Later(Exception):
    """The server does not take this mail now: try again after a while."""


class Never(Exception):
    """This mail will not be taken however often it is sent: set it aside for a person to look at."""


@dataclass
class Post:
    """Sends mails one after the other through Django's backend, over one connection.

    A connection that breaks is opened again for the next mail; three that break in a row mean that
    the server is away.
    """

    broken: int = 0
    _connection: Any = field(default=None, repr=False)

    def send(self, notice: Notice, user: Any) -> None:
        """Hands one mail to the server. Raises Away, Later or Never; returning means accepted."""
        try:
            message = compose(notice, user)
        except Exception as error:
            raise Never(f"It could not be written: {described(error)}") from error
        try:
            message.connection = self._open()
            message.send()
        except (Away, SoftTimeLimitExceeded):
            raise
        except Exception as error:
            raise self._meaning(error) from error
        self.broken = 0

    def _open(self) -> Any:
        if self._connection is None:
            connection = get_connection()
            try:
                connection.open()
            except Exception as error:
                raise Away(described(error)) from error
            self._connection = connection
        return self._connection

    def _meaning(self, error: Exception) -> Exception:
        text = described(error)
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            codes = [code for code, _reply in error.recipients.values()]
            return Never(text) if codes and min(codes) >= 500 else Later(text)
        if isinstance(error, smtplib.SMTPResponseException):
            if error.smtp_code == 421:
                return self._broke(text)
            refused = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
            return Never(text) if refused else Later(text)
        if isinstance(error, smtplib.SMTPNotSupportedError | ValueError):
            return Never(text)  # an address or a header that no server could take
        if isinstance(error, OSError):  # SMTPServerDisconnected and time-outs are among these
            return self._broke(text)
        code = getattr(error, "status_code", None)  # a provider's HTTP interface
        if isinstance(code, int) and 400 <= code < 500 and code not in (401, 403, 408, 429):
            return Never(text)
        return Later(text)

    def _broke(self, text: str) -> Exception:
        self.close()
        self.broken += 1
        return Away(text) if self.broken >= 3 else Later(text)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Exception:
                self._connection = None


def compose(notice: Notice, user: Any) -> EmailMultiAlternatives:
    """The mail of a notice in the recipient's language and zone, text and HTML.

    A repeat carries the same Message-ID (RFC 5322); mails about one case share a `References`, so
    mail programs show them as one conversation.
    """
    with rendering.as_reader(user):
        message = rendering.render(notice)
        text, html = rendering.mail_bodies(notice, message, str(user.get_short_name()))
    domain = notice.message_id.rpartition("@")[2]
    headers = {
        "Message-ID": notice.message_id,
        "Date": format_datetime(clock.now()),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if notice.reference:
        headers["References"] = f"<case.{notice.reference}@{domain}"
    if not message.legal_weight:
        chosen = settings.BASE_URL.rstrip("/") + reverse("notifications:preferences")
        headers["List-Unsubscribe"] = f"<{chosen}>"
    mail = EmailMultiAlternatives(message.subject, text, to=[user.email], headers=headers)
    mail.attach_alternative(html, "text/html")
    return mail


def described(error: Exception) -> str:
    """What went wrong, for staff: one line, without anybody's address."""
    text = f"{type(error).__name__}: {error}"
    return _ADDRESS.sub("…@…", " ".join(text.split()))[:500]
