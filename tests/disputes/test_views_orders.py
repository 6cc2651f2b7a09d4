"""What the pages and notices of an order say once it has had its one dispute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from core import clock
from disputes import services
from notifications import rendering
from notifications.models import Notice
from orders import services as order_services
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes.pages import client, text
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def page(order: Order, name: str = "order") -> str:
    return reverse(f"orders:{name}", args=[order.reference])


def read(kind: str, to: str = "Alice") -> str:
    notice = Notice.objects.filter(kind=kind, recipient__name=to).latest("pk")
    return " ".join(rendering.render(notice).lines)


PROMISES = ("open a dispute", "a dispute is no longer possible", "A dispute is possible", "can be disputed",
            "can still be disputed", "can still dispute")  # fmt: skip


def assert_promises_none(words: str) -> None:
    found = [promise for promise in PROMISES if promise.casefold() in words.casefold()]
    assert found == [], words


@pytest.mark.parametrize("order", [orders.delivered, orders.shipped], ids=["delivered", "shipped"])
def test_order_whose_dispute_was_withdrawn_promises_no_second_one(
    frozen: datetime, order: Callable[[], Order]
) -> None:
    dispute = make.withdrawn(order())

    shown = text(client("Alice").get(page(dispute.order)))
    listed = text(client("Alice").get(reverse("orders:list")))

    for words in (shown, listed):
        assert_promises_none(words)
    assert "After this time the money goes to the seller." in shown
    assert "This order has had its one dispute; it cannot have a second one." in shown


def test_confirming_receipt_after_a_withdrawn_dispute_promises_no_second_one(
    frozen: datetime,
) -> None:
    dispute = make.withdrawn()
    url = page(dispute.order, "confirm_receipt")

    asked = text(client("Alice").get(url))
    client("Alice").post(url, {"sure": "on"})
    after = text(client("Alice").get(page(dispute.order)))

    assert "This order has had its one dispute" in asked
    for words in (asked, after, read("order_confirmed")):
        assert_promises_none(words)
    assert Order.objects.get(pk=dispute.order_id).state == "completed"


def test_confirming_receipt_of_an_order_without_a_dispute_still_names_the_way_to_one(
    frozen: datetime,
) -> None:
    order = orders.delivered()

    asked = text(client("Alice").get(page(order, "confirm_receipt")))

    assert "can be disputed for 15 more days" in asked


def test_nobody_is_reminded_of_a_right_that_is_used_up(frozen: datetime) -> None:
    make.withdrawn(orders.delivered())
    other = orders.delivered()

    for day in range(1, 15):
        make.at(frozen + day * DAY)

    told = Notice.objects.filter(kind="order_reminder_release")
    assert {notice.subject for notice in told} == {other.reference}
    assert "A dispute is possible until" in read("order_reminder_release")


def test_delivery_after_a_withdrawn_dispute_names_only_when_the_money_goes(
    frozen: datetime,
) -> None:
    dispute = make.withdrawn(orders.shipped())

    with clock.freeze(frozen + DAY):
        order_services.record_delivery(order_id=dispute.order_id, actor=orders.SHOP)

    told = read("order_delivered")
    assert_promises_none(told)
    assert "The money goes to the seller on Wednesday 18 March 2026, 12:00" in told


def test_delivery_during_a_dispute_promises_no_second_one(frozen: datetime) -> None:
    dispute = make.opened(orders.shipped(), received=False, reason="no_tracking")

    with clock.freeze(frozen + DAY):
        order_services.record_delivery(order_id=dispute.order_id, actor=orders.SHOP)

    assert_promises_none(read("order_delivered"))


def test_withdrawal_says_that_the_order_goes_on_without_a_promise(frozen: datetime) -> None:
    make.withdrawn()

    assert read("dispute_withdrawn_buyer") == (
        "You withdrew the dispute. It cannot be opened again."
        " The order goes on under its own dates; the page of the order says where the money goes and when."
    )


def test_order_says_how_much_went_to_whom(frozen: datetime) -> None:
    dispute = make.resolved()

    buyer, seller = (text(client(name).get(page(dispute.order))) for name in ("Alice", "Bob"))

    assert "€40.00 went to the seller, €60.00 went back to you" in buyer
    assert "€40.00 went to you, €60.00 went back to the buyer" in seller
    assert "The money went to the seller" not in buyer + seller
    assert "€40.00 that was held goes to the seller." in read("dispute_agreed_buyer")
    assert "€60.00 goes back to the buyer. €40.00 that was held goes to you." in read(
        "dispute_agreed_seller", "Bob"
    )


def test_order_refunded_after_its_completion_says_so(frozen: datetime) -> None:
    dispute = make.opened(orders.completed(), amount="100")
    services.accept_request(dispute_id=dispute.pk, actor=make.seller(dispute))

    assert "All of the money went back to you" in text(client("Alice").get(page(dispute.order)))
    assert "All of the money went back to the buyer" in text(client("Bob").get(page(dispute.order)))
