"""What a payment provider says that it booked, and what has to be put right because of it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fsm import StateField, transition
from core.models import Case, Deadline, Storefront
from core.row import Row
from orders import policies, states
from orders.models.money import Refund
from orders.models.order import Order, money
from orders.states import CorrectionState, Finding, LineKind

S = CorrectionState


class SettlementFile(models.Model):
    """A provider's file, by its fingerprint: read once. `done_at` is empty where its reading was cut off."""

    storefront = models.ForeignKey(Storefront, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=120)
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    begun_at = models.DateTimeField(_("read"))
    done_at = models.DateTimeField(null=True)
    first_at = models.DateTimeField(_("from"), null=True)
    last_at = models.DateTimeField(_("to"), null=True)
    summary = models.JSONField(default=dict)

    class Meta:
        ordering = ("-begun_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("storefront", "digest"), name="settlement_file_once"),
        )

    def __str__(self) -> str:
        return self.name


class SettlementLine(Row):
    """One booking of a provider that has to do with a refund; append-only, each `transaction` once for ever."""

    file = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, related_name="lines")
    storefront = models.ForeignKey(
        Storefront, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField()
    transaction = models.CharField(max_length=64)
    reference = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=8, choices=LineKind.choices)
    amount = money(verbose_name=_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    at = models.DateTimeField(_("time"))
    refund = models.ForeignKey(
        Refund, null=True, on_delete=models.PROTECT, related_name="settlement_lines"
    )

    class Meta:
        ordering = ("file", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("storefront", "transaction"), name="settlement_line_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LineKind.values), name="settlement_line_kind"
            ),
        )

    def __str__(self) -> str:
        return self.transaction


class Correction(Case):
    """Something that a settlement showed to be wrong, until it is put right or shown to be no mistake.

    One for each refund and finding. A booking that fits no refund has no order either, and its line instead.
    """

    REFERENCE_PREFIX = "COR"
    TERMINAL, OWNERS = states.CORRECTION_TERMINAL, states.CORRECTION_OWNERS
    CLOCKS = states.CORRECTION_CLOCKS

    state = StateField(choices=S.choices, default=S.OPEN, verbose_name=_("state"))
    finding = models.CharField(_("finding"), max_length=16, choices=Finding.choices)
    order = models.ForeignKey(
        Order, null=True, on_delete=models.PROTECT, related_name="corrections"
    )
    refund = models.ForeignKey(
        Refund, null=True, on_delete=models.PROTECT, related_name="corrections"
    )
    line = models.ForeignKey(
        SettlementLine, null=True, on_delete=models.PROTECT, related_name="corrections"
    )
    file = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, related_name="corrections")
    found_amount = models.DecimalField(
        _("amount in the file"), max_digits=14, decimal_places=4, null=True
    )
    found_currency = models.CharField(_("currency in the file"), max_length=3, blank=True)
    note = models.CharField(_("what was done"), max_length=1000, blank=True)
    overdue_at = models.DateTimeField(_("overdue since"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(state__in=S.values), name="correction_state_known"),
            models.CheckConstraint(
                name="correction_of_something",
                condition=Q(finding=Finding.UNKNOWN, line__isnull=False, refund__isnull=True, order__isnull=True)
                | Q(refund__isnull=False, order__isnull=False) & ~Q(finding=Finding.UNKNOWN),
            ),
            models.UniqueConstraint(
                fields=("refund", "finding"), condition=Q(refund__isnull=False), name="correction_once"
            ),
            models.UniqueConstraint(
                fields=("line",), condition=Q(finding=Finding.UNKNOWN), name="correction_of_line_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=states.CORRECTION_TERMINAL, ended_at__isnull=False)
                | Q(state__in=states.CORRECTION_OPEN, ended_at__isnull=True),
                name="correction_ended_when",
            ),
        )  # fmt: skip

    @transition(
        field=state, source=S.OPEN, target=S.REQUESTED,
        custom={"event": "correction_requested"}, permission=policies.may_correct,
    )  # fmt: skip
    def ask(self, note: str) -> None:
        """The provider is asked to put it right."""
        self.note = note

    @transition(
        field=state, source=[S.OPEN, S.REQUESTED], target=S.ADJUSTED,
        custom={"event": "correction_adjusted"}, permission=policies.may_correct,
    )  # fmt: skip
    def adjust(self, note: str) -> None:
        """We have put it right on our side; the next settlement, or somebody who looked, confirms it."""
        self.note = note

    @transition(
        field=state, source=[S.OPEN, S.REQUESTED, S.ADJUSTED], target=S.SETTLED,
        custom={"event": "correction_settled"}, permission=policies.may_correct,
    )  # fmt: skip
    def settle(self, at: datetime, note: str) -> None:
        """The money is where it belongs."""
        self.ended_at, self.note = at, note

    @transition(
        field=state, source=[S.OPEN, S.REQUESTED], target=S.DISMISSED,
        custom={"event": "correction_dismissed"}, permission=policies.may_correct,
    )  # fmt: skip
    def dismiss(self, at: datetime, note: str) -> None:
        """It was no mistake; the note says why."""
        self.ended_at, self.note = at, note


class CorrectionDeadline(Deadline):
    """The clock of a correction's next step."""

    case = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="deadlines")

    class Meta(Deadline.Meta):
        abstract = False
