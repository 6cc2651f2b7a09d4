"""What happens when a clock of an order or of a refund runs out, and who is reminded before."""

from __future__ import annotations

from core import deadlines, outages, recount, shares
from core.actors import SYSTEM
from core.batch import Batch
from core.models import Deadline, DeadlineState, Event, Outage
from orders import policies
from orders.effects import lifecycle, money, notices, verification
from orders.models import Order, OrderDeadline, Refund, RefundDeadline
from orders.states import EndReason, OrderDeadlineKind, RefundDeadlineKind

K = OrderDeadlineKind


@deadlines.enforces(OrderDeadline, K.PAYMENT)
def payment_did_not_come(batch: Batch, order: Order, _deadline: Deadline) -> None:
    """Not paid in time: cancelled."""
    lifecycle.cancel(batch, order, SYSTEM, why=EndReason.NOT_PAID)


@deadlines.enforces(OrderDeadline, K.VERIFICATION)
def verification_stayed_out(batch: Batch, order: Order, _deadline: Deadline) -> None:
    """Nobody verified the held order: closed, and the money goes back."""
    lifecycle.close(batch, order, SYSTEM, why=EndReason.NOT_VERIFIED)


@deadlines.enforces(OrderDeadline, K.PROOF_CHECK)
def nobody_checked(batch: Batch, order: Order, deadline: Deadline) -> None:
    """We are late with the seller's proof: alarmed every day, and the order waits."""
    verification.check_missed(batch, order, deadline)


@deadlines.enforces(OrderDeadline, K.PROTECTION)
def protection_ended(batch: Batch, order: Order, _deadline: Deadline) -> None:
    """Never shipped: closed, and the money goes back. Shipped and nobody complained: the seller is paid."""
    if order.shipped_at is None:
        lifecycle.close(batch, order, SYSTEM, why=EndReason.NOT_SHIPPED)
    else:
        lifecycle.release(batch, order, SYSTEM)


@deadlines.enforces(OrderDeadline, K.RELEASE)
def nobody_objected(batch: Batch, order: Order, _deadline: Deadline) -> None:
    """Delivered, and no dispute within the protection: the seller is paid."""
    lifecycle.release(batch, order, SYSTEM)


@deadlines.reminds(OrderDeadline, K.PAYMENT, K.VERIFICATION, K.PROTECTION, K.RELEASE)
def remind_of_order(batch: Batch, order: Order, deadline: Deadline) -> None:
    """The one who loses by silence is reminded: the seller before an order closes, else the buyer.

    A buyer whose order has had its dispute can do nothing more before the money goes, and is left in peace.
    """
    closes = order.paid_at is not None and order.shipped_at is None
    person = order.seller_id if closes else order.buyer_id
    if person == order.buyer_id and policies.had_its_dispute(order):
        return
    event = batch.record(
        order, "reminded", SYSTEM, data={"clock": deadline.kind, "due_at": deadline.due_at}
    )
    notices.tell(
        batch,
        event,
        f"order_reminder_{deadline.kind}",
        order,
        person,
        due_at=deadline.due_at.isoformat(),
    )


@outages.gives_back(OrderDeadline, K.PAYMENT, K.VERIFICATION, K.PROTECTION, K.RELEASE)
def extended(batch: Batch, order: Order, deadline: Deadline, event: Event, outage: Outage) -> None:
    """The portal did not work: buyer and seller read the new date, and the protection lasts as long."""
    stopped = deadline.state == DeadlineState.PAUSED
    if deadline.kind in (K.PROTECTION, K.RELEASE) and not stopped:
        order.protection_until = deadline.due_at
    notices.tell_both(
        batch, event, "order_clock_extended", order, clock=str(deadline.kind), note=outage.note,
        from_at=outage.began_at.isoformat(), to_at=outage.ended_at.isoformat(),
        due_at="" if stopped else deadline.due_at.isoformat(),
    )  # fmt: skip


@shares.loads(Refund)
def load_refunds(_batch: Batch, refunds: list[Refund]) -> None:
    """The orders of refunds whose clock is due; read, not locked: nothing of theirs is changed."""
    orders = Order.objects.in_bulk({refund.order_id for refund in refunds})
    for refund in refunds:
        refund.order = orders[refund.order_id]


@deadlines.enforces(RefundDeadline, RefundDeadlineKind.EXPECTED)
def refund_is_overdue(batch: Batch, refund: Refund, _deadline: Deadline) -> None:
    """The promised day is over."""
    money.mark_overdue(batch, refund)


@recount.recounts(RefundDeadline, RefundDeadlineKind.EXPECTED)
def refund_comes_later(batch: Batch, refund: Refund, deadline: Deadline, event: Event) -> None:
    """A day on which nobody works was added: the buyer reads the later day and the one that was promised before."""
    before = refund.expected_last_moment
    refund.expected_at = deadline.due_at
    notices.tell_of_refund(
        batch, event, "refund_later", refund, refund.order.buyer_id, was_at=before.isoformat()
    )


@deadlines.enforces(RefundDeadline, RefundDeadlineKind.CHASE)
def refund_is_still_overdue(batch: Batch, refund: Refund, _deadline: Deadline) -> None:
    """Nobody cleared it up: the administrators are told again."""
    event = batch.record(refund, "chased", SYSTEM, data={"overdue_since": refund.overdue_at})
    notices.tell_staff(batch, event, "refund_overdue_staff", refund)
    money.chase(batch, refund)
