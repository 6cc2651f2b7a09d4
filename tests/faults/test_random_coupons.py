"""R31, R22 for coupons: owners, the shop and administrators at any time, calls that come again, workers that die."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from core import clock, deadlines
from core.errors import Refused
from core.models import Event
from core.transitions import graph
from coupons import planning, services
from coupons.models import Compensation, Coupon, CouponEntry
from tests.coupons import factories as make
from tests.faults.invariants import invariants
from tests.faults.runs import Lookout
from tests.faults.test_random_people import Killed
from tests.tables import emptied
from tests.together import many

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
LEAPS = [0, 1, 24, 24 * 8, 24 * 53, 24 * 61]


class Desk(RuleBasedStateMachine):
    """A few compensations. `seen` gathers, over all runs, which moves of the machine ever happened."""

    seen: set[str] = set()

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
        self.calls = 0
        self.lookout = Lookout("Coupons")

    @initialize()
    def begin(self) -> None:
        self.promise("20", "EUR")

    @rule(value=st.sampled_from(["1", "19.99", "20", "100"]), currency=st.sampled_from(["EUR", "KWD"]))  # fmt: skip
    def promise(self, value: str, currency: str) -> None:
        if Compensation.objects.count() < 6:
            with clock.freeze(self.now):
                make.compensation(value, currency=currency)

    @rule(which=st.integers(0, 5), offer=st.integers(-1, 3), stale=st.booleans())
    def choose(self, which: int, offer: int, stale: bool) -> None:
        found = Compensation.objects.order_by("pk")[which : which + 1]
        for made in found:
            offers = planning.offers(made.value, made.currency, most=10, least=1)
            parts = offers[offer] if 0 <= offer < len(offers) else (made.value,)
            self._try(
                services.choose_coupons, compensation_id=made.pk, parts=parts,
                based_on=made.choices - stale, actor=make.owner(made.coupons.all()[0]),
            )  # fmt: skip

    @rule(which=st.integers(0, 9), again=st.integers(1, 5), kill=st.integers(0, 12))
    def spend(self, which: int, again: int, kill: int) -> None:
        """The shop calls once to five times under one key; the first call may be cut at any statement."""
        coupons = [c for c in Coupon.objects.order_by("pk") if c.code_digest]
        if not coupons:
            return
        self.calls += 1
        call: dict[str, Any] = {
            "code": coupons[which % len(coupons)].code, "order_number": f"SHOP-{self.calls}",
            "idempotency_key": f"k{self.calls}", "actor": make.SHOP,
        }  # fmt: skip
        self._killed(kill, services.redeem, **call)
        for _n in range(again):
            self._try(services.redeem, **call)

    @rule(which=st.integers(0, 9))
    def revoke(self, which: int) -> None:
        for coupon in Coupon.objects.order_by("pk")[which : which + 1]:
            self._try(services.revoke_coupon, coupon_id=coupon.pk, reason="No.", actor=make.root())

    @rule(hours=st.sampled_from(LEAPS))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(kill=st.integers(0, 40))
    def sweep(self, kill: int) -> None:
        self._killed(kill, deadlines.sweep, batch_size=2)

    def _try(self, act: Any, **arguments: Any) -> None:
        with clock.freeze(self.now):
            try:
                act(**arguments)
            except Refused:
                return

    def _killed(self, statement: int, act: Any, **arguments: Any) -> None:
        left = [statement]

        def gone(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            left[0] -= 1
            if not left[0]:
                raise Killed
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(gone):
                self._try(act, **arguments)
        except Killed:
            connection.close()

    @invariant()
    def everything_holds(self) -> None:
        self.lookout.look(self.now)

    def teardown(self) -> None:
        """In the end every coupon has ended by itself."""
        with clock.freeze(self.now):
            for _n in range(3):
                self.now += 62 * DAY
                self.sweep(0)
        self.lookout.look_at_the_end(self.now)
        assert not Coupon.objects.filter(ended_at=None).exists()
        Desk.seen |= set(
            Event.objects.filter(subject__startswith="CPN").values_list("transition", flat=True)
        )
        cache.clear()
        emptied()


@pytest.mark.fault("R31", "R22", quick=6, tries=40, first=True)
def test_nothing_that_happens_to_coupons_breaks_what_must_hold(tries: int) -> None:
    Desk.seen = set()
    how = settings(
        max_examples=tries, stateful_step_count=40, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Desk, settings=how)
    assert Desk.seen >= {"", *(name for _source, name, _target in graph(Coupon))}


@pytest.mark.fault("R22", tries=1)
def test_calls_of_the_shop_that_come_shuffled_late_and_many_times_spend_each_coupon_once() -> None:
    """Eight coupons, each call one to five times, in any order, some at the same moment, some days later."""
    with clock.freeze(clock.now() - 20 * DAY):
        coupons = [make.compensation(str(n + 1)).coupons.get() for n in range(8)]
        make.sweep_at(coupons[0].issue_at)
    codes = {coupon.pk: make.again(coupon).code for coupon in coupons}
    chance = Random(7)
    calls = [pk for pk in codes for _n in range(chance.randrange(1, 6))]
    chance.shuffle(calls)

    def call(pk: int) -> Coupon:
        return services.redeem(
            code=codes[pk], order_number=f"SHOP-{pk}", idempotency_key=f"k{pk}", actor=make.SHOP
        )

    half = len(calls) // 2
    answers = many(half, lambda n: call(calls[n]))
    with clock.freeze(clock.now() + 3 * DAY):
        answers += [call(pk) for pk in calls[half:]]

    assert [answer.pk for answer in answers] == calls
    assert CouponEntry.objects.filter(kind="redeemed").count() == 8
    assert {(c.state, c.order_number) for c in Coupon.objects.all()} == {
        ("redeemed", f"SHOP-{pk}") for pk in codes
    }
    invariants()
    assert sum(Coupon.objects.values_list("value", flat=True)) == Decimal(36)
