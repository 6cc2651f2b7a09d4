"""Refunds that are late or failed, and proofs that wait for a check, stand on the page of what is stuck."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from accounts.models import RoleGrant, User
from core import clock, deadlines
from core.batch import Batch
from core.models import Storefront
from desk.views import stuck
from orders import effects, selectors
from orders import services as money
from orders.models import Order, Refund
from tests.conftest import NOON
from tests.disputes import factories as make
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
LATE = timedelta(days=40)


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, frozen: Any) -> Client:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    client = Client()
    client.force_login(User.objects.get(pk=make.root().person_id))
    return client


def failed(order: Order | None = None, why: str = "The card was closed.") -> Refund:
    row = (order or orders.closed()).refunds.get()
    money.submit_refunds()
    with Batch() as batch:
        (locked,) = batch.lock(Refund, [row.pk])
        locked.order = row.order
        effects.fail_refund(batch, locked, orders.SHOP, why=why)
    return Refund.objects.get(pk=row.pk)


def page(client: Client) -> Any:
    return client.get(reverse("desk:stuck"))


def test_no_stuck_refund_is_said(root: Client) -> None:
    orders.closed()
    assert page(root).context["refunds"] == []
    assert "No refund is late or failed" in page(root).content.decode()


def test_a_failed_refund_is_shown_and_sent_again(root: Client) -> None:
    refund = failed()
    answer = page(root)
    text = answer.content.decode()
    for part in (
        refund.reference,
        "€100.00",
        "File for the bank",
        "The card was closed.",
        refund.provider_reference,
    ):
        assert part in text, part
    address = reverse("orders:retry_refund", args=[refund.order.reference, refund.reference])
    assert f'action="{address}"' in text
    back = reverse("desk:stuck")
    sent = root.post(address, {"reason": "The bank has the new card.", "next": back})
    assert (sent.status_code, sent["Location"]) == (302, back)
    assert Refund.objects.get(pk=refund.pk).state == "requested"
    assert page(root).context["refunds"] == []


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""]
)
def test_sending_again_leads_nowhere_else(root: Client, target: str) -> None:
    refund = failed()
    address = reverse("orders:retry_refund", args=[refund.order.reference, refund.reference])
    sent = root.post(address, {"reason": "The bank has the new card.", "next": target})
    assert sent["Location"] == reverse("orders:payments", args=[refund.order.reference])


def test_an_overdue_refund_is_shown_without_that_button(root: Client) -> None:
    refund = orders.closed().refunds.get()
    money.submit_refunds()
    with clock.freeze(NOON + LATE):
        deadlines.sweep(seconds=20)
        answer = page(root)
    assert [row["refund"].pk for row in answer.context["refunds"]] == [refund.pk]
    text = answer.content.decode()
    assert reverse("orders:payments", args=[refund.order.reference]) in text
    assert "Send it again" not in text


def test_a_refund_that_the_gateway_never_answers_is_shown_long_before_it_is_late(
    root: Client,
) -> None:
    refund = orders.closed().refunds.get()
    words = {"failure": "the shop answered 500"}
    Refund.objects.filter(pk=refund.pk).update(tries=selectors.MANY_TRIES - 1, **words)
    assert page(root).context["refunds"] == []
    Refund.objects.filter(pk=refund.pk).update(tries=selectors.MANY_TRIES)
    text = page(root).content.decode()
    assert ("Sent 5 times, and goes on." in text, "the shop answered 500" in text) == (True, True)


def test_the_oldest_promise_comes_first_and_the_list_is_bounded(
    root: Client, django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(root)
    with django_assert_max_num_queries(60) as none:
        page(root)
    asked = len(none.captured_queries)
    first = failed()
    with clock.freeze(NOON + timedelta(days=1)):
        rows = [failed() for _ in range(3)]
    assert [row["refund"].pk for row in page(root).context["refunds"]] == [
        first.pk, *(row.pk for row in rows),
    ]  # fmt: skip
    with django_assert_max_num_queries(asked + 1):
        page(root)
    monkeypatch.setattr(stuck, "MOST", 2)
    answer = page(root)
    assert [row["refund"].pk for row in answer.context["refunds"]] == [first.pk, rows[0].pk]
    assert "The first 2 are shown." in answer.content.decode()


def test_only_refunds_of_the_admins_own_storefronts_are_shown(root: Client) -> None:
    failed()
    other = Storefront.objects.create(slug="other", name="Other")
    RoleGrant.objects.filter(role="admin").update(storefront=other)
    assert page(root).context["refunds"] == []
    keys = [Storefront.default().pk]
    assert selectors.stuck_refunds(keys).count() == 1
    assert selectors.stuck_refunds([]).count() == 0


def test_a_proof_that_waits_is_shown_until_it_is_checked(root: Client) -> None:
    assert "No proof waits" in page(root).content.decode()
    order = orders.under_check()
    answer = page(root)
    assert [row["order"].pk for row in answer.context["proofs"]] == [order.pk]
    assert reverse("orders:order", args=[order.reference]) in answer.content.decode()
    money.confirm_verification(order_id=order.pk, actor=orders.SHOP, proof="It is genuine.")
    assert page(root).context["proofs"] == []
