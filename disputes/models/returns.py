"""The parcels that a dispute sends on their way: the order back to the seller, its replacement to the buyer."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from disputes.models.dispute import Dispute


class Parcel(models.Model):
    """One shipment within a dispute. `delivered_at` starts the receiver's time to check it."""

    carrier = models.CharField(max_length=80)
    tracking_number = models.CharField(max_length=64)
    shipped_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}"


DELIVERED_AFTER_SHIPPED = Q(delivered_at__isnull=True) | Q(delivered_at__gte=F("shipped_at"))


class ReturnParcel(Parcel):
    """The order on its way back to the seller."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="return_parcels")

    class Meta:
        ordering = ("shipped_at", "pk")
        constraints = (
            models.CheckConstraint(condition=DELIVERED_AFTER_SHIPPED, name="return_order"),
        )
        indexes = (models.Index(fields=("tracking_number",), name="return_tracking"),)


class ReplacementParcel(Parcel):
    """The replacement on its way to the buyer; one of each dispute."""

    dispute = models.OneToOneField(
        Dispute, on_delete=models.CASCADE, related_name="replacement_parcel"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=DELIVERED_AFTER_SHIPPED, name="replacement_order"),
        )
        indexes = (models.Index(fields=("tracking_number",), name="replacement_tracking"),)
