"""What moves money: capture, release, refund, and each step of a refund."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import money
from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.errors import Refused
from core.models import DeadlineState, Event
from orders.effects import ledger, notices
from orders.models import Order, Refund, WalletEntry
from orders.models.order import ZERO
from orders.states import LedgerKind, Means, OrderDeadlineKind, RefundDeadlineKind, Unexplained

WALLET = "wallet"


def capture(
    batch: Batch,
    order: Order,
    actor: Actor,
    *,
    card: Decimal = ZERO,
    wallet: Decimal = ZERO,
    coupon: Decimal = ZERO,
    at: datetime | None = None,
) -> Event:
    """The buyer paid: the money is held, and buyer protection begins.

    Amounts are in the order's currency. The coupon part is noted and never captured. Raises
    `TimeIsUp` after the payment deadline, `Refused` for amounts finer than the currency.
    """
    for amount in (card, wallet, coupon):
        _whole_units(amount, order)
    paid_at = at or batch.now
    event = batch.transition(
        order,
        "pay",
        actor,
        at=paid_at,
        data={"card": card, "wallet": wallet, "coupon": coupon, "at": paid_at},
    )
    order.by_card, order.coupon_amount = card, coupon
    if card + wallet:
        ledger.post(batch, order, LedgerKind.CAPTURED, card + wallet, event)
    batch.end_deadlines(order, DeadlineState.MET, OrderDeadlineKind.PAYMENT)
    protect(batch, order)
    notices.tell_both(
        batch, event, "order_paid", order, amount=str(card + wallet), coupon=str(coupon)
    )
    return event


def protect(batch: Batch, order: Order) -> None:
    """Start the protection clock: so many days after the promised delivery."""
    clock = batch.schedule_days(
        order, OrderDeadlineKind.PROTECTION, "protection_days", started=order.promised_at
    )
    order.protection_until = clock.due_at


def release_held(batch: Batch, order: Order, event: Event) -> None:
    """Everything that is held goes to the seller."""
    if order.held:
        ledger.post(batch, order, LedgerKind.RELEASED, order.held, event)


def charge_fee(batch: Batch, order: Order, amount: Decimal, actor: Actor) -> Event:
    """The marketplace takes its fee out of what is held for the seller. Raises `Refused` beyond that."""
    _whole_units(amount, order)
    if not 0 < amount <= order.held:
        raise Refused(_("The fee is more than is held on this order."), "fee_too_large")
    event = batch.record(
        order, "fee_charged", actor, data={"amount": amount, "currency": order.currency}
    )
    ledger.post(batch, order, LedgerKind.FEE, amount, event)
    return event


def refund(
    batch: Batch,
    order: Order,
    amount: Decimal,
    actor: Actor,
    cause: str,
    *,
    promise: str = "card_refund_working_days",
    since: datetime | None = None,
    tell: bool = True,
) -> list[Refund]:
    """Send money back to the buyer of a locked order: to the card up to what it paid, then to the wallet.

    `amount` is in the order's currency and at most `order.refundable`; what the seller has already
    got is taken back from the seller first. `cause` names the decision ("dispute DSP-7F3K9Q"): a
    second refund for the same cause is refused by the database. `promise` is the policy's number
    that sets the expected day, `since` when it began for calendar days. Where the caller's own letter names the
    money and its day, nothing is told here (`tell`). Returns one refund per means; none for an amount of 0.
    Raises `Refused` for more than is left, a negative amount, or parts of the smallest unit.
    """
    _whole_units(amount, order)
    if amount < 0:
        raise Refused(_("The amount cannot be negative."), "negative")
    if amount > order.refundable:
        raise Refused(_("This is more than is left to refund on this order."), "too_much")
    if not amount:
        return []
    to_card = min(amount, order.by_card - order.refunded_to_card)
    parts = [(Means.CARD, to_card), (Means.WALLET, amount - to_card)]
    event = batch.record(
        order, "refund_requested", actor,
        data={
            "amount": amount, "currency": order.currency, "cause": cause,
            "card": to_card, "wallet": amount - to_card,
        },
    )  # fmt: skip
    if amount > order.held:
        ledger.post(batch, order, LedgerKind.RECOVERED, amount - order.held, event)
    order.refunded_to_card += to_card
    return [
        _request(batch, order, means, part, actor, cause, event, promise, since, tell)
        for means, part in parts
        if part
    ]


def _request(
    batch: Batch,
    order: Order,
    means: Means,
    amount: Decimal,
    actor: Actor,
    cause: str,
    event: Event,
    promise: str,
    since: datetime | None,
    tell: bool,
) -> Refund:
    gateway = str(order.policy.get("card_gateway")) if means == Means.CARD else WALLET
    made = Refund(
        storefront_id=order.storefront_id, policy_version_id=order.policy_version_id, order=order,
        entry=ledger.post(batch, order, LedgerKind.REFUNDED, amount, event), amount=amount,
        currency=order.currency, means=means, gateway=gateway, cause=cause[:120],
        idempotency_key=key_of(order, cause, means), expected_at=batch.now,
    )  # fmt: skip
    opened = batch.open_case(
        made, actor, "requested",
        data={"order": order.reference, "amount": amount, "currency": order.currency, "means": means, "cause": cause},
    )  # fmt: skip
    if gateway == WALLET:
        credit_wallet(batch, made, tell=tell)
        return made
    if promise == "closed_refund_days":
        clock = batch.schedule_days(made, RefundDeadlineKind.EXPECTED, promise, started=since)
    else:
        clock = batch.schedule_working_days(made, RefundDeadlineKind.EXPECTED, promise)
    made.expected_at = clock.due_at
    if tell:
        notices.tell_of_refund(batch, opened, "refund_requested", made, order.buyer_id)
    return made


def key_of(order: Order, cause: str, means: str) -> str:
    """What makes a refund the same refund, here and at the bank."""
    return hashlib.sha256(f"{order.reference}|{cause}|{means}".encode()).hexdigest()[:KEY_LENGTH]


def credit_wallet(batch: Batch, made: Refund, *, tell: bool = True) -> Event:
    """The wallet is ours, so the money is there at once, in the same transaction."""
    batch.add(WalletEntry(refund=made, amount=made.amount, at=batch.now))
    return complete_refund(batch, made, SYSTEM, reference=made.reference, tell=tell)


def submit_refund(batch: Batch, made: Refund, actor: Actor, *, reference: str) -> Event:
    """A gateway took the refund; the buyer reads when, under which reference, and by when it arrives."""
    event = batch.transition(
        made,
        "submit",
        actor,
        at=batch.now,
        provider_reference=reference[:120],
        data={"provider_reference": reference},
    )
    notices.tell_of_refund(
        batch, event, "refund_submitted", made, made.order.buyer_id, provider_reference=reference
    )
    return event


def complete_refund(
    batch: Batch,
    made: Refund,
    actor: Actor,
    *,
    reference: str = "",
    at: datetime | None = None,
    tell: bool = True,
) -> Event:
    """The buyer has the money. Ends the refund's clocks."""
    event = batch.transition(
        made, "complete", actor, at=at or batch.now, provider_reference=reference[:120],
        data={"provider_reference": reference, "at": at or batch.now},
    )  # fmt: skip
    batch.end_deadlines(made, DeadlineState.MET)
    if tell:
        notices.tell_of_refund(batch, event, "refund_completed", made, made.order.buyer_id)
    return event


