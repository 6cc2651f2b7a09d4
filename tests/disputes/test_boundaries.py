"""Every clock at one millisecond before its end, at it, and after; late sweeps, poison, and catching up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from core import audit, cases, clock, deadlines, transitions
from core.errors import Refused, TimeIsUp
from disputes import effects, services
from disputes.models import Dispute, DisputeDeadline
from disputes.states import Kind
from tests.disputes import factories as make
from tests.disputes import facts

DAY, MS = timedelta(days=1), timedelta(milliseconds=1)
pytestmark = pytest.mark.django_db


def asked() -> Dispute:
    dispute = make.in_mediation()
    return services.request_evidence(
        dispute_id=dispute.pk, actor=make.carol(), party="buyer", question="Where?"
    )


def replacement_arrived() -> Dispute:
    dispute = make.replaced_in_transit()
    return services.record_replacement_delivery(dispute_id=dispute.pk, actor=make.seller(dispute))


def arrived() -> Dispute:
    dispute = make.in_transit()
    return services.record_return_delivery(dispute_id=dispute.pk, actor=make.seller(dispute))


Act = Callable[[Dispute], object]
ACTS: dict[str, tuple[Callable[[], Dispute], Act, str, str]] = {
    Kind.SELLER_ANSWER: (
        make.opened, lambda d: services.reject_request(dispute_id=d.pk, actor=make.seller(d), answer="No"),
        "negotiating", "resolved",
    ),
    Kind.NEGOTIATION: (
        make.rejected, lambda d: services.accept_offer(
            dispute_id=d.pk, actor=make.seller(d), offer_id=d.offers.get(party="buyer").pk),
        "resolved", "escalated",
    ),
    Kind.RETURN_SHIP: (
        make.returning, lambda d: services.ship_return(
            dispute_id=d.pk, actor=make.buyer(d), carrier="DHL", tracking_number="RR1"),
        "return_in_transit", "closed",
    ),
    Kind.RETURN_DELIVERY: (
        make.in_transit, lambda d: services.contest_return(dispute_id=d.pk, actor=make.seller(d), contest="Empty"),
        "escalated", "resolved",
    ),
    Kind.RETURN_CONFIRM: (
        arrived, lambda d: services.contest_return(dispute_id=d.pk, actor=make.seller(d), contest="Empty"),
        "escalated", "resolved",
    ),
    Kind.REPLACEMENT_SHIP: (
        make.replacing, lambda d: services.ship_replacement(
            dispute_id=d.pk, actor=make.seller(d), carrier="DHL", tracking_number="RR1"),
        "replacement_in_transit", "resolved",
    ),
    Kind.REPLACEMENT_DELIVERY: (
        make.replaced_in_transit, lambda d: services.confirm_replacement(dispute_id=d.pk, actor=make.buyer(d)),
        "resolved", "resolved",
    ),
    Kind.REPLACEMENT_CONFIRM: (
        replacement_arrived, lambda d: services.contest_replacement(
            dispute_id=d.pk, actor=make.buyer(d), contest="Cracked too"),
        "escalated", "resolved",
    ),
    Kind.EVIDENCE_BUYER: (
        asked, lambda d: services.answer_evidence_request(dispute_id=d.pk, actor=make.buyer(d), answer="Here"),
        "in_mediation", "in_mediation",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(ACTS))
@pytest.mark.parametrize("moment", [-1, 0, 1])
def test_an_act_wins_before_the_moment_and_loses_at_it_and_after(
    frozen: datetime, kind: str, moment: int
) -> None:
    """R8: due decides by the clock, whether or not a worker was there. Half an hour later the sweep agrees."""
    made, act, acted, enforced = ACTS[kind]
    dispute = made()
    due = dispute.deadlines.get(kind=kind, state="pending").due_at
    with clock.freeze(due + moment * MS):
        if moment < 0:
            act(dispute)
        else:
            with pytest.raises(TimeIsUp):
                act(dispute)
    assert dispute.deadlines.get(kind=kind).state == ("met" if moment < 0 else "pending")
    if moment >= 0:
        make.at(due + timedelta(minutes=30))
        assert dispute.deadlines.get(kind=kind).state == "enforced"
    assert make.fresh(dispute).state == (acted if moment < 0 else enforced)


@pytest.mark.parametrize(
    "kind", sorted({*ACTS, Kind.COMPLAINT_WINDOW, Kind.MEDIATOR_CLAIM, Kind.DECISION})
)
def test_the_sweep_does_nothing_one_microsecond_early(frozen: datetime, kind: str) -> None:
    made: dict[str, Any] = {
        Kind.COMPLAINT_WINDOW: make.decided, Kind.MEDIATOR_CLAIM: make.escalated, Kind.DECISION: make.in_mediation,
    }  # fmt: skip
    dispute = (made.get(kind) or ACTS[kind][0])()
    due = dispute.deadlines.get(kind=kind, state="pending").due_at
    state, before = make.fresh(dispute).state, facts.events(dispute)
    make.at(due - timedelta(microseconds=1))
    assert make.fresh(dispute).state == state
    assert [e for e in facts.events(dispute) if e[0] != "reminded"] == before
    make.at(due)
    assert dispute.deadlines.get(kind=kind, due_at=due).state == "enforced"


def test_two_days_are_48_hours_over_the_change_of_the_clocks() -> None:
    """R14: Europe puts the clock ahead on 29 March 2026, leap days come and years end; hours stay hours."""
    for start in ("2026-03-28T12:00+00:00", "2028-02-28T12:00+00:00", "2026-12-30T12:00+00:00"):
        at = datetime.fromisoformat(start)
        with clock.freeze(at):
            dispute = make.opened()
        assert facts.running(dispute) == [("seller_answer", at + timedelta(hours=48))]


@pytest.mark.fault("R9", tries=1)
def test_a_page_opened_after_the_moment_offers_no_answer_though_no_worker_ran(
    frozen: datetime,
) -> None:
    dispute = make.opened()
    with clock.freeze(frozen + 2 * DAY):
        shown = cases.at(make.fresh(dispute))
        assert set(transitions.allowed(shown, make.seller(dispute))) == {
            "add_evidence",
            "add_message",
        }


@pytest.mark.fault("R21", tries=1)
def test_one_case_that_raises_does_not_stop_the_others(
    frozen: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R21: it is set aside with its error and tried again; the rest goes through."""
    good, bad, also = make.opened(), make.opened(), make.opened()
    whole = effects.agreement.seller_stayed_silent

    def brittle(batch: Any, dispute: Dispute) -> Any:
        if dispute.pk == bad.pk:
            raise ZeroDivisionError("poison")
        return whole(batch, dispute)

    monkeypatch.setattr(effects.agreement, "seller_stayed_silent", brittle)
    done = make.at(frozen + 2 * DAY)
    assert (done.enforced, done.failed) == (2, 1)
    assert [make.fresh(d).state for d in (good, bad, also)] == [
        "resolved",
        "awaiting_seller",
        "resolved",
    ]
    failed = DisputeDeadline.objects.get(state="failed")
    assert (failed.case_id, failed.attempts) == (bad.pk, 1)
    assert "poison" in failed.error
    assert facts.refunds(bad) == []
    with clock.freeze(frozen + 2 * DAY + timedelta(minutes=1)), pytest.raises(TimeIsUp):
        services.accept_request(dispute_id=bad.pk, actor=make.seller(bad))
    monkeypatch.undo()
    make.at(frozen + 2 * DAY + timedelta(minutes=2))
    assert make.fresh(bad).state == "resolved"
    assert list(audit.broken_links()) == []


