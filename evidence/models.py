"""Files that people give as evidence: what was received, what was found, where the clean copy lies."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fsm import StateField, StateModel, transition
from evidence.pipeline import Inspection, Kind, Refusal, refusal
from evidence.states import OPEN, TERMINAL, FileState

HANDLE_BYTES = 16
KINDS = [(kind.value, kind.name) for kind in Kind]


def new_handle() -> str:
    """22 characters from 128 random bits: the only name by which a file has an address."""
    return secrets.token_urlsafe(HANDLE_BYTES)


OBJECTS = ("quarantine_name", "clean_name", "thumb_name", "poster_name")
"""The columns that name an object in the storage."""


class EvidenceFile(StateModel):
    """One upload. `purpose` and `subject` say what it belongs to ("dispute", "DSP-7F3K9Q"); whoever
    registered for the purpose in `evidence.access` decides who may see it.

    The quarantined original is deleted as soon as the clean copy (or the refusal) is recorded.
    """

    TERMINAL = TERMINAL
    OWNERS = dict.fromkeys(OPEN, "worker")

    handle = models.CharField(max_length=32, unique=True, default=new_handle, editable=False)
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evidence_files"
    )
    purpose = models.CharField(max_length=32)
    subject = models.CharField(max_length=64)
    state = StateField(choices=FileState.choices, default=FileState.QUARANTINED)

    original_name = models.CharField(max_length=120, blank=True)
    declared_type = models.CharField(max_length=100, blank=True)
    size_in = models.BigIntegerField(help_text=_("Bytes received."))
    limits = models.JSONField(default=dict, help_text=_("Limits of the policy at the upload."))

    quarantine_name = models.CharField(max_length=120, blank=True)
    clean_name = models.CharField(max_length=120, blank=True)
    thumb_name = models.CharField(max_length=120, blank=True)
    poster_name = models.CharField(max_length=120, blank=True)

    kind = models.CharField(max_length=32, choices=KINDS, blank=True)
    stored_kind = models.CharField(max_length=32, choices=KINDS, blank=True)
    size = models.BigIntegerField(null=True, help_text=_("Bytes of the clean copy."))
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    dhash = models.BigIntegerField(null=True)
    dhash_mirrored = models.BigIntegerField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    seconds = models.FloatField(null=True)
    pages = models.PositiveIntegerField(null=True)
    taken_at = models.DateTimeField(
        null=True, help_text=_("When the camera says that it was taken; without a zone as UTC.")
    )
    removed = models.JSONField(default=list, help_text=_("What was taken out: place, comments …"))

    refusal_code = models.CharField(max_length=32, blank=True)
    refusal_facts = models.JSONField(default=dict)

    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True)

    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    erased_why = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")
        indexes = (
            models.Index(fields=("purpose", "subject"), name="evidence_subject"),
            models.Index(
                fields=("created_at",), name="evidence_waiting",
                condition=Q(state=FileState.QUARANTINED),
            ),
            *(
                models.Index(fields=(column,), name=f"evidence_{column}", condition=~Q(**{column: ""}))
                for column in OBJECTS
            ),
        )  # fmt: skip
        constraints = (
            models.CheckConstraint(
                name="evidence_state_known", condition=Q(state__in=FileState.values)
            ),
            models.CheckConstraint(
                name="evidence_clean_is_whole",
                condition=~Q(state=FileState.CLEAN)
                | Q(size__gt=0) & ~Q(clean_name="") & ~Q(sha256="") & ~Q(stored_kind=""),
            ),
            models.CheckConstraint(
                name="evidence_quarantined_is_there",
                condition=~Q(state=FileState.QUARANTINED) | ~Q(quarantine_name=""),
            ),
            models.CheckConstraint(
                name="evidence_refused_says_why",
                condition=~Q(state=FileState.REFUSED) | ~Q(refusal_code=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.handle} ({self.state})"

    @transition(state, source=FileState.QUARANTINED, target=FileState.CLEAN)
    def pass_inspection(self, found: Inspection, names: dict[str, str], at: datetime) -> None:
        """The clean copy is stored; from here on those who may see the case see it."""
        for fact in (
            "size", "sha256", "dhash", "dhash_mirrored", "width", "height", "seconds", "pages",
            "taken_at", "removed",
        ):  # fmt: skip
            setattr(self, fact, getattr(found, fact))
        self.kind, self.stored_kind = found.kind.value, found.stored_kind.value
        self.clean_name = names["clean"]
        self.thumb_name, self.poster_name = names.get("thumb", ""), names.get("poster", "")
        self._leave_quarantine(at)

    @transition(state, source=FileState.QUARANTINED, target=FileState.REFUSED)
    def refuse(self, reason: Refusal, at: datetime) -> None:
        """The file is not taken; the uploader reads why and what to do."""
        self.refusal_code, self.refusal_facts = reason.code, reason.facts
        self._leave_quarantine(at)

    @transition(
        state,
        source=[FileState.QUARANTINED, FileState.CLEAN, FileState.REFUSED],
        target=FileState.ERASED,
    )
    def erase(self, why: str, at: datetime) -> None:
        """Nothing of the content stays, nor what describes it; its SHA-256 does, as the receipt."""
        self.original_name = self.declared_type = ""
        self.quarantine_name = self.clean_name = self.thumb_name = self.poster_name = ""
        self.dhash = self.dhash_mirrored = self.taken_at = None
        self.removed = []
        self.claim, self.claimed_until = "", None
        self.erased_at, self.erased_why = at, why[:120]

    def _leave_quarantine(self, at: datetime) -> None:
        self.quarantine_name = self.claim = ""
        self.claimed_until = None
        self.checked_at = at

    @property
    def is_clean(self) -> bool:
        return bool(self.state == FileState.CLEAN)

    @property
    def is_image(self) -> bool:
        return bool(self.stored_kind) and Kind(self.stored_kind).is_image

    @property
    def is_video(self) -> bool:
        return bool(self.stored_kind) and Kind(self.stored_kind).is_video

    @property
    def refusal_sentence(self) -> str:
        """Why the file was not taken, in the reader's language; empty where it was not refused."""
        if not self.refusal_code:
            return ""
        facts: dict[str, Any] = self.refusal_facts
        return refusal.sentence(self.refusal_code, facts)

    @property
    def names(self) -> list[str]:
        """Every object in the storage that belongs to this row."""
        found = (self.quarantine_name, self.clean_name, self.thumb_name, self.poster_name)
        return [name for name in found if name]
