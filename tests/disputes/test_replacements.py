"""The replacement: agreed, sent, delivered, confirmed, contested, forgotten, lost; with money, after a return."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import clock
from core.actors import SYSTEM
from core.errors import CaseChanged, NotAllowed, Refused
from core.models import PolicyVersion, Storefront
from core.policy import SETTINGS
from disputes import services
from disputes.effects.mediation import Found
from disputes.models import Dispute
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes import facts
from tests.disputes.pages import address, client, send, text

DAY = timedelta(days=1)
Money = tuple[str, Decimal, Decimal, Decimal]
pytestmark = pytest.mark.django_db


def money_of(dispute: Dispute) -> Money:
    """The order's state and where its 100 is: held, with the seller, back with the buyer."""
    order = Order.objects.get(pk=dispute.order_id)
    assert order.captured == order.held + order.released + order.refunded
    return order.state, order.held, order.released, order.refunded


def offered(amount: str, **terms: Any) -> Dispute:
    """The buyer has accepted a replacement of the seller's, with some money beside it."""
    dispute = make.rejected()
    services.make_offer(
        dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal(amount), replacement=True, **terms
    )  # fmt: skip
    offer = dispute.offers.get(party="seller").pk
    return services.accept_offer(dispute_id=dispute.pk, actor=make.buyer(dispute), offer_id=offer)


def told(dispute: Dispute, kind: str) -> None:
    """Both were told of the last event in these words."""
    told_now = [who for who in facts.told(dispute) if who[1].startswith("dispute_replacement")]
    assert told_now == [("Alice", f"{kind}_buyer"), ("Bob", f"{kind}_seller")]


def test_an_agreed_replacement_gives_the_seller_ten_days_and_holds_the_money(
    frozen: datetime,
) -> None:
    dispute = make.fresh(make.replacing())
    assert (dispute.state, dispute.replacement, dispute.final_amount, dispute.ended_at) == (
        "awaiting_replacement", True, Decimal(0), None,
    )  # fmt: skip
    assert facts.events(dispute)[-1] == (
        "request_accepted", "awaiting_seller", "awaiting_replacement",
    )  # fmt: skip
    assert facts.running(dispute) == [("replacement_ship", frozen + 10 * DAY)]
    assert facts.refunds(dispute) == []
    assert money_of(dispute) == ("delivered", Decimal(100), Decimal(0), Decimal(0))
    assert dispute.order.disputed_at is not None
    told(dispute, "dispute_replacement_agreed")


def test_money_beside_a_replacement_is_requested_at_the_agreement(frozen: datetime) -> None:
    dispute = make.fresh(offered("25"))
    assert dispute.state == "awaiting_replacement"
    assert facts.refunds(dispute) == [
        (Decimal(25), "card", f"dispute {dispute.reference}, beside the replacement")
    ]
    assert money_of(dispute) == ("delivered", Decimal(75), Decimal(0), Decimal(25))


def test_shipping_the_replacement_starts_thirty_days(frozen: datetime) -> None:
    dispute = make.fresh(make.replaced_in_transit())
    parcel = dispute.replacement_parcel
    assert (dispute.state, parcel.carrier, parcel.tracking_number) == (
        "replacement_in_transit", "DHL", "RR473124829NL",
    )  # fmt: skip
    assert facts.events(dispute)[-1] == (
        "replacement_shipped", "awaiting_replacement", "replacement_in_transit",
    )  # fmt: skip
    assert facts.clocks(dispute)[:2] == [
        ("replacement_delivery", "pending", frozen + 30 * DAY), ("replacement_ship", "met", frozen + 10 * DAY),
    ]  # fmt: skip
    told(dispute, "dispute_replacement_shipped")


@pytest.mark.parametrize(
    ("carrier", "number"), [("", "RR1"), ("DHL", ""), ("DHL", "x" * 65), ("\x00", "RR1")]
)
def test_a_replacement_names_carrier_and_number(
    frozen: datetime, carrier: str, number: str
) -> None:
    dispute = make.replacing()
    with pytest.raises(Refused):
        services.ship_replacement(
            dispute_id=dispute.pk, actor=make.seller(dispute), carrier=carrier, tracking_number=number
        )  # fmt: skip
    assert make.fresh(dispute).state == "awaiting_replacement"


