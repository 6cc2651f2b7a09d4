"""A coupon comes into the account, and is spent, expires, or is taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.calendars import WorkingCalendar
from core.models import DeadlineState, Event
from coupons import codes
from coupons.effects import ledger, notices
from coupons.models import Coupon
from coupons.states import CouponDeadlineKind, EntryKind

VALID = "coupon_valid_days"


def issue(batch: Batch, coupon: Coupon, zone: str) -> Event:
    """The coupon is in the account, with a code, until the end of a day in its owner's zone."""
    due, steps = last_day(batch.now, coupon.policy.days(VALID), zone)
    event = batch.transition(
        coupon, "issue", SYSTEM, at=batch.now, expires_at=due, made=codes.new(), data={"expires_at": due}
    )  # fmt: skip
    ledger.post(batch, coupon, EntryKind.ISSUED, event)
    batch.schedule(coupon, CouponDeadlineKind.EXPIRY, due=due, rule=VALID, steps=steps)
    return event


def last_day(start: datetime, days: int, zone: str) -> tuple[datetime, list[dict[str, Any]]]:
    """The end of the day so many days of the calendar after a moment, as its owner counts them, and the sum.

    The day of the start is not counted, and the last one is whole: so nobody gets less than was promised.
    """
    known = known_zone(zone)
    last = start.astimezone(known).date() + timedelta(days=days)
    step = {"kind": "days_to_the_end", "days": days, "last": last.isoformat(), "zone": known.key}
    return _end_of(last, known.key), [step]


@lru_cache(maxsize=4096)
def _end_of(day: date, zone: str) -> datetime:
    return WorkingCalendar.always_open(zone).day_ends(day)


def known_zone(name: str) -> ZoneInfo:
    """The zone of that name; UTC where nobody knows it any more."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        return ZoneInfo("UTC")


def day_end(at: datetime, zone: ZoneInfo) -> datetime:
    """The end of the day in which this moment lies, in that zone."""
    return _end_of(at.astimezone(zone).date(), zone.key)


def redeem(batch: Batch, coupon: Coupon, actor: Actor, *, order_number: str) -> Event:
    """Spent, once and whole. Raises `CaseChanged` where it was spent or taken back, `TimeIsUp` where it expired."""
    event = batch.transition(
        coupon, "redeem", actor, at=batch.now, order_number=order_number,
        data={"order": order_number, "amount": coupon.value, "currency": coupon.currency},
    )  # fmt: skip
    _end(batch, coupon, EntryKind.REDEEMED, event, DeadlineState.MET)
    notices.tell(batch, event, "coupon_redeemed", coupon, order=order_number)
    return event


def expire(batch: Batch, coupon: Coupon) -> Event:
    """Its last day is over."""
    event = batch.transition(coupon, "expire", SYSTEM, at=batch.now)
    _end(batch, coupon, EntryKind.EXPIRED, event, DeadlineState.CANCELLED)
    return event


def revoke(batch: Batch, coupon: Coupon, actor: Actor, *, reason: str) -> Event:
    """Taken back by an administrator; the owner reads why."""
    event = batch.transition(coupon, "revoke", actor, at=batch.now, reason=reason)
    _end(batch, coupon, EntryKind.REVOKED, event, DeadlineState.CANCELLED)
    notices.tell(batch, event, "coupon_revoked", coupon, reason=reason)
    return event


def _end(batch: Batch, coupon: Coupon, kind: EntryKind, event: Event, clocks: str) -> None:
    ledger.post(batch, coupon, kind, event)
    batch.end_deadlines(coupon, clocks)
