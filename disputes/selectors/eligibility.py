"""Whether an order can be disputed, why not, and from when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Refused
from disputes.models import Dispute
from disputes.states import NOT_RECEIVED, RECEIVED, Reason
from orders.models import Order
from orders.states import OrderState


@dataclass(frozen=True, slots=True)
class Ineligible:
    """Why no dispute can be opened. `from_when` is when it will be possible, where that is known;
    `reference` is the dispute that exists already."""

    code: str
    message: Any
    from_when: datetime | None = None
    reference: str = ""

    def refusal(self) -> Refused:
        return Refused(self.message, self.code)


def existing(order: Order) -> Dispute | None:
    """The one dispute of this order, if there ever was one."""
    return Dispute.objects.filter(order_id=order.pk).first()


def why_not(
    order: Order, user_id: int, now: datetime, *, known: Dispute | None = None
) -> Ineligible | None:
    """None where this person may open a dispute on this order at this moment; else why not.

    The order must have been paid, and shipped or promised for a time that is over, and be within buyer
    protection; once per order ever. The times of the order count, not its state, so that the question can
    be asked of the past. `known` saves the look for an existing dispute.
    """
    if user_id != order.buyer_id:
        return Ineligible("not_buyer", _("Only the buyer of this order can open a dispute."))
    dispute = known or existing(order)
    if dispute is not None:
        return Ineligible(
            "already", _("This order already has its one dispute. It cannot have a second one."),
            reference=dispute.reference,
        )  # fmt: skip
    return why_not_by_facts(order, now)


def why_not_by_facts(order: Order, now: datetime) -> Ineligible | None:
    """What the order itself says at this moment, whoever asks: `why_not` without its questions about people."""
    if order.buyer_id == order.seller_id:
        return Ineligible("own_store", _("This order was bought from your own store."))
    if order.paid_at is None or order.paid_at > now:
        return Ineligible(
            "not_paid", _("This order has not been paid, so there is no money to get back.")
        )
    if order.state in {OrderState.CANCELLED, OrderState.CLOSED} and (order.ended_at or now) <= now:
        return Ineligible(
            "ended", _("This order was cancelled or closed. What you paid goes back by itself.")
        )
    shipped = order.shipped_at is not None and order.shipped_at <= now
    if not shipped and not order.promise_is_over(now):
        return Ineligible(
            "too_early",
            _("This order has not been sent yet, and its promised date is not over. You can open a dispute then."),
            from_when=order.promised_at,
        )  # fmt: skip
    if not order.protected(now):
        return Ineligible("protection_over", _("Buyer protection for this order is over."))
    if order.refundable <= 0:
        return Ineligible(
            "nothing_left", _("Nothing is left on this order that could come back to you.")
        )
    return None


def why_not_missing(order: Order, now: datetime) -> Ineligible | None:
    """Why "it did not arrive" cannot be claimed any more; None where it can."""
    if order.confirmed_at is not None and order.confirmed_at <= now:
        return Ineligible(
            "confirmed",
            _("You confirmed that this order arrived, so “not received” cannot be claimed any more."
              " “Not as described” and “damaged” stay possible."),
        )  # fmt: skip
    return None


def reasons(order: Order, received: bool, now: datetime) -> list[Reason]:
    """The reasons that the questionnaire offers after the first answer."""
    if received:
        return list(RECEIVED)
    return [r for r in NOT_RECEIVED if r != Reason.LATE or order.promise_is_over(now)]


def check_reason(order: Order, received: bool, reason: str, now: datetime) -> None:
    """Raise `Refused` where first answer and reason do not fit this order or each other."""
    if not received and (no := why_not_missing(order, now)) is not None:
        raise no.refusal()
    if reason not in reasons(order, received, now):
        raise Refused(_("Choose one of the listed reasons."), "reason")
