"""Coupons for tests, made by the very effects that the product uses. Alice owns them, Root administers."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from core import clock, deadlines
from core.actors import SYSTEM, Actor, ActorKind
from core.batch import Batch
from core.models import Storefront
from coupons import effects
from coupons.models import Compensation, Coupon
from tests.orders.factories import user as user

SHOP = Actor(ActorKind.API_KEY, why="the shop's key")
_causes = count(1)


def alice(zone: str = "UTC") -> Any:
    return user("Alice", zone=zone)


def owner(coupon: Coupon) -> Actor:
    return Actor.person(coupon.owner_id, why="owner")


def root() -> Actor:
    return Actor.person(user("Root").pk, frozenset({"admin"}), "administrator")


def compensation(
    value: str = "20", *, currency: str = "EUR", who: Any = None, cause: str = "", tell: bool = True
) -> Compensation:
    with Batch() as batch:
        return effects.compensate(
            batch, storefront=Storefront.default(), owner_id=(who or alice()).pk, value=Decimal(value),
            currency=currency, cause=cause or f"CPL-{next(_causes):06}", actor=SYSTEM, tell=tell,
        ).compensation  # fmt: skip


def promised(value: str = "20", **more: Any) -> Coupon:
    return compensation(value, **more).coupons.get()


def sweep_at(when: datetime) -> None:
    """Let a worker look at the clocks at that instant."""
    with clock.freeze(when):
        deadlines.sweep(seconds=30)


def issued(value: str = "20", **more: Any) -> Coupon:
    """Promised so long ago that it is in the account at this moment."""
    made = promised(value, **more)
    sweep_at(made.issue_at)
    return again(made)


def expired(value: str = "20", **more: Any) -> Coupon:
    made = issued(value, **more)
    sweep_at(end(made))
    return again(made)


def start(coupon: Coupon) -> datetime:
    """When it came into the account."""
    assert coupon.issued_at is not None
    return coupon.issued_at


def end(coupon: Coupon) -> datetime:
    """The first moment at which it is worth nothing."""
    assert coupon.expires_at is not None
    return coupon.expires_at


def again(coupon: Coupon) -> Coupon:
    return Coupon.objects.get(pk=coupon.pk)


def later(days: int = 0, **more: int) -> datetime:
    return clock.now() + timedelta(days=days, **more)
