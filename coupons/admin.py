"""Compensations and coupons as plain data, to look at only. Nothing here is part of a code."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from coupons.models import Compensation, Coupon


class LookOnly(ModelAdmin):  # type: ignore[misc]
    """Coupons move only by services, compensations never."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Compensation)
class CompensationAdmin(LookOnly):
    list_display = ("reference", "owner", "value", "currency", "cause", "choices", "created_at")
    search_fields = ("reference", "cause")
    fields = ("reference", "storefront", *list_display[1:])
    readonly_fields = fields


@admin.register(Coupon)
class CouponAdmin(LookOnly):
    list_display = ("reference", "state", "owner", "value", "currency", "issue_at", "expires_at")
    list_filter = ("state", "currency")
    search_fields = ("reference", "order_number")
    fields = (
        "reference", "state", "storefront", "compensation", "choice", "owner", "value", "currency", "issue_at",
        "issued_at", "expires_at", "ended_at", "order_number", "next_due_at",
    )  # fmt: skip
    readonly_fields = fields
