"""Writing the ledger of coupons: one entry for each move."""

from __future__ import annotations

from core.batch import Batch
from core.models import Event
from coupons.models import Coupon, CouponEntry
from coupons.states import FLOWS, Account, EntryKind

STEPS = (Account.MARKETPLACE, Account.PROMISED, Account.ISSUED)
"""The way of a coupon's value: from each of these it moves on once, and nothing moves from anywhere else."""


def post(batch: Batch, coupon: Coupon, kind: EntryKind, event: Event) -> CouponEntry:
    """Move the coupon's whole value to where the event put it. Refused by the database where it was not there."""
    if kind in (EntryKind.PROMISED, EntryKind.ISSUED):
        debit = Account.MARKETPLACE if kind == EntryKind.PROMISED else Account.PROMISED
    else:
        debit = Account.PROMISED if coupon.issued_at is None else Account.ISSUED
    credit = next(to for known, here, to in FLOWS if (known, here) == (kind, debit))
    return batch.add(
        CouponEntry(
            coupon=coupon, storefront_id=coupon.storefront_id, seq=STEPS.index(debit) + 1, kind=kind, debit=debit,
            credit=credit, amount=coupon.value, currency=coupon.currency, at=event.at, event=event,
        )
    )  # fmt: skip
