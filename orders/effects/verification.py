"""What follows while an order is on hold: proof, the check of it, and what happens when somebody is late.

The seller has `hold_days` to answer; that clock alone closes the order. A tracking number that a carrier could
have given lifts the hold at once. Anything else waits for an administrator, and the seller's clock stands
still meanwhile: an order whose seller answered in time is never closed because we are silent. We have
`proof_check_days`; when they pass the administrators are alarmed every day, both parties are told, and the
order waits on. A proof that is refused gives the seller what was left of the time, and a day at least.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.errors import Refused
from core.models import Deadline, DeadlineState, Event
from core.models.deadline import MICROSECOND
from orders import tracking
from orders.effects import lifecycle, notices
from orders.models import Order, OrderProof
from orders.states import OrderDeadlineKind

K = OrderDeadlineKind
DAY = timedelta(days=1)


def place_on_hold(batch: Batch, order: Order, actor: Actor, *, reason: str) -> Event:
    """The order stops until somebody proves that it is honest; the protection clock stands still."""
    event = batch.transition(order, "place_on_hold", actor, reason=reason)
    order.hold_reason = reason
    batch.pause(order, K.PROTECTION, why="verification")
    clock = batch.schedule_days(order, K.VERIFICATION, "hold_days")
    notices.tell_both(
        batch, event, "order_on_hold", order, due_at=clock.due_at.isoformat(), reason=reason
    )
    return event


def prove(batch: Batch, order: Order, actor: Actor, *, tracking_number: str) -> Event:
    """The seller lifts the hold by the number of a parcel. Raises `Refused` for one that no carrier gives."""
    form = tracking.form_of(tracking_number)
    if not form:
        raise not_a_number()
    number = tracking.normal(tracking_number)
    event = batch.transition(
        order, "prove", actor, reason=number, data={"tracking_number": number, "form": form}
    )
    _keep(batch, order, actor, number, "")
    _lifted(batch, order, event)
    return event


def submit_proof(
    batch: Batch, order: Order, actor: Actor, *, text: str, tracking_number: str = ""
) -> Event:
    """The seller answers in words, or with a number that we cannot judge: an administrator is told and decides.

    From here on the seller's time stands still and ours runs.
    """
    event = batch.transition(order, "submit_proof", actor, reason=text)
    _keep(batch, order, actor, tracking_number, text)
    batch.pause(order, K.VERIFICATION, why="check")
    clock = batch.schedule_days(order, K.PROOF_CHECK, "proof_check_days")
    if order.disputed_at is not None:
        batch.pause(order, K.PROOF_CHECK, why="dispute")
    until = _told(order, clock.due_at)
    notices.tell_both(batch, event, "order_proof_submitted", order, until_at=until)
    notices.tell_admins(batch, event, "order_proof_to_check", order, until_at=until)
    return event


def lift_hold(batch: Batch, order: Order, actor: Actor, *, proof: str = "") -> Event:
    """The platform is satisfied: the order goes on, its protection with what was left.

    This is possible in an open dispute too. The hold asks whether the order is honest, the dispute what
    the buyer is owed; a seller who can prove the one need not wait for the other, and is not closed for
    want of proof on the day the dispute ends. Only the protection stands still until then: it must not
    run out, nor the money move, while the parties still argue.
    """
    event = batch.transition(order, "lift_hold", actor, reason=proof)
    _lifted(batch, order, event)
    return event


def refuse_proof(batch: Batch, order: Order, actor: Actor, *, reason: str) -> Event:
    """The proof shows nothing: the seller reads why, and may answer again in what was left of the time.

    At least a day is left, so that an answer in the last hour can be answered again.
    """
    event = batch.transition(order, "refuse_proof", actor, reason=reason)
    batch.end_deadlines(order, DeadlineState.MET, K.PROOF_CHECK)
    lifecycle.go_on(batch, order)
    due = _a_day_at_least(batch, order)
    notices.tell(
        batch, event, "order_proof_refused", order, order.seller_id, reason=reason, due_at=_told(order, due),
    )  # fmt: skip
    notices.tell(
        batch, event, "order_proof_refused", order, order.buyer_id, due_at=_told(order, due)
    )
    return event


def check_missed(batch: Batch, order: Order, missed: Deadline) -> Event:
    """Nobody checked the proof in time: alarm, once more every day. The parties are told the first time."""
    times = int(missed.about or 1)
    event = batch.transition(
        order, "check_overdue", SYSTEM, data={"due": missed.due_at, "times": times}
    )
    late = max(1, -(-(batch.now - missed.due_at) // DAY))
    due = missed.due_at + late * DAY
    due += DAY if due <= batch.now else timedelta(0)
    steps: list[dict[str, Any]] = [
        *missed.explanation["steps"], {"kind": "late", "days": (due - missed.due_at).days},
    ]  # fmt: skip
    batch.schedule(
        order, K.PROOF_CHECK, due=due, started=missed.started_at, rule="proof_check_days", steps=steps,
        about=str(times + 1),
    )  # fmt: skip
    notices.tell_admins(
        batch, event, "order_proof_overdue", order, was_at=missed.due_at.isoformat()
    )
    if times == 1:
        notices.tell_both(batch, event, "order_proof_late", order, until_at=due.isoformat())
    return event


def not_a_number() -> Refused:
    """What is said of a number that no carrier gives."""
    return Refused(
        _("No carrier that we know gives such a number. Look at it again, or write to us below what proves the order."),
        "tracking_number",
    )  # fmt: skip


def _keep(batch: Batch, order: Order, actor: Actor, number: str, text: str) -> OrderProof:
    return batch.add(
        OrderProof(
            order=order, author_id=actor.person_id, tracking_number=number, text=text, given_at=batch.now,
        )
    )  # fmt: skip


def _lifted(batch: Batch, order: Order, event: Event) -> None:
    batch.end_deadlines(order, DeadlineState.MET, K.VERIFICATION, K.PROOF_CHECK)
    lifecycle.go_on(batch, order)
    notices.tell_both(batch, event, "order_hold_lifted", order)


def _told(order: Order, due: datetime) -> str:
    """The date as a letter names it: none while a dispute holds the order, as nothing happens at it then."""
    return "" if order.disputed_at is not None else due.isoformat()


def _a_day_at_least(batch: Batch, order: Order) -> datetime:
    """Move the seller's clock where less than a day is left of it, and return when it runs out."""
    clock = order.deadline(K.VERIFICATION)
    assert clock is not None
    left = clock.due_at - batch.now if clock.left_us is None else clock.left_us * MICROSECOND
    if left < DAY:
        batch.move_due(order, clock, clock.due_at + DAY - left, {"kind": "at_least", "days": 1})
        clock.remind_at = None
    return batch.now + max(left, DAY)
