"""What never arrived: no page, form or notice speaks as if the buyer had it, and nothing can be sent back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from core.errors import Refused
from disputes import services
from disputes.effects.mediation import Found
from disputes.models import Decision, Dispute
from notifications import rendering
from notifications.models import Notice
from tests.disputes import factories as make
from tests.disputes.pages import address, client, send, text
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
HAS_IT = re.compile(
    r"keeps? (?:it|them|the order|the goods|what)|sends? (?:it|them|the order|the goods|nothing) back|"
    r"need not be returned|once it is back|Postage back|pays the postage|sent it back",
    re.I,
)
MISSING: dict[str, Any] = {"received": False, "reason": "no_tracking"}


def opened(**answers: Any) -> Dispute:
    return make.opened(orders.shipped(), **MISSING | answers)


def offered(amount: str = "40", **terms: Any) -> Dispute:
    dispute = opened()
    return services.make_offer(
        dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal(amount), **terms
    )


def agreed() -> Dispute:
    dispute = offered()
    offer = dispute.offers.get(party="seller", state="standing")
    return services.accept_offer(
        dispute_id=dispute.pk, actor=make.buyer(dispute), offer_id=offer.pk
    )


def silent() -> Dispute:
    dispute = opened()
    make.at(dispute.opened_at + timedelta(days=2))
    return make.fresh(dispute)


def decided(verdict: str = "part", amount: str | None = "40", **more: Any) -> Dispute:
    dispute = make.rejected(orders.shipped(), **MISSING)
    services.escalate_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    dispute = services.claim_dispute(dispute_id=dispute.pk, actor=make.carol())
    number = make.evidence(dispute)
    findings = [
        Found("The order did not arrive; the tracking shows nothing", "buyer", "proved", (number,), "no_tracking"),
        Found("The order was sent and delivered to the right address", "seller", "not_proved", (), "denial"),
    ]  # fmt: skip
    return make.decide(dispute, verdict, amount, findings=findings, reason="not_delivered", **more)


STAGES: dict[str, Callable[[], Dispute]] = {
    "opened": opened, "offered": offered, "replacement offered": lambda: offered("0", replacement=True),
    "agreed": agreed, "silent": silent, "decided": decided, "all decided": lambda: decided("all", None),
}  # fmt: skip


def without_decision(words: str) -> str:
    """The statement is the mediator's own text in these tests."""
    return words.replace("We find it damaged (E1).", "")


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", ["Alice", "Bob"])
def test_no_page_speaks_as_if_the_buyer_had_it(frozen: datetime, stage: str, name: str) -> None:
    dispute = STAGES[stage]()
    browser = client(name)
    paths = [address(dispute)]
    paths += [
        address(dispute, move)
        for move in ("accept_offer", "accept_request", "offer", "settle")
        if browser.get(address(dispute, move)).status_code == 200
    ]

    for path in paths:
        words = without_decision(text(browser.get(path)))
        assert HAS_IT.findall(words) == [], path
    for notice in Notice.objects.filter(subject=dispute.reference, recipient__name=name):
        assert HAS_IT.findall(" ".join(rendering.render(notice).lines)) == []


def test_questionnaire_does_not_speak_as_if_the_buyer_had_it(frozen: datetime) -> None:
    order = orders.shipped()
    make.draft(order, **MISSING)

    for step in ("wanted", "check"):
        words = text(
            client("Alice").get(reverse("disputes:question", args=[order.reference, step]))
        )
        assert HAS_IT.findall(words) == [], step


@pytest.mark.parametrize("name", ["Alice", "Bob"])
def test_nothing_can_be_offered_back(frozen: datetime, name: str) -> None:
    dispute = offered()
    url = address(dispute, "offer")

    form = client(name).get(url).content.decode()
    answer = send(client(name), url, amount="30", goods="back", postage_payer="seller", note="")

    assert 'value="back"' not in form
    assert "postage_payer" not in form
    assert answer.status_code == 422
    with pytest.raises(Refused) as refused:
        services.make_offer(
            dispute_id=dispute.pk, actor=make.buyer(dispute), amount=Decimal(30), return_required=True,
            postage_payer="seller",
        )  # fmt: skip
    assert str(refused.value) == "Nothing arrived, so nothing can be sent back."


def test_no_return_can_be_decided(frozen: datetime) -> None:
    with pytest.raises(Refused) as refused:
        decided("all", None, return_required=True, postage_payer="seller")

    assert str(refused.value) == "Nothing arrived, so nothing can be sent back."
    assert not Decision.objects.exists()


def test_offer_of_money_and_of_a_replacement_goes_through(frozen: datetime) -> None:
    dispute = opened()

    send(client("Bob"), address(dispute, "offer"), amount="10", goods="new", note="")
    send(client("Alice"), address(dispute, "offer"), amount="70", goods="keep", note="")

    rows = dispute.offers.filter(state="standing").order_by("party")
    assert [(o.party, o.amount, o.replacement, o.return_required) for o in rows] == [
        ("buyer", Decimal(70), False, False), ("seller", Decimal(10), True, False),
    ]  # fmt: skip
