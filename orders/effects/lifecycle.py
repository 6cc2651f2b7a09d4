"""What follows from each move of an order: events, clocks, parcels, money, notices."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, Refused, TimeIsUp
from core.models import Deadline, DeadlineState, Event
from core.models.deadline import MICROSECOND
from orders import policies
from orders.effects import money, notices
from orders.models import Checkpoint, Order, OrderLine, OrderPayment, Shipment
from orders.states import CLOCKS, HELD, SENTENCES, EndReason, OrderDeadlineKind, OrderState

K = OrderDeadlineKind
"""The clocks by which the buyer reads how long the protection lasts."""
REPORTED_AT_ONCE = timedelta(hours=1)
"""A delivery that is reported within this time was reported when it happened."""


def place(
    batch: Batch,
    order: Order,
    actor: Actor,
    *,
    lines: list[OrderLine],
    payments: list[OrderPayment],
) -> Event:
    """A new order waits for its payment. `lines` and `payments` point to the order already."""
    event = batch.open_case(
        order, actor, "placed", data={"number": order.number, "currency": order.currency}
    )
    for row in (*lines, *payments):
        batch.add(row)
    batch.schedule_days(order, K.PAYMENT, "payment_days", started=order.placed_at)
    return event


def ship(
    batch: Batch,
    order: Order,
    actor: Actor,
    *,
    carrier: str,
    tracking_number: str,
    at: datetime | None = None,
) -> Shipment:
    """The seller hands the parcel to a carrier; the buyer gets the tracking number."""
    shipped_at = at or batch.now
    event = batch.transition(
        order, "ship", actor, at=shipped_at,
        data={"carrier": carrier, "tracking_number": tracking_number, "at": shipped_at},
    )  # fmt: skip
    notices.tell(
        batch,
        event,
        "order_shipped",
        order,
        order.buyer_id,
        carrier=carrier,
        tracking_number=tracking_number,
    )
    return batch.add(
        Shipment(
            order=order, carrier=carrier, tracking_number=tracking_number, shipped_at=shipped_at
        )
    )


def add_parcel(
    batch: Batch, order: Order, actor: Actor, *, carrier: str, tracking_number: str, at: datetime
) -> Shipment:
    """One more parcel of an order that was sent in parts; while the order is open the buyer gets its number."""
    data = {"carrier": carrier, "tracking_number": tracking_number, "at": at}
    event = batch.record(order, "parcel_added", actor, data=data)
    if order.is_open:
        notices.tell(
            batch, event, "order_shipped", order, order.buyer_id, carrier=carrier, tracking_number=tracking_number,
        )  # fmt: skip
    return batch.add(
        Shipment(order=order, carrier=carrier, tracking_number=tracking_number, shipped_at=at)
    )


def report_checkpoint(
    batch: Batch, order: Order, shipment: Shipment, *, at: datetime, city: str, text: str
) -> Checkpoint:
    """A carrier reports where the parcel is. No event: the checkpoint is the record."""
    return batch.add(Checkpoint(shipment=shipment, at=at, city=city[:120], text=text[:300]))


def deliver(
    batch: Batch,
    order: Order,
    actor: Actor,
    *,
    shipments: list[Shipment],
    at: datetime | None = None,
) -> Event:
    """The parcel arrived: the buyer has so many days to look at it, and the money waits as long.

    The days count from the delivery, or from its report where that came later: the buyer could not know
    before (see `_time_to_look`). A parcel that comes before its promised date ends the protection earlier than
    the date shown on the way, which was that of a parcel that never comes: both are told the new one.
    """
    delivered_at = at or batch.now
    disputed = policies.had_its_dispute(order)
    event = batch.transition(order, "deliver", actor, at=delivered_at, data={"at": delivered_at})
    for shipment in shipments:
        if shipment.delivered_at is None:
            batch.change(shipment, delivered_at=delivered_at)
    due, steps = _time_to_look(batch, order, delivered_at)
    batch.end_deadlines(order, DeadlineState.MET, K.PROTECTION)
    clock = batch.schedule(
        order, K.RELEASE, due=due, rule="protection_days", steps=steps, started=delivered_at
    )
    if order.disputed_at is not None:
        batch.pause(order, K.RELEASE, why="dispute")
    order.protection_until = clock.due_at
    ends = clock.due_at.isoformat()
    goes = {"protected_at": ends} if not disputed else {}
    if disputed and order.disputed_at is None:
        goes = {"release_at": ends}
    notices.tell_both(batch, event, "order_delivered", order, **goes)
    return event


def deliver_more(batch: Batch, order: Order, actor: Actor, *, at: datetime) -> Event:
    """One more parcel of a delivered order arrived: the buyer has as many days to look at that one too."""
    event = batch.record(order, "parcel_delivered", actor, data={"at": at})
    order.delivered_at = at
    clock = order.deadline(K.RELEASE)
    if clock is not None:
        due, ends = _time_to_look(batch, order, at)[0], _ends(batch, clock)
        if due > ends:
            step = {"kind": "another_parcel", "at": at.isoformat(), "until": due.isoformat()}
            batch.move_due(order, clock, clock.due_at + (due - ends), step)
            order.protection_until = clock.due_at
    return event


def _time_to_look(
    batch: Batch, order: Order, delivered_at: datetime
) -> tuple[datetime, list[dict[str, Any]]]:
    """Until when the buyer may look at what arrived, and the sum that the page shows.

    Late reports are common (a carrier that scans in the evening, a file of last month). So the days count
    from the moment we learnt of the delivery, unless that was within the hour.
    """
    days = order.policy.days("protection_days")
    late = batch.now - delivered_at > REPORTED_AT_ONCE
    learnt = batch.now if late else delivered_at
    due = learnt + timedelta(days=days)
    steps: list[dict[str, Any]] = [{"kind": "add_days", "days": days}]
    if late:
        told = {"kind": "reported", "from": delivered_at.isoformat(), "to": learnt.isoformat()}
        steps.insert(0, told)
    return due, steps


def _ends(batch: Batch, clock: Deadline) -> datetime:
    """When a clock would end if it went on now."""
    return clock.due_at if clock.left_us is None else batch.now + clock.left_us * MICROSECOND


def confirm_receipt(
    batch: Batch, order: Order, actor: Actor, *, at: datetime | None = None
) -> Event:
    """The buyer says that it came: the seller is paid at once.

    "Not received" can be claimed no more; "not as described" and "damaged" until `protection_until`.
    `at` is when the buyer said so, where it was said in the shop.
    """
    disputed = policies.had_its_dispute(order)
    event = batch.transition(order, "confirm_receipt", actor, at=at or batch.now)
    money.release_held(batch, order, event)
    batch.end_deadlines(order, DeadlineState.MET)
    notices.tell_both(
        batch,
        event,
        "order_confirmed",
        order,
        protected_at="" if disputed else _iso(order.protection_until),
    )
    return event


def request_extension(batch: Batch, order: Order, actor: Actor, *, days: int) -> Event:
    """The buyer asks for a later delivery date. Raises `Refused` beyond the policy's longest."""
    _check_days(order, days)
    event = batch.transition(order, "request_extension", actor, days=days, data={"days": days})
    notices.tell(batch, event, "extension_requested", order, order.seller_id, days=days)
    return event


