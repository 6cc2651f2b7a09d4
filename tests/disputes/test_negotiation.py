"""The seller's answer, offers side by side, acceptance, and giving up: exactly what each writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from core import clock
from core.errors import CaseChanged, NotAllowed, Refused, TimeIsUp
from disputes import services
from disputes.models import Dispute
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes import facts
from tests.orders import factories as orders

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db
OPENED = ("opened", "", "awaiting_seller")


def order_of(dispute: Dispute) -> Order:
    return Order.objects.get(pk=dispute.order_id)


def seller_offers(dispute: Dispute, amount: str = "30", **more: object) -> Dispute:
    return services.make_offer(
        dispute_id=dispute.pk,
        actor=make.seller(dispute),
        amount=Decimal(amount),
        **more,  # type: ignore[arg-type]
    )


def buyer_offers(dispute: Dispute, amount: str = "50", **more: object) -> Dispute:
    return services.make_offer(
        dispute_id=dispute.pk,
        actor=make.buyer(dispute),
        amount=Decimal(amount),
        **more,  # type: ignore[arg-type]
    )


def standing(dispute: Dispute, party: str) -> int:
    return dispute.offers.get(party=party, state="standing").pk


def test_accepting_the_request_refunds_at_once_and_ends(frozen: datetime) -> None:
    dispute = make.fresh(make.resolved())
    assert (dispute.state, dispute.outcome, dispute.final_amount) == (
        "resolved",
        "agreed",
        Decimal(60),
    )
    assert (dispute.ended_at, dispute.answered_at, dispute.next_due_at) == (frozen, frozen, None)
    assert facts.events(dispute) == [OPENED, ("request_accepted", "awaiting_seller", "resolved")]
    assert facts.clocks(dispute) == [("seller_answer", "met", frozen + 2 * DAY)]
    assert facts.offers(dispute) == [("buyer", Decimal(60), "accepted")]
    assert facts.told(dispute) == [
        ("Alice", "dispute_agreed_buyer"),
        ("Bob", "dispute_agreed_seller"),
    ]
    assert facts.refunds(dispute) == [(Decimal(60), "card", f"dispute {dispute.reference}")]
    order = order_of(dispute)
    assert (order.state, order.refunded, order.released, order.held) == (
        "completed",
        Decimal(60),
        Decimal(40),
        Decimal(0),
    )


def test_accepting_a_full_refund_closes_the_order(frozen: datetime) -> None:
    dispute = make.opened(amount="100")
    services.accept_request(dispute_id=dispute.pk, actor=make.seller(dispute))
    order = order_of(dispute)
    assert (order.state, order.refunded, order.held) == ("closed", Decimal(100), Decimal(0))


def test_accepting_a_request_for_a_return_starts_the_return(frozen: datetime) -> None:
    dispute = make.fresh(make.returning())
    assert (dispute.state, dispute.return_required, dispute.postage_payer) == (
        "awaiting_return",
        True,
        "seller",
    )
    assert facts.events(dispute) == [
        OPENED,
        ("request_accepted", "awaiting_seller", "awaiting_return"),
    ]
    assert facts.running(dispute) == [("return_ship", frozen + 10 * DAY)]
    assert facts.refunds(dispute) == []
    assert facts.told(dispute) == [
        ("Alice", "dispute_return_agreed_buyer"), ("Bob", "dispute_return_agreed_seller"),
    ]  # fmt: skip
    assert order_of(dispute).disputed_at is not None


def test_rejecting_starts_the_rest_of_fifteen_days_from_opening(frozen: datetime) -> None:
    dispute = make.opened()
    with clock.freeze(frozen + DAY):
        services.reject_request(
            dispute_id=dispute.pk, actor=make.seller(dispute), answer="It left here whole."
        )
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.seller_answer) == ("negotiating", "It left here whole.")
    assert facts.clocks(dispute) == [
        ("negotiation", "pending", frozen + 15 * DAY), ("seller_answer", "met", frozen + 2 * DAY),
    ]  # fmt: skip
    assert facts.events(dispute) == [OPENED, ("request_rejected", "awaiting_seller", "negotiating")]
    assert facts.offers(dispute) == [("buyer", Decimal(60), "standing")]
    assert facts.told(dispute) == [
        ("Alice", "dispute_rejected_buyer"),
        ("Bob", "dispute_rejected_seller"),
    ]


def test_a_rejection_needs_words(frozen: datetime) -> None:
    dispute = make.opened()
    with pytest.raises(Refused):
        services.reject_request(dispute_id=dispute.pk, actor=make.seller(dispute), answer=" \x00 ")
    assert facts.events(make.fresh(dispute)) == [OPENED]


def test_the_sellers_first_offer_is_the_answer_and_both_stand_side_by_side(
    frozen: datetime,
) -> None:
    dispute = seller_offers(make.opened(), "30", note="The bell still rings.")
    assert facts.events(dispute) == [OPENED, ("offer_made", "awaiting_seller", "negotiating")]
    assert facts.offers(dispute) == [
        ("buyer", Decimal(60), "standing"),
        ("seller", Decimal(30), "standing"),
    ]
    assert facts.running(dispute) == [("negotiation", frozen + 15 * DAY)]
    assert facts.told(dispute) == [
        ("Alice", "dispute_offer_buyer"),
        ("Bob", "dispute_offer_seller"),
    ]


def test_a_new_offer_replaces_the_same_partys_only(frozen: datetime) -> None:
    dispute = seller_offers(make.rejected(), "30")
    seller_offers(dispute, "35")
    buyer_offers(dispute, "55")
    assert facts.offers(dispute) == [
        ("buyer", Decimal(60), "replaced"), ("seller", Decimal(30), "replaced"),
        ("seller", Decimal(35), "standing"), ("buyer", Decimal(55), "standing"),
    ]  # fmt: skip
    assert facts.running(dispute) == [("negotiation", frozen + 15 * DAY)]


def test_accepting_an_offer_binds_to_exactly_that_offer(frozen: datetime) -> None:
    dispute = seller_offers(make.rejected(), "30")
    seen = standing(dispute, "seller")
    seller_offers(dispute, "10")
    with pytest.raises(CaseChanged) as no:
        services.accept_offer(dispute_id=dispute.pk, actor=make.buyer(dispute), offer_id=seen)
    assert "offer changed" in str(no.value)
    assert make.fresh(dispute).state == "negotiating"
    services.accept_offer(
        dispute_id=dispute.pk, actor=make.buyer(dispute), offer_id=standing(dispute, "seller")
    )
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.final_amount, dispute.outcome) == (
        "resolved",
        Decimal(10),
        "agreed",
    )
    assert facts.offers(dispute) == [
        ("buyer", Decimal(60), "void"), ("seller", Decimal(30), "replaced"), ("seller", Decimal(10), "accepted"),
    ]  # fmt: skip
    assert facts.refunds(dispute) == [(Decimal(10), "card", f"dispute {dispute.reference}")]
    assert facts.told(dispute) == [
        ("Alice", "dispute_agreed_buyer"),
        ("Bob", "dispute_agreed_seller"),
    ]
    assert facts.running(dispute) == []


def test_nobody_accepts_their_own_offer_or_one_of_another_dispute(frozen: datetime) -> None:
    dispute, other = make.rejected(), make.rejected()
    for actor, offer_id in (
        (make.buyer(dispute), standing(dispute, "buyer")), (make.seller(dispute), standing(other, "buyer")),
    ):  # fmt: skip
        with pytest.raises(CaseChanged):
            services.accept_offer(dispute_id=dispute.pk, actor=actor, offer_id=offer_id)
    with pytest.raises(NotAllowed):
        services.accept_offer(
            dispute_id=dispute.pk, actor=make.carol(), offer_id=standing(dispute, "buyer")
        )


def test_an_accepted_offer_with_a_return_waits_for_the_return(frozen: datetime) -> None:
    dispute = seller_offers(make.rejected(), "90", return_required=True, postage_payer="buyer")
    services.accept_offer(
        dispute_id=dispute.pk, actor=make.buyer(dispute), offer_id=standing(dispute, "seller")
    )
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.final_amount, dispute.postage_payer) == (
        "awaiting_return",
        Decimal(90),
        "buyer",
    )
    assert facts.running(dispute) == [("return_ship", frozen + 10 * DAY)]
    assert facts.refunds(dispute) == []


def test_a_return_needs_money_and_somebody_who_pays_its_postage(frozen: datetime) -> None:
    dispute = make.rejected()
    for amount, payer in (("50", ""), ("50", "nobody"), ("0", "buyer")):
        with pytest.raises(Refused):
            seller_offers(dispute, amount, return_required=True, postage_payer=payer)
    assert len(facts.offers(dispute)) == 1


@pytest.mark.parametrize(
    "amount",
    [
        "-0.01",
        "100.01",
        "0.001",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "1e-400",
        "1E+28",
    ],
)
def test_an_impossible_amount_is_refused_and_nothing_changes(frozen: datetime, amount: str) -> None:
    dispute = make.rejected()
    before = facts.events(dispute)
    with pytest.raises(Refused):
        buyer_offers(dispute, amount)
    assert facts.events(dispute) == before
    assert facts.offers(dispute) == [("buyer", Decimal(60), "standing")]


@pytest.mark.parametrize("amount", ["0", "0.01", "100", "100.00", "100.0000"])
def test_every_amount_from_nothing_to_all_can_be_offered(frozen: datetime, amount: str) -> None:
    dispute = buyer_offers(make.rejected(), amount)
    assert dispute.offers.get(state="standing").amount == Decimal(amount)


def test_a_currency_without_cents_takes_none(frozen: datetime) -> None:
    dispute = make.rejected(orders.delivered(card="5000", currency="JPY"), amount="3000")
    with pytest.raises(Refused):
        buyer_offers(dispute, "100.50")
    buyer_offers(dispute, "100")


def test_the_seller_alone_answers_and_the_buyer_alone_withdraws(frozen: datetime) -> None:
    dispute = make.opened()
    acts: list[Callable[[], object]] = [
        lambda: services.accept_request(dispute_id=dispute.pk, actor=make.buyer(dispute)),
        lambda: services.reject_request(dispute_id=dispute.pk, actor=make.carol(), answer="No"),
        lambda: services.withdraw_dispute(dispute_id=dispute.pk, actor=make.seller(dispute)),
        lambda: buyer_offers(dispute),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    acts = [
        lambda: services.escalate_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute)),
        lambda: services.escalate_dispute(dispute_id=dispute.pk, actor=make.seller(dispute)),
    ]
    for act in acts:
        with pytest.raises(CaseChanged):
            act()
    assert facts.events(make.fresh(dispute)) == [OPENED]


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_either_party_calls_a_mediator_and_the_offers_end(frozen: datetime, side: str) -> None:
    make.carol()
    dispute = make.rejected()
    services.escalate_dispute(dispute_id=dispute.pk, actor=getattr(make, side)(dispute))
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.escalated_at) == ("escalated", frozen)
    assert facts.events(dispute)[-1] == ("escalated", "negotiating", "escalated")
    assert facts.offers(dispute) == [("buyer", Decimal(60), "void")]
    assert facts.running(dispute) == [("mediator_claim", frozen + 2 * DAY)]
    assert facts.told(dispute) == [
        ("Alice", "dispute_escalated_buyer"), ("Bob", "dispute_escalated_seller"), ("Carol", "dispute_in_queue"),
    ]  # fmt: skip
    with pytest.raises(CaseChanged):
        services.escalate_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))


def test_a_mediator_who_is_a_party_is_not_called(frozen: datetime) -> None:
    make.staff("Bob", "mediator")
    dispute = make.escalated()
    assert ("Bob", "dispute_in_queue") not in facts.told(dispute)


def test_withdrawing_lets_the_order_go_on_and_pays_nothing(frozen: datetime) -> None:
    dispute = make.opened()
    with clock.freeze(frozen + HOUR):
        services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    dispute, order = make.fresh(dispute), order_of(dispute)
    assert (dispute.state, dispute.outcome, dispute.ended_at) == (
        "withdrawn",
        "withdrawn",
        frozen + HOUR,
    )
    assert facts.events(dispute) == [OPENED, ("withdrawn", "awaiting_seller", "withdrawn")]
    assert facts.clocks(dispute) == [("seller_answer", "cancelled", frozen + 2 * DAY)]
    assert facts.offers(dispute) == [("buyer", Decimal(60), "void")]
    assert facts.refunds(dispute) == []
    assert facts.told(dispute) == [
        ("Alice", "dispute_withdrawn_buyer"),
        ("Bob", "dispute_withdrawn_seller"),
    ]
    assert (order.disputed_at, order.held) == (None, Decimal(100))
    assert order.protection_until == frozen + 15 * DAY + HOUR, (
        "the hour of the dispute is given back"
    )


def test_the_silent_seller_loses(frozen: datetime) -> None:
    dispute = make.opened()
    assert make.at(frozen + 2 * DAY).enforced == 1
    dispute, order = make.fresh(dispute), order_of(dispute)
    assert (dispute.state, dispute.outcome, dispute.final_amount) == (
        "resolved",
        "seller_silent",
        Decimal(60),
    )
    assert facts.events(dispute) == [
        OPENED,
        ("seller_stayed_silent", "awaiting_seller", "resolved"),
    ]
    assert facts.clocks(dispute) == [("seller_answer", "enforced", frozen + 2 * DAY)]
    assert facts.refunds(dispute) == [(Decimal(60), "card", f"dispute {dispute.reference}")]
    assert facts.told(dispute) == [
        ("Alice", "dispute_seller_silent_buyer"), ("Bob", "dispute_seller_silent_seller"),
    ]  # fmt: skip
    assert (order.refunded, order.released) == (Decimal(60), Decimal(40))
    assert make.at(frozen + 3 * DAY).enforced == 0


def test_a_silent_seller_refunds_even_where_a_return_or_replacement_was_asked(
    frozen: datetime,
) -> None:
    for wanted in ("return_refund", "replacement"):
        dispute = make.opened(wanted=wanted)
        make.at(frozen + 2 * DAY)
        dispute = make.fresh(dispute)
        assert (dispute.state, dispute.return_required, dispute.replacement) == (
            "resolved",
            False,
            False,
        )
        assert facts.refunds(dispute) == [(Decimal(60), "card", f"dispute {dispute.reference}")]


def test_nobody_agrees_in_fifteen_days_so_a_mediator_is_called(frozen: datetime) -> None:
    dispute = make.rejected()
    make.at(frozen + 15 * DAY)
    dispute = make.fresh(dispute)
    assert dispute.state == "escalated"
    assert facts.events(dispute)[-1] == ("escalated_by_clock", "negotiating", "escalated")
    assert facts.running(dispute) == [("mediator_claim", frozen + 17 * DAY)]
    assert facts.told(dispute) == [
        ("Alice", "dispute_escalated_by_clock_buyer"), ("Bob", "dispute_escalated_by_clock_seller"),
    ]  # fmt: skip


def test_the_form_sent_twice_says_that_the_case_changed(frozen: datetime) -> None:
    dispute = make.opened()
    services.accept_request(dispute_id=dispute.pk, actor=make.seller(dispute))
    with pytest.raises(CaseChanged):
        services.accept_request(dispute_id=dispute.pk, actor=make.seller(dispute))
    with pytest.raises(CaseChanged):
        services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    assert len(facts.refunds(dispute)) == 1


def test_acting_late_is_refused_though_no_worker_ran(frozen: datetime) -> None:
    dispute = make.opened()
    with clock.freeze(frozen + 2 * DAY + HOUR):
        acts: list[Callable[[], object]] = [
            lambda: services.accept_request(dispute_id=dispute.pk, actor=make.seller(dispute)),
            lambda: services.reject_request(
                dispute_id=dispute.pk, actor=make.seller(dispute), answer="No"
            ),
            lambda: seller_offers(dispute),
            lambda: services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute)),
        ]
        for act in acts:
            with pytest.raises(TimeIsUp):
                act()
    assert facts.events(make.fresh(dispute)) == [OPENED]
