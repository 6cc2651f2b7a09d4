"""Compensations, the coupons that make each up, their clocks, and the ledger of their value."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fsm import StateField, transition
from core.models import Case, Deadline, Event, Storefront
from core.row import Row
from core.transitions import in_time, time_is_up
from coupons import codes, policies, states
from coupons.states import FLOWS, Account, CouponDeadlineKind, CouponState, EntryKind

S, D = CouponState, CouponDeadlineKind
REMINDED_BEFORE = timedelta(days=7)
TICK = timedelta(microseconds=1)
CHOSEN_TOO_LATE = _(
    "The coupons are on their way into your account. Nothing can be chosen any more."
)
EXPIRED = _("This coupon has expired.")


def money(**options: object) -> models.DecimalField[Decimal, Decimal]:
    """An amount in the currency beside it: up to ten digits before the point and four after it."""
    return models.DecimalField(max_digits=14, decimal_places=4, **options)  # type: ignore[arg-type]


class Compensation(Row):
    """What a person gets for one cause (a complaint, say), and in how many coupons.

    `choices` counts how often the owner chose; the coupons of the present choice carry it as their `choice`
    and sum to `value` exactly, which the database holds.
    """

    REFERENCE_PREFIX: ClassVar[str] = "CMP"

    reference = models.CharField(max_length=24, unique=True, editable=False)
    storefront = models.ForeignKey(Storefront, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="compensations"
    )
    value = money(verbose_name=_("value"))
    currency = models.CharField(_("currency"), max_length=3)
    cause = models.CharField(_("cause"), max_length=40)
    choices = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("promised"))

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("owner", "cause"), name="compensation_cause_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="compensation_value_positive"),
        )

    def __str__(self) -> str:
        return self.reference


class Coupon(Case):
    """A value that its owner spends once and whole in the shop.

    `issue_at` is when it comes into the account, `expires_at` the first moment at which it is worth nothing
    any more: the end of a day in the owner's zone. The code itself is kept nowhere: see `coupons.codes`.
    """

    REFERENCE_PREFIX = "CPN"
    TERMINAL, OWNERS, CLOCKS = states.TERMINAL, states.OWNERS, states.CLOCKS

    state = StateField(choices=S.choices, default=S.PROMISED, verbose_name=_("state"))
    compensation = models.ForeignKey(Compensation, on_delete=models.PROTECT, related_name="coupons")
    choice = models.PositiveSmallIntegerField(default=0)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="coupons"
    )
    value = money(verbose_name=_("value"))
    currency = models.CharField(_("currency"), max_length=3)
    code_salt = models.CharField(max_length=32, blank=True, default="", editable=False)
    code_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    issue_at = models.DateTimeField(_("in the account by"))
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    order_number = models.CharField(_("spent on order"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=("owner", "-created_at"), name="coupon_of_owner"),
            models.Index(fields=("storefront", "state", "-changed_at"), name="coupon_by_state"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=S.values), name="coupon_state_known"),
            models.CheckConstraint(condition=Q(value__gt=0), name="coupon_value_positive"),
            models.CheckConstraint(
                condition=Q(code_digest__isnull=True, issued_at__isnull=True, expires_at__isnull=True)
                | Q(code_digest__isnull=False, issued_at__isnull=False, expires_at__isnull=False),
                name="coupon_issued_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=S.PROMISED, issued_at__isnull=True)
                | Q(state__in=(S.ISSUED, S.REDEEMED, S.EXPIRED), issued_at__isnull=False)
                | Q(state=S.REVOKED),
                name="coupon_issued_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(states.OPEN), ended_at__isnull=True)
                | Q(state__in=sorted(states.TERMINAL), ended_at__isnull=False, next_due_at__isnull=True),
                name="coupon_ends_without_clock",
            ),
            models.CheckConstraint(
                condition=Q(state=S.REDEEMED) & ~Q(order_number="")
                | ~Q(state=S.REDEEMED) & Q(order_number=""),
                name="coupon_spent_on_an_order",
            ),
        )  # fmt: skip

    @property
    def is_promised(self) -> bool:
        """Whether it is still to come into the account."""
        return bool(self.state == S.PROMISED)

    @property
    def last_moment(self) -> datetime | None:
        """The last moment at which it can be spent, for people: a day that ends at midnight is the day before it."""
        return self.expires_at - TICK if self.expires_at else None

    @property
    def code(self) -> str:
        """The code, for its owner's eyes only; empty before it is issued."""
        return codes.code_of(self.code_salt, self.code_digest) if self.code_digest else ""

    @property
    def is_replaced(self) -> bool:
        """Whether a later choice took its place. The coupon has its compensation."""
        return self.choice < self.compensation.choices

    @property
    def is_usable(self) -> bool:
        """Whether it can be spent at this moment: true from the clock, not from a worker."""
        return self.state == S.ISSUED and self.in_time(D.EXPIRY)

    @transition(
        field=state, source=S.PROMISED, target=S.ISSUED, custom={"event": "issued"},
        permission=policies.is_clock, conditions=[time_is_up(D.ISSUE)],
    )  # fmt: skip
    def issue(self, at: datetime, expires_at: datetime, made: codes.Made) -> None:
        """It is in the account, with a code and an end."""
        self.issued_at, self.expires_at = at, expires_at
        self.code_salt, self.code_digest = made.salt, made.digest

    @transition(
        field=state, source=S.PROMISED, target=S.REVOKED, custom={"event": "split"},
        permission=policies.is_owner, conditions=[in_time(D.ISSUE, CHOSEN_TOO_LATE)],
    )  # fmt: skip
    def split(self, at: datetime) -> None:
        """The owner chose other parts of the same value."""
        self.ended_at = at

    @transition(
        field=state, source=S.ISSUED, target=S.REDEEMED, custom={"event": "redeemed"},
        permission=policies.is_shop, conditions=[in_time(D.EXPIRY, EXPIRED)],
    )  # fmt: skip
    def redeem(self, at: datetime, order_number: str) -> None:
        """Spent on an order of the shop."""
        self.ended_at, self.order_number = at, order_number

    @transition(
        field=state, source=S.ISSUED, target=S.EXPIRED, custom={"event": "expired"},
        permission=policies.is_clock, conditions=[time_is_up(D.EXPIRY)],
    )  # fmt: skip
    def expire(self, at: datetime) -> None:
        """Nobody spent it in its time."""
        self.ended_at = at

    @transition(
        field=state, source=[S.PROMISED, S.ISSUED], target=S.REVOKED, custom={"event": "revoked"},
        permission=policies.is_admin, conditions=[in_time(D.EXPIRY, EXPIRED)],
    )  # fmt: skip
    def revoke(self, at: datetime) -> None:
        """An administrator took it back, with a reason that the owner reads."""
        self.ended_at = at


