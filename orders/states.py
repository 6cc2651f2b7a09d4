"""The words of orders and money: states, clocks, accounts, and who must act in each state."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class OrderState(models.TextChoices):
    """Where an order stands. The money's place follows from it: see `docs/orders-import.md`."""

    AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
    PAID = "paid", _("Paid, not shipped yet")
    ON_HOLD = "on_hold", _("On hold for verification")
    UNDER_CHECK = "under_check", _("On hold, being checked")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    CLOSED = "closed", _("Closed by the platform")


TERMINAL = frozenset({OrderState.COMPLETED, OrderState.CANCELLED, OrderState.CLOSED})
OPEN = frozenset(OrderState) - TERMINAL

OWNERS: dict[str, str] = {
    OrderState.AWAITING_PAYMENT: "buyer",
    OrderState.PAID: "seller",
    OrderState.ON_HOLD: "seller",
    OrderState.UNDER_CHECK: "admin",
    OrderState.SHIPPED: "buyer",
    OrderState.DELIVERED: "buyer",
}
"""Who must act in each open state: pay, ship, prove, check the proof, or say that it came."""

HELD = frozenset({OrderState.ON_HOLD, OrderState.UNDER_CHECK})
"""The states in which the order waits to be verified and nothing is sent."""


class OrderDeadlineKind(models.TextChoices):
    """The clocks of an order. What each does when it runs out is in `orders.effects.clocks`."""

    PAYMENT = "payment", _("Payment is due")
    VERIFICATION = "verification", _("Verification is due")
    PROOF_CHECK = "proof_check", _("We check the proof")
    PROTECTION = "protection", _("Buyer protection ends")
    RELEASE = "release", _("Money goes to the seller")


CLOCKS: dict[str, str] = {
    OrderState.AWAITING_PAYMENT: OrderDeadlineKind.PAYMENT,
    OrderState.PAID: OrderDeadlineKind.PROTECTION,
    OrderState.ON_HOLD: OrderDeadlineKind.VERIFICATION,
    OrderState.UNDER_CHECK: OrderDeadlineKind.PROOF_CHECK,
    OrderState.SHIPPED: OrderDeadlineKind.PROTECTION,
    OrderState.DELIVERED: OrderDeadlineKind.RELEASE,
}
"""The clock that ends each open state when nobody acts."""


class RefundState(models.TextChoices):
    """Where money on its way back to the buyer is."""

    REQUESTED = "requested", _("Requested")
    SUBMITTED = "submitted", _("Sent to the bank")
    COMPLETED = "completed", _("Received")
    FAILED = "failed", _("Failed, to be sent again")


REFUND_TERMINAL = frozenset({RefundState.COMPLETED})
REFUND_OPEN = frozenset(RefundState) - REFUND_TERMINAL

REFUND_OWNERS: dict[str, str] = {
    RefundState.REQUESTED: "system",
    RefundState.SUBMITTED: "bank",
    RefundState.FAILED: "admin",
}


class Unexplained(models.TextChoices):
    """What is said in place of a reason that nobody gave; the bank's own words stay as they came."""

    NO_REASON = "no_reason", _("The bank gave no reason.")


class RefundDeadlineKind(models.TextChoices):
    """The clocks of a refund: the promised day, then a reminder to the admin until the money is there."""

    EXPECTED = "expected", _("Money is back by")
    CHASE = "chase", _("Next look at an overdue refund")


REFUND_CLOCKS: dict[str, tuple[str, ...]] = dict.fromkeys(
    REFUND_OPEN, (RefundDeadlineKind.EXPECTED, RefundDeadlineKind.CHASE)
)


class LineKind(models.TextChoices):
    """What a provider booked."""

    REFUND = "refund", _("Refund")
    CHARGE = "charge", _("Charge")


class Finding(models.TextChoices):
    """What a provider's settlement says of a refund that is not as it should be."""

    CHARGED = "charged", _("Booked as a charge")
    TWICE = "twice", _("Made twice")
    OTHER_AMOUNT = "other_amount", _("Made with another amount")
    OTHER_CURRENCY = "other_currency", _("Made in another currency")
    NEVER_MADE = "never_made", _("Never made")
    UNKNOWN = "unknown", _("Nobody knows this refund")


class CorrectionState(models.TextChoices):
    """How far a finding of a settlement is put right."""

    OPEN = "open", _("Found")
    REQUESTED = "requested", _("The bank is asked to put it right")
    ADJUSTED = "adjusted", _("Put right, to be confirmed")
    SETTLED = "settled", _("Settled")
    DISMISSED = "dismissed", _("Nothing to put right")


