"""A compensation is promised, and its owner chooses how many coupons it comes in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import money
from core.actors import Actor
from core.batch import Batch
from core.errors import Refused
from core.models import DeadlineState, Storefront
from coupons.effects import ledger, notices
from coupons.effects.lifecycle import VALID
from coupons.models import Compensation, Coupon
from coupons.states import CouponDeadlineKind, EntryKind


def compensate(
    batch: Batch, *, storefront: Storefront, owner_id: int, value: Decimal, currency: str, cause: str,
    actor: Actor, tell: bool = True,
) -> Coupon:  # fmt: skip
    """Promise a person a value in coupons: one coupon of all of it, until its owner chooses otherwise.

    It comes into the account after `coupon_issue_working_days` of the storefront's present policy. `cause` is the
    reference of what it makes good (a complaint, a dispute): a second compensation of the same person for the
    same cause is refused by the database. Where the caller's own letter says what `promise_facts` knows,
    nothing is told here (`tell`). Raises `Refused` for no value, or one finer than the currency.
    """
    if not value.is_finite() or value <= 0 or not money.is_whole(value, currency):
        raise Refused(
            _("A compensation is more than nothing, in whole units of its currency."), "value"
        )
    made = Compensation(
        reference=batch.reference(Compensation), storefront=storefront,
        owner_id=owner_id, value=value, currency=currency, cause=cause, created_at=batch.now,
    )  # fmt: skip
    batch.add(made)
    coupon = Coupon(
        storefront=storefront, compensation=made, owner_id=owner_id, value=value, currency=currency,
        issue_at=batch.now,
    )  # fmt: skip
    data = {"amount": value, "currency": currency, "cause": cause, "compensation": made.reference}
    event = batch.open_case(coupon, actor, "promised", data=data)
    clock = batch.schedule_working_days(
        coupon, CouponDeadlineKind.ISSUE, "coupon_issue_working_days"
    )
    coupon.issue_at = clock.due_at
    ledger.post(batch, coupon, EntryKind.PROMISED, event)
    if tell:
        notices.tell(
            batch, event, "coupon_promised", coupon,
            cause=cause, compensation=made.reference, **promise_facts(coupon),
        )  # fmt: skip
    return coupon


def promise_facts(coupon: Coupon) -> dict[str, Any]:
    """What the letter about a promise says: by when the coupon comes, and for how many days it is valid."""
    return {
        "issue_at": notices.last_moment(coupon.issue_at),
        "valid_days": coupon.policy.days(VALID),
    }


def split(
    batch: Batch,
    compensation: Compensation,
    coupons: Sequence[Coupon],
    parts: Sequence[Decimal],
    actor: Actor,
) -> list[Coupon]:
    """Replace the promised coupons of a compensation by parts of the same value, due on the same day.

    `coupons` are all of its present ones. That the parts sum to the value is held by the database.
    """
    chosen = compensation.choices + 1
    told = {"parts": list(parts), "choice": chosen, "compensation": compensation.reference}
    first = coupons[0]
    clock = first.deadline(CouponDeadlineKind.ISSUE)
    for old in coupons:
        event = batch.transition(old, "split", actor, at=batch.now, data=told)
        batch.end_deadlines(old, DeadlineState.CANCELLED)
        ledger.post(batch, old, EntryKind.SPLIT, event)
    assert clock is not None
    made = []
    for part in parts:
        coupon = Coupon(
            storefront_id=first.storefront_id, policy_version_id=first.policy_version_id, compensation=compensation,
            choice=chosen, owner_id=first.owner_id, value=part, currency=first.currency, issue_at=clock.due_at,
        )  # fmt: skip
        data = {
            "amount": part, "currency": first.currency, "cause": compensation.cause,
            "compensation": compensation.reference,
        }  # fmt: skip
        event = batch.open_case(coupon, actor, "promised", data=data)
        batch.schedule(
            coupon, CouponDeadlineKind.ISSUE, due=clock.due_at, rule=clock.explanation["rule"],
            steps=clock.explanation["steps"], started=clock.started_at, calendar="working",
        )  # fmt: skip
        ledger.post(batch, coupon, EntryKind.PROMISED, event)
        made.append(coupon)
    batch.change(compensation, choices=chosen)
    return made
