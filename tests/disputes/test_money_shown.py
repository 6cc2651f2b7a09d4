"""Money and refunds read the same on the order's and on the dispute's page, and the card is the buyer's alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from core import clock
from core.batch import Batch
from core.cases import at
from disputes import services
from disputes.models import Dispute
from disputes.reading import payout, steps
from disputes.states import Party
from orders import effects
from orders import services as orders
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes.pages import text
from tests.disputes.test_settlement import agree, propose
from tests.disputes.test_views_promises import lapsed
from tests.orders.factories import SHOP
from tests.orders.test_pages import browser

pytestmark = pytest.mark.django_db
DIGITS = "4242"
DAY = timedelta(days=1)


@pytest.fixture
def refunded(frozen: Any) -> Dispute:
    """A dispute that was decided for the buyer: a refund to the card is on its way."""
    dispute = make.closed()
    orders.submit_refunds()
    assert dispute.order.refunds.get().means == "card"
    return dispute


def pages(dispute: Dispute) -> dict[str, str]:
    return {
        "order": reverse("orders:order", args=[dispute.order.reference]),
        "payments": reverse("orders:payments", args=[dispute.order.reference]),
        "dispute": reverse("disputes:dispute", args=[dispute.reference]),
        "home": reverse("portal:home"),
    }


@pytest.mark.parametrize("where", ["order", "payments", "dispute"])
def test_the_card_is_shown_to_the_buyer_and_never_to_the_seller(
    refunded: Dispute, where: str
) -> None:
    address, order = pages(refunded)[where], refunded.order
    buyer = browser(order.buyer).get(address).content.decode()
    assert f"Card ending {DIGITS}" in buyer
    assert f"to your card ending {DIGITS}" in buyer
    seller = browser(order.seller).get(address).content.decode()
    assert DIGITS not in seller
    assert "to the buyer’s card" in seller
    assert "your card" not in seller


def test_an_open_dispute_shows_the_seller_no_digits_either(frozen: Any) -> None:
    dispute = make.opened()
    address = pages(dispute)["dispute"]
    assert DIGITS in browser(dispute.order.buyer).get(address).content.decode()
    assert DIGITS not in browser(dispute.order.seller).get(address).content.decode()


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_both_pages_are_made_by_one_builder(refunded: Dispute, side: str) -> None:
    client = browser(getattr(refunded.order, side))
    order, dispute = (client.get(pages(refunded)[name]).context for name in ("order", "dispute"))
    assert [part["to"] for part in order["refunds"]] == [part["to"] for part in dispute["refunds"]]
    assert [part["steps"] for part in order["refunds"]] == [p["steps"] for p in dispute["refunds"]]
    rows = {row["label"]: row["amount"] for row in dispute["money_rows"]}
    shown = {row["label"]: row["amount"] for row in order["money_rows"]}
    assert shown.items() <= rows.items()


def test_a_late_refund_is_late_on_every_page(refunded: Dispute) -> None:
    refund = refunded.order.refunds.get()
    with clock.freeze(refund.expected_at + timedelta(minutes=1)):
        for name in pages(refunded):
            text = browser(refunded.order.buyer).get(pages(refunded)[name]).content.decode()
            assert "This refund is late." in text, name


def test_what_is_left_is_told_while_the_dispute_is_open(frozen: Any) -> None:
    dispute = make.opened()
    shown = browser(dispute.order.seller).get(pages(dispute)["dispute"]).context["money_rows"]
    assert [row["label"] for row in shown] == [
        "Bicycle bell", "The buyer paid", "Card", "Held by us", "Most that can still go back",
    ]  # fmt: skip


MOST, STILL = "Most that can still come back", "Still comes back to you"
DONE = "the return is complete"


def decided_after(
    refunded: str, verdict: str = "part", amount: str | None = "40", **more: Any
) -> Dispute:
    """Some money was refunded by a settlement that lapsed; then a mediator decided."""
    dispute = lapsed(refunded)
    services.escalate_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    services.claim_dispute(dispute_id=dispute.pk, actor=make.carol())
    return make.decide(dispute, verdict, amount, **more)


def decided_with_return(refunded: str = "") -> Dispute:
    """All of it once it is back."""
    more = {"return_required": True, "postage_payer": "seller"}
    if refunded:
        return decided_after(refunded, "all", None, **more)
    return make.decided(None, "all", None, **more)


def contested() -> Dispute:
    """A replacement came that is not right: no other is on its way, and a mediator decides."""
    dispute = make.replaced_in_transit()
    return services.contest_replacement(
        dispute_id=dispute.pk, actor=make.buyer(dispute), contest="This one is cracked too."
    )


@pytest.mark.parametrize(
    ("begun", "told"),
    [
        (make.opened, (MOST, "", 100)),
        (make.in_mediation, (MOST, "", 100)),
        (make.decided, None),
        (make.under_complaint, None),
        (lambda: make.decided(None, "none", None), None),
        (decided_with_return, (STILL, f"once the decision is final and {DONE}", 100)),
        (lambda: decided_with_return("15"), (STILL, f"once the decision is final and {DONE}", 85)),
        (make.returning, (STILL, f"once {DONE}", 60)),
        (make.in_transit, (STILL, f"once {DONE}", 60)),
        (make.replacing, (MOST, "if the replacement does not come", 60)),
        (make.swapping, (MOST, "if the replacement does not come", 60)),
        (contested, (MOST, "", 100)),
        (
            lambda: services.claim_dispute(dispute_id=contested().pk, actor=make.carol()),
            (MOST, "", 100),
        ),
        (make.closed, None),
    ],
)
def test_what_can_still_come_back_is_what_was_agreed_or_decided(
    frozen: Any, begun: Callable[[], Dispute], told: tuple[str, str, int] | None
) -> None:
    dispute = make.fresh(begun())
    last = payout.ahead(dispute, Party.BUYER)
    assert (last and (last["label"], last.get("small", ""), last["amount"])) == told
    rows = browser(dispute.order.buyer).get(pages(dispute)["dispute"]).context["money_rows"]
    assert [row for row in rows if row["label"] in (MOST, STILL)] == ([last] if last else [])


def test_the_steps_name_a_refund_that_was_requested_and_no_money_ahead(frozen: Any) -> None:
    """Agreed to settle: the bank has the refund already, and the end is the settlement's own day."""
    dispute = make.rejected()
    propose(dispute, frozen + 5 * DAY, "50")
    agree(dispute)
    assert [tuple(step.values()) for step in steps.steps_of(at(make.fresh(dispute)), "buyer")] == [
        ("Opened", "Mon 2 March", "done"),
        ("Seller answered", "Mon 2 March", "done"),
        ("Refund requested", "€50.00", "done"),
        ("You two negotiate", "stands still", "now"),
        ("Mediator", "only if you do not agree", "maybe"),
        ("Over", "until Sat 7 March", "next"),
    ]


