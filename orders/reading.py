"""An order in words: whose turn it is, what happened, where the money is. Loaded rows only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import money
from core.models import DeadlineState
from orders import policies
from orders.models import Order, Refund
from orders.states import HELD, Means, OrderDeadlineKind, OrderState, RefundState, Unexplained

S, K = OrderState, OrderDeadlineKind
BUYER, SELLER, STAFF = "buyer", "seller", "staff"
Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is (`you`, `other`, `done`), what for, until when, and what happens otherwise."""

    turn: str
    label: str
    title: str
    text: str = ""
    clock: Any = None
    consequence: str = ""
    target: bool = False
    """Whether the clock is a target of our own, which costs the parties nothing when it passes."""


POSTAGE = frozenset({"freight", "shipping", "delivery", "postage"})
"""Lines by which shops and imports charge for the way; they are no goods."""


def goods(order: Order) -> str:
    """What was bought: the first thing, and how many more."""
    lines = [line for line in order.lines.all() if line.title.casefold() not in POSTAGE]
    if not lines:
        return _("Order %(number)s") % {"number": order.number}
    more = len(lines) - 1
    if not more:
        return lines[0].title
    return ngettext("%(first)s and %(n)d more", "%(first)s and %(n)d more", more) % {
        "first": lines[0].title,
        "n": more,
    }


def turn_of(order: Order, side: str) -> Turn:
    """The panel on top of an order. The order has its clocks and the time."""
    if order.disputed_at is not None:
        return Turn(
            "other", _("In dispute"), _("A dispute holds this order"),
            _("The money stays where it is, and the clocks of the order stand still until the dispute has ended."),
        )  # fmt: skip
    if not order.is_open:
        return _ended(order, side)
    clock = _clock(order)
    owner, title, text, consequence = _words(order, side)
    if policies.had_its_dispute(order) and order.state in {S.SHIPPED, S.DELIVERED}:
        title = _("Confirm receipt, or let the time run") if side == BUYER else title
        text = _("This order has had its one dispute; it cannot have a second one.")
        consequence = _("After this time the money goes to the seller.")
    if order.state == S.SHIPPED and order.now is not None and not order.promise_is_over(order.now):
        return Turn("other", _("On its way"), title, text, clock, consequence)
    theirs = {
        SELLER: _("It is the seller’s turn"), BUYER: _("It is the buyer’s turn"), STAFF: _("It is our turn"),
    }[owner]  # fmt: skip
    label = _("It is your turn") if owner == side else theirs
    turn = "you" if owner == side else "other"
    return Turn(turn, label, title, text, clock, consequence, target=order.state == S.UNDER_CHECK)


def _clock(order: Order) -> Any:
    """The clock of the state that the order is in; one that stands still because of it says nothing now."""
    open_clocks = order.open_deadlines
    running = (clock for clock in open_clocks if clock.state != DeadlineState.PAUSED)
    return next(running, next(iter(open_clocks), None))


def _checking(order: Order, side: str) -> tuple[str, str, str, str]:
    """The seller answered in time, and it is the platform that must act: late or not, nobody loses by it."""
    clock = _clock(order)
    late = clock is not None and (clock.about or (order.now and clock.due_at <= order.now))
    text = {
        SELLER: _("You answered in time. The order is not closed while we check."),
        BUYER: _("The seller has answered. The money stays with us while we check."),
        STAFF: _("It is on hold because: %(reason)s") % {"reason": order.hold_reason},
    }[side]  # fmt: skip
    if late and side != STAFF:
        text += " " + _(
            "We are late. Our administrators are reminded every day, and nothing is lost by it."
        )
    title = _("Check the seller’s proof") if side == STAFF else _("We check the seller’s proof")
    if side == SELLER:
        title = _("We check your proof")
    return STAFF, title, text, _("This is our own target: the order waits on if we miss it.")


def _words(order: Order, side: str) -> tuple[str, str, str, str]:
    buying = side == BUYER
    if order.state == S.AWAITING_PAYMENT:
        title = _("Pay this order in the shop") if buying else _("The order waits for its payment")
        return BUYER, title, "", _("Without payment it is cancelled.")
    if order.state == S.UNDER_CHECK:
        return _checking(order, side)
    if order.state == S.ON_HOLD:
        title = (
            _("Prove this order")
            if side == SELLER
            else _("The order is on hold until it is verified")
        )
        return (
            SELLER,
            title,
            order.hold_reason,
            _("Without proof the order closes and all of the money goes back."),
        )
    if order.state == S.PAID:
        title = _("Send the parcel") if side == SELLER else _("The seller prepares the parcel")
        promised = _("We hold the money until the buyer has the goods.")
        return (
            SELLER,
            title,
            promised,
            _("If nothing was sent by then, all of the money goes back to the buyer."),
        )
    if order.state == S.SHIPPED:
        late = order.now is not None and order.promise_is_over(order.now)
        title = _("Did it arrive?") if buying and late else _("The parcel is on its way")
        text = (
            _("If it does not come, or not as described, open a dispute before this time.")
            if buying
            else ""
        )
        return BUYER, title, text, _("After this time the money goes to the seller.")
    title = _("Did it arrive well?") if buying else _("Delivered: the buyer looks at it")
    text = _("If something is wrong, open a dispute before this time.") if buying else ""
    return (
        BUYER,
        title,
        text,
        _("After this time the money goes to the seller and a dispute is no longer possible."),
    )


