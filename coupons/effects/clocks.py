"""What happens when a clock of a coupon runs out, and who is told before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from weakref import WeakKeyDictionary

from django.contrib.auth import get_user_model

from core import deadlines, outages, recount, shares
from core.actors import SYSTEM
from core.batch import Batch
from core.models import Deadline, DeadlineState, Event, Outage
from coupons.effects import lifecycle, notices
from coupons.models import TICK, Coupon, CouponDeadline
from coupons.states import CouponDeadlineKind, CouponState

K, S = CouponDeadlineKind, CouponState


@dataclass(slots=True)
class Together:
    """The coupons of one compensation that share a letter: their first one carries it."""

    first: int
    count: int = 0
    amount: Decimal = Decimal(0)


@dataclass(slots=True)
class Beside:
    """What handlers need beside the coupons of a batch: their owners' zones, and who carries whose letter."""

    zones: dict[int, str]
    together: dict[int, Together]


_beside: WeakKeyDictionary[Batch, Beside] = WeakKeyDictionary()


@shares.loads(Coupon)
def load(batch: Batch, coupons: list[Coupon]) -> None:
    """Zones of the owners, and the sums of what is told in one letter; two questions for any number of coupons."""
    people = get_user_model()._default_manager.filter(pk__in={c.owner_id for c in coupons})
    together: dict[int, Together] = {}
    live = Coupon.objects.filter(
        compensation__in={c.compensation_id for c in coupons},
        state__in=(S.PROMISED, S.ISSUED, S.EXPIRED),
    )
    for pk, of, value in live.order_by("pk").values_list("pk", "compensation_id", "value"):
        row = together.setdefault(of, Together(pk))
        row.count, row.amount = row.count + 1, row.amount + value
    zones = {int(pk): str(zone) for pk, zone in people.values_list("pk", "zone")}
    _beside[batch] = Beside(zones, together)


def _letter(batch: Batch, coupon: Coupon) -> Together | None:
    """What the owner's letter sums up, where this coupon is the one that carries it."""
    row = _beside[batch].together.get(coupon.compensation_id)
    return row if row is not None and row.first == coupon.pk else None


@deadlines.enforces(CouponDeadline, K.ISSUE)
def comes_into_the_account(batch: Batch, coupon: Coupon, _deadline: Deadline) -> None:
    """The promised day is over: the coupon is there, whether or not anything was chosen."""
    event = lifecycle.issue(batch, coupon, _beside[batch].zones.get(coupon.owner_id, "UTC"))
    _tell_all(batch, coupon, event, "coupon_issued")


@deadlines.enforces(CouponDeadline, K.EXPIRY)
def expires(batch: Batch, coupon: Coupon, _deadline: Deadline) -> None:
    """The last day is over in the owner's zone, and nobody spent it."""
    event = lifecycle.expire(batch, coupon)
    _tell_all(batch, coupon, event, "coupon_expired")


@deadlines.reminds(CouponDeadline, K.EXPIRY)
def remind(batch: Batch, coupon: Coupon, deadline: Deadline) -> None:
    """A week is left: the owner is told once, however many coupons of the compensation are left."""
    event = batch.record(coupon, "reminded", SYSTEM, data={"due_at": deadline.due_at})
    _tell_all(batch, coupon, event, "coupon_reminder")


def _tell_all(batch: Batch, coupon: Coupon, event: Event, kind: str) -> None:
    letter = _letter(batch, coupon)
    if letter is not None:
        assert coupon.expires_at is not None
        several = str(letter.count) if letter.count > 1 else ""
        notices.tell(
            batch, event, kind, coupon, amount=letter.amount, several=several,
            expires_at=notices.last_moment(coupon.expires_at),
        )  # fmt: skip


@recount.recounts(CouponDeadline, K.ISSUE)
def comes_later(batch: Batch, coupon: Coupon, deadline: Deadline, event: Event) -> None:
    """A day on which nobody works was added: the owner reads the later day and the one that was promised before."""
    before, coupon.issue_at = coupon.issue_at, deadline.due_at
    letter = _letter(batch, coupon)
    if letter is not None:
        notices.tell(
            batch, event, "coupon_later", coupon, amount=letter.amount,
            issue_at=notices.last_moment(deadline.due_at), was_at=notices.last_moment(before),
        )  # fmt: skip


@outages.gives_back(CouponDeadline, K.EXPIRY)
def lasts_longer(
    batch: Batch, coupon: Coupon, deadline: Deadline, event: Event, outage: Outage
) -> None:
    """Nothing could be spent through a portal that was away: a day that has begun is given whole."""
    zone = lifecycle.known_zone(_beside[batch].zones.get(coupon.owner_id, "UTC"))
    due = lifecycle.day_end(deadline.due_at - TICK, zone)
    if due > deadline.due_at:
        step = {"kind": "day_ends", "zone": zone.key, "until": due.isoformat()}
        batch.move_due(coupon, deadline, due, step)
    coupon.expires_at = deadline.due_at
    if deadline.state != DeadlineState.PAUSED and _letter(batch, coupon) is not None:
        notices.tell(
            batch, event, "coupon_clock_extended", coupon, note=outage.note,
            from_at=outage.began_at.isoformat(), to_at=outage.ended_at.isoformat(),
            expires_at=notices.last_moment(deadline.due_at),
        )  # fmt: skip
