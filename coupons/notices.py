"""How each notice about coupons reads. Facts come from `coupons.effects`; none of them is a code."""

from django.utils.translation import gettext_lazy as _

from notifications import kinds
from notifications.states import Group

MINE = ("coupons:list",)


def register() -> None:
    """Make the kinds known; called once, when the app is ready."""
    group = Group.COUPONS
    kinds.register(
        "coupon_promised",
        subject=_("A coupon of %(amount)s is promised to you"),
        lines=[
            _("It makes good %(cause)s. It is in your account by %(issue_at)s."),
            _("It is valid for %(valid_days)s from then."),
            _("Until then you choose: one coupon of %(amount)s, or several that sum to it exactly."),
        ],
        action=_("Choose your coupons"), link=("coupons:choose", "compensation"), group=group, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "coupon_issued",
        subject=_("%(amount)s in coupons is in your account"),
        lines=[
            _("Coupons: %(several)s"),
            _("Valid until %(expires_at)s. Each is spent once and whole."),
            _("For your safety no mail of ours holds a code: you find it on the page of your coupons."),
        ],
        action=_("See my coupons"), link=MINE, group=group, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "coupon_reminder",
        subject=_("%(amount)s in coupons expires in a week"),
        lines=[_("Coupons: %(several)s"), _("The last moment is %(expires_at)s. After it they are worth nothing.")],
        action=_("See my coupons"), link=MINE, group=Group.REMINDERS, legal_weight=True, quiet=True,
    )  # fmt: skip
    kinds.register(
        "coupon_expired",
        subject=_("%(amount)s in coupons has expired"),
        lines=[_("Coupons: %(several)s"), _("The last moment was %(expires_at)s.")],
        action=_("See my coupons"), link=MINE, group=group,
    )  # fmt: skip
    kinds.register(
        "coupon_redeemed",
        subject=_("Your coupon of %(amount)s was spent"),
        lines=[
            _("It was spent on order %(order)s."),
            _("The part of an order that a coupon paid is not refunded."),
            _("If it was not you, write to us at once."),
        ],
        action=_("See my coupons"), link=MINE, group=group, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "coupon_revoked",
        subject=_("Your coupon of %(amount)s was taken back"),
        lines=[_("Why: %(reason)s")],
        action=_("See my coupons"), link=MINE, group=group, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "coupon_later",
        subject=_("Your coupons of %(amount)s come later"),
        lines=[
            _("A day on which nobody works was added to the calendar, and coupons are promised in working days."),
            _("They are in your account by %(issue_at)s. Before, it was %(was_at)s."),
        ],
        action=_("See my coupons"), link=MINE, group=group, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "coupon_clock_extended",
        subject=_("Your coupons are valid longer, after an outage"),
        lines=[
            _("Our portal did not work from %(from_at)s to %(to_at)s. That time is given back: whole days."),
            _("They are valid until %(expires_at)s."), _("What happened: %(note)s"),
        ],
        action=_("See my coupons"), link=MINE, group=group, legal_weight=True,
    )  # fmt: skip