def fail_refund(batch: Batch, made: Refund, actor: Actor, *, why: str) -> Event:
    """A gateway refused, with its own words for why or none. The promise to the buyer stands: the clock runs
    on, and an admin sends it again.
    """
    event = batch.transition(made, "fail", actor, failure=why, data={"why": why[:300]})
    silent = "" if why else Unexplained.NO_REASON
    notices.tell_staff(batch, event, "refund_failed", made, failure=why[:300], silent=silent)
    return event


def retry_refund(batch: Batch, made: Refund, actor: Actor, *, reason: str = "") -> Event:
    """Send a failed refund again, under the same key."""
    return batch.transition(made, "retry", actor, reason=reason)


def correct_refund(batch: Batch, made: Refund, actor: Actor, *, reason: str) -> Event:
    """A refund that a bank cannot pay goes into the buyer's wallet instead. Ends the refund's clocks.

    Whatever the bank says of it later is a second payment, and is told apart (`orders.services.refunds`).
    """
    event = batch.transition(
        made, "correct", actor, reason=reason, at=batch.now, data={"before": made.gateway, "after": WALLET}
    )  # fmt: skip
    batch.add(WalletEntry(refund=made, amount=made.amount, at=batch.now))
    batch.end_deadlines(made, DeadlineState.MET)
    notices.tell_of_refund(
        batch, event, "refund_corrected", made, made.order.buyer_id, reason=reason
    )
    return event


def mark_overdue(batch: Batch, made: Refund) -> Event:
    """The promised day passed without the money: the buyer is told without asking, and the admin sees it.

    From now on the admin is reminded every week until the refund is there.
    """
    event = batch.record(made, "overdue", SYSTEM, data={"expected_at": made.expected_at})
    made.overdue_at = batch.now
    notices.tell_of_refund(batch, event, "refund_overdue", made, made.order.buyer_id)
    notices.tell_staff(batch, event, "refund_overdue_staff", made)
    chase(batch, made)
    return event


def chase(batch: Batch, made: Refund) -> None:
    """Start the clock of the next look at an overdue refund; `about` tells one look from the next."""
    due = batch.now + timedelta(days=CHASE_DAYS)
    steps: list[dict[str, Any]] = [{"kind": "add_days", "days": CHASE_DAYS}]
    batch.schedule(
        made,
        RefundDeadlineKind.CHASE,
        due=due,
        rule="refund_chase",
        steps=steps,
        about=f"{due:%Y-%m-%d}",
    )


CHASE_DAYS = 7
KEY_LENGTH = 40


def _whole_units(amount: Decimal, order: Order) -> None:
    if not amount.is_finite() or abs(amount) >= money.LARGEST:
        raise Refused(_("This is not an amount that can be paid."), "too_large")
    if not money.is_whole(amount, order.currency):
        raise Refused(_("The amount is finer than the currency."), "too_fine")
