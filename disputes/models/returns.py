"""The parcel that carries the order back to the seller."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from disputes.models.dispute import Dispute


class ReturnParcel(models.Model):
    """One return shipment. `delivered_at` starts the seller's time to check it."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="return_parcels")
    carrier = models.CharField(max_length=80)
    tracking_number = models.CharField(max_length=64)
    shipped_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("shipped_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(delivered_at__gte=F("shipped_at")),
                name="return_order",
            ),
        )
        indexes = (models.Index(fields=("tracking_number",), name="return_tracking"),)

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}"