def test_after_a_long_outage_everything_is_enforced_once_in_its_order(frozen: datetime) -> None:
    """A dispute that waited for weeks goes from clock to clock, one sweep after the other."""
    dispute = make.rejected()
    for day in (40, 40, 43, 44):
        make.at(frozen + day * DAY)
    names = [name for name, _a, _b in facts.events(dispute)]
    assert names.count("escalated_by_clock") == 1
    assert names.count("claim_target_missed") == 2


def test_a_hundred_silent_sellers_cost_a_fixed_number_of_statements(
    frozen: datetime, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        make.opened()
    with django_assert_max_num_queries(75):
        assert make.at(frozen + 2 * DAY).enforced == 12
    assert Dispute.objects.filter(outcome="seller_silent").count() == 12


def test_reminders_go_to_the_one_who_would_lose(frozen: datetime) -> None:
    dispute = make.opened()
    done = make.at(frozen + DAY)
    assert (done.enforced, done.reminded) == (0, 1)
    assert facts.told(dispute) == [("Bob", "dispute_reminder")]
    assert make.at(frozen + DAY + MS).reminded == 0


def test_no_ended_dispute_has_a_running_clock(frozen: datetime) -> None:
    for made in (make.resolved, make.withdrawn, make.closed):
        dispute = make.fresh(made())
        assert dispute.next_due_at is None
        assert not dispute.deadlines.filter(state__in=["pending", "paused", "failed"]).exists()


def test_every_kind_of_clock_is_enforced_by_somebody() -> None:
    enforced = {kind for model, kind in deadlines.handlers if model is DisputeDeadline}
    assert enforced == set(Kind)


def test_too_late_is_a_refusal_that_people_can_read() -> None:
    assert issubclass(TimeIsUp, Refused)
    assert str(TimeIsUp()) == "The time for this is up. Nothing was changed."
