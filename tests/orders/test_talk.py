"""The thread of an order: buyer and seller write to each other, before and without any dispute."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core import clock, policy
from core.actors import Actor
from core.errors import NotAllowed, Refused
from core.models import Event, PolicyVersion
from notifications import rendering
from notifications.models import Notice
from orders import services
from orders.models import Order, OrderMessage
from tests.conftest import NOON
from tests.orders import factories as make
from tests.orders.test_pages import admin, browser, page

pytestmark = pytest.mark.django_db
OUTSIDE = "Write to me on WhatsApp and I refund you by PayPal."


def say(order: Order, who: Actor, body: str = "When will it come?") -> OrderMessage:
    return services.send_message(order_id=order.pk, actor=who, body=body)


def address(order: Order) -> str:
    return reverse("orders:message", args=[order.reference])


def test_a_buyer_contacts_the_seller_from_the_page_of_the_order(frozen: Any) -> None:
    order = make.paid()
    buyer, seller = browser(order.buyer), browser(order.seller)
    text = page(buyer, "order", order.reference).content.decode()
    assert ("Contact the seller" in text, f'href="{address(order)}"' in text) == (True, True)
    assert "Contact the buyer" in page(seller, "order", order.reference).content.decode()
    sent = buyer.post(address(order), {"body": "When will it come? 🔔", "form_key": "k1"})
    assert (sent.status_code, sent["Location"]) == (
        302, reverse("orders:order", args=[order.reference]) + "#messages",
    )  # fmt: skip
    row = OrderMessage.objects.get()
    assert (row.side, row.body, row.author_id, row.sent_at, row.caution) == (
        "buyer", "When will it come? 🔔", order.buyer_id, NOON, [],
    )  # fmt: skip
    for client in (buyer, seller, browser(admin(order))):
        for name in ("order", "message"):
            assert "When will it come? 🔔" in page(client, name, order.reference).content.decode()


def test_the_other_side_is_told_and_nobody_else(frozen: Any) -> None:
    order = make.paid()
    admin(order)
    say(order, make.seller(order), "It goes out tomorrow.")
    told = Notice.objects.filter(kind="order_message")
    assert [notice.recipient_id for notice in told] == [order.buyer_id]
    shown = rendering.render(told[0])
    assert shown.lines[0] == "The seller wrote to you."
    assert shown.path == address(order)
    assert "It goes out tomorrow." not in json.dumps(told[0].params)
    event = Event.objects.get(subject=order.reference, name="message_added")
    assert (event.actor_id, "tomorrow" in json.dumps(event.data)) == (order.seller_id, False)


def test_the_same_form_twice_is_one_message(frozen: Any) -> None:
    order = make.paid()
    client = browser(order.buyer)
    for _ in range(3):
        assert client.post(address(order), {"body": "Hello?", "form_key": "k"}).status_code == 302
    assert OrderMessage.objects.count() == 1


def test_a_deal_outside_is_kept_with_its_caution_for_both(frozen: Any) -> None:
    order = make.paid()
    row = say(order, make.seller(order), OUTSIDE)
    assert row.caution == ["messenger", "outside_payment"]
    for person in (order.buyer, order.seller):
        text = page(browser(person), "order", order.reference).content.decode()
        assert OUTSIDE in text
        assert "Be careful: this asks for a deal outside Recourse." in text
        assert "We saw: another messenger, a payment outside the portal." in text


@pytest.mark.parametrize("body", ["", "   ", "\u200b\u00ad", "x" * 101, "🔔" * 101])
def test_what_cannot_be_sent_is_said_and_kept_in_the_form(frozen: Any, body: str) -> None:
    first = make.paid().storefront
    PolicyVersion.objects.create(
        storefront=first, number=2, note="Short.",
        values=policy.defaults() | {"message_max_chars": 100},
    )  # fmt: skip
    order = make.paid()
    answer = browser(order.buyer).post(address(order), {"body": body})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert ("Write a message first." in text) or ("1 character too long; 100 are allowed" in text)
    assert body[:50].strip() in text
    assert OrderMessage.objects.count() == 0
    with pytest.raises(Refused):
        say(order, make.buyer(order), body)
    assert say(order, make.buyer(order), "🔔" * 100).pk


def test_markup_is_text(frozen: Any) -> None:
    order = make.paid()
    say(order, make.buyer(order), "<script>alert(1)</script>")
    text = page(browser(order.seller), "order", order.reference).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert(1)" not in text


def test_only_the_parties_write(frozen: Any) -> None:
    order = make.paid()
    root = admin(order)
    for who in (Actor.person(root.pk, frozenset({"admin"}), "administrator"), Actor.person(make.user("Eve").pk),
                make.SHOP):  # fmt: skip
        with pytest.raises(NotAllowed):
            say(order, who)
    assert browser(root).post(address(order), {"body": "Hello"}).status_code == 403
    assert browser(make.user("Eve")).post(address(order), {"body": "Hello"}).status_code == 404
    assert browser(make.user("Eve")).get(address(order)).status_code == 404
    assert Client().get(address(order)).status_code == 302
    text = page(browser(root), "order", order.reference).content.decode()
    assert "Contact the" not in text
    assert 'name="body"' not in text


@pytest.mark.parametrize("state", list(make.IN_STATE))
def test_they_can_write_in_every_state(frozen: Any, state: str) -> None:
    order = make.IN_STATE[state]()
    for who in (make.buyer(order), make.seller(order)):
        say(order, who)
    row = Order.objects.get(pk=order.pk)
    assert (row.state, row.next_due_at) == (state, order.next_due_at)


def test_in_a_dispute_they_write_where_the_mediator_reads(frozen: Any) -> None:
    order = make.shipped()
    say(order, make.buyer(order), "It is late.")
    make.disputed(order)
    why = "A dispute is open. Write in its thread, where a mediator can read it too."
    with pytest.raises(Refused, match="A dispute is open"):
        say(order, make.seller(order))
    client = browser(order.seller)
    answer = client.post(address(order), {"body": "Hello"})
    assert (answer.status_code, why in answer.content.decode()) == (409, True)
    text = page(client, "order", order.reference).content.decode()
    assert "It is late." in text
    assert ('name="body"' in text, why in text) == (False, True)


def test_a_message_is_never_changed_or_removed(frozen: Any) -> None:
    order = make.paid()
    row = say(order, make.buyer(order))
    for act in (lambda: row.delete(), lambda: OrderMessage.objects.update(body="x")):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            act()


def test_a_long_thread_shows_its_end_and_costs_no_more(
    frozen: Any, django_assert_max_num_queries: Any
) -> None:
    order = make.paid()
    client = browser(order.buyer)
    say(order, make.buyer(order), "Message 0.")
    page(client, "order", order.reference)
    with django_assert_max_num_queries(60) as one:
        page(client, "order", order.reference)
    asked = len(one.captured_queries)
    for n in range(1, 30):
        with clock.freeze(NOON.replace(minute=n)):
            say(order, make.seller(order), f"Message {n}.")
    with clock.freeze(NOON.replace(minute=40)), django_assert_max_num_queries(asked):
        text = page(client, "order", order.reference).content.decode()
    assert ("Message 29." in text, "Message 10." in text, "Message 9." in text) == (
        True,
        True,
        False,
    )
    assert "Message 0." in page(client, "message", order.reference).content.decode()
