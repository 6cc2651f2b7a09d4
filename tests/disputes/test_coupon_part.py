"""The part of an order that a coupon paid: said before and after, and given back only where the policy says so."""

# mypy: disable-error-code="comparison-overlap"
from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from core import services as rules
from core.models import Storefront
from coupons import selectors
from coupons.models import Compensation
from disputes import services
from disputes.models import Dispute
from notifications.models import Notice
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes.pages import address, client, text
from tests.disputes.test_settlement import agree, propose
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NEVER = "€20.00 of the price was paid by coupon. That part is not refunded, and the coupon does not come back."
ANEW = (
    "€20.00 of the price was paid by coupon. That part is not refunded in money. Only if a dispute gives back all of"
    " the money, a new coupon of €20.00 is promised to"
)


def switch_on() -> None:
    root = make.root()
    rules.edit_policy(
        storefront_id=Storefront.default().pk, typed={"coupon_given_back": "yes"}, note="Goodwill.",
        based_on=1, actor=root,
    )  # fmt: skip


def part_paid(make_order: Callable[..., Order] = orders.delivered, **more: str) -> Order:
    return make_order(**{"card": "0", "wallet": "80", "coupon": "20"} | more)


def pages(order: Order) -> dict[str, str]:
    """What the buyer reads at each step before and after, and the seller before the act."""
    alice, bob = client("Alice"), client("Bob")
    make.draft(order, amount="80")
    shown = {
        step: text(alice.get(reverse("disputes:question", args=[order.reference, step])))
        for step in ("wanted", "check")
    }
    dispute = services.open_dispute(order_id=order.pk, actor=orders.buyer(order))
    shown["seller asked to accept"] = text(bob.get(address(dispute)))
    services.reject_request(dispute_id=dispute.pk, actor=make.seller(dispute), answer="No.")
    services.make_offer(
        dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal(80), return_required=False
    )
    shown["buyer asked to accept"] = text(alice.get(address(dispute, "accept_offer")))
    services.accept_offer(
        dispute_id=dispute.pk, actor=make.buyer(dispute), offer_id=make.fresh(dispute).offers.latest("pk").pk
    )  # fmt: skip
    shown["after"] = text(alice.get(address(dispute)))
    shown["payments"] = text(alice.get(reverse("orders:payments", args=[order.reference])))
    return shown


def test_every_page_says_that_the_coupon_part_does_not_come_back(frozen: datetime) -> None:
    shown = pages(part_paid())
    assert {name for name, words in shown.items() if NEVER in words} == set(shown)
    assert not Compensation.objects.exists()


def test_with_the_switch_on_every_page_says_when_it_does(frozen: datetime) -> None:
    switch_on()
    shown = pages(part_paid())
    assert {name for name, words in shown.items() if ANEW in words} == set(shown)
    assert "promised to the buyer, at our cost" in shown["seller asked to accept"]
    assert "does not come back" not in " ".join(shown.values())
    made = Compensation.objects.get()
    assert (made.value, made.currency) == (20, "EUR")


def test_an_order_without_a_coupon_says_nothing_of_one(frozen: datetime) -> None:
    shown = pages(part_paid(coupon="0"))
    assert not [name for name, words in shown.items() if "paid by coupon" in words]


def silent() -> Dispute:
    dispute = make.opened(part_paid(), amount="80")
    make.at(dispute.opened_at + 2 * DAY)
    return dispute


def half() -> Dispute:
    dispute = make.opened(part_paid(), amount="40")
    make.at(dispute.opened_at + 2 * DAY)
    return dispute


def decided_all() -> Dispute:
    dispute = make.in_mediation(part_paid())
    return make.decide(dispute, "all", None)


def decided_none() -> Dispute:
    dispute = make.in_mediation(part_paid())
    return make.decide(dispute, "none", None)


def settled() -> Dispute:
    dispute = make.rejected(part_paid())
    propose(dispute, dispute.opened_at + 5 * DAY, "80")
    agree(dispute)
    return dispute


@pytest.mark.parametrize("won", [silent, decided_all, settled])
def test_a_dispute_won_in_full_promises_the_coupon_part_anew_once(
    frozen: datetime, won: Callable[[], Dispute]
) -> None:
    switch_on()
    dispute = won()
    made = Compensation.objects.get()
    assert (made.cause, made.owner_id, made.value) == (dispute.reference, dispute.buyer_id, 20)
    assert Notice.objects.filter(kind="coupon_promised").count() == 1
    make.at(dispute.opened_at + 60 * DAY)
    assert Compensation.objects.count() == 1
    assert list(selectors.faults()) == []


@pytest.mark.parametrize("ended", [half, decided_none])
def test_a_dispute_that_is_not_won_in_full_gives_no_coupon_back(
    frozen: datetime, ended: Callable[[], Dispute]
) -> None:
    switch_on()
    ended()
    assert not Compensation.objects.exists()


@pytest.mark.parametrize("won", [silent, decided_all, settled])
def test_with_the_switch_off_nothing_is_given_back(
    frozen: datetime, won: Callable[[], Dispute]
) -> None:
    won()
    assert not Compensation.objects.exists()


def test_an_order_bought_before_the_switch_keeps_its_own_rules(frozen: datetime) -> None:
    order = part_paid()
    switch_on()
    dispute = make.opened(order, amount="80")
    make.at(dispute.opened_at + 2 * DAY)
    assert not Compensation.objects.exists()
    assert NEVER in text(client("Alice").get(address(dispute)))
