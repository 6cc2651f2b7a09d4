"""Plain data of orders for administrators: read, and stores edited; money and states move only by services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from orders.models import (
    LedgerEntry,
    Order,
    OrderLine,
    OrderPayment,
    OrderProof,
    Refund,
    Shipment,
    Store,
    WalletEntry,
)


class ReadOnly:
    """Nothing here is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Lines(ReadOnly, TabularInline):  # type: ignore[misc]
    model = OrderLine
    extra = 0


class Payments(ReadOnly, TabularInline):  # type: ignore[misc]
    model = OrderPayment
    extra = 0


class Proofs(ReadOnly, TabularInline):  # type: ignore[misc]
    model = OrderProof
    extra = 0


class Shipments(ReadOnly, TabularInline):  # type: ignore[misc]
    model = Shipment
    extra = 0


class Entries(ReadOnly, TabularInline):  # type: ignore[misc]
    model = LedgerEntry
    fk_name = "order"
    extra = 0


@admin.register(Store)
class StoreAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "slug", "storefront", "owner", "country")
    list_select_related = ("storefront", "owner")
    search_fields = ("name", "slug", "owner__email")
    autocomplete_fields = ("owner",)
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Order)
class OrderAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    list_display = (
        "reference",
        "number",
        "state",
        "store",
        "buyer",
        "currency",
        "captured",
        "held",
        "refunded",
        "placed_at",
    )
    list_filter = ("state", "storefront", "currency")
    list_select_related = ("store", "buyer")
    search_fields = ("reference", "number", "purchase_number", "shipments__tracking_number")
    inlines = (Lines, Payments, Proofs, Shipments, Entries)
    show_full_result_count = False


@admin.register(Refund)
class RefundAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    list_display = (
        "reference", "order", "state", "amount", "currency", "means", "gateway", "expected_at", "overdue_at", "failure",
    )  # fmt: skip
    list_filter = ("state", "gateway", "means", ("overdue_at", admin.EmptyFieldListFilter))
    list_select_related = ("order",)
    search_fields = ("reference", "order__number", "provider_reference", "idempotency_key")
    show_full_result_count = False


@admin.register(WalletEntry)
class WalletAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    list_display = ("account", "seq", "amount", "balance", "refund", "at")
    list_select_related = ("account", "refund")
    search_fields = ("account__user__email", "refund__reference")
