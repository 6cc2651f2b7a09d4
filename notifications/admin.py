"""The outbox for the administrator: what waits, what was set aside and why, and sending it again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from notifications import services
from notifications.models import Notice


@admin.register(Notice)
class NoticeAdmin(ModelAdmin):  # type: ignore[misc]
    """Read only: a notice is what somebody was told, and cannot be told differently afterwards."""

    list_display = ("subject", "kind", "mail_state", "attempts", "send_after", "error")
    list_filter = ("mail_state", "kind")
    search_fields = ("subject",)
    ordering = ("-pk",)
    show_full_result_count = False
    actions = ("send_again",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Send again what was set aside"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        count = services.send_again(queryset.values_list("pk", flat=True))
        if not count:
            messages.warning(request, _t("None of these was set aside."))
            return
        text = ngettext("%(count)d mail waits again.", "%(count)d mails wait again.", count)
        messages.success(request, text % {"count": count})