def _ended(order: Order, side: str) -> Turn:
    if order.state == S.COMPLETED:
        if (
            policies.had_its_dispute(order)
            or order.confirmed_at is None
            or order.now is None
            or not order.protected(order.now)
            or side == STAFF
        ):
            return Turn("done", _("Completed"), _where_it_went(order, side))
        text = _(
            "You confirmed that it arrived. Goods that are damaged or not as described can still be disputed."
        )
        if side == SELLER:
            text = _(
                "The buyer confirmed receipt, and can still dispute goods that are damaged or not as described."
            )
        clock = {
            "due_at": order.protection_until, "started_at": order.confirmed_at, "now": order.now, "state": "pending",
        }  # fmt: skip
        return Turn("done", _("Completed"), _where_it_went(order, side), text, clock)
    label = _("Cancelled") if order.state == S.CANCELLED else _("Closed")
    text = (
        _("What was paid goes back to the buyer. The payments of the order show each step.")
        if order.captured
        else ""
    )
    return Turn("done", label, _("This order has ended"), text)


def _where_it_went(order: Order, side: str) -> str:
    """Where the money of a completed order is: all with one side, or so much with each."""
    if not order.refunded:
        return _("The money went to the seller")
    if not order.released:
        return (
            _("All of the money went back to you")
            if side == BUYER
            else _("All of the money went back to the buyer")
        )
    paid, back = (
        money.format_amount(amount, order.currency) for amount in (order.released, order.refunded)
    )
    words = (
        _("%(paid)s went to the seller, %(back)s went back to you")
        if side == BUYER
        else _("%(paid)s went to you, %(back)s went back to the buyer")
        if side == SELLER
        else _("%(paid)s went to the seller, %(back)s went back to the buyer")
    )
    return words % {"paid": paid, "back": back}


def tone(order: Order, side: str) -> str:
    """The colour of a state for this reader."""
    if order.disputed_at is not None or order.state in HELD:
        return "caution"
    mine = (
        {S.AWAITING_PAYMENT, S.DELIVERED}
        if side == BUYER
        else {S.PAID}
        if side == SELLER
        else set()
    )
    if order.state in mine:
        return "act"
    return "money-in" if order.state == S.COMPLETED else ""


def badge(order: Order, side: str) -> Part:
    """The order's state as a badge."""
    label = _("In dispute") if order.disputed_at else order.get_state_display()
    return {"state": order.state, "label": label, "tone": tone(order, side)}


def amount(order: Order) -> Decimal:
    """What the order costs: what was paid, or what is asked for before payment."""
    return order.total or sum((line.amount for line in order.lines.all()), Decimal(0))


def money_rows(
    order: Order,
    side: str,
    refunds: Sequence[Refund] = (),
    *,
    items: bool = False,
) -> list[Part]:
    """What was paid by which means, and where that money is now; zero rows are left out.

    For the pages of orders and of disputes alike. `items` begins with what was ordered. The seller does not
    learn the card's digits.
    """
    buying = side == BUYER
    paid = {
        "label": _("You paid") if buying else _("The buyer paid"), "amount": order.total, "kind": "sum",
    }  # fmt: skip
    means = _means(order, side)
    if items:
        shown = [*_items(order), paid, *({**row, "kind": "muted"} for row in means)]
    else:
        shown = [*means, paid]
    on_its_way = any(refund.state != RefundState.COMPLETED for refund in refunds)
    until = (
        _("while the dispute is open") if order.disputed_at else _("until the buyer has the goods")
    )
    back = _("Refunded to you") if buying else _("Refunded to the buyer")
    for label, small, value, kind in (
        (_("Held by us"), until, order.held, ""),
        (_("Released to the seller"), "", order.released, ""),
        (back, _("not all of it has arrived yet") if on_its_way else "", order.refunded, "in" if buying else ""),
    ):  # fmt: skip
        if value:
            shown.append({"label": label, "small": small, "amount": value, "kind": kind})
    return shown


def _items(order: Order) -> list[Part]:
    return [
        {
            "label": line.title if line.quantity == 1 else f"{line.quantity} × {line.title}",
            "amount": line.amount,
        }
        for line in order.lines.all()
    ]


def _means(order: Order, side: str) -> list[Part]:
    digits = card_digits(order, side)
    card = _("Card ending %(last4)s") % {"last4": digits} if digits else _("Card")
    rows = [
        {"label": card, "amount": order.by_card},
        {"label": _("Wallet"), "amount": order.captured - order.by_card},
        {
            "label": _("Coupon"), "amount": order.coupon_amount, "kind": "muted",
            "small": _("is not refunded in money")
            if policies.gives_coupon_back(order)
            else _("is not refunded, and does not come back"),
        },
    ]  # fmt: skip
    return [row for row in rows if row["amount"]]


