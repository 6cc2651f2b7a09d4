"""What is in an order, how it was paid, and where its parcels are."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Replace, Upper
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, money
from orders.states import Means


class OrderLine(models.Model):
    """One position of an order. Freight is a line too, so that the lines explain what was paid."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    title = models.CharField(_("title"), max_length=300)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    unit_price = money(verbose_name=_("unit price"))
    image = models.CharField(_("picture"), max_length=500, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(quantity__gte=1, unit_price__gte=0), name="order_line_counts"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.unit_price


class OrderPayment(models.Model):
    """What the buyer gave by one means. Before payment these are what the buyer chose to pay with."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    means = models.CharField(_("means"), max_length=16, choices=Means.choices)
    amount = money(verbose_name=_("amount"))

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(means__in=Means.values, amount__gt=0), name="order_payment_positive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.means} {self.amount}"


PLAIN_NUMBER = Upper(
    Replace(Replace(Replace(F("tracking_number"), Value(" ")), Value("-")), Value("."))
)
"""A stored tracking number as `orders.tracking.normal` leaves it, out of an index."""


class Shipment(models.Model):
    """A parcel. The tracking number is what the seller gave; checkpoints are what the carrier told."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    carrier = models.CharField(_("carrier"), max_length=80, blank=True)
    tracking_number = models.CharField(
        _("tracking number"), max_length=80, blank=True, db_index=True
    )
    shipped_at = models.DateTimeField(_("shipped"))
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    class Meta:
        ordering = ("shipped_at", "pk")
        indexes = (models.Index(PLAIN_NUMBER, name="shipment_plain_number"),)

    def __str__(self) -> str:
        return self.tracking_number or self.carrier


class Checkpoint(models.Model):
    """One report of a carrier about a parcel."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="checkpoints")
    at = models.DateTimeField(_("time"))
    city = models.CharField(_("city"), max_length=120, blank=True)
    text = models.CharField(_("what happened"), max_length=300)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text


class OrderProof(models.Model):
    """What the seller handed in to prove an order that is on hold. Append-only.

    The newest one of an order that is under check waits for an administrator; what became of it is an event.
    Seller and administrators read it, the buyer only that there is one.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="proofs")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    tracking_number = models.CharField(
        _("tracking number"), max_length=80, blank=True, db_index=True
    )
    text = models.TextField(_("proof"), blank=True)
    given_at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ("given_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(tracking_number="", text=""), name="order_proof_says_something"
            ),
        )

    def __str__(self) -> str:
        return self.tracking_number or self.text[:40]
