"""The words of coupons: states, clocks, and the accounts between which their value moves."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CouponState(models.TextChoices):
    """Where a coupon stands."""

    PROMISED = "promised", _("Promised")
    ISSUED = "issued", _("Ready to use")
    REDEEMED = "redeemed", _("Spent")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Taken back")


TERMINAL = frozenset({CouponState.REDEEMED, CouponState.EXPIRED, CouponState.REVOKED})
OPEN = frozenset(CouponState) - TERMINAL

OWNERS: dict[str, str] = {CouponState.PROMISED: "system", CouponState.ISSUED: "owner"}


class CouponDeadlineKind(models.TextChoices):
    """The clocks of a coupon. What each does when it runs out is in `coupons.effects.clocks`."""

    ISSUE = "issue", _("The coupon is in the account")
    EXPIRY = "expiry", _("The coupon expires")


CLOCKS: dict[str, str] = {
    CouponState.PROMISED: CouponDeadlineKind.ISSUE,
    CouponState.ISSUED: CouponDeadlineKind.EXPIRY,
}


class Account(models.TextChoices):
    """Where a coupon's value is. Beside the marketplace's own, each is the name of a state."""

    MARKETPLACE = "marketplace", _("Marketplace")
    PROMISED = "promised", _("Promised")
    ISSUED = "issued", _("Ready to use")
    REDEEMED = "redeemed", _("Spent")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Taken back")


class EntryKind(models.TextChoices):
    """A movement of a coupon's whole value. `split` gives a promise back, because smaller ones take its place."""

    PROMISED = "promised", _("Promised")
    SPLIT = "split", _("Replaced by others")
    ISSUED = "issued", _("Issued")
    REDEEMED = "redeemed", _("Spent")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Taken back")


FLOWS: tuple[tuple[EntryKind, Account, Account], ...] = (
    (EntryKind.PROMISED, Account.MARKETPLACE, Account.PROMISED),
    (EntryKind.SPLIT, Account.PROMISED, Account.MARKETPLACE),
    (EntryKind.ISSUED, Account.PROMISED, Account.ISSUED),
    (EntryKind.REDEEMED, Account.ISSUED, Account.REDEEMED),
    (EntryKind.EXPIRED, Account.ISSUED, Account.EXPIRED),
    (EntryKind.REVOKED, Account.PROMISED, Account.REVOKED),
    (EntryKind.REVOKED, Account.ISSUED, Account.REVOKED),
)
"""From which account to which each kind of entry moves the value."""
