"""Close when the refund of X is recorded by D, else go on where it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from core import clock
from core.actors import SYSTEM
from core.batch import Batch
from core.errors import CaseChanged, Refused, TimeIsUp
from disputes import services
from disputes.models import Dispute
from notifications.models import Notice
from orders import effects as order_effects
from orders.models import Order, Refund
from tests.disputes import factories as make
from tests.disputes import facts
from tests.orders import factories as orders

DAY, HOUR, MS = timedelta(days=1), timedelta(hours=1), timedelta(milliseconds=1)
pytestmark = pytest.mark.django_db


def propose(dispute: Dispute, by: datetime, amount: str = "50") -> Dispute:
    return services.propose_settlement(
        dispute_id=dispute.pk, actor=make.buyer(dispute), amount=Decimal(amount), by=by
    )


def agree(dispute: Dispute) -> Dispute:
    pk = dispute.settlements.get().pk
    return services.agree_settlement(
        dispute_id=dispute.pk, actor=make.seller(dispute), settlement_id=pk
    )


def money_arrives(at: datetime) -> None:
    """The bank confirms every refund that is under way."""
    with clock.freeze(at), Batch() as batch:
        waiting = list(Refund.objects.values_list("pk", flat=True))
        for refund in batch.lock(Refund, waiting):
            refund.order = Order.objects.get(pk=refund.order_id)
            order_effects.complete_refund(batch, refund, SYSTEM)


def test_proposing_changes_nothing_but_starts_its_own_clock(frozen: datetime) -> None:
    dispute = make.fresh(propose(make.rejected(), frozen + 5 * DAY))
    assert dispute.state == "negotiating"
    assert facts.events(dispute)[-1] == ("settlement_proposed", "negotiating", "negotiating")
    assert facts.running(dispute) == [
        ("negotiation", frozen + 15 * DAY), ("settlement_proposal", frozen + 5 * DAY),
    ]  # fmt: skip
    assert facts.refunds(dispute) == []
    assert facts.told(dispute) == [
        ("Alice", "dispute_settlement_proposed_buyer"), ("Bob", "dispute_settlement_proposed_seller"),
    ]  # fmt: skip
    with pytest.raises(Refused):
        propose(dispute, frozen + 5 * DAY)


def test_agreeing_requests_the_refund_and_stops_the_clocks(frozen: datetime) -> None:
    dispute = propose(make.rejected(), frozen + 5 * DAY)
    with clock.freeze(frozen + DAY):
        agree(dispute)
    dispute = make.fresh(dispute)
    settlement = dispute.settlements.get()
    assert (settlement.state, settlement.agreed_at) == ("agreed", frozen + DAY)
    assert facts.refunds(dispute) == [
        (Decimal(50), "card", f"dispute {dispute.reference}, settlement {settlement.pk}"),
    ]  # fmt: skip
    assert facts.running(dispute) == [("settlement", frozen + 5 * DAY)]
    paused = dispute.deadlines.get(kind="negotiation")
    assert (paused.state, paused.left_us) == ("paused", 14 * DAY // timedelta(microseconds=1))
    assert (dispute.next_due_at, dispute.refund_requested) == (frozen + 5 * DAY, Decimal(50))
    assert facts.told(dispute) == [
        ("Alice", "dispute_settlement_agreed_buyer"), ("Bob", "dispute_settlement_agreed_seller"),
    ]  # fmt: skip


def test_while_it_is_settling_nobody_moves_the_dispute(frozen: datetime) -> None:
    dispute = agree(propose(make.rejected(), frozen + 5 * DAY))
    acts: list[Callable[[], object]] = [
        lambda: services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute)),
        lambda: services.escalate_dispute(dispute_id=dispute.pk, actor=make.seller(dispute)),
        lambda: services.make_offer(
            dispute_id=dispute.pk, actor=make.buyer(dispute), amount=Decimal(1)
        ),
    ]
    for act in acts:
        with pytest.raises(Refused) as no:
            act()
        assert "stands still" in str(no.value)
    services.send_message(dispute_id=dispute.pk, actor=make.buyer(dispute), body="Thank you.")


def test_the_refund_in_time_ends_the_dispute_once(frozen: datetime) -> None:
    dispute = agree(propose(make.rejected(), frozen + 5 * DAY))
    assert services.watch_settlements() == 0
    money_arrives(frozen + 3 * DAY)
    with clock.freeze(frozen + 3 * DAY + HOUR):
        assert services.watch_settlements() == 1
        assert services.watch_settlements() == 0
    dispute, order = make.fresh(dispute), Order.objects.get()
    assert (dispute.state, dispute.outcome, dispute.final_amount) == (
        "resolved",
        "settled",
        Decimal(50),
    )
    assert dispute.settlements.get().state == "settled"
    assert facts.events(dispute)[-1] == ("settled", "negotiating", "resolved")
    assert facts.running(dispute) == []
    assert len(facts.refunds(dispute)) == 1
    assert facts.told(dispute) == [
        ("Alice", "dispute_settled_buyer"),
        ("Bob", "dispute_settled_seller"),
    ]
    assert (order.state, order.refunded, order.released) == ("completed", Decimal(50), Decimal(50))


def test_money_that_came_before_the_date_counts_though_the_check_runs_later(
    frozen: datetime,
) -> None:
    dispute = agree(propose(make.rejected(), frozen + 5 * DAY))
    money_arrives(frozen + 5 * DAY - MS)
    make.at(frozen + 6 * DAY)
    assert make.fresh(dispute).outcome == "settled"


def test_time_that_a_lapsed_settlement_took_is_not_counted_against_the_time_to_agree(
    frozen: datetime,
) -> None:
    dispute = propose(make.opened(), frozen + 21 * DAY)
    with clock.freeze(frozen + DAY):
        agree(dispute)
    make.at(frozen + 21 * DAY)  # 20 days later, with one of the seller's two days left
    with clock.freeze(frozen + 21 * DAY + HOUR):
        services.reject_request(
            dispute_id=dispute.pk, actor=make.seller(dispute), answer="It left whole."
        )
    assert facts.running(dispute) == [("negotiation", frozen + 35 * DAY)]
    steps = dispute.deadlines.get(kind="negotiation").explanation["steps"]
    assert [step["kind"] for step in steps] == ["add_days", "paused"]


def test_a_letter_about_an_answer_names_the_time_to_agree_not_that_of_the_proposal(
    frozen: datetime,
) -> None:
    dispute = propose(make.opened(), frozen + DAY)
    services.reject_request(
        dispute_id=dispute.pk, actor=make.seller(dispute), answer="It left whole."
    )
    told = Notice.objects.filter(kind="dispute_rejected_buyer").get()
    assert told.params["due_at"] == (frozen + 15 * DAY).isoformat()


def test_money_at_the_very_date_is_too_late_and_the_dispute_goes_on_with_what_was_left(
    frozen: datetime,
) -> None:
    dispute = propose(make.rejected(), frozen + 5 * DAY)
    with clock.freeze(frozen + DAY):
        agree(dispute)
    money_arrives(frozen + 5 * DAY)
    make.at(frozen + 5 * DAY)
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.settlements.get().state) == ("negotiating", "lapsed")
    assert facts.events(dispute)[-1] == ("settlement_lapsed", "negotiating", "negotiating")
    assert facts.running(dispute) == [("negotiation", frozen + 19 * DAY)], "14 of 15 days were left"
    assert facts.told(dispute) == [
        ("Alice", "dispute_settlement_lapsed_buyer"), ("Bob", "dispute_settlement_lapsed_seller"),
    ]  # fmt: skip
    assert services.watch_settlements() == 0


def test_what_a_lapsed_settlement_requested_is_not_paid_twice(frozen: datetime) -> None:
    dispute = agree(propose(make.opened(), frozen + DAY))
    make.at(frozen + DAY)
    with clock.freeze(frozen + DAY):
        services.accept_request(dispute_id=dispute.pk, actor=make.seller(dispute))
    dispute = make.fresh(dispute)
    assert (dispute.final_amount, dispute.refund_requested) == (Decimal(60), Decimal(60))
    assert [amount for amount, _m, _c in facts.refunds(dispute)] == [Decimal(50), Decimal(10)]


def test_the_sellers_two_days_stand_still_and_go_on(frozen: datetime) -> None:
    dispute = agree(propose(make.opened(), frozen + DAY))
    make.at(frozen + DAY)
    assert facts.running(dispute) == [("seller_answer", frozen + 3 * DAY)]
    make.at(frozen + 3 * DAY)
    assert make.fresh(dispute).outcome == "seller_silent"


def test_a_wallet_refund_settles_at_once(frozen: datetime) -> None:
    dispute = make.rejected(orders.delivered(card="0", wallet="100"))
    agree(propose(dispute, frozen + 5 * DAY))
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.outcome, dispute.settlements.get().state) == (
        "resolved",
        "settled",
        "settled",
    )
    assert [name for name, _a, _b in facts.events(dispute)[-2:]] == ["settlement_agreed", "settled"]


def seller_declines(dispute: Dispute) -> None:
    pk = dispute.settlements.get().pk
    services.decline_settlement(dispute_id=dispute.pk, actor=make.seller(dispute), settlement_id=pk)


def buyer_takes_back(dispute: Dispute) -> None:
    services.take_back_settlement(dispute_id=dispute.pk, actor=make.buyer(dispute))


def date_passes(dispute: Dispute) -> None:
    make.at(dispute.settlements.get().by)


@pytest.mark.parametrize(
    ("act", "state", "event"),
    [
        (seller_declines, "declined", "settlement_declined"),
        (buyer_takes_back, "taken_back", "settlement_taken_back"),
        (date_passes, "lapsed", "settlement_lapsed"),
    ],
)
def test_a_proposal_that_comes_to_nothing_leaves_the_dispute_as_it_was(
    frozen: datetime, act: Callable[[Dispute], None], state: str, event: str
) -> None:
    dispute = propose(make.rejected(), frozen + 5 * DAY)
    act(dispute)
    assert dispute.settlements.get().state == state
    assert facts.events(dispute)[-1] == (event, "negotiating", "negotiating")
    assert facts.running(dispute) == [("negotiation", frozen + 15 * DAY)]
    assert facts.refunds(dispute) == []
    assert len(facts.told(dispute)) == 2


def test_agreeing_to_a_proposal_that_changed_is_refused(frozen: datetime) -> None:
    dispute = propose(make.rejected(), frozen + 5 * DAY)
    seen = dispute.settlements.get().pk
    services.take_back_settlement(dispute_id=dispute.pk, actor=make.buyer(dispute))
    with pytest.raises(CaseChanged):
        services.agree_settlement(
            dispute_id=dispute.pk, actor=make.seller(dispute), settlement_id=seen
        )
    propose(dispute, frozen + 5 * DAY, "10")
    with pytest.raises(Refused) as no:
        services.agree_settlement(
            dispute_id=dispute.pk, actor=make.seller(dispute), settlement_id=seen
        )
    assert "proposal changed" in str(no.value)


def test_agreeing_at_the_date_itself_is_too_late(frozen: datetime) -> None:
    dispute = propose(make.rejected(), frozen + DAY)
    with clock.freeze(frozen + DAY), pytest.raises(TimeIsUp):
        agree(dispute)


@pytest.mark.parametrize(
    ("amount", "days"),
    [
        ("0", 5),
        ("-1", 5),
        ("100.01", 5),
        ("NaN", 5),
        ("1e400", 5),
        ("0.001", 5),
        ("50", 0),
        ("50", -1),
        ("50", 30.001),
    ],
)
def test_amount_and_date_have_bounds(frozen: datetime, amount: str, days: float) -> None:
    dispute = make.rejected()
    with pytest.raises(Refused):
        propose(dispute, frozen + timedelta(days=days), amount)
    assert not dispute.settlements.exists()


def test_the_last_day_of_the_bound_is_allowed(frozen: datetime) -> None:
    assert propose(make.rejected(), frozen + 30 * DAY).settlements.get().amount == Decimal(50)


def test_an_agreement_voids_the_proposal(frozen: datetime) -> None:
    dispute = propose(make.opened(), frozen + DAY)
    services.accept_request(dispute_id=dispute.pk, actor=make.seller(dispute))
    assert dispute.settlements.get().state == "void"
    assert facts.running(make.fresh(dispute)) == []


def test_a_proposal_outlives_the_escalation(frozen: datetime) -> None:
    dispute = propose(make.rejected(), frozen + 5 * DAY)
    services.escalate_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    agree(dispute)
    assert facts.running(dispute) == [("settlement", frozen + 5 * DAY)]
    with pytest.raises(Refused):
        services.claim_dispute(dispute_id=dispute.pk, actor=make.carol())
    make.at(frozen + 5 * DAY)
    assert facts.running(dispute) == [("mediator_claim", frozen + 7 * DAY)]


def test_after_agreement_on_a_return_nothing_is_left_to_settle(frozen: datetime) -> None:
    with pytest.raises(CaseChanged):
        propose(make.returning(), frozen + DAY)