def test_a_seller_who_sends_nothing_refunds_the_amount_asked(frozen: datetime) -> None:
    dispute = make.replacing()
    make.at(frozen + 10 * DAY - timedelta(microseconds=1))
    assert make.fresh(dispute).state == "awaiting_replacement"
    make.at(frozen + 10 * DAY)
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.outcome, dispute.final_amount) == (
        "resolved", "replacement_not_sent", Decimal(60),
    )  # fmt: skip
    assert facts.events(dispute)[-1] == ("replacement_missed", "awaiting_replacement", "resolved")
    assert facts.refunds(dispute) == [(Decimal(60), "card", f"dispute {dispute.reference}")]
    assert money_of(dispute) == ("completed", Decimal(0), Decimal(40), Decimal(60))
    told(dispute, "dispute_replacement_not_sent")


@pytest.mark.parametrize(
    ("beside", "more"), [("25", [Decimal(25), Decimal(35)]), ("80", [Decimal(80)])]
)
def test_money_that_went_back_with_the_replacement_counts_where_it_does_not_come(
    frozen: datetime, beside: str, more: list[Decimal]
) -> None:
    dispute = offered(beside)
    make.at(frozen + 10 * DAY)
    dispute = make.fresh(dispute)
    assert [amount for amount, _means, _cause in facts.refunds(dispute)] == more
    back = sum(more)
    assert (dispute.final_amount, money_of(dispute)) == (
        back, ("completed", Decimal(0), 100 - back, back),
    )  # fmt: skip


def test_a_replacement_that_never_comes_refunds_thirty_days_after_its_sending(
    frozen: datetime,
) -> None:
    dispute = make.replaced_in_transit()
    make.at(frozen + 30 * DAY - timedelta(microseconds=1))
    assert make.fresh(dispute).state == "replacement_in_transit"
    make.at(frozen + 30 * DAY)
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.outcome) == ("resolved", "replacement_lost")
    assert facts.events(dispute)[-1] == ("replacement_lost", "replacement_in_transit", "resolved")
    assert money_of(dispute) == ("completed", Decimal(0), Decimal(40), Decimal(60))
    told(dispute, "dispute_replacement_lost")


@pytest.mark.parametrize("side", ["buyer", "seller", "carrier"])
def test_a_recorded_delivery_gives_the_buyer_ten_days(frozen: datetime, side: str) -> None:
    dispute = make.replaced_in_transit()
    who = {"buyer": make.buyer(dispute), "seller": make.seller(dispute), "carrier": SYSTEM}[side]
    with clock.freeze(frozen + 5 * DAY):
        services.record_replacement_delivery(
            dispute_id=dispute.pk, actor=who, delivered_at=frozen + 3 * DAY
        )
    assert facts.events(dispute)[-1] == (
        "replacement_delivered", "replacement_in_transit", "replacement_in_transit",
    )  # fmt: skip
    assert facts.running(dispute) == [("replacement_confirm", frozen + 13 * DAY)]
    told(dispute, "dispute_replacement_delivered")
    with clock.freeze(frozen + 6 * DAY), pytest.raises(Refused):
        services.record_replacement_delivery(dispute_id=dispute.pk, actor=who)


def test_news_of_a_delivery_that_come_late_leave_the_buyer_the_full_time(frozen: datetime) -> None:
    dispute = make.replaced_in_transit()
    with clock.freeze(frozen + 29 * DAY):
        services.record_replacement_delivery(
            dispute_id=dispute.pk, actor=make.seller(dispute), delivered_at=frozen + 2 * DAY
        )
    assert facts.running(dispute) == [("replacement_confirm", frozen + 39 * DAY)]


def test_a_delivered_replacement_that_nobody_contests_closes_the_dispute(frozen: datetime) -> None:
    dispute = make.replaced_in_transit()
    services.record_replacement_delivery(dispute_id=dispute.pk, actor=make.seller(dispute))
    make.at(frozen + 10 * DAY)
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.outcome, dispute.replacement) == ("resolved", "replaced", True)
    assert facts.events(dispute)[-1] == (
        "replacement_left_unanswered", "replacement_in_transit", "resolved",
    )  # fmt: skip
    assert facts.refunds(dispute) == []
    assert money_of(dispute) == ("completed", Decimal(0), Decimal(100), Decimal(0))
    told(dispute, "dispute_replacement_unanswered")


