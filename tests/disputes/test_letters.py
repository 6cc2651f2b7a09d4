"""An end, a decision, an agreement: one letter for each party, with the money in it, and nothing else beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import clock
from disputes import services
from disputes.models import Dispute
from notifications import rendering
from notifications.models import Notice
from tests.disputes import factories as make
from tests.disputes.pages import client
from tests.disputes.test_money_shown import partly_refunded
from tests.disputes.test_settlement import agree, propose
from tests.orders import factories as orders

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def after(act: Callable[[], object]) -> list[tuple[str, str]]:
    """Every row of the outbox that came with an act: who, and in which words."""
    before = set(Notice.objects.values_list("pk", flat=True))
    act()
    rows = Notice.objects.exclude(pk__in=before).order_by("pk").select_related("recipient")
    return [(row.recipient.name, row.kind) for row in rows]


def letters(kind: str) -> list[tuple[str, str]]:
    return [("Alice", f"{kind}_buyer"), ("Bob", f"{kind}_seller")]


def read(kind: str) -> list[str]:
    notice = Notice.objects.get(kind=kind)
    with rendering.as_reader(notice.recipient):
        return list(rendering.render(notice).lines)


def card(amount: str = "60") -> Dispute:
    return make.opened(amount=amount)


def mixed() -> Dispute:
    return make.opened(orders.delivered(card="30", wallet="70", coupon="5"))


def wallet() -> Dispute:
    return make.opened(orders.delivered(card="0", wallet="100"))


@pytest.mark.parametrize("opened", [card, lambda: card("100"), mixed, wallet])
def test_a_silent_seller_writes_one_letter_to_each(
    frozen: datetime, opened: Callable[[], Dispute]
) -> None:
    opened()
    assert after(lambda: make.at(frozen + 2 * DAY)) == letters("dispute_seller_silent")


def test_the_letter_says_why_how_much_where_and_until_when(frozen: datetime) -> None:
    mixed()
    make.at(frozen + 2 * DAY)
    why = "The seller did not answer in time, so you get €60.00."
    assert read("dispute_seller_silent_buyer") == [
        f"{why} The dispute is over.",
        "€30.00 goes back to your card. It is expected by Wednesday 25 March 2026, 23:59, Universal time;"
        " this dispute shows each step.",
        "€30.00 is in your wallet now.",
        "€40.00 that was held goes to the seller.",
    ]
    assert read("dispute_seller_silent_seller") == [
        "You did not answer in time, so the buyer gets €60.00. The dispute is over.",
        "€60.00 goes back to the buyer.",
        "€40.00 that was held goes to you.",
    ]


def test_nothing_is_left_to_say_where_all_goes_back(frozen: datetime) -> None:
    wallet_only = make.opened(orders.delivered(card="0", wallet="100"), amount="100")
    make.at(frozen + 2 * DAY)
    assert make.fresh(wallet_only).outcome == "seller_silent"
    assert read("dispute_seller_silent_buyer")[1:] == ["€100.00 is in your wallet now."]
    assert read("dispute_seller_silent_seller")[1:] == ["€100.00 goes back to the buyer."]


def test_the_letter_says_that_it_is_over_also_where_all_was_refunded_before(
    frozen: datetime,
) -> None:
    partly_refunded(100)
    make.at(frozen + 2 * DAY)
    assert read("dispute_seller_silent_without_money_buyer") == [
        "The seller did not answer in time. All of the money was refunded already. The dispute is over."
    ]
    assert read("dispute_seller_silent_without_money_seller") == [
        "You did not answer in time. All of the money was refunded already. The dispute is over."
    ]


def test_accepting_writes_one_letter_to_each(frozen: datetime) -> None:
    dispute = make.opened()
    act = lambda: services.accept_request(dispute_id=dispute.pk, actor=make.seller(dispute))  # noqa: E731
    assert after(act) == letters("dispute_agreed")


def test_a_confirmed_return_writes_one_letter_to_each(frozen: datetime) -> None:
    dispute = make.in_transit()
    act = lambda: services.confirm_return(dispute_id=dispute.pk, actor=make.seller(dispute))  # noqa: E731
    assert after(act) == letters("dispute_return_confirmed")


def test_a_decision_and_its_becoming_final_write_one_letter_to_each(frozen: datetime) -> None:
    dispute = make.in_mediation()
    findings = make.findings(make.evidence(dispute))
    assert after(lambda: make.decide(dispute, findings=findings)) == letters("dispute_decided_part")
    assert read("dispute_decided_part_buyer")[1].startswith("€40.00 goes back to your card.")
    assert [
        row for row in after(lambda: make.at(frozen + 7 * DAY)) if "reminder" not in row[1]
    ] == (letters("dispute_closed"))
    assert read("dispute_closed_seller") == [
        "The decision is final, and the dispute is closed.",
        "€60.00 that was held goes to you.",
    ]


def test_a_missed_return_writes_one_letter_to_each(frozen: datetime) -> None:
    make.returning()
    rows = after(lambda: make.at(frozen + 10 * DAY))
    assert [row for row in rows if "reminder" not in row[1]] == letters("dispute_return_not_sent")
    assert read("dispute_return_not_sent_seller")[1] == "€100.00 that was held goes to you."


def test_a_replacement_with_money_writes_one_letter_to_each(frozen: datetime) -> None:
    dispute = make.rejected()
    services.make_offer(
        dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal(25), replacement=True
    )
    offer = dispute.offers.get(party="seller").pk

    def accept() -> None:
        services.accept_offer(dispute_id=dispute.pk, actor=make.buyer(dispute), offer_id=offer)

    assert after(accept) == letters("dispute_replacement_agreed")
    assert "€25.00 goes back to the buyer." in read("dispute_replacement_agreed_seller")


def test_a_settlement_writes_one_letter_to_each_also_where_the_money_is_there_at_once(
    frozen: datetime,
) -> None:
    by_card, by_wallet = propose(make.rejected(), frozen + 5 * DAY), wallet()
    propose(by_wallet, frozen + 5 * DAY)
    assert after(lambda: agree(by_card)) == letters("dispute_settlement_agreed")
    assert after(lambda: agree(by_wallet)) == letters("dispute_settled")
    assert "€50.00 is in your wallet now." in read("dispute_settled_buyer")
    assert "€50.00 that was held goes to you." in read("dispute_settled_seller")


def test_withdrawing_still_says_where_the_order_goes(frozen: datetime) -> None:
    dispute = make.opened()
    with clock.freeze(frozen + DAY):
        act = lambda: services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))  # noqa: E731
        assert after(act) == letters("dispute_withdrawn")


def test_every_letter_to_the_mediator_leads_to_a_page_that_they_may_open(
    frozen: datetime,
) -> None:
    make.carol()
    dispute = make.in_mediation()
    for party in ("buyer", "seller"):
        services.request_evidence(
            dispute_id=dispute.pk, actor=make.carol(), party=party, question="Where is it?"
        )
    services.answer_evidence_request(
        dispute_id=dispute.pk, actor=make.buyer(dispute), answer="It is here.", file_ids=[]
    )
    services.send_message(dispute_id=dispute.pk, actor=make.buyer(dispute), body="Look at it.")
    make.evidence(dispute)
    for day in (3, 4, 7):
        make.at(frozen + day * DAY)

    letters = Notice.objects.filter(recipient=orders.user("Carol"))
    paths = {letter.kind: rendering.render(letter).path for letter in letters}
    browser = client("Carol")

    assert {kind: browser.get(path).status_code for kind, path in paths.items()} == dict.fromkeys(
        [
            "dispute_in_queue", "dispute_evidence_answered", "dispute_message", "dispute_evidence_added",
            "dispute_evidence_expired", "dispute_reminder", "dispute_decision_overdue",
        ],
        200,
    )  # fmt: skip
    told = Notice.objects.get(recipient=orders.user("Alice"), kind="dispute_evidence_expired")
    assert client("Alice").get(rendering.render(told).path).status_code == 200


@pytest.mark.parametrize(
    ("made", "offer", "said"),
    [
        (make.rejected, {"replacement": True}, "the seller sends a replacement"),
        (make.rejected, {}, "the buyer keeps the order"),
        (
            make.rejected, {"replacement": True, "return_required": True, "postage_payer": "buyer"},
            "the buyer sends the order back and the seller sends a replacement",
        ),
        (
            lambda: make.rejected(orders.shipped(), received=False, reason="no_tracking"), {},
            "nothing more is sent",
        ),
    ],
)  # fmt: skip
def test_an_offer_without_money_says_what_is_offered(
    frozen: datetime, made: Callable[[], Dispute], offer: dict[str, Any], said: str
) -> None:
    dispute = made()
    services.make_offer(
        dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal(0), **offer
    )

    assert read("dispute_offer_without_money_buyer") == [
        "Seller: a new offer in your dispute. No money goes back.",
        f"With it: {said}.",
        "Compare both offers. If nobody agrees by Tuesday 17 March 2026, 12:00, Universal time, a mediator takes"
        " the case.",
    ]
    notice = Notice.objects.get(kind="dispute_offer_without_money_seller")
    assert rendering.render(notice).subject.endswith(": a new offer without money")


def test_an_offer_of_money_says_what_becomes_of_the_goods(frozen: datetime) -> None:
    dispute = make.rejected()
    services.make_offer(
        dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal(25), replacement=True
    )

    assert read("dispute_offer_buyer")[:2] == [
        "Seller: a new offer of €25.00 in your dispute.",
        "With it: the seller sends a replacement.",
    ]


def test_an_agreement_without_money_is_said_to_bind_and_to_end_the_dispute(
    frozen: datetime,
) -> None:
    dispute = make.rejected()
    services.make_offer(dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal(0))
    offer = dispute.offers.get(party="seller").pk
    act = lambda: services.accept_offer(  # noqa: E731
        dispute_id=dispute.pk, actor=make.buyer(dispute), offer_id=offer
    )

    assert after(act) == letters("dispute_agreed_without_money")
    end = "The agreement is binding and the dispute is over."
    assert read("dispute_agreed_without_money_buyer") == [
        f"You and the seller agreed that no money goes back. {end}",
        "€100.00 that was held goes to the seller.",
    ]
    assert read("dispute_agreed_without_money_seller") == [
        f"You and the buyer agreed that no money goes back. {end}",
        "€100.00 that was held goes to you.",
    ]
