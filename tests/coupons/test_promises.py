"""A compensation is promised once for a cause, and comes into the account on its day."""

# mypy: disable-error-code="comparison-overlap"
# Amounts are compared with whole numbers, which are equal to them.
from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from core.actors import SYSTEM
from core.batch import Batch
from core.errors import Refused
from core.models import Event, Storefront
from coupons import effects
from coupons.models import Compensation, Coupon, CouponEntry
from notifications.models import Notice
from tests.coupons import factories as make

pytestmark = pytest.mark.django_db

MONDAY_AFTER = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
"""Five working days after Monday 2 March, the last one over."""


def test_a_compensation_promises_one_coupon_of_all_of_it(frozen: datetime) -> None:
    made = make.compensation("20", cause="CPL-7F3K9Q")
    coupon = made.coupons.get()

    assert (coupon.state, coupon.value, coupon.currency, coupon.choice) == (
        "promised",
        20,
        "EUR",
        0,
    )
    assert coupon.issue_at == coupon.next_due_at == MONDAY_AFTER
    assert coupon.code == ""
    event = Event.objects.get(subject=coupon.reference)
    assert event.name == "promised"
    entry = CouponEntry.objects.get()
    assert (entry.kind, entry.debit, entry.credit, entry.amount) == (
        "promised", "marketplace", "promised", 20,
    )  # fmt: skip
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient_id) == ("coupon_promised", made.owner_id)


def test_the_same_cause_compensates_a_person_once(frozen: Any) -> None:
    make.compensation(cause="CPL-7F3K9Q")
    with pytest.raises(IntegrityError):
        make.compensation(cause="CPL-7F3K9Q")


@pytest.mark.parametrize(
    ("value", "currency"),
    [("0", "EUR"), ("-1", "EUR"), ("1.005", "EUR"), ("1.5", "JPY"), ("NaN", "EUR")],
)
def test_a_value_that_is_none_is_refused(frozen: Any, value: str, currency: str) -> None:
    with pytest.raises(Refused):
        make.compensation(value, currency=currency)
    assert not Coupon.objects.exists()


def test_a_silent_promise_tells_nobody(frozen: Any) -> None:
    make.compensation(tell=False)
    assert not Notice.objects.exists()


def test_it_is_issued_by_the_clock_though_nothing_was_chosen(frozen: Any) -> None:
    coupon = make.issued("20")

    assert coupon.state == "issued"
    assert coupon.issued_at == MONDAY_AFTER
    assert coupon.expires_at == datetime(2026, 5, 10, 0, 0, tzinfo=UTC)
    assert len(coupon.code.replace("-", "")) == 20
    assert [e.kind for e in coupon.entries.all()] == ["promised", "issued"]
    assert sorted(Notice.objects.values_list("kind", flat=True)) == [
        "coupon_issued",
        "coupon_promised",
    ]
    assert coupon.value == Decimal(20)


def test_two_thousand_promises_of_one_batch_have_references_of_their_own(frozen: Any) -> None:
    """Drawn one by one, the thousandth meets a taken one once in a few batches."""
    owner, front = make.alice(), Storefront.default()
    with Batch() as batch:
        made = [
            effects.compensate(
                batch, storefront=front, owner_id=owner.pk, value=Decimal(20), currency="EUR", cause=f"CPL-{n:07}",
                actor=SYSTEM,
            ).compensation
            for n in range(2000)
        ]  # fmt: skip
    assert len({row.reference for row in made}) == Compensation.objects.count() == 2000