def test_a_confirmed_replacement_lets_the_money_go(frozen: datetime) -> None:
    dispute = offered("25")
    services.ship_replacement(
        dispute_id=dispute.pk, actor=make.seller(dispute), carrier="DHL", tracking_number="RR1"
    )
    services.confirm_replacement(dispute_id=dispute.pk, actor=make.buyer(dispute))
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.outcome) == ("resolved", "replaced")
    assert dispute.replacement_parcel.delivered_at == frozen
    assert facts.running(dispute) == []
    assert money_of(dispute) == ("completed", Decimal(0), Decimal(75), Decimal(25))
    told(dispute, "dispute_replacement_confirmed")


def test_a_contested_replacement_calls_a_mediator_who_decides_about_the_money(
    frozen: datetime,
) -> None:
    dispute = make.replaced_in_transit()
    services.contest_replacement(
        dispute_id=dispute.pk, actor=make.buyer(dispute), contest="This one is cracked too."
    )
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.replacement_contest, dispute.contest_reason) == (
        "escalated", "This one is cracked too.", "",
    )  # fmt: skip
    assert facts.running(dispute) == [("mediator_claim", frozen + 2 * DAY)]
    told(dispute, "dispute_replacement_contested")
    services.claim_dispute(dispute_id=dispute.pk, actor=make.carol())
    page = text(client("Carol").get(f"/desk/disputes/{dispute.reference}/"))
    assert "About the replacement: This one is cracked too." in page
    assert "RR473124829NL" in page
    said = "The replacement did not come, or was not right"
    findings = make.findings(make.evidence(dispute))[:1]
    findings.append(Found(said, "buyer", "proved", (1,), "replacement"))
    make.decide(dispute, "part", "40", findings=findings)
    make.at(frozen + 7 * DAY)
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.outcome, dispute.replacement) == (
        "closed", "decided_part", False,
    )  # fmt: skip
    assert money_of(dispute) == ("completed", Decimal(0), Decimal(60), Decimal(40))


def test_only_the_sender_ships_and_only_the_receiver_confirms(frozen: datetime) -> None:
    waiting, coming = make.replacing(), make.replaced_in_transit()
    with pytest.raises(NotAllowed):
        services.ship_replacement(
            dispute_id=waiting.pk, actor=make.buyer(waiting), carrier="DHL", tracking_number="RR1"
        )
    for act in (services.confirm_replacement, services.contest_replacement):
        words = {"contest": "Bad."} if act is services.contest_replacement else {}
        with pytest.raises(NotAllowed):
            act(dispute_id=coming.pk, actor=make.seller(coming), **words)


def test_the_buyer_may_give_up_while_the_replacement_waits(frozen: datetime) -> None:
    dispute = make.replacing()
    services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    assert money_of(dispute) == ("delivered", Decimal(100), Decimal(0), Decimal(0))
    with pytest.raises(CaseChanged):
        services.ship_replacement(
            dispute_id=dispute.pk, actor=make.seller(dispute), carrier="DHL", tracking_number="RR1"
        )


@pytest.mark.parametrize("amount", ["0", "20"])
def test_with_a_return_the_replacement_comes_after_it_and_so_does_the_money(
    frozen: datetime, amount: str
) -> None:
    dispute = make.fresh(make.swapping(amount=amount))
    assert (dispute.state, dispute.replacement) == ("return_in_transit", True)
    assert facts.refunds(dispute) == []
    services.confirm_return(dispute_id=dispute.pk, actor=make.seller(dispute))
    dispute = make.fresh(dispute)
    assert facts.events(dispute)[-1] == (
        "return_confirmed", "return_in_transit", "awaiting_replacement",
    )  # fmt: skip
    assert facts.running(dispute) == [("replacement_ship", frozen + 10 * DAY)]
    back = Decimal(amount)
    assert money_of(dispute) == ("delivered", 100 - back, Decimal(0), back)
    assert ("Alice", "dispute_swap_return_confirmed_buyer") in facts.told(dispute)


