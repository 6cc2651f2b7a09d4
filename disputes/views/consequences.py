"""What a binding move does, in money and dates, to the reader who is about to make it.

Said on the page that asks, in the dialog and beside the offers. `tests/disputes/test_views_promises.py` makes each
move and compares what was said with the ledger.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.templatetags import timewords
from disputes import policies
from disputes.models import Offer
from disputes.reading import clocks, payout, settling, terms
from disputes.selectors import refunds
from disputes.states import Kind, Party
from disputes.views.common import Reader
from orders import reading as orders


def theirs(reader: Reader) -> Offer | None:
    """The standing offer of the other side."""
    return terms.offer_of(reader.dispute, terms.other(reader.side))


def accept(reader: Reader) -> str:
    """What accepting does, in money, to this reader: said before the binding button."""
    dispute, offer, buyer = reader.dispute, theirs(reader), reader.side == Party.BUYER
    if offer is None:
        return ""
    paid = payout.payout(dispute, offer.amount, replacement=offer.replacement)
    words = payout.sentences(paid, reader.side, later=offer.return_required)
    if offer.replacement:
        words = f"{_replacement(reader, offer)} {words}"
    if offer.return_required:
        first = (
            _("You have %(days)d days to send it back; the seller then has to find it complete.")
            if buyer
            else _(
                "The buyer has %(days)d days to send it back; you then check that it is complete."
            )
        )
        words = f"{first % {'days': dispute.policy.days('return_ship_days')}} {words}"
    bound = (
        _("This is binding. You cannot open another dispute on this order.")
        if buyer
        else _("This is binding for both of you.")
    )
    coupon = orders.coupon_words(dispute.order, reader.side)
    return " ".join(filter(None, (words, coupon, bound)))


def _replacement(reader: Reader, granted: Offer | None = None) -> str:
    """Until when the replacement is to be sent, and what is refunded where it does not come."""
    dispute = reader.dispute
    amount = payout.instead(dispute, granted.amount if granted else None)
    facts = {
        "days": dispute.policy.days("replacement_ship_days"),
        "instead": terms.amount(dispute, amount),
    }
    if reader.side == Party.BUYER:
        words = _(
            "The seller has %(days)d days to send the replacement. If it is not sent, or does not arrive, you get"
            " %(instead)s instead."
        )
    else:
        words = _(
            "You have %(days)d days to send the replacement. If you do not send it, or it does not arrive, the buyer"
            " gets %(instead)s instead."
        )
    return words % facts


def return_arrived(reader: Reader) -> str:
    """Until when the seller can check the return once its arrival is recorded, and what silence costs then."""
    dispute = reader.dispute
    assert dispute.now is not None
    words = _("If you record it now, you have until %(until)s to confirm or contest it.")
    until = timewords.moment(policies.return_check_ends(dispute, dispute.now))
    silence = clocks.consequence(dispute, Kind.RETURN_CONFIRM, reader.side)
    return f"{words % {'until': until}} {silence}"


def confirm_return(reader: Reader) -> str:
    """What confirming the return does at once, and what is to be done after it."""
    dispute = reader.dispute
    paid = payout.payout(dispute, dispute.final_amount, replacement=dispute.replacement)
    words = payout.sentences(paid, reader.side)
    if dispute.replacement:
        words = f"{_replacement(reader)} {words}"
    return _("%(money)s This happens at once and cannot be undone.") % {"money": words}


def confirm_replacement(reader: Reader) -> str:
    """Where the money goes once the buyer has the replacement."""
    rest = payout.rest(payout.payout(reader.dispute, None), reader.side)
    words = _(
        "The dispute is over. This cannot be undone, and you cannot open another dispute on this order."
    )
    return f"{rest} {words}".strip()


def agree(reader: Reader) -> str:
    """What agreeing to the settlement does now, and what follows when the money comes, or does not."""
    settlement = reader.dispute.hand.settlement
    if settlement is None:
        return ""
    paid = payout.payout(reader.dispute, settlement.amount, more=True)
    asked = _("The refund is requested at once and cannot be taken back.")
    then = _("If it is recorded before %(by)s, the dispute closes.") % {
        "by": timewords.moment(settlement.by)
    }
    else_ = _(
        "If it is not, the dispute goes on where it was, and what was refunded counts toward its end."
    )
    expected = refunds.settlement_expected_by(reader.dispute, settlement)
    early = settling.too_early(expected, settlement.by)
    rest = payout.rest(paid, reader.side, True)
    coupon = orders.coupon_words(reader.dispute.order, reader.side)
    said = (payout.back(paid, reader.side), coupon, asked, then, rest, else_, early)
    return " ".join(filter(None, said))


def withdraw(reader: Reader) -> str:
    """Where the money goes after giving up, as the order stands."""
    order = reader.dispute.order
    if not order.is_open:
        where = _(
            "Once you withdraw, the seller keeps the money and we cannot get it back for you."
        )
    elif order.shipped_at is None:
        where = _(
            "Once you withdraw, the order goes on. If the seller has sent nothing by its own date, the order is closed"
            " and the money goes back to you; if a parcel is sent, the money goes to the seller on the order’s date."
        )
    else:
        where = _(
            "Once you withdraw, the money goes to the seller on the order’s own date and we cannot get it back for you."
        )
    return f"{_('A dispute on an order can be opened only once.')} {where}"
