"""Coupons of the demo: promised, chosen, near their end, spent, expired, taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from core import references
from core.actors import SYSTEM, Actor, ActorKind
from core.batch import Batch
from core.models import Storefront
from coupons import effects, services
from coupons.models import Coupon
from demo.stage import Story
from demo.world import World

SHOP = Actor(ActorKind.API_KEY, None, frozenset(), "the shop's key")
COMPLAINT = "CPL"


def stories(world: World) -> Iterator[Story]:
    """Alice has one in each state; two others have some too."""
    yield _told(world, "alice", "20", 2)
    yield _told(world, "alice", "30", 64, parts=("15", "10", "5"), spent=(20,))
    yield _told(world, "alice", "12.50", 100)
    yield _told(world, "alice", "5", 30, revoked=25)
    yield _told(world, "ieva", "40", 15, parts=("10",) * 4, spent=(4, 2))
    yield _told(world, "alice", "8", 45, spent=(30,))


def _told(
    world: World,
    key: str,
    value: str,
    days: float,
    *,
    parts: Sequence[str] = (),
    spent: Sequence[float] = (),
    revoked: float | None = None,
) -> Story:
    """A compensation so many days ago, perhaps chosen the day after; coupons spent or taken back later."""
    owner = world.users[f"{key}@recourse.example"]
    yield world.ago(days, 10)
    with Batch() as batch:
        made = effects.compensate(
            batch, storefront=Storefront.default(), owner_id=owner.pk, value=Decimal(value), currency="EUR",
            cause=references.new(COMPLAINT), actor=SYSTEM,
        ).compensation  # fmt: skip
    if parts:
        yield world.ago(days - 1, 11)
        services.choose_coupons(
            compensation_id=made.pk, parts=[Decimal(part) for part in parts], based_on=0,
            actor=Actor.person(owner.pk, why="owner"),
        )  # fmt: skip
    for number, ago in enumerate(spent):
        yield world.ago(ago, 12)
        coupon = Coupon.objects.filter(compensation=made, state="issued").earliest("pk")
        services.redeem(
            code=coupon.code, order_number=f"R-{coupon.pk:05}-{number}", idempotency_key=f"{coupon.pk}",
            actor=SHOP, caller="demo",
        )  # fmt: skip
    if revoked is not None:
        yield world.ago(revoked, 13)
        coupon = Coupon.objects.get(compensation=made)
        reason = "The complaint was decided twice, and its first coupon stands."
        services.revoke_coupon(coupon_id=coupon.pk, reason=reason, actor=world.staff("root"))
