"""The ledger and refunds."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fsm import StateField, transition
from core.models import Case, Deadline, Event
from core.row import Row
from orders import policies, states
from orders.models.order import Order, balanced, money, not_negative
from orders.states import FLOWS, Account, LedgerKind, Means, RefundState

S = RefundState


class LedgerEntry(Row):
    """One transfer between two accounts of an order; append-only, numbered from 1 without gaps.

    `captured`, `held`, `released` and `refunded` are the order's totals after this entry. The
    database refuses UPDATE and DELETE, a gap, a wrong total and an account that does not fit.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=16, choices=LedgerKind.choices)
    debit = models.CharField(_("from"), max_length=16, choices=Account.choices)
    credit = models.CharField(_("to"), max_length=16, choices=Account.choices)
    amount = money(verbose_name=_("amount"))
    captured = money()
    held = money()
    released = money()
    refunded = money()
    at = models.DateTimeField(_("time"))
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("order", "seq")
        constraints = (
            models.UniqueConstraint(fields=("order", "seq"), name="ledger_seq_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, seq__gte=1), name="ledger_amount_positive"),
            balanced("ledger_balanced"),
            not_negative("ledger_no_debts", "captured", "held", "released", "refunded"),
            models.CheckConstraint(
                name="ledger_accounts_fit",
                condition=Q(*(Q(kind=k, debit=d, credit=c) for k, (d, c) in FLOWS.items()), _connector=Q.OR),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.amount}"


class Refund(Case):
    """Money on its way back to the buyer by one means, for one cause.

    `cause` names the decision; with the order and the means it makes the idempotency key, so that
    the same decision can never pay twice, neither here nor at the bank. `expected_at` is when the
    promise to the buyer has run out. The amount has left escrow in the ledger from the moment of the request.
    """

    REFERENCE_PREFIX = "RFD"
    TERMINAL, OWNERS, CLOCKS = states.REFUND_TERMINAL, states.REFUND_OWNERS, states.REFUND_CLOCKS

    state = StateField(choices=S.choices, default=S.REQUESTED, verbose_name=_("state"))
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="refund")
    amount = money(verbose_name=_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    means = models.CharField(_("means"), max_length=16, choices=Means.choices)
    gateway = models.CharField(_("sent through"), max_length=16)
    cause = models.CharField(_("cause"), max_length=120)
    idempotency_key = models.CharField(max_length=64, unique=True, editable=False)
    provider_reference = models.CharField(_("bank's reference"), max_length=120, blank=True)
    failure = models.CharField(_("why it failed"), max_length=300, blank=True)
    expected_at = models.DateTimeField(_("expected by"))
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True)
    completed_at = models.DateTimeField(_("received"), null=True, blank=True)
    overdue_at = models.DateTimeField(_("overdue since"), null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(
        _("tries without an answer"), default=0, editable=False
    )

    class Meta:
        ordering = ("created_at", "pk")
        indexes = (
            models.Index(fields=("gateway", "created_at"), condition=Q(state=S.REQUESTED), name="refund_to_send"),
            models.Index(
                fields=("expected_at",), name="refund_overdue",
                condition=Q(overdue_at__isnull=False) & ~Q(state=S.COMPLETED),
            ),
        )  # fmt: skip
        constraints = (
            models.CheckConstraint(condition=Q(state__in=S.values), name="refund_state_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(condition=Q(means__in=[Means.CARD, Means.WALLET]), name="refund_means_money"),
            models.CheckConstraint(
                condition=~Q(state=S.COMPLETED) | Q(completed_at__isnull=False), name="refund_completed_when"
            ),
            models.UniqueConstraint(fields=("order", "cause", "means"), name="refund_cause_once"),
        )  # fmt: skip

    @property
    def expected_last_moment(self) -> datetime:
        """The last moment of the promise, for people: a day that ends at midnight is the day before it."""
        return self.expected_at - timedelta(microseconds=1)

    @property
    def is_overdue(self) -> bool:
        """Whether the promised day has passed without the money: true from the clock, not from a worker."""
        return self.state != S.COMPLETED and self.now is not None and self.expected_at <= self.now

    @property
    def is_failed(self) -> bool:
        """Whether the bank sent it back, so that somebody has to send it again."""
        return bool(self.state == S.FAILED)

    @transition(
        field=state, source=S.REQUESTED, target=S.SUBMITTED,
        custom={"event": "submitted"}, permission=policies.may_move_refund,
    )  # fmt: skip
    def submit(self, at: datetime, provider_reference: str) -> None:
        """The gateway has taken it."""
        self.submitted_at, self.provider_reference = at, provider_reference
        self.claimed_until, self.failure, self.tries = None, "", 0

    @transition(
        field=state, source=[S.REQUESTED, S.SUBMITTED, S.FAILED], target=S.COMPLETED,
        custom={"event": "completed"}, permission=policies.may_move_refund,
    )  # fmt: skip
    def complete(self, at: datetime, provider_reference: str = "") -> None:
        """The bank confirms, or the wallet is credited: the buyer has the money."""
        self.completed_at = at
        self.provider_reference = provider_reference or self.provider_reference
        self.claimed_until = None

    @transition(
        field=state, source=[S.REQUESTED, S.SUBMITTED], target=S.FAILED,
        custom={"event": "failed"}, permission=policies.may_move_refund,
    )  # fmt: skip
    def fail(self, failure: str) -> None:
        """The gateway refused it. An administrator sees it and sends it again."""
        self.failure, self.claimed_until = failure[:300], None

    @transition(
        field=state, source=S.FAILED, target=S.REQUESTED,
        custom={"event": "requested_again"}, permission=policies.may_move_refund,
    )  # fmt: skip
    def retry(self) -> None:
        """Goes to the gateway again under the same key, so that it is paid once at most."""
        self.submitted_at, self.provider_reference, self.tries = None, "", 0

    @transition(
        field=state, source=S.FAILED, target=S.COMPLETED,
        custom={"event": "corrected"}, permission=policies.may_move_refund,
    )  # fmt: skip
    def correct(self, at: datetime) -> None:
        """The bank cannot pay it, so it goes into the buyer's wallet instead, at once and for good."""
        self.gateway, self.completed_at = "wallet", at
        self.provider_reference, self.claimed_until = self.reference, None


class RefundDeadline(Deadline):
    """A clock of a refund: the day promised, then the next look at it."""

    case = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="deadlines")

    class Meta(Deadline.Meta):
        abstract = False


class RefundAnswer(models.Model):
    """What a bank said of a refund, by its fingerprint: it counts once ever, however often it is read.

    A refusal that is read again after the refund was sent again belongs to the try before; without this
    row it would fail the next one. Append-only.
    """

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="answers")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("refund", "digest"), name="refund_answer_once"),
        )

    def __str__(self) -> str:
        return self.digest[:12]
