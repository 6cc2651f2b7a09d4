"""Which languages people read Recourse in: those of `settings.LANGUAGES`, each with a catalogue."""

from __future__ import annotations

from django.conf import settings


def offered(code: str | None) -> str:
    """The language that pages and mails come in for somebody who wants this one; English where it is not offered."""
    return code if code and code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
