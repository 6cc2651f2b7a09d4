"""Where an imported order stands now: the file's facts first, then what our clocks would have done since.

The clocks count from their true start. One that ran out before now has done its work (the order is
imported as it left it); one that still runs becomes a real deadline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.models import PolicyVersion
from orders.importers.reading import BadRow
from orders.importers.records import Parcel, Record
from orders.states import EndReason, OrderDeadlineKind, OrderState

S, K = OrderState, OrderDeadlineKind


@dataclass(slots=True)
class Standing:
    """State, its end where it has one, and the clock that runs where it has not."""

    state: OrderState
    completed_at: datetime | None = None
    ended_at: datetime | None = None
    protection_until: datetime | None = None
    clock: OrderDeadlineKind | None = None
    clock_from: datetime | None = None
    why: str = ""


def known_at(record: Record, now: datetime) -> Record:
    """The record without what lies after `now`. Raises `BadRow` for an order that was placed later."""
    if record.placed_at > now:
        raise BadRow(f"the order was placed after {now:%Y-%m-%d %H:%M} UTC, the import's present")

    def past(at: datetime | None) -> datetime | None:
        return at if at is not None and at <= now else None

    parcels = [
        Parcel(
            p.shipped_at,
            past(p.delivered_at),
            p.carrier,
            p.tracking_number,
            [r for r in p.reports if r[0] <= now],
        )
        for p in record.parcels
        if p.shipped_at <= now
    ]
    return replace(
        record, paid_at=past(record.paid_at), shipped_at=past(record.shipped_at), parcels=parcels,
        delivered_at=past(record.delivered_at), confirmed_at=past(record.confirmed_at),
        ended=record.ended if past(record.ended_at) else "", ended_at=past(record.ended_at),
    )  # fmt: skip


def standing(record: Record, policy: PolicyVersion, now: datetime) -> Standing:
    """Where the order stands at `now`, under this policy. The record must be known at `now`."""
    protection = timedelta(days=policy.days("protection_days"))
    if record.ended:
        return Standing(S(record.ended), ended_at=record.ended_at)
    if record.paid_at is None:
        due = record.placed_at + timedelta(days=policy.days("payment_days"))
        if due <= now:
            return Standing(S.CANCELLED, ended_at=due, why=EndReason.NOT_PAID)
        return Standing(S.AWAITING_PAYMENT, clock=K.PAYMENT, clock_from=record.placed_at)
    if record.confirmed_at is not None:
        return Standing(
            S.COMPLETED,
            completed_at=record.confirmed_at,
            protection_until=record.confirmed_at + protection,
        )
    if record.delivered_at is not None:
        due = record.delivered_at + protection
        if due <= now:
            return Standing(S.COMPLETED, completed_at=due, protection_until=due)
        return Standing(
            S.DELIVERED, protection_until=due, clock=K.RELEASE, clock_from=record.delivered_at
        )
    due = record.promised_at + protection
    if record.shipped_at is not None:
        if due <= now:
            return Standing(S.COMPLETED, completed_at=due, protection_until=due)
        return Standing(
            S.SHIPPED, protection_until=due, clock=K.PROTECTION, clock_from=record.promised_at
        )
    if due <= now:
        return Standing(S.CLOSED, ended_at=max(due, record.paid_at), why=EndReason.NOT_SHIPPED)
    return Standing(S.PAID, protection_until=due, clock=K.PROTECTION, clock_from=record.promised_at)


def story(record: Record, stands: Standing) -> list[dict[str, str]]:
    """What happened, in order, with the true times: the import event carries it."""
    steps = [
        ("placed", record.placed_at), ("paid", record.paid_at), ("shipped", record.shipped_at),
        ("delivered", record.delivered_at), ("receipt_confirmed", record.confirmed_at),
        ("completed", stands.completed_at), (str(stands.state), stands.ended_at),
    ]  # fmt: skip
    return [{"name": name, "at": at.isoformat()} for name, at in steps if at is not None]
