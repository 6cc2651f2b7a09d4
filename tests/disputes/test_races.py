"""Two people, fifty tabs, the sweep and a person at the same instant: on real row locks, with controls."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from core import audit, clock, deadlines
from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, Refused, TimeIsUp
from core.models import Event
from disputes import services
from disputes.effects import loading, opening
from disputes.models import Dispute, DisputeDeadline
from orders.models import Order, Refund
from tests.disputes import factories as make
from tests.disputes import facts
from tests.faults.crowds import crowd
from tests.orders import factories as orders
from tests.together import again_and_again, at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def whole(dispute: Dispute) -> None:
    """Nothing doubled, nothing torn: one event per version, every chain intact, one refund per cause."""
    undoubled(dispute)
    assert list(audit.broken_links()) == []


def undoubled(dispute: Dispute) -> None:
    """One event per version, one refund per cause."""
    dispute = make.fresh(dispute)
    assert dispute.version == Event.objects.filter(subject=dispute.reference).count()
    causes = Counter(Refund.objects.filter(order_id=dispute.order_id).values_list("cause", "means"))
    assert not causes or max(causes.values()) == 1


@pytest.mark.fault("R11", tries=50, quick=50)
def test_fifty_openings_make_one_dispute() -> None:
    """R11: the order's row decides; all fifty get the same dispute."""
    order = orders.delivered()
    make.draft(order)
    actor = Actor.person(order.buyer_id, why="buyer")
    jobs = [lambda: services.open_dispute(order_id=order.pk, actor=actor).pk] * 50
    results = at_once(*jobs)
    assert len(set(results)) == 1, Counter(map(str, results))
    dispute = Dispute.objects.get()
    assert facts.events(dispute) == [("opened", "", "awaiting_seller")]
    assert len(facts.told(dispute)) == 2


@pytest.mark.fault("R11", tries=1)
def test_control_without_the_orders_lock_only_the_constraint_stands_between_two_disputes() -> None:
    """The same opening after a plain read: both see no dispute, and the unique constraint stops the second."""
    order = orders.delivered()
    gate, seen = threading.Barrier(2), []
    claim = opening.Claim(True, "damaged", "Cracked", "refund", Decimal(60))

    def naive() -> None:
        with transaction.atomic():
            seen.append(Dispute.objects.filter(order=order).exists())
            gate.wait(20)
            dispute = Dispute(
                order=order, storefront_id=order.storefront_id, policy_version_id=order.policy_version_id,
                buyer_id=order.buyer_id, seller_id=order.seller_id, received=True, reason=claim.reason,
                story=claim.story, wanted=claim.wanted, amount_asked=claim.amount, currency="EUR",
                opened_at=clock.now(), created_at=clock.now(), changed_at=clock.now(),
            )  # fmt: skip
            dispute.save(force_insert=True)

    results = at_once(naive, naive)
    assert seen == [False, False], "both believed to be the first"
    assert [type(r).__name__ for r in results if r is not None] == ["IntegrityError"]


def test_the_same_answer_twenty_times_at_once_takes_effect_once() -> None:
    """R10."""
    dispute = make.opened()
    seller = make.seller(dispute)
    results = at_once(
        *[lambda: services.accept_request(dispute_id=dispute.pk, actor=seller).state] * 20
    )
    assert results.count("resolved") == 1
    assert sum(isinstance(r, CaseChanged) for r in results) == 19
    assert len(facts.refunds(dispute)) == 1
    whole(dispute)


