"""Coupons for measuring are as truthful as those that people get, and their clocks are due."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from core import deadlines
from coupons.models import Coupon, CouponDeadline
from tests.coupons import factories as make
from tests.faults.invariants import invariants


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("stage", "after"), [("promised", "issued"), ("issued", "expired")])
def test_every_stage_can_be_made_and_falls_due(stage: str, after: str) -> None:
    call_command("make_coupons", "7", "--stage", stage, verbosity=0)

    assert set(Coupon.objects.values_list("state", flat=True)) == {stage}
    invariants(swept=False)
    done = deadlines.sweep(tables=[CouponDeadline])
    assert (done.enforced, done.failed) == (7, 0)
    assert set(Coupon.objects.values_list("state", flat=True)) == {after}
    invariants()


@pytest.mark.django_db
def test_a_database_with_coupons_is_left_alone(frozen: object) -> None:
    make.promised()
    with pytest.raises(CommandError, match="holds coupons already"):
        call_command("make_coupons", "5")
