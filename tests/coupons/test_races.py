"""Coupons and several people at once, on real row locks; each with a control without the lock."""

# mypy: disable-error-code="comparison-overlap"
from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from core import clock, deadlines
from core.actors import Actor
from core.errors import CaseChanged, Refused
from core.models import Event
from coupons import selectors, services
from coupons.models import Compensation, Coupon, CouponEntry
from tests.coupons import factories as make
from tests.together import at_once, many

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def long_ago(value: str = "20") -> Coupon:
    """Issued some weeks ago by the real clock, so that threads find it usable."""
    with clock.freeze(clock.now() - timedelta(days=20)):
        return make.issued(value)


def spend(code: str, key: str, order: str = "SHOP-1") -> Coupon:
    return services.redeem(
        code=code, order_number=order, idempotency_key=key, actor=make.SHOP, caller=key
    )


@pytest.mark.fault("R10", tries=20)
def test_a_coupon_is_spent_once_in_twenty_places_at_once() -> None:
    code = long_ago().code
    results = many(20, lambda n: spend(code, f"key-{n}", f"SHOP-{n}"))
    spent = [result for result in results if isinstance(result, Coupon)]
    refused = [result.code for result in results if isinstance(result, Refused)]
    assert (len(spent), refused) == (1, ["spent"] * 19)
    assert CouponEntry.objects.filter(kind="redeemed").count() == 1
    assert Event.objects.filter(name="redeemed").count() == 1
    assert list(selectors.faults()) == []


@pytest.mark.fault("R22", tries=20)
def test_the_same_call_twenty_times_at_once_has_one_effect_and_one_answer() -> None:
    coupon = long_ago()
    code = coupon.code
    results = many(20, lambda _n: spend(code, "the-same"))
    assert results == [coupon] * 20
    assert CouponEntry.objects.filter(kind="redeemed").count() == 1


@pytest.mark.fault("R10", tries=1)
def test_control_without_the_lock_a_coupon_is_spent_twice() -> None:
    pk = long_ago().pk
    meet = threading.Barrier(2)

    def naive(order: str) -> str:
        coupon = Coupon.objects.get(pk=pk)
        usable = coupon.state == "issued"
        meet.wait(10)
        return order if usable else ""

    assert at_once(lambda: naive("SHOP-1"), lambda: naive("SHOP-2")) == ["SHOP-1", "SHOP-2"]


def choose(made: Compensation, *parts: int) -> Compensation:
    """The owner's choice on a page that was opened before any other."""
    owner = Actor.person(made.owner_id)
    return services.choose_coupons(
        compensation_id=made.pk, parts=[Decimal(p) for p in parts], based_on=0, actor=owner
    )


@pytest.mark.fault("R12", tries=8)
def test_of_two_choices_at_once_one_wins_and_the_sum_holds() -> None:
    for _turn in range(8):
        made = make.compensation("20")
        results = at_once(partial(choose, made, 10, 10), partial(choose, made, 5, 15))
        (lost,) = [result for result in results if isinstance(result, Exception)]
        assert isinstance(lost, CaseChanged)
        live = list(made.coupons.filter(state="promised").values_list("value", flat=True))
        assert (len(live), sum(live)) == (2, 20)
    assert list(selectors.faults()) == []


@pytest.mark.fault("R8", tries=8)
def test_a_choice_that_comes_too_late_and_a_worker_at_once_issue_the_whole_value() -> None:
    for _turn in range(8):
        with clock.freeze(clock.now() - timedelta(days=30)):
            made = make.compensation("20")
        choice, _swept = at_once(
            partial(choose, made, 10, 10), partial(deadlines.sweep, seconds=10)
        )
        assert isinstance(choice, Refused)
        deadlines.sweep(seconds=10)
        assert [c.value for c in made.coupons.filter(state="issued")] == [20]
    assert list(selectors.faults()) == []


@pytest.mark.fault("R4", tries=1)
def test_three_workers_issue_forty_coupons_once_each() -> None:
    with clock.freeze(clock.now() - timedelta(days=20)):
        for _n in range(40):
            make.compensation("20")
    at_once(*[lambda: deadlines.sweep(seconds=20, batch_size=7)] * 3)
    deadlines.sweep(seconds=20)
    assert Coupon.objects.filter(state="issued").count() == 40
    assert CouponEntry.objects.filter(kind="issued").count() == 40
    assert Event.objects.filter(name="issued").count() == 40
    assert list(selectors.faults()) == []
