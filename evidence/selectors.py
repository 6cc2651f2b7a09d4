"""Reads in which it is decided who sees what, and what waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from evidence import access
from evidence.models import EvidenceFile
from evidence.states import FileState


def get_file(user: Any, handle: str) -> EvidenceFile:
    """The clean file behind a handle; 404 alike for unknown, unchecked, erased and other people's."""
    file = EvidenceFile.objects.filter(handle=handle, state=FileState.CLEAN).first()
    if file is None or not access.may_see(user, file):
        raise Http404
    return file


def files_of(purpose: str, subject: str) -> QuerySet[EvidenceFile]:
    """All files of a subject, oldest first, refused ones too (their uploader must read why)."""
    return EvidenceFile.objects.filter(purpose=purpose, subject=subject).order_by(
        "created_at", "pk"
    )


def waiting(now: datetime) -> QuerySet[EvidenceFile]:
    """Files that no worker is checking at this moment, oldest first."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return EvidenceFile.objects.filter(free, state=FileState.QUARANTINED).order_by("created_at")
