"""Where the money goes when a dispute ends with an amount: said before the act, to the cent of the ledger.

The sums are those of `effects.ending` (what is paid, what becomes of the rest); the tests of the pages hold
each sentence against the ledger after the act.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core import money
from disputes import policies
from disputes.models import Dispute
from disputes.states import DisputeState, Party
from orders.states import OrderState

PAID_OUT, KEPT, HELD, WAITS = "paid_out", "kept", "held", "waits"
RETURNING = frozenset({DisputeState.AWAITING_RETURN, DisputeState.RETURN_IN_TRANSIT})
SETTLED = RETURNING | {DisputeState.DECIDED, DisputeState.UNDER_COMPLAINT}
"""Where it is agreed or decided how much goes back."""
REPLACING = RETURNING | {DisputeState.AWAITING_REPLACEMENT, DisputeState.REPLACEMENT_IN_TRANSIT}
"""Where an agreed replacement is still to come; once it is contested, the mediator decides about all of the money."""
SETTLES = frozenset({OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED})
"""An order in these states pays the seller when its dispute ends; one on hold waits for its verification."""


@dataclass(frozen=True, slots=True)
class Payout:
    """`granted` in all, of which `before` was refunded in this dispute already, `now` goes back; `rest` is left.

    `place` is what becomes of the rest: paid out to the seller, kept by a seller who has it already, or held
    on while the order goes on, or until the replacement has come.
    """

    currency: str
    granted: Decimal
    before: Decimal
    now: Decimal
    rest: Decimal
    place: str


def payout(
    dispute: Dispute, granted: Decimal | None, *, replacement: bool = False, more: bool = False
) -> Payout:
    """What ending this dispute with `granted` moves; with `more` the amount is paid beside what was refunded."""
    order, amount = dispute.order, granted or Decimal(0)
    before = Decimal(0) if more else dispute.refund_requested
    now = min(amount, order.refundable) if more else policies.still_due(dispute, amount, Decimal(0))
    if not order.is_open:
        place, rest = KEPT, order.released - max(now - order.held, Decimal(0))
    else:
        place = HELD if order.state not in SETTLES else WAITS if replacement else PAID_OUT
        rest = max(order.held - now, Decimal(0))
    return Payout(dispute.currency, amount, before, now, rest, place)


def sentences(paid: Payout, side: str, *, later: bool = False) -> str:
    """The money in two sentences for this reader. `later`: only after something else has happened."""
    return " ".join(filter(None, (back(paid, side, later), rest(paid, side, later))))


def _amounts(paid: Payout) -> dict[str, str]:
    return {
        name: money.format_amount(getattr(paid, name), paid.currency)
        for name in ("granted", "before", "now", "rest")
    }


def back(paid: Payout, side: str, later: bool = False) -> str:
    """What goes back to the buyer, and what of it went back before."""
    buyer, facts = side == Party.BUYER, _amounts(paid)
    if not paid.before:
        if not paid.now:
            return _("No money goes back.")
        if later:
            words = (
                _("Then %(now)s goes back to you, the way you paid.")
                if buyer
                else _("Then %(now)s goes back to the buyer.")
            )
        else:
            words = (
                _("%(now)s goes back to you, the way you paid.")
                if buyer
                else _("%(now)s goes back to the buyer.")
            )
        return words % facts
    if not paid.now:
        words = _(
            "%(before)s was already refunded in this dispute and counts toward the %(granted)s,"
            " so nothing more goes back."
        )
        return words % facts
    counted = _(
        "%(before)s was already refunded in this dispute and counts toward the %(granted)s."
    )
    words = (
        _("%(now)s more goes back to you, the way you paid.")
        if buyer
        else _("%(now)s more goes back to the buyer.")
    )
    return f"{counted % facts} {words % facts}"


def rest(paid: Payout, side: str, later: bool = False) -> str:
    """What becomes of the money that does not go back."""
    if paid.rest <= 0:
        return ""
    buyer, other = side == Party.BUYER, bool(paid.now or paid.before)
    if paid.place == PAID_OUT:
        words = _paid_out(buyer, other, later)
    elif paid.place == KEPT:
        words = (
            _("The other %(rest)s stays with the seller, who has it already.")
            if buyer and other
            else _("The %(rest)s that the seller has already stays there.")
            if buyer
            else _("The other %(rest)s, which you have already, stays with you.")
            if other
            else _("The %(rest)s that you have already stays with you.")
        )
    elif paid.place == WAITS:
        words = (
            _(
                "The other %(rest)s stays held until the replacement is there, and then belongs to the seller."
            )
            if buyer and other
            else _(
                "All %(rest)s stays held until the replacement is there, and then belongs to the seller."
            )
            if buyer
            else _(
                "The other %(rest)s stays held until the buyer has the replacement, and is then yours."
            )
            if other
            else _(
                "All %(rest)s stays held until the buyer has the replacement, and is then yours."
            )
        )
    else:
        words = (
            _("The other %(rest)s stays held, and the order goes on under its own dates.")
            if other
            else _("The %(rest)s stays held, and the order goes on under its own dates.")
        )
    return words % _amounts(paid)


def _paid_out(buyer: bool, other: bool, later: bool) -> str:
    if later:
        return (
            _("The other %(rest)s then goes to the seller.")
            if buyer
            else _("The other %(rest)s is then paid out to you.")
        )
    if other:
        return (
            _("The other %(rest)s goes to the seller.")
            if buyer
            else _("The other %(rest)s is paid out to you.")
        )
    return _("All %(rest)s goes to the seller.") if buyer else _("All %(rest)s is paid out to you.")


def instead(dispute: Dispute, granted: Decimal | None = None) -> Decimal:
    """What the buyer gets where the replacement does not come: the amount asked, never less than was agreed,
    and no more than is left."""
    wanted = max(dispute.amount_asked, granted or dispute.final_amount or Decimal(0))
    return policies.at_most(dispute, wanted)


def ahead(dispute: Dispute, side: str) -> dict[str, Any] | None:
    """The last line of an open dispute's money: what still goes back once it is settled how much, else the most.

    Nothing where it is settled that nothing more goes back.
    """
    if not dispute.is_open:
        return None
    buying = side == Party.BUYER
    most = _("Most that can still come back") if buying else _("Most that can still go back")
    if dispute.replacement and dispute.state in REPLACING:
        small, amount = _("if the replacement does not come"), instead(dispute)
        return _line(most, policies.still_due(dispute, amount, Decimal(0)), small)
    if dispute.state not in SETTLED:
        return _line(most, dispute.order.refundable)
    amount = policies.still_due(dispute, dispute.final_amount or Decimal(0), Decimal(0))
    label = _("Still comes back to you") if buying else _("Still goes back to the buyer")
    return _line(label, amount, _once(dispute)) if amount else None


def _line(label: str, amount: Decimal, small: str = "") -> dict[str, Any]:
    return {"label": label, "small": small, "amount": amount, "kind": "sum"}


def _once(dispute: Dispute) -> str:
    """What money that was granted still waits for: without a return it is refunded at once."""
    if dispute.state in RETURNING:
        return _("once the return is complete")
    return _("once the decision is final and the return is complete")


def refunded_before(dispute: Dispute) -> str:
    """Where an earlier settlement has already sent money back: that it counts toward whatever is granted."""
    if not dispute.refund_requested or not dispute.is_open:
        return ""
    amount = money.format_amount(dispute.refund_requested, dispute.currency)
    return _("%(amount)s was already refunded in this dispute and counts toward it.") % {
        "amount": amount
    }
