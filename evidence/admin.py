"""Files as plain data, to look at only: what was refused and why, what waits, what was erased."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from evidence.models import EvidenceFile


@admin.register(EvidenceFile)
class EvidenceFileAdmin(ModelAdmin):  # type: ignore[misc]
    """No addresses and no storage names here: an administrator's look at a file goes through its case."""

    list_display = ("subject", "purpose", "state", "kind", "size_in", "refusal_code", "created_at")
    list_filter = ("state", "purpose", "kind", "refusal_code")
    search_fields = ("subject", "sha256")
    fields = (
        "purpose", "subject", "state", "kind", "stored_kind", "size_in", "size", "sha256", "width",
        "height", "seconds", "pages", "removed", "refusal_code", "attempts", "created_at",
        "checked_at", "erased_at", "erased_why",
    )  # fmt: skip
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: EvidenceFile | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: EvidenceFile | None = None) -> bool:
        return False