@pytest.mark.parametrize(
    ("begun", "labels"),
    [
        (
            make.decided,
            ["Mediator decided", "Refund requested", "Decision becomes final", "Over"],
        ),
        (
            make.under_complaint,
            ["Mediator decided", "Refund requested", "Decision is reviewed", "Over"],
        ),
        (
            lambda: make.decided(None, "none", None),
            ["Mediator decided", "Decision becomes final", "Money moves"],
        ),
        (
            lambda: decided_with_return("15"),
            ["Refund requested", "Decision becomes final", "You send it back", "The rest of the money moves"],
        ),
    ],
)  # fmt: skip
def test_the_last_steps_after_a_decision(
    frozen: Any, begun: Callable[[], Dispute], labels: list[str]
) -> None:
    told = steps.steps_of(at(make.fresh(begun())), "buyer")
    assert [step["label"] for step in told][-len(labels) :] == labels
    assert [step["state"] for step in told].count("now") == 1


def test_a_withdrawal_after_an_agreement_ends_without_a_word_of_money(frozen: Any) -> None:
    dispute = make.returning()
    services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    last = steps.steps_of(at(make.fresh(dispute)), "buyer")[-1]
    assert (last["label"], last["state"]) == ("Over", "done")
    assert (
        steps.steps_of(at(make.fresh(make.resolved())), "buyer")[-1]["label"] == "Over, money moves"
    )


def partly_refunded(amount: int) -> Dispute:
    """60 of 100 were asked for; meanwhile some of the order went back for another cause."""
    dispute = make.opened()
    with Batch() as batch:
        (order,) = batch.lock(Order, [dispute.order_id])
        effects.refund(batch, order, Decimal(amount), SHOP, "goodwill")
    return make.fresh(dispute)


@pytest.mark.parametrize(
    ("gone", "buyer", "seller", "paid"),
    [
        (
            40, "If the seller stays silent, you get the €60.00 that you asked for and send nothing back.",
            "If you do nothing by then, €60.00 goes back to the buyer, who sends nothing back.", 60,
        ),
        (
            70, "If the seller stays silent, you get €30.00, which is all that is left, and send nothing back.",
            "If you do nothing by then, €30.00 goes back to the buyer, who sends nothing back.", 30,
        ),
        (
            100, "All of the money was refunded already: after that the dispute is over.",
            "All of the money was refunded already: after that the dispute is over.", 0,
        ),
    ],
)  # fmt: skip
def test_silence_names_no_more_than_is_left(
    frozen: Any, gone: int, buyer: str, seller: str, paid: int
) -> None:
    dispute = partly_refunded(gone)
    for person, words in ((dispute.order.buyer, buyer), (dispute.order.seller, seller)):
        assert words in text(browser(person).get(pages(dispute)["dispute"]))
    make.at(frozen + 2 * DAY)
    order = Order.objects.get(pk=dispute.order_id)
    assert order.refunded == gone + paid
    assert make.fresh(dispute).state == "resolved"
