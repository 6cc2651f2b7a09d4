"""Who is told of what about a coupon: its owner, in one place. No notice holds a code."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.batch import Batch
from core.models import Event
from coupons.models import TICK, Coupon
from notifications import effects as notifications


def tell(
    batch: Batch, event: Event, kind: str, coupon: Coupon, *, amount: Decimal | None = None, **params: Any
) -> None:  # fmt: skip
    """Write a notice to the owner; amounts travel as text, in the coupon's currency."""
    facts = {
        "coupon_reference": coupon.reference, "currency": coupon.currency,
        "amount": str(coupon.value if amount is None else amount),
    }  # fmt: skip
    notifications.notify(batch, event, kind=kind, to=[coupon.owner_id], params=facts | params)


def last_moment(at: Any) -> str:
    """The last moment before an end, for people: a day that ends at midnight is the day before it."""
    return str((at - TICK).isoformat())