def test_a_return_that_the_seller_does_not_answer_leads_to_the_replacement(
    frozen: datetime,
) -> None:
    dispute = make.swapping()
    make.at(frozen + 30 * DAY)
    dispute = make.fresh(dispute)
    assert facts.events(dispute)[-1] == (
        "return_left_unanswered", "return_in_transit", "awaiting_replacement",
    )  # fmt: skip
    assert money_of(dispute) == ("delivered", Decimal(80), Decimal(0), Decimal(20))
    make.at(frozen + 40 * DAY)
    assert make.fresh(dispute).outcome == "replacement_not_sent"
    assert money_of(dispute) == ("completed", Decimal(0), Decimal(40), Decimal(60))


def test_a_return_that_is_not_sent_ends_the_replacement_too(frozen: datetime) -> None:
    dispute = offered("0", return_required=True, postage_payer="seller")
    assert dispute.state == "awaiting_return"
    make.at(frozen + 10 * DAY)
    dispute = make.fresh(dispute)
    assert (dispute.outcome, dispute.replacement) == ("return_not_sent", False)
    assert money_of(dispute) == ("completed", Decimal(0), Decimal(100), Decimal(0))


def test_a_policy_older_than_replacements_gives_their_usual_days(frozen: datetime) -> None:
    names = {name for name in SETTINGS if name.startswith("replacement_")}
    assert {name: SETTINGS[name].default for name in names} == {
        "replacement_ship_days": 10, "replacement_confirm_days": 10, "replacement_transit_days": 30,
    }  # fmt: skip
    PolicyVersion.objects.create(
        storefront=Storefront.default(), number=9, note="From before there were replacements",
        values={name: setting.default for name, setting in SETTINGS.items() if name not in names},
    )  # fmt: skip
    dispute = make.opened(wanted="replacement")
    assert dispute.policy.number == 9
    services.accept_request(dispute_id=dispute.pk, actor=make.seller(dispute))
    assert facts.running(dispute) == [("replacement_ship", frozen + 10 * DAY)]


def test_the_pages_say_what_silence_costs_and_take_the_moves(frozen: datetime) -> None:
    dispute = make.replacing()
    alice, bob = client("Alice"), client("Bob")
    assert "the dispute ends and you get €60.00" in text(alice.get(address(dispute)))
    assert "If you do not send it by then" in text(bob.get(address(dispute)))

    form = {"carrier": "DHL", "tracking_number": "RR 473 124 829 NL"}
    assert send(bob, address(dispute, "ship_replacement"), **form).status_code == 302
    page = text(alice.get(address(dispute)))
    assert "RR473124829NL" in page
    assert "it counts as lost and you get €60.00" in page

    assert send(bob, address(dispute, "replacement_arrived")).status_code == 302
    assert "the dispute closes as replaced" in text(alice.get(address(dispute)))
    before = text(alice.get(address(dispute, "confirm_replacement")))
    assert "All €100.00 goes to the seller." in before

    assert send(alice, address(dispute, "confirm_replacement")).status_code == 302
    assert "Replaced: you have the replacement" in text(alice.get(address(dispute)))
    assert money_of(dispute) == ("completed", Decimal(0), Decimal(100), Decimal(0))


def test_lists_offer_the_moves_of_a_replacement_to_the_one_whose_turn_it_is(
    frozen: datetime,
) -> None:
    waiting, coming = make.replacing(), make.replaced_in_transit()
    inbox = client("Bob").get("/disputes/inbox/").content.decode()
    mine = client("Alice").get("/disputes/").content.decode()

    assert address(waiting, "ship_replacement") in inbox
    assert address(coming, "replacement_arrived") not in inbox
    for move in ("replacement_arrived", "confirm_replacement", "contest_replacement"):
        assert address(coming, move) in mine


def test_the_form_of_an_offer_takes_a_return_with_a_replacement_and_no_money(
    frozen: datetime,
) -> None:
    dispute = make.rejected()
    form = {"amount": "0", "goods": "swap", "postage_payer": "seller"}
    assert send(client("Bob"), address(dispute, "offer"), **form).status_code == 302
    offer = dispute.offers.get(party="seller", state="standing")
    assert (offer.amount, offer.return_required, offer.replacement, offer.postage_payer) == (
        Decimal(0), True, True, "seller",
    )  # fmt: skip
    words = text(client("Alice").get(address(dispute, "accept_offer")))
    assert "Accept a replacement once you have sent it back?" in words
    assert "you get €60.00 instead" in words
