"""What buyer and seller write to each other about an order."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from orders.states import Side


class OrderMessage(models.Model):
    """A message in the thread of an order, kept as written. Append-only.

    `caution` names the hints at a deal outside the portal that were found in it; the page warns both
    sides, and the message stays.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=8, choices=Side.choices)
    body = models.TextField(_("message"))
    language = models.CharField(max_length=12, blank=True, default="")
    caution = models.JSONField(default=list)
    sent_at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ("sent_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(side__in=Side.values), name="order_message_side"),
        )

    def __str__(self) -> str:
        return f"{self.order} {self.side}"
