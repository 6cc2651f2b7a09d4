"""An order: its states, its parties, and where its money is."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from core.fsm import StateField, transition
from core.models import Case, Deadline
from core.transitions import in_time, time_is_up
from orders import policies, states
from orders.models.store import Store
from orders.states import TERMINAL, OrderDeadlineKind, OrderState

ZERO = Decimal(0)
S, D = OrderState, OrderDeadlineKind
UNSHIPPED = [S.PAID, S.ON_HOLD, S.UNDER_CHECK]
UNDER_WAY = [S.PAID, S.SHIPPED]


def money(**options: object) -> models.DecimalField[Decimal, Decimal]:
    """An amount in the order's currency: up to ten digits before the point and four after it."""
    return models.DecimalField(max_digits=14, decimal_places=4, **options)  # type: ignore[arg-type]


def balanced(name: str) -> models.CheckConstraint:
    """captured = held + released + refunded. Rounded, because SQLite keeps decimals as doubles."""
    parts = Round(F("held") + F("released") + F("refunded"), precision=4)
    return models.CheckConstraint(condition=Q(captured=parts), name=name)


def not_negative(name: str, *fields: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{f}__gte": 0 for f in fields}), name=name)


class Order(Case):
    """What one buyer bought from one store in one go.

    Money columns are in `currency` and mirror the last ledger entry: captured = held + released +
    refunded. The coupon part was never captured and is never refunded. `by_card` is the part of
    captured that a card paid, `refunded_to_card` what went back to it; the rest is the wallet's.
    `protection_until` is when the buyer's right to open a dispute ends; while a dispute is open
    (`disputed_at`) every clock stands still, which the database holds too.
    """

    REFERENCE_PREFIX = "ORD"
    TERMINAL, OWNERS, CLOCKS = states.TERMINAL, states.OWNERS, states.CLOCKS

    state = StateField(choices=S.choices, default=S.AWAITING_PAYMENT, verbose_name=_("state"))
    number = models.CharField(_("number"), max_length=64)
    purchase_number = models.CharField(_("purchase"), max_length=64, blank=True)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders_bought"
    )
    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders_sold"
    )
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="orders")
    currency = models.CharField(_("currency"), max_length=3)

    placed_at = models.DateTimeField(_("placed"))
    promised_at = models.DateTimeField(_("promised delivery"))
    destination_country = models.CharField(_("country"), max_length=2, blank=True)
    destination_city = models.CharField(_("city"), max_length=120, blank=True)
    card_last4 = models.CharField(_("card's last four digits"), max_length=4, blank=True)
    card_country = models.CharField(_("card's country"), max_length=2, blank=True)

    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("receipt confirmed"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("cancelled or closed"), null=True, blank=True)
    protection_until = models.DateTimeField(_("protected until"), null=True, blank=True)
    disputed_at = models.DateTimeField(_("held by a dispute since"), null=True, blank=True)
    dispute_ended_at = models.DateTimeField(_("its dispute ended"), null=True, blank=True)
    hold_reason = models.TextField(_("reason of the hold"), blank=True)
    extension_requested_days = models.PositiveSmallIntegerField(null=True, blank=True)
    extended_days = models.PositiveSmallIntegerField(default=0)

    captured = money(default=ZERO)
    held = money(default=ZERO)
    released = money(default=ZERO)
    refunded = money(default=ZERO)
    coupon_amount = money(default=ZERO)
    by_card = money(default=ZERO)
    refunded_to_card = money(default=ZERO)
    ledger_length = models.PositiveIntegerField(default=0, editable=False)
    source_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ("-placed_at", "-pk")
        indexes = (
            models.Index(fields=("buyer", "-placed_at"), name="order_of_buyer"),
            models.Index(fields=("seller", "-placed_at"), name="order_of_seller"),
            models.Index(fields=("storefront", "state"), name="order_by_state"),
            models.Index(fields=("purchase_number",), name="order_by_purchase"),
        )
        constraints = (
            models.UniqueConstraint(fields=("storefront", "number"), name="order_number_once"),
            models.CheckConstraint(condition=Q(state__in=S.values), name="order_state_known"),
            balanced("order_balanced"),
            not_negative(
                "order_no_debts", "captured", "held", "released", "refunded", "coupon_amount",
                "by_card", "refunded_to_card",
            ),
            models.CheckConstraint(
                condition=Q(by_card__lte=F("captured")) & Q(refunded_to_card__lte=F("by_card"))
                & Q(refunded_to_card__lte=F("refunded"))
                & Q(refunded__lte=Round(F("captured") - F("by_card") + F("refunded_to_card"), precision=4)),
                name="order_refund_by_means",
            ),
            models.CheckConstraint(condition=~Q(state__in=TERMINAL) | Q(held=0), name="order_ended_holds_nothing"),
            models.CheckConstraint(
                condition=~Q(state=S.AWAITING_PAYMENT) | Q(captured=0), name="order_unpaid_is_empty"
            ),
            models.CheckConstraint(
                condition=Q(disputed_at__isnull=True) | Q(next_due_at__isnull=True), name="order_disputed_stands_still"
            ),
        )  # fmt: skip

    @property
    def refundable(self) -> Decimal:
        """The most that can still go back to the buyer: paid money, less what went back already."""
        return self.captured - self.refunded

    @property
    def total(self) -> Decimal:
        """What the order cost: money and coupon together."""
        return self.captured + self.coupon_amount

    @property
    def is_open(self) -> bool:
        return self.state not in TERMINAL

    def protected(self, now: datetime) -> bool:
        """Whether the buyer is protected at this instant.

        An open dispute keeps what it began with; while the order is on hold, protection stands still.
        """
        if self.disputed_at is not None or self.state in states.HELD:
            return True
        return self.protection_until is not None and now < self.protection_until

    def promise_is_over(self, now: datetime) -> bool:
        """Whether the promised delivery date has passed."""
        return self.promised_at <= now

    # Transitions: each sets its own fields and nothing else. What follows is in orders.effects.

    @transition(
        field=state, source=S.AWAITING_PAYMENT, target=S.PAID, custom={"event": "paid"},
        conditions=[in_time(D.PAYMENT)], permission=policies.may_pay,
    )  # fmt: skip
    def pay(self, at: datetime) -> None:
        """The money is there and is held until the buyer has the goods."""
        self.paid_at = at

    @transition(
        field=state, source=S.PAID, target=S.ON_HOLD, custom={"event": "placed_on_hold"},
        conditions=[policies.no_open_dispute, in_time(D.PROTECTION)], permission=policies.is_platform,
    )  # fmt: skip
    def place_on_hold(self) -> None:
        """Something is in doubt: nothing is shipped until it is verified."""

    @transition(
        field=state, source=S.ON_HOLD, target=S.PAID, custom={"event": "hold_lifted"},
        conditions=[in_time(D.VERIFICATION)], permission=policies.is_seller,
    )  # fmt: skip
    def prove(self) -> None:
        """The seller proves the order by a number that a carrier could have given; the order goes on."""
        self.hold_reason = ""

    @transition(
        field=state, source=S.ON_HOLD, target=S.UNDER_CHECK, custom={"event": "proof_submitted"},
        conditions=[in_time(D.VERIFICATION)], permission=policies.is_seller,
    )  # fmt: skip
    def submit_proof(self) -> None:
        """The seller answers with what only a person can judge: an administrator does."""

    @transition(
        field=state, source=[S.ON_HOLD, S.UNDER_CHECK], target=S.PAID, custom={"event": "hold_lifted"},
        conditions=[in_time(D.VERIFICATION)], permission=policies.is_platform,
    )  # fmt: skip
    def lift_hold(self) -> None:
        """The platform is satisfied; the order goes on."""
        self.hold_reason = ""

    @transition(
        field=state, source=S.UNDER_CHECK, target=S.ON_HOLD, custom={"event": "proof_refused"},
        permission=policies.is_platform,
    )  # fmt: skip
    def refuse_proof(self) -> None:
        """The proof shows nothing: the seller's own time goes on."""

    @transition(
        field=state, source=S.UNDER_CHECK, target=None, custom={"event": "check_target_missed"},
        conditions=[time_is_up(D.PROOF_CHECK)], permission=policies.is_clock,
    )  # fmt: skip
    def check_overdue(self) -> None:
        """We did not check in time: nobody loses by that, and the administrators are alarmed."""

    @transition(
        field=state, source=S.PAID, target=S.SHIPPED, custom={"event": "shipped"},
        conditions=[in_time(D.PROTECTION)], permission=policies.may_ship,
    )  # fmt: skip
    def ship(self, at: datetime) -> None:
        """The parcel was handed to a carrier."""
        self.shipped_at = at

    @transition(
        field=state,
        source=S.SHIPPED,
        target=S.DELIVERED,
        custom={"event": "delivered"},
        permission=policies.is_platform,
    )
    def deliver(self, at: datetime) -> None:
        """The carrier reports the parcel delivered."""
        self.delivered_at = at

    @transition(
        field=state, source=[S.SHIPPED, S.DELIVERED], target=S.COMPLETED, custom={"event": "receipt_confirmed"},
        conditions=[policies.no_open_dispute, in_time(D.PROTECTION), in_time(D.RELEASE)],
        permission=policies.may_confirm,
    )  # fmt: skip
    def confirm_receipt(self, at: datetime) -> None:
        """The buyer has the goods: the seller is paid, "not received" can no longer be claimed."""
        self.confirmed_at = self.completed_at = at
        self.protection_until = at + timedelta(days=self.policy.days("protection_days"))

    @transition(
        field=state,
        source=S.SHIPPED,
        target=S.COMPLETED,
        custom={"event": "released"},
        conditions=[policies.no_open_dispute, time_is_up(D.PROTECTION)],
        permission=policies.is_clock,
    )
    @transition(
        field=state, source=S.DELIVERED, target=S.COMPLETED, custom={"event": "released"},
        conditions=[policies.no_open_dispute, time_is_up(D.RELEASE)], permission=policies.is_clock,
    )  # fmt: skip
    def release(self, at: datetime) -> None:
        """Protection ended without a dispute: the seller is paid."""
        self.completed_at = at

    @transition(
        field=state, source=[S.PAID, S.SHIPPED, S.DELIVERED], target=S.COMPLETED, custom={"event": "settled"},
        conditions=[policies.no_open_dispute], permission=policies.is_platform,
    )  # fmt: skip
    def settle(self, at: datetime) -> None:
        """A dispute ended and what it left belongs to the seller."""
        self.completed_at = at

    @transition(
        field=state,
        source=S.AWAITING_PAYMENT,
        target=S.CANCELLED,
        custom={"event": "cancelled"},
        permission=policies.may_cancel_unpaid,
    )
    @transition(
        field=state, source=UNSHIPPED, target=S.CANCELLED, custom={"event": "cancelled"},
        conditions=[policies.no_open_dispute], permission=policies.may_cancel_paid,
    )  # fmt: skip
    def cancel(self, at: datetime) -> None:
        """Nothing was paid in time, or the seller cannot deliver; money that was paid goes back."""
        self.ended_at = at
        self.protection_until = None

    @transition(
        field=state, source=[*UNSHIPPED, S.SHIPPED, S.DELIVERED], target=S.CLOSED, custom={"event": "closed"},
        conditions=[policies.no_open_dispute], permission=policies.is_platform,
    )  # fmt: skip
    def close(self, at: datetime) -> None:
        """The platform ends the order; what is held goes back to the buyer."""
        self.ended_at = at
        self.protection_until = None

    @transition(
        field=state, source=UNDER_WAY, target=None, custom={"event": "extension_requested"},
        conditions=[policies.no_open_dispute, policies.extension_not_asked, in_time(D.PROTECTION)],
        permission=policies.is_buyer,
    )  # fmt: skip
    def request_extension(self, days: int) -> None:
        """The buyer asks the seller for a later delivery date, and so for longer protection."""
        self.extension_requested_days = days

    @transition(
        field=state, source=UNDER_WAY, target=None, custom={"event": "delivery_extended"},
        conditions=[policies.no_open_dispute, in_time(D.PROTECTION)], permission=policies.may_ship,
    )  # fmt: skip
    def extend_delivery(self, to: datetime) -> None:
        """A later date is promised; the protection grows by as much. Days that were begun count."""
        self.extended_days += -((self.promised_at - to) // timedelta(days=1))
        self.promised_at = to
        self.extension_requested_days = None

    @transition(
        field=state, source=list(S), target=None, custom={"event": "message_added"},
        conditions=[policies.talk_is_here], permission=policies.is_party,
    )  # fmt: skip
    def add_message(self) -> None:
        """A message between buyer and seller, in every state; in a dispute they write in its own thread."""


class OrderDeadline(Deadline):
    """A clock of an order: payment, verification, check of a proof, protection, release."""

    case = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="deadlines")

    class Meta(Deadline.Meta):
        abstract = False
