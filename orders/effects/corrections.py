"""What follows when a settlement shows a mistake, and from each step of putting it right."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from core import deadlines, shares
from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.models import Deadline, DeadlineState, Event
from notifications import effects as notifications
from orders.effects import money, notices
from orders.models import (
    Correction,
    CorrectionDeadline,
    Refund,
    SettlementFile,
    SettlementLine,
)
from orders.states import CorrectionDeadlineKind, Finding, RefundState

HANDLING = CorrectionDeadlineKind.HANDLING
NOT_IN_THE_SETTLEMENT = "The settlement of the provider does not have it."


def open_correction(
    batch: Batch,
    file: SettlementFile,
    finding: Finding,
    *,
    refund: Refund | None = None,
    line: SettlementLine | None = None,
    amount: Decimal | None = None,
    currency: str = "",
) -> Event:
    """A mistake is on record from now on: the buyer is told what we found, and a clock runs for us."""
    made = Correction(
        storefront=file.storefront, file=file, finding=finding, refund=refund, line=line,
        order=refund.order if refund else None, found_amount=amount, found_currency=currency,
    )  # fmt: skip
    if refund is not None:
        made.policy_version_id = refund.policy_version_id
    event = batch.open_case(
        made, SYSTEM, "found",
        data={
            "finding": finding, "refund": refund and refund.reference, "file": file.name,
            "transaction": line and line.transaction, "amount": amount, "currency": currency,
        },
    )  # fmt: skip
    batch.schedule_days(made, HANDLING, "correction_days")
    _tell(batch, event, "correction_opened", made, finding=str(finding))
    return event


def tell_staff(batch: Batch, event: Event, file: SettlementFile, count: int) -> None:
    """The administrators hear of a file's findings in one letter, however many there are."""
    admins = notices.admins_of(batch, file.storefront_id)
    facts = {"file": file.name, "count": str(count)}
    notifications.notify(batch, event, kind="corrections_found", to=admins, params=facts)


def ask(batch: Batch, made: Correction, actor: Actor, *, note: str) -> Event:
    """The provider was asked; the clock runs anew."""
    event = batch.transition(made, "ask", actor, reason=note, note=note)
    return _step(batch, made, event)


def adjust(batch: Batch, made: Correction, actor: Actor, *, note: str) -> Event:
    """We have put it right on our side; the clock runs anew until it is confirmed."""
    event = batch.transition(made, "adjust", actor, reason=note, note=note)
    return _step(batch, made, event)


def send_again(batch: Batch, made: Correction, refund: Refund, actor: Actor, *, note: str) -> Event:
    """A refund that was never made goes to its gateway again, under the same key."""
    if refund.state == RefundState.SUBMITTED:
        batch.transition(
            refund,
            "fail",
            actor,
            failure=NOT_IN_THE_SETTLEMENT,
            data={"why": NOT_IN_THE_SETTLEMENT, "correction": made.reference},
        )
    money.retry_refund(batch, refund, actor, reason=note)
    return adjust(batch, made, actor, note=note)


def settle(batch: Batch, made: Correction, actor: Actor, *, note: str) -> Event:
    """The money is where it belongs: the end, and the buyer reads so."""
    event = batch.transition(made, "settle", actor, reason=note, at=batch.now, note=note)
    batch.end_deadlines(made, DeadlineState.MET)
    _tell(batch, event, "correction_settled", made)
    return event


def dismiss(batch: Batch, made: Correction, actor: Actor, *, note: str) -> Event:
    """It was no mistake: the buyer, who was told of one, reads why."""
    event = batch.transition(made, "dismiss", actor, reason=note, at=batch.now, note=note)
    batch.end_deadlines(made, DeadlineState.MET)
    _tell(batch, event, "correction_dismissed", made, reason=note)
    return event


def _step(batch: Batch, made: Correction, event: Event) -> Event:
    batch.end_deadlines(made, DeadlineState.MET, HANDLING)
    batch.schedule_days(made, HANDLING, "correction_days", about=str(made.state))
    _tell(batch, event, "correction_step", made, step=str(made.state))
    return event


def _tell(batch: Batch, event: Event, kind: str, made: Correction, **params: Any) -> None:
    """Write a notice about a correction to the buyer of its refund; a booking of nobody has none."""
    if made.refund is not None and made.order is not None:
        facts = {"refund": made.refund.reference, "amount": str(made.refund.amount)}
        notices.tell(batch, event, kind, made.order, made.order.buyer_id, **(facts | params))


@shares.loads(Correction)
def load_corrections(_batch: Batch, found: list[Correction]) -> None:
    """The refunds and orders of corrections; read, not locked."""
    refunds = Refund.objects.select_related("order").in_bulk(
        [c.refund_id for c in found if c.refund_id]
    )
    for made in found:
        made.refund = refunds.get(made.refund_id or 0)
        made.order = made.refund.order if made.refund else None


@deadlines.enforces(CorrectionDeadline, HANDLING)
def nobody_went_on(batch: Batch, made: Correction, _deadline: Deadline) -> None:
    """The step was not made in time: the buyer reads so once, the administrators each time, and the clock goes on."""
    event = batch.record(made, "correction_overdue", SYSTEM, data={"since": made.overdue_at})
    days = made.policy.days("correction_days")
    due = batch.now + timedelta(days=days)
    if made.overdue_at is None:
        made.overdue_at = batch.now
        _tell(batch, event, "correction_late", made, until_at=due.isoformat())
    facts = {"correction": made.reference, "finding": str(made.finding)}
    admins = notices.admins_of(batch, made.storefront_id)
    notifications.notify(batch, event, kind="correction_overdue", to=admins, params=facts)
    batch.schedule(
        made, HANDLING, due=due, rule="correction_days", steps=[{"kind": "add_days", "days": days}],
        about=f"{due:%Y-%m-%d}",
    )  # fmt: skip
