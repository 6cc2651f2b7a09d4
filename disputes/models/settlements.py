"""Conditional settlements: close when the refund is recorded by a date, else go on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.fsm import StateField, StateModel, transition
from disputes.models.dispute import Dispute
from disputes.states import SETTLEMENT_OPEN, Kind, Party
from disputes.states import SettlementState as S


class Settlement(StateModel):
    """What the buyer proposes instead of giving the dispute up before the money is back.

    `by` is the date D: the refund must be recorded strictly before it. `refunds` are the references of
    the refunds that were requested when the seller agreed.
    """

    TERMINAL = frozenset(S) - SETTLEMENT_OPEN
    OWNERS = {S.PROPOSED: (Party.SELLER,), S.AGREED: ("bank",)}
    CLOCKS = {S.PROPOSED: (Kind.SETTLEMENT_PROPOSAL,), S.AGREED: (Kind.SETTLEMENT,)}

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="settlements")
    state = StateField(choices=S.choices, default=S.PROPOSED)
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    by = models.DateTimeField()
    proposed_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    refunds = models.JSONField(default=list)

    class Meta:
        ordering = ("proposed_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("dispute",),
                condition=Q(state__in=sorted(SETTLEMENT_OPEN)),
                name="settlement_open_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="settlement_amount"),
            models.CheckConstraint(condition=Q(state__in=S.values), name="settlement_state"),
        )
        indexes = (
            models.Index(fields=("by",), condition=Q(state="agreed"), name="settlement_watch"),
        )

    def __str__(self) -> str:
        return f"{self.dispute} {self.amount} {self.state}"

    @property
    def is_agreed(self) -> bool:
        """Whether both agreed to it, so that the dispute stands still for the money."""
        return bool(self.state == S.AGREED)

    @transition("state", S.PROPOSED, S.AGREED)
    def agree(self) -> None:
        """The seller agrees."""

    @transition("state", S.PROPOSED, S.DECLINED)
    def decline(self) -> None:
        """The seller does not."""

    @transition("state", S.PROPOSED, S.TAKEN_BACK)
    def take_back(self) -> None:
        """The buyer takes it back."""

    @transition("state", S.AGREED, S.SETTLED)
    def settle(self) -> None:
        """The refund was recorded in time."""

    @transition("state", [S.PROPOSED, S.AGREED], S.LAPSED)
    def lapse(self) -> None:
        """The date passed without an answer, or without the refund."""

    @transition("state", S.PROPOSED, S.VOID)
    def void(self) -> None:
        """The dispute moved on in another way."""
