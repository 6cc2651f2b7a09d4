"""Every state of a coupon with every move: allowed or refused, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed, NotDue, TimeIsUp
from core.transitions import graph
from coupons import codes, effects, services, states
from coupons.models import Coupon
from coupons.states import CouponState as S
from tests.coupons import factories as make

pytestmark = pytest.mark.django_db

OWNER, SHOP, ROOT, CLOCK, EVE = "owner", "shop", "root", "clock", "eve"
TABLE: dict[str, tuple[dict[str, str], set[str]]] = {
    "issue": ({S.PROMISED: S.ISSUED}, {CLOCK}),
    "split": ({S.PROMISED: S.REVOKED}, {OWNER}),
    "redeem": ({S.ISSUED: S.REDEEMED}, {SHOP, CLOCK}),  # an operator's command is the system
    "expire": ({S.ISSUED: S.EXPIRED}, {CLOCK}),
    "revoke": ({S.PROMISED: S.REVOKED, S.ISSUED: S.REVOKED}, {ROOT}),
}
"""Each move: from which state to which, and who may make it."""


def revoked(**more: Any) -> Coupon:
    coupon = make.promised(**more)
    services.revoke_coupon(coupon_id=coupon.pk, reason="Given twice.", actor=make.root())
    return make.again(coupon)


def redeemed() -> Coupon:
    coupon = make.issued()
    assert coupon.issued_at is not None
    with clock.freeze(coupon.issued_at):
        return services.redeem(
            code=coupon.code, order_number="SHOP-1", idempotency_key="k", actor=make.SHOP
        )


IN_STATE: dict[str, Callable[[], Coupon]] = {
    S.PROMISED: make.promised, S.ISSUED: make.issued, S.EXPIRED: make.expired, S.REDEEMED: redeemed,
    S.REVOKED: revoked,
}  # fmt: skip
KWARGS: dict[str, dict[str, Any]] = {
    "redeem": {"order_number": "SHOP-2"},
    "issue": {"made": codes.Made("s", "d")},
}


def who(name: str, coupon: Coupon) -> Actor:
    return {
        OWNER: make.owner(coupon), SHOP: make.SHOP, ROOT: make.root(), CLOCK: SYSTEM,
        EVE: Actor.person(make.user("Eve").pk),
    }[name]  # fmt: skip


def attempt(coupon: Coupon, verb: str, actor: Actor, at: Any) -> type[Exception] | None:
    """Run a move in a batch that is thrown away; what it was refused with."""
    with clock.freeze(at), pytest.raises(Exception) as raised, Batch() as batch:
        (row,) = batch.lock(Coupon, [coupon.pk])
        more = dict(KWARGS.get(verb, {}))
        if verb == "issue":
            more["expires_at"] = batch.now
        batch.transition(row, verb, actor, at=batch.now, **more)
        raise StopIteration
    return None if raised.type is StopIteration else raised.type


def test_the_table_is_the_machine() -> None:
    assert graph(Coupon) == sorted(
        (str(a), verb, str(b)) for verb, (moves, _who) in TABLE.items() for a, b in moves.items()
    )
    assert set(S) == states.OPEN | states.TERMINAL == set(IN_STATE)
    assert set(states.OWNERS) == set(states.CLOCKS) == states.OPEN


@pytest.mark.parametrize("state", list(IN_STATE))
def test_a_state_has_the_clock_that_the_table_names(frozen: Any, state: str) -> None:
    coupon = IN_STATE[state]()
    running = set(coupon.deadlines.filter(state="pending").values_list("kind", flat=True))
    assert running == ({states.CLOCKS[state]} if state in states.OPEN else set())


@pytest.mark.parametrize("state", list(IN_STATE))
@pytest.mark.parametrize("verb", list(TABLE))
def test_every_move_from_every_state_by_everybody(frozen: Any, state: str, verb: str) -> None:
    coupon = IN_STATE[state]()
    moves, allowed = TABLE[verb]
    at = coupon.next_due_at or coupon.ended_at
    assert at is not None
    if verb not in ("issue", "expire"):
        at -= timedelta(microseconds=1)
    for name in (OWNER, SHOP, ROOT, CLOCK, EVE):
        got = attempt(coupon, verb, who(name, coupon), at)
        if state not in moves:
            assert got is CaseChanged, name
        elif name not in allowed:
            assert got is NotAllowed, name
        else:
            assert got is None, name


@pytest.mark.parametrize(
    ("state", "verb", "name", "early", "late"),
    [
        (S.PROMISED, "issue", CLOCK, NotDue, None), (S.ISSUED, "expire", CLOCK, NotDue, None),
        (S.PROMISED, "split", OWNER, None, TimeIsUp), (S.ISSUED, "redeem", SHOP, None, TimeIsUp),
        (S.ISSUED, "revoke", ROOT, None, TimeIsUp), (S.PROMISED, "revoke", ROOT, None, None),
    ],
)  # fmt: skip
def test_the_clock_parts_what_people_do_from_what_it_does_itself(
    frozen: Any, state: str, verb: str, name: str, early: Any, late: Any
) -> None:
    coupon = IN_STATE[state]()
    due = coupon.next_due_at
    assert due is not None
    actor = who(name, coupon)
    assert attempt(coupon, verb, actor, due - timedelta(microseconds=1)) is early
    assert attempt(coupon, verb, actor, due) is late


def test_an_administrator_never_takes_back_a_coupon_of_their_own(frozen: Any) -> None:
    coupon = make.promised(who=make.user("Root"))
    with pytest.raises(NotAllowed):
        services.revoke_coupon(coupon_id=coupon.pk, reason="Mine.", actor=make.root())


def test_effects_name_every_way_out() -> None:
    assert {"issue", "split", "redeem", "expire", "revoke"} <= set(effects.__all__)
