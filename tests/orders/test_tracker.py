"""The tracker of a refund: one bar from the decision to the money, and what becomes of one that the bank cannot pay."""

# mypy: disable-error-code="comparison-overlap"
# Amounts are compared with whole numbers, which are equal to them.
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import RoleGrant
from core import cases, clock, deadlines
from core.actors import Actor
from core.errors import CaseChanged, NotAllowed, Refused
from notifications import rendering
from notifications.models import Notice
from orders import reading, selectors, services
from orders.models import Refund, WalletEntry
from tests.conftest import NOON
from tests.orders import factories as make
from tests.orders.test_ledger import refund as request
from tests.orders.test_refunds import Bank, fresh, names

pytestmark = pytest.mark.django_db
DAY_15 = datetime(2026, 3, 23, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.fixture
def due(frozen: Any) -> Refund:
    return request(make.shipped(), "40")[0]


@pytest.fixture
def root(due: Refund) -> Any:
    user = make.user("Root")
    RoleGrant.objects.create(user=user, storefront_id=due.storefront_id, role="admin")
    return user


def bar(refund: Refund) -> list[tuple[Any, ...]]:
    steps = reading.refund_steps(cases.at(fresh(refund)))
    return [(s["label"], s["at"], s.get("by"), s["state"]) for s in steps]


def test_the_bar_of_a_card_shows_each_step_with_its_day(due: Refund) -> None:
    assert bar(due) == [
        ("Decision", NOON, None, "done"), ("Refund sent", None, None, "now"),
        ("Money at the bank", None, DAY_15, "next"),
    ]  # fmt: skip
    with clock.freeze(NOON + timedelta(days=1)):
        services.submit_refunds(gateway=Bank())
    assert bar(due)[1:] == [
        ("Refund sent", NOON + timedelta(days=1), None, "done"),
        ("Money at the bank", None, DAY_15, "now"),
    ]  # fmt: skip
    with clock.freeze(NOON + timedelta(days=2)):
        services.apply_answers(answers=[services.Answer(due.reference, completed=True)])
    assert bar(due)[2] == ("Money at the bank", NOON + timedelta(days=2), None, "done")


def test_a_wallet_is_there_at_once_and_a_closed_order_within_fourteen_days(frozen: Any) -> None:
    (wallet,) = request(make.shipped(card="0", wallet="100"), "40")
    assert [step[::3] for step in bar(wallet)] == [
        ("Decision", "done"), ("Refund sent", "done"), ("Money in the wallet", "done"),
    ]  # fmt: skip
    closed = make.closed().refunds.get()
    assert closed.expected_at == NOON + timedelta(days=14)


def test_a_late_refund_says_on_the_page_and_by_mail_what_happens_next(due: Refund) -> None:
    with clock.freeze(DAY_15 + timedelta(days=1)):
        deadlines.sweep(seconds=20)
        page = payments(due.order.buyer, due)
    told = Notice.objects.get(kind="refund_overdue")
    lines = rendering.render(told).lines
    assert (
        "We have told the people who look after payments, and ask the bank every week until it is there."
        in lines
    )
    assert "This refund is late." in page
    assert "the bank every week; we write to you as soon as it moves." in page


def payments(person: Any, refund: Refund) -> str:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("orders:payments", args=[refund.order.reference]))
    return " ".join(answer.content.decode().split())


def test_what_the_bank_cannot_pay_goes_into_the_wallet_once(due: Refund, root: Any) -> None:
    services.submit_refunds(gateway=Bank("refuse"))
    admin = Actor.person(root.pk, frozenset({"admin"}))
    for actor in (make.buyer(due.order), make.seller(due.order)):
        with pytest.raises(NotAllowed):
            services.correct_refund(refund_id=due.pk, actor=actor, reason="please")
    with pytest.raises(Refused, match="Say why"):
        services.correct_refund(refund_id=due.pk, actor=admin)
    services.correct_refund(refund_id=due.pk, actor=admin, reason="The card is closed.")
    for act in (services.correct_refund, services.retry_refund):
        with pytest.raises(CaseChanged):
            act(refund_id=due.pk, actor=admin, reason="again")

    done = fresh(due)
    assert (done.state, done.gateway, done.means, done.completed_at) == (
        "completed", "wallet", "card", NOON,
    )  # fmt: skip
    assert names(due) == ["requested", "failed", "corrected"]
    assert WalletEntry.objects.get().balance == 40
    assert done.deadlines.get().state == "met"
    assert [n.recipient for n in Notice.objects.filter(kind="refund_corrected")] == [
        due.order.buyer
    ]
    assert [*selectors.unbalanced_orders(), *selectors.unbalanced_wallets()] == []
    bank = Bank()
    assert (services.submit_refunds(gateway=bank), bank.keys) == (0, [])


@pytest.mark.fault("R12", tries=1)
@pytest.mark.parametrize("completed", [True, False])
def test_a_bank_that_speaks_after_that_is_not_believed_silently(
    due: Refund, root: Any, completed: bool
) -> None:
    services.submit_refunds(gateway=Bank("refuse"))
    services.correct_refund(refund_id=due.pk, actor=make.SHOP)
    answer = services.Answer(due.reference, completed=completed, provider_reference="B1")
    said = services.apply_answers(answers=[answer])
    assert said == ["the refund went into the wallet; ask the bank to take back what it paid"]
    assert names(due) == ["requested", "failed", "corrected"]


def test_an_administrator_corrects_it_on_the_page(due: Refund, root: Any) -> None:
    services.submit_refunds(gateway=Bank("refuse"))
    address = reverse("orders:correct_refund", args=[due.order.reference, due.reference])
    assert address in payments(root, due)
    assert address not in payments(due.order.buyer, due)
    client = Client()
    client.force_login(root, "django.contrib.auth.backends.ModelBackend")
    client.post(address, {"reason": "The card is closed."})
    assert fresh(due).state == "completed"
    assert client.post(address, {"reason": "again"}).status_code == 404