def extend_delivery(batch: Batch, order: Order, actor: Actor, *, days: int) -> Event:
    """The seller moves the promised date; the buyer's protection moves with it, and the buyer is told.

    Raises `Refused` beyond the policy's longest, all extensions together.
    """
    _check_days(order, days)
    to = order.promised_at + timedelta(days=days)
    return _promise(batch, order, actor, to, {"kind": "extended", "days": days})


def move_promise(batch: Batch, order: Order, actor: Actor, *, to: datetime) -> Event:
    """The shop promises the buyer a later date; the protection of a paid order moves with it.

    It counts as an extension, so that the seller cannot stretch it by the policy's longest once more.
    """
    if order.state == OrderState.AWAITING_PAYMENT:
        data = {"from": order.promised_at, "to": to}
        event = batch.record(order, "promise_moved", actor, data=data)
        order.promised_at = to
        return event
    return _promise(batch, order, actor, to, {"kind": "moved"})


def first_promise(order: Order) -> datetime:
    """The date that was promised before anybody moved it, to the day."""
    return order.promised_at - timedelta(days=order.extended_days)


def _promise(batch: Batch, order: Order, actor: Actor, to: datetime, step: dict[str, Any]) -> Event:
    shift = to - order.promised_at
    days = -(-shift // timedelta(days=1))
    event = batch.transition(order, "extend_delivery", actor, to=to, data={"days": days, "to": to})
    clock = order.deadline(K.PROTECTION)
    if clock is not None:
        due = clock.due_at + shift
        moved = {"at": batch.now, "promised": to, "from": clock.due_at, "to": due}
        facts = {name: at.isoformat() for name, at in moved.items()}
        batch.move_due(order, clock, due, step | facts)
        clock.remind_at = clock.next_reminder(batch.now)
        order.protection_until = clock.due_at
    notices.tell(
        batch, event, "delivery_extended", order, order.buyer_id, days=days,
        promised_at=order.promised_at.isoformat(), protected_at=_iso(order.protection_until),
    )  # fmt: skip
    return event


def cancel(batch: Batch, order: Order, actor: Actor, *, reason: str = "", why: str = "") -> Event:
    """The order ends before anything was sent; what was paid goes back.

    `reason` is a person's words, `why` a code of `EndReason` where the clock ended it.
    """
    return _end(batch, order, actor, "cancel", "order_cancelled", "order cancelled", reason, why)


def close(
    batch: Batch,
    order: Order,
    actor: Actor,
    *,
    reason: str = "",
    why: str = "",
    cause: str = "order closed",
    tell: bool = True,
) -> Event:
    """The platform ends an open order; what is held goes back to the buyer within the policy's days.

    Never while a dispute holds the order: its money is what the parties argue about, and only the
    dispute's own end lets go of it (`release_dispute_hold`, `complete`). Raises `Refused` then, and
    `CaseChanged` for an order that has ended.
    """
    return _end(batch, order, actor, "close", "order_closed", cause, reason, why, tell)


def complete(
    batch: Batch, order: Order, actor: Actor, *, reason: str = "", tell: bool = True
) -> Event | None:
    """A dispute ended, and what it left belongs to the seller. Nothing more for an ended order.

    Only the end of the order's own dispute calls this: it lets go of the order first. `tell` is off where the
    dispute's own letter says where the money went.
    """
    if order.disputed_at is not None:
        _lift_dispute(batch, order, actor)
    if not order.is_open:
        return None
    event = batch.transition(order, "settle", actor, at=batch.now, reason=reason)
    _pay_the_seller(batch, order, event, tell)
    return event


def release(batch: Batch, order: Order, actor: Actor) -> Event:
    """Protection ended without a dispute: the seller is paid. Only the clock may do this."""
    event = batch.transition(order, "release", actor, at=batch.now)
    _pay_the_seller(batch, order, event)
    return event


def _pay_the_seller(batch: Batch, order: Order, event: Event, tell: bool = True) -> None:
    """What is held goes to the seller, and both read how much that was and how much went back."""
    paid = order.held
    money.release_held(batch, order, event)
    batch.end_deadlines(order, DeadlineState.CANCELLED)
    if tell:
        notices.tell_both(
            batch, event, "order_released", order, amount=str(paid), refunded_amount=str(order.refunded)
        )  # fmt: skip


def hold_for_dispute(batch: Batch, order: Order, actor: Actor) -> Event:
    """A dispute opened: the order's clocks stand still and its money stays.

    Raises `CaseChanged` where another dispute holds it or nothing was paid, `TimeIsUp` where a clock of
    it has passed.
    """
    if order.disputed_at is not None or order.state == OrderState.AWAITING_PAYMENT:
        raise CaseChanged
    if any(clock.passed(batch.now) for clock in order.open_deadlines):
        raise TimeIsUp
    event = batch.record(order, "held_for_dispute", actor)
    order.disputed_at = batch.now
    batch.pause(order, why="dispute")
    return event


def release_dispute_hold(batch: Batch, order: Order, actor: Actor, *, tell: bool = True) -> Event:
    """The dispute ended. Where nothing is left to refund the order closes, else its clocks go on.

    Only the end of the order's own dispute calls this. `tell` is off where the dispute's own letter says it.
    An order that was completed before the dispute stays completed.
    """
    event = _lift_dispute(batch, order, actor)
    if not order.is_open:
        return event
    if order.captured and not order.refundable:
        return close(batch, order, actor, why=EndReason.ALL_REFUNDED, tell=tell)
    go_on(batch, order)
    return event


def _lift_dispute(batch: Batch, order: Order, actor: Actor) -> Event:
    event = batch.record(order, "dispute_hold_released", actor)
    order.disputed_at, order.dispute_ended_at = None, batch.now
    return event


def go_on(batch: Batch, order: Order) -> None:
    """Resume the clocks that stood still, on hold only the one of that state; the protection follows.

    In an open dispute they stand still all the same, from here on because of the dispute.
    """
    batch.resume(order, *([CLOCKS[order.state]] if order.state in HELD else []))
    if order.disputed_at is not None:
        batch.pause(order, why="dispute")
    clock = order.deadline(K.PROTECTION) or order.deadline(K.RELEASE)
    if clock is not None:
        order.protection_until = clock.due_at


def _end(
    batch: Batch,
    order: Order,
    actor: Actor,
    verb: str,
    notice: str,
    cause: str,
    reason: str,
    why: str,
    tell: bool = True,
) -> Event:
    data = {"why": why} if why else {}
    event = batch.transition(
        order, verb, actor, at=batch.now, reason=reason or SENTENCES.get(why, ""), data=data
    )
    batch.end_deadlines(order, DeadlineState.CANCELLED)
    back = order.held
    money.refund(batch, order, back, actor, cause, promise="closed_refund_days")
    if tell:
        notices.tell_both(
            batch, event, notice, order,
            reason="" if why else reason, why=why, amount=str(back) if back else "",
        )  # fmt: skip
    return event


def _check_days(order: Order, days: int) -> None:
    most = policies.days_left_to_extend(order)
    if not 1 <= days <= most:
        if most == 0:
            raise Refused(
                _("The delivery date of this order cannot be moved any further."),
                "extension_used_up",
            )
        words = ngettext(
            "Only %(most)s day can be added.", "Choose from 1 to %(most)s days.", most
        ) % {"most": most}
        raise Refused(words, "extension_days")


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