class CouponDeadline(Deadline):
    """A clock of a coupon. Its owner is reminded once, a week before it expires."""

    case = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="deadlines")

    class Meta(Deadline.Meta):
        abstract = False

    def next_reminder(self, now: datetime) -> datetime | None:
        before = self.due_at - REMINDED_BEFORE
        return before if before > now else None


class CouponEntry(Row):
    """One movement of a coupon's whole value; append-only, numbered from 1 without gaps.

    The database refuses UPDATE and DELETE, a movement that does not begin where the one before ended, and
    another amount or currency than the coupon's.
    """

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="entries")
    storefront = models.ForeignKey(Storefront, on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=16, choices=EntryKind.choices)
    debit = models.CharField(_("from"), max_length=16, choices=Account.choices)
    credit = models.CharField(_("to"), max_length=16, choices=Account.choices)
    amount = money(verbose_name=_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    at = models.DateTimeField(_("time"))
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("coupon", "seq")
        indexes = (models.Index(fields=("storefront", "currency"), name="coupon_entry_of_store"),)
        constraints = (
            models.UniqueConstraint(fields=("coupon", "seq"), name="coupon_entry_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, seq__gte=1), name="coupon_entry_positive"),
            models.CheckConstraint(
                name="coupon_entry_fits",
                condition=Q(*(Q(kind=k, debit=d, credit=c) for k, d, c in FLOWS), _connector=Q.OR),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.amount}"