CORRECTION_TERMINAL = frozenset({CorrectionState.SETTLED, CorrectionState.DISMISSED})
CORRECTION_OPEN = frozenset(CorrectionState) - CORRECTION_TERMINAL

CORRECTION_OWNERS: dict[str, str] = {
    CorrectionState.OPEN: "admin",
    CorrectionState.REQUESTED: "bank",
    CorrectionState.ADJUSTED: "bank",
}


class CorrectionDeadlineKind(models.TextChoices):
    """The clock of a correction: the next step is made by then, or the administrators are told again."""

    HANDLING = "handling", _("The next step by")


CORRECTION_CLOCKS: dict[str, str] = dict.fromkeys(CORRECTION_OPEN, CorrectionDeadlineKind.HANDLING)


class Side(models.TextChoices):
    """The two parties of an order."""

    BUYER = "buyer", _("The buyer")
    SELLER = "seller", _("The seller")


class Means(models.TextChoices):
    """What an order was paid with. Only card and wallet are money; a coupon is never paid back."""

    CARD = "card", _("Card")
    WALLET = "wallet", _("Wallet")
    COUPON = "coupon", _("Coupon")


class Account(models.TextChoices):
    """The accounts between which an order's money moves."""

    BUYER = "buyer", _("Buyer")
    ESCROW = "escrow", _("Held")
    SELLER = "seller", _("Seller")
    PLATFORM = "platform", _("Marketplace")


class LedgerKind(models.TextChoices):
    """A transfer. `released` counts what left escrow for the seller's side, the fee included."""

    CAPTURED = "captured", _("Paid by the buyer")
    RELEASED = "released", _("Released to the seller")
    REFUNDED = "refunded", _("Refunded to the buyer")
    RECOVERED = "recovered", _("Taken back from the seller")
    FEE = "fee", _("Fee of the marketplace")


FLOWS: dict[str, tuple[Account, Account]] = {
    LedgerKind.CAPTURED: (Account.BUYER, Account.ESCROW),
    LedgerKind.RELEASED: (Account.ESCROW, Account.SELLER),
    LedgerKind.REFUNDED: (Account.ESCROW, Account.BUYER),
    LedgerKind.RECOVERED: (Account.SELLER, Account.ESCROW),
    LedgerKind.FEE: (Account.ESCROW, Account.PLATFORM),
}
"""From which account to which each kind of entry moves money."""

EFFECTS: dict[str, tuple[int, int, int, int]] = {
    LedgerKind.CAPTURED: (1, 1, 0, 0),
    LedgerKind.RELEASED: (0, -1, 1, 0),
    LedgerKind.REFUNDED: (0, -1, 0, 1),
    LedgerKind.RECOVERED: (0, 1, -1, 0),
    LedgerKind.FEE: (0, -1, 1, 0),
}
"""What one unit of each kind adds to (captured, held, released, refunded): each row keeps the balance."""


NOT_PAID = gettext_noop("The payment did not arrive in time.")
NOT_VERIFIED = gettext_noop("The verification was not confirmed in time.")
NOT_SHIPPED = gettext_noop("Nothing was sent within the protection time.")
ALL_REFUNDED = gettext_noop("A dispute refunded all of it.")
SHOP_CANCELLED = gettext_noop("The shop cancelled the order.")
SHOP_CLOSED = gettext_noop("The shop closed the order.")


class EndReason(models.TextChoices):
    """Why the clock, a dispute or the shop ended an order. People give their reasons in their own words."""

    NOT_PAID = "not_paid", _(NOT_PAID)
    NOT_VERIFIED = "not_verified", _(NOT_VERIFIED)
    NOT_SHIPPED = "not_shipped", _(NOT_SHIPPED)
    ALL_REFUNDED = "all_refunded", _(ALL_REFUNDED)
    SHOP_CANCELLED = "shop_cancelled", _(SHOP_CANCELLED)
    SHOP_CLOSED = "shop_closed", _(SHOP_CLOSED)


SENTENCES: dict[str, str] = {
    EndReason.NOT_PAID: NOT_PAID,
    EndReason.NOT_VERIFIED: NOT_VERIFIED,
    EndReason.NOT_SHIPPED: NOT_SHIPPED,
    EndReason.ALL_REFUNDED: ALL_REFUNDED,
    EndReason.SHOP_CANCELLED: SHOP_CANCELLED,
    EndReason.SHOP_CLOSED: SHOP_CLOSED,
}
"""The same sentences untranslated, as the audit log keeps them."""
