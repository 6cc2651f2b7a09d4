"""The return: sent, delivered, confirmed, contested, forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from core import clock
from core.actors import SYSTEM
from core.errors import CaseChanged, NotAllowed, Refused
from disputes import services
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes import facts

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def test_shipping_the_return_starts_thirty_days(frozen: datetime) -> None:
    dispute = make.fresh(make.in_transit())
    parcel = dispute.return_parcels.get()
    assert (dispute.state, parcel.carrier, parcel.tracking_number) == (
        "return_in_transit",
        "DHL",
        "RR473124829NL",
    )
    assert facts.events(dispute)[-1] == ("return_shipped", "awaiting_return", "return_in_transit")
    assert facts.clocks(dispute)[:2] == [
        ("return_delivery", "pending", frozen + 30 * DAY), ("return_ship", "met", frozen + 10 * DAY),
    ]  # fmt: skip
    assert facts.told(dispute) == [
        ("Alice", "dispute_return_shipped_buyer"), ("Bob", "dispute_return_shipped_seller"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("carrier", "number"), [("", "RR1"), ("DHL", ""), ("DHL", "x" * 65), ("\x00", "RR1")]
)
def test_a_return_names_carrier_and_number(frozen: datetime, carrier: str, number: str) -> None:
    dispute = make.returning()
    with pytest.raises(Refused):
        services.ship_return(
            dispute_id=dispute.pk,
            actor=make.buyer(dispute),
            carrier=carrier,
            tracking_number=number,
        )
    assert make.fresh(dispute).state == "awaiting_return"


def test_a_return_that_is_not_sent_closes_without_a_refund(frozen: datetime) -> None:
    dispute = make.returning()
    make.at(frozen + 10 * DAY)
    dispute, order = make.fresh(dispute), Order.objects.get()
    assert (dispute.state, dispute.outcome, dispute.final_amount) == (
        "closed",
        "return_not_sent",
        Decimal(0),
    )
    assert facts.events(dispute)[-1] == ("return_missed", "awaiting_return", "closed")
    assert facts.refunds(dispute) == []
    assert (order.state, order.released, order.refunded) == ("completed", Decimal(100), Decimal(0))
    assert facts.told(dispute) == [
        ("Alice", "dispute_return_not_sent_buyer"), ("Bob", "dispute_return_not_sent_seller"),
    ]  # fmt: skip


def test_a_recorded_delivery_starts_ten_days_and_changes_no_state(frozen: datetime) -> None:
    dispute = make.in_transit()
    with clock.freeze(frozen + 5 * DAY):
        services.record_return_delivery(
            dispute_id=dispute.pk, actor=SYSTEM, delivered_at=frozen + 3 * DAY
        )
    dispute = make.fresh(dispute)
    assert dispute.return_parcels.get().delivered_at == frozen + 3 * DAY
    assert facts.events(dispute)[-1] == (
        "return_delivered",
        "return_in_transit",
        "return_in_transit",
    )
    assert facts.running(dispute) == [("return_confirm", frozen + 13 * DAY)]
    with clock.freeze(frozen + 6 * DAY), pytest.raises(Refused):
        services.record_return_delivery(dispute_id=dispute.pk, actor=make.seller(dispute))


def test_news_of_a_delivery_that_come_too_late_leave_the_seller_the_full_time(
    frozen: datetime,
) -> None:
    dispute = make.in_transit()
    with clock.freeze(frozen + 20 * DAY):
        services.record_return_delivery(
            dispute_id=dispute.pk, actor=SYSTEM, delivered_at=frozen + 2 * DAY
        )
    assert facts.running(dispute) == [("return_confirm", frozen + 30 * DAY)]


def test_a_sellers_own_word_does_not_stretch_the_thirty_days_from_shipping(
    frozen: datetime,
) -> None:
    dispute = make.in_transit()
    with clock.freeze(frozen + 29 * DAY):
        services.record_return_delivery(dispute_id=dispute.pk, actor=make.seller(dispute))
    assert facts.running(dispute) == [("return_confirm", frozen + 30 * DAY)]
    explained = dispute.deadlines.get(kind="return_confirm").explanation
    assert [step["kind"] for step in explained["steps"]] == ["add_days", "at_most"]
    assert explained["due"] == (frozen + 30 * DAY).isoformat()


def test_a_delivery_is_never_before_the_shipping_or_in_the_future(frozen: datetime) -> None:
    early, late = make.in_transit(), make.in_transit()
    services.record_return_delivery(dispute_id=early.pk, actor=SYSTEM, delivered_at=frozen - DAY)
    services.record_return_delivery(dispute_id=late.pk, actor=SYSTEM, delivered_at=frozen + DAY)
    for dispute in (early, late):
        assert dispute.return_parcels.get().delivered_at == frozen


def test_the_buyer_does_not_record_the_delivery(frozen: datetime) -> None:
    dispute = make.in_transit()
    with pytest.raises(NotAllowed):
        services.record_return_delivery(dispute_id=dispute.pk, actor=make.buyer(dispute))


def test_confirming_the_return_refunds(frozen: datetime) -> None:
    dispute = make.in_transit()
    services.confirm_return(dispute_id=dispute.pk, actor=make.seller(dispute))
    dispute, order = make.fresh(dispute), Order.objects.get()
    assert (dispute.state, dispute.outcome) == ("resolved", "return_confirmed")
    assert dispute.return_parcels.get().delivered_at == frozen
    assert facts.events(dispute)[-1] == ("return_confirmed", "return_in_transit", "resolved")
    assert facts.refunds(dispute) == [(Decimal(60), "card", f"dispute {dispute.reference}")]
    assert facts.running(dispute) == []
    assert (order.refunded, order.released) == (Decimal(60), Decimal(40))
    assert facts.told(dispute) == [
        ("Alice", "dispute_return_confirmed_buyer"), ("Bob", "dispute_return_confirmed_seller"),
    ]  # fmt: skip


def test_contesting_the_return_calls_a_mediator(frozen: datetime) -> None:
    dispute = make.in_transit()
    services.contest_return(
        dispute_id=dispute.pk, actor=make.seller(dispute), contest="The box was empty."
    )
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.contest_reason) == ("escalated", "The box was empty.")
    assert facts.events(dispute)[-1] == ("return_contested", "return_in_transit", "escalated")
    assert facts.running(dispute) == [("mediator_claim", frozen + 2 * DAY)]
    assert facts.refunds(dispute) == []


@pytest.mark.parametrize(("delivered_day", "due_day"), [(None, 30), (4, 14)])
def test_a_silent_seller_pays_for_the_return(
    frozen: datetime, delivered_day: int | None, due_day: int
) -> None:
    dispute = make.in_transit()
    if delivered_day is not None:
        with clock.freeze(frozen + delivered_day * DAY):
            services.record_return_delivery(dispute_id=dispute.pk, actor=make.seller(dispute))
    make.at(frozen + due_day * DAY - timedelta(microseconds=1))
    assert make.fresh(dispute).state == "return_in_transit"
    make.at(frozen + due_day * DAY)
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.outcome) == ("resolved", "return_unanswered")
    assert facts.refunds(dispute) == [(Decimal(60), "card", f"dispute {dispute.reference}")]
    assert facts.told(dispute) == [
        ("Alice", "dispute_return_unanswered_buyer"), ("Bob", "dispute_return_unanswered_seller"),
    ]  # fmt: skip


def test_the_buyer_may_withdraw_while_the_return_waits(frozen: datetime) -> None:
    dispute = make.returning()
    services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    assert facts.events(make.fresh(dispute))[-1] == ("withdrawn", "awaiting_return", "withdrawn")
    with pytest.raises(CaseChanged):
        services.ship_return(
            dispute_id=dispute.pk, actor=make.buyer(dispute), carrier="DHL", tracking_number="RR1"
        )
