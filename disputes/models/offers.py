"""Offers: what each side would settle for, side by side."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.row import Row
from disputes.models.dispute import Dispute
from disputes.states import OfferState, Party, PostagePayer


class Offer(Row):
    """Terms put by one party. The buyer's opening request is the buyer's first offer.

    At most one offer of each party stands; a newer one replaces it. Acceptance names one offer by key and
    is refused once that offer no longer stands. `amount` runs from 0 to what is refundable on the order.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="offers")
    party = models.CharField(
        max_length=8, choices=[(p.value, p.label) for p in (Party.BUYER, Party.SELLER)]
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    return_required = models.BooleanField(default=False)
    postage_payer = models.CharField(
        max_length=8, choices=PostagePayer.choices, blank=True, default=""
    )
    replacement = models.BooleanField(default=False)
    note = models.TextField(blank=True, default="")
    note_language = models.CharField(max_length=12, blank=True, default="")
    state = models.CharField(max_length=10, choices=OfferState.choices, default=OfferState.STANDING)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("made_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("dispute", "party"), condition=Q(state="standing"), name="offer_stands_once"
            ),
            models.UniqueConstraint(
                fields=("dispute",), condition=Q(state="accepted"), name="offer_accepted_once"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="offer_amount"),
            models.CheckConstraint(condition=Q(state__in=OfferState.values), name="offer_state"),
            models.CheckConstraint(
                condition=Q(party__in=[Party.BUYER, Party.SELLER]), name="offer_party"
            ),
            models.CheckConstraint(
                condition=Q(return_required=True, postage_payer__in=PostagePayer.values)
                | Q(return_required=False, postage_payer=""),
                name="offer_postage",
            ),
        )

    def __str__(self) -> str:
        return _("%(party)s offers %(amount)s") % {
            "party": self.get_party_display(),
            "amount": self.amount,
        }

    @property
    def stands(self) -> bool:
        return self.state == OfferState.STANDING