def coupon_words(order: Order, side: str = BUYER) -> str:
    """What becomes of the part of the price that a coupon paid; empty where there is none."""
    if not order.coupon_amount:
        return ""
    words = _(
        "%(coupon)s of the price was paid by coupon. That part is not refunded, and the coupon does not come back."
    )
    if policies.gives_coupon_back(order):
        words = (
            _(
                "%(coupon)s of the price was paid by coupon. That part is not refunded in money. Only if a dispute"
                " gives back all of the money, a new coupon of %(coupon)s is promised to you."
            )
            if side == BUYER
            else _(
                "%(coupon)s of the price was paid by coupon. That part is not refunded in money. Only if a dispute"
                " gives back all of the money, a new coupon of %(coupon)s is promised to the buyer, at our cost."
            )
        )
    return words % {"coupon": money.format_amount(order.coupon_amount, order.currency)}


def card_digits(order: Order, side: str) -> str:
    """The last four digits of the buyer's card: for the buyer and for us, never for the seller."""
    return "" if side == SELLER else order.card_last4


def story(order: Order) -> list[Part]:
    """What happened to order and parcels, newest first, with what is promised on top."""
    told: list[Part] = []
    for at, text, strong in (
        (order.placed_at, _("Ordered"), False), (order.paid_at, _("Paid"), False),
        (order.confirmed_at, _("Receipt confirmed"), True),
        (None if order.confirmed_at else order.completed_at, _("Completed"), True),
        (order.ended_at, _("Cancelled") if order.state == S.CANCELLED else _("Closed"), True),
    ):  # fmt: skip
        told.append({"at": at, "text": text, "strong": strong})
    for shipment in order.shipments.all():
        by = " · ".join(filter(None, (shipment.carrier, shipment.tracking_number)))
        told.append({"at": shipment.shipped_at, "text": _("Sent"), "by": by, "strong": True})
        told.append({"at": shipment.delivered_at, "text": _("Delivered"), "strong": True})
        told += [{"at": c.at, "text": c.text, "by": c.city} for c in shipment.checkpoints.all()]
    told = sorted(
        (entry for entry in told if entry["at"] is not None),
        key=lambda entry: entry["at"],
        reverse=True,
    )
    if order.state in {S.AWAITING_PAYMENT, S.PAID, S.SHIPPED} | HELD:
        late = order.now is not None and order.promise_is_over(order.now)
        text = _("Delivery was promised for this day") if late else _("Delivery is promised by")
        told.insert(
            0, {"at": order.promised_at, "text": text, "when": "trouble" if late else "ahead"}
        )
    return told


def proofs(history: Sequence[tuple[datetime, str, str]]) -> list[Part]:
    """What the seller handed in and what we answered, newest first. Seller and administrators read it."""
    by = {
        "given": _("handed in by the seller"),
        "refused": _("refused by us"),
        "accepted": _("accepted by us"),
    }
    return [
        {
            "at": at,
            "text": text,
            "by": by[what],
            "strong": what == "given",
            "when": "trouble" if what == "refused" else "",
        }
        for at, what, text in sorted(history, reverse=True)
    ]


def refund_steps(refund: Refund) -> list[Part]:
    """The way of a refund, as one bar: decision, refund with its date, the money with the day that was promised."""
    done = refund.state == RefundState.COMPLETED
    sent_at = refund.submitted_at or refund.completed_at
    on = 3 if done else 2 if sent_at else 1
    there = _("Money in the wallet") if refund.gateway == "wallet" else _("Money at the bank")
    steps: list[Part] = [
        {"label": _("Decision"), "at": refund.created_at},
        {"label": _("Refund sent"), "at": sent_at},
        {
            "label": there,
            "at": refund.completed_at,
            "by": None if done else refund.expected_last_moment,
        },
    ]
    for place, step in enumerate(steps):
        step["current"] = place == on
        step["state"] = "done" if place < on else "now" if step["current"] else "next"
    return steps


def refund_part(refund: Refund, side: str) -> Part:
    """One refund of the tracker, on every page that shows one. The refund has its order and the time."""
    return {
        "to": _to(refund, side), "refund": refund, "steps": refund_steps(refund), "late": refund.is_overdue,
        "failed": refund.is_failed, "done": refund.state == RefundState.COMPLETED,
        "why": failure(refund),
    }  # fmt: skip


def failure(refund: Refund) -> str:
    """Why a refund failed: the bank's own words, or ours where it gave none."""
    return refund.failure or str(Unexplained.NO_REASON.label)


def _to(refund: Refund, side: str) -> str:
    """Where the money goes, in words for this reader."""
    if refund.means != Means.CARD or refund.gateway == "wallet":
        return {
            BUYER: _("to your wallet"), SELLER: _("to the buyer’s wallet"), STAFF: _("to the wallet"),
        }[side]  # fmt: skip
    digits = card_digits(refund.order, side)
    if side == SELLER:
        return _("to the buyer’s card")
    if side == BUYER:
        return (
            _("to your card ending %(last4)s") % {"last4": digits} if digits else _("to your card")
        )
    return _("to the card ending %(last4)s") % {"last4": digits} if digits else _("to the card")