def two(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[list[Any], list[Any]]:
    results = at_once(first, second)
    won = [r for r in results if not isinstance(r, Exception)]
    lost = [r for r in results if isinstance(r, Exception)]
    return won, lost


@pytest.mark.fault("R12", tries=1)
def test_two_mediators_claim_and_one_gets_the_case() -> None:
    """R12."""

    def once() -> None:
        dispute, carol, dan = make.escalated(), make.carol(), make.dan()
        won, lost = two(
            lambda: services.claim_dispute(dispute_id=dispute.pk, actor=carol).mediator_id,
            lambda: services.claim_dispute(dispute_id=dispute.pk, actor=dan).mediator_id,
        )
        assert won == [make.fresh(dispute).mediator_id]
        assert [type(e) for e in lost] == [CaseChanged]
        whole(dispute)

    for _ in range(3):
        once()


@pytest.mark.fault("R12", tries=1)
def test_withdraw_and_decide_at_once_have_one_outcome() -> None:
    """R12."""

    def once() -> None:
        dispute = make.in_mediation()
        make.evidence(dispute)
        buyer, carol, found = make.buyer(dispute), make.carol(), make.findings()
        won, lost = two(
            lambda: services.withdraw_dispute(dispute_id=dispute.pk, actor=buyer).state,
            lambda: services.decide_dispute(
                dispute_id=dispute.pk, actor=carol, verdict="all", reason="damaged_on_arrival", statement="E1",
                findings=found,
            ).state,
        )  # fmt: skip
        assert won == [make.fresh(dispute).state]
        assert [type(e) for e in lost] == [CaseChanged]
        assert len(facts.refunds(dispute)) == (1 if won == ["decided"] else 0)
        whole(dispute)

    for _ in range(3):
        once()


@pytest.mark.fault("R12", tries=1)
def test_accept_and_escalate_at_once_have_one_outcome() -> None:
    """R12."""

    def once() -> None:
        dispute = make.rejected()
        offer = dispute.offers.get(party="buyer").pk
        seller, buyer = make.seller(dispute), make.buyer(dispute)
        won, lost = two(
            lambda: (
                services.accept_offer(dispute_id=dispute.pk, actor=seller, offer_id=offer).state
            ),
            lambda: services.escalate_dispute(dispute_id=dispute.pk, actor=buyer).state,
        )
        assert won == [make.fresh(dispute).state]
        assert [type(e) for e in lost] == [CaseChanged]
        whole(dispute)

    for _ in range(3):
        once()


def test_a_new_offer_and_its_acceptance_at_once_never_accept_the_wrong_one() -> None:
    def once() -> None:
        dispute = make.rejected()
        offer = dispute.offers.get(party="buyer").pk
        seller, buyer = make.seller(dispute), make.buyer(dispute)
        won, lost = two(
            lambda: (
                services.accept_offer(dispute_id=dispute.pk, actor=seller, offer_id=offer).state
            ),
            lambda: (
                services.make_offer(dispute_id=dispute.pk, actor=buyer, amount=Decimal(99)).state
            ),
        )
        dispute = make.fresh(dispute)
        assert len(won) == len(lost) == 1
        assert isinstance(lost[0], CaseChanged)
        assert dispute.final_amount in (None, Decimal(60))
        whole(dispute)

    for _ in range(3):
        once()


def test_both_parties_offer_at_once_and_both_offers_stand() -> None:
    dispute = make.rejected()
    seller, buyer = make.seller(dispute), make.buyer(dispute)
    _won, lost = two(
        lambda: services.make_offer(dispute_id=dispute.pk, actor=seller, amount=Decimal(20)).state,
        lambda: services.make_offer(dispute_id=dispute.pk, actor=buyer, amount=Decimal(50)).state,
    )
    assert lost == []
    assert sorted(o[:2] for o in facts.offers(dispute) if o[2] == "standing") == [
        ("buyer", Decimal(50)), ("seller", Decimal(20)),
    ]  # fmt: skip
    whole(dispute)


def test_files_added_by_both_at_once_get_different_numbers() -> None:
    dispute = make.opened()
    ids = [make.file(dispute.buyer_id, dispute.reference).pk for _ in range(4)]
    buyer = make.buyer(dispute)
    results = at_once(
        *[
            lambda pk=pk: services.add_evidence(dispute_id=dispute.pk, actor=buyer, file_ids=[pk])
            for pk in ids
        ]
    )
    assert not [r for r in results if isinstance(r, Exception)]
    assert sorted(dispute.evidence.values_list("number", flat=True)) == [1, 2, 3, 4]
    whole(dispute)


REACH = 30
"""Milliseconds in which replies begin, so that some are decided before the due moment and some after, fast or slow."""


@pytest.mark.fault("R8", quick=12, tries=2000, first=True)
def test_reply_and_sweep_around_the_due_moment_by_the_databases_clock(tries: int) -> None:
    """R8: reply at t < due wins, t >= due loses; each round has exactly one outcome."""
    crowd(tries, "running")
    DisputeDeadline.objects.update(remind_at=None)
    outcomes: Counter[str] = Counter()
    with again_and_again(2) as both:
        for round_, dispute in enumerate(Dispute.objects.order_by("pk")):
            outcomes[_reply_and_sweep(dispute, 1 - round_ % REACH, both)] += 1
    assert outcomes.total() == tries
    assert tries < REACH or min(outcomes["negotiating"], outcomes["resolved"]) > 0, outcomes
    assert list(audit.broken_links()) == []


def _reply_and_sweep(dispute: Dispute, shift: int, both: Callable[..., list[Any]]) -> str:
    """The seller replies so many milliseconds after the due instant, while a worker sweeps; the state it led to."""
    seller = make.seller(dispute)
    due = clock.now() + timedelta(milliseconds=10 + abs(shift))
    dispute.deadlines.update(due_at=due)
    Dispute.objects.filter(pk=dispute.pk).update(next_due_at=due)
    replied = threading.Event()

    def wait_for(moment: datetime) -> None:
        """By the database's clock, which is asked only shortly before."""
        while (left := (moment - clock.now()).total_seconds()) > 0:
            time.sleep(max(left - 0.0005, 0.0002))

    def reply() -> str:
        wait_for(due + timedelta(milliseconds=shift))
        try:
            said = services.reject_request(dispute_id=dispute.pk, actor=seller, answer="No")
        finally:
            replied.set()
        return str(said.state)

    def enforce() -> str:
        wait_for(due)
        deadlines.sweep(tables=[DisputeDeadline])
        replied.wait(20)
        if make.fresh(dispute).state == "awaiting_seller":  # the answer held it, and was too late
            deadlines.sweep(tables=[DisputeDeadline])
        return "swept"

    answered, swept = both(reply, enforce)
    assert swept == "swept", swept
    after = make.fresh(dispute)
    moved = Event.objects.filter(subject=after.reference, seq=2).get()
    if isinstance(answered, Exception):
        assert isinstance(answered, TimeIsUp | CaseChanged), answered
        assert (after.state, moved.name) == ("resolved", "seller_stayed_silent")
        assert moved.at >= due
    else:
        assert (after.state, moved.name) == ("negotiating", "request_rejected")
        assert moved.at < due
    undoubled(after)
    return str(after.state)


def test_two_sweeps_and_a_crowd_of_silent_sellers() -> None:
    """R4: each seller loses once, whoever sweeps."""
    with clock.freeze(clock.now() - timedelta(days=2, hours=1)):
        disputes = [make.opened() for _ in range(30)]
    results = at_once(*[lambda: deadlines.sweep(batch_size=5).enforced] * 3)
    assert sum(results) == 30
    assert Event.objects.filter(name="seller_stayed_silent").count() == 30
    assert Refund.objects.count() == 30
    for dispute in disputes:
        whole(dispute)


def test_two_watchers_settle_once() -> None:
    from core.actors import SYSTEM
    from orders import effects as order_effects

    dispute = make.rejected()
    by = clock.now() + timedelta(days=3)
    services.propose_settlement(
        dispute_id=dispute.pk, actor=make.buyer(dispute), amount=Decimal(50), by=by
    )
    pk = dispute.settlements.get().pk
    services.agree_settlement(dispute_id=dispute.pk, actor=make.seller(dispute), settlement_id=pk)
    with Batch() as batch:
        (refund,) = batch.lock(Refund, [Refund.objects.get().pk])
        refund.order = Order.objects.get()
        order_effects.complete_refund(batch, refund, SYSTEM)
    results = at_once(*[services.watch_settlements] * 4)
    assert sum(results) == 1
    assert make.fresh(dispute).outcome == "settled"
    whole(dispute)


@pytest.mark.fault("R12", tries=1)
def test_an_agreement_and_its_taking_back_at_once() -> None:
    def once() -> None:
        dispute = make.rejected()
        by = clock.now() + timedelta(days=3)
        services.propose_settlement(
            dispute_id=dispute.pk, actor=make.buyer(dispute), amount=Decimal(50), by=by
        )
        pk = dispute.settlements.get().pk
        seller, buyer = make.seller(dispute), make.buyer(dispute)
        won, lost = two(
            lambda: (
                services.agree_settlement(dispute_id=dispute.pk, actor=seller, settlement_id=pk).pk
            ),
            lambda: services.take_back_settlement(dispute_id=dispute.pk, actor=buyer).pk,
        )
        assert len(won) == len(lost) == 1
        assert isinstance(lost[0], Refused)
        assert dispute.settlements.get().state in {"agreed", "taken_back"}
        whole(dispute)

    for _ in range(3):
        once()


@pytest.mark.fault("R5", tries=1)
def test_a_worker_frozen_with_a_batch_applies_nothing_stale() -> None:
    """R5: it thaws after somebody else has acted; its flush is guarded by the row's lock and version."""
    dispute = make.opened()
    ready, go = threading.Event(), threading.Event()

    def slow() -> str:
        with Batch() as batch:
            locked = loading.take(batch, dispute.pk)
            ready.set()
            go.wait(20)
            batch.transition(locked, "reject_request", make.seller(dispute), answer="No")
        return "rejected"

    def quick() -> str:
        ready.wait(20)
        threading.Timer(0.2, go.set).start()
        return str(
            services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute)).state
        )

    first, second = at_once(slow, quick)
    assert first == "rejected"
    assert second == "withdrawn"
    assert [name for name, _a, _b in facts.events(dispute)] == [
        "opened",
        "request_rejected",
        "withdrawn",
    ]
    whole(dispute)
