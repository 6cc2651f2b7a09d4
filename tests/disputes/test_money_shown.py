"""Money and refunds read the same on the order's and on the dispute's page, and the card is the buyer's alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from core import clock
from disputes.models import Dispute
from orders import reading
from orders import services as orders
from tests.disputes import factories as make
from tests.orders.test_pages import browser

pytestmark = pytest.mark.django_db
DIGITS = "4242"


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
    rows = reading.money_rows(dispute.order, reading.SELLER, items=True, left=True)
    assert [row["label"] for row in rows] == [
        "Bicycle bell", "The buyer paid", "Card", "Held by us", "Most that can still go back",
    ]  # fmt: skip
