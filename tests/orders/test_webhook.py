"""The webhook gateway against a real server that fails in every way: one refund, the same key, a signed answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core import clock
from core.models import Event, PolicyVersion, Storefront
from orders import gateways, services
from orders.gateways import GatewayDown, Outcome, Result, signing, webhook
from orders.models import Refund
from orders.services import refunds
from tests.conftest import NOON
from tests.orders import factories as make
from tests.orders.shop_server import KEY, Shop, shop
from tests.orders.test_ledger import refund as request
from tests.orders.test_refunds import fresh, names

__all__ = ["shop"]
pytestmark = pytest.mark.django_db


def by_webhook() -> None:
    """From now on refunds to cards go through the shop."""
    store = Storefront.default()
    version = store.current_policy()
    values = version.values | {"card_gateway": "webhook"}
    PolicyVersion.objects.create(
        storefront=store, number=version.number + 1, values=values, note="the shop pays"
    )


@pytest.fixture
def due(frozen: Any) -> Refund:
    """A refund of 40.00 that the shop is to pay."""
    by_webhook()
    return request(make.shipped(), "40")[0]


def send(refund: Refund, after: timedelta = timedelta()) -> int:
    with clock.freeze(NOON + after):
        return services.submit_refunds(gateway=gateways.get("webhook"))


def test_the_shop_is_asked_signed_with_the_key_of_the_refund(due: Refund, shop: Shop) -> None:
    assert (due.gateway, send(due)) == ("webhook", 1)
    assert shop.asked == [
        {
            "type": "refund", "key": due.idempotency_key, "reference": due.reference, "order": due.order.number,
            "amount": "40.00", "currency": "EUR", "means": "card", "card_last4": "4242",
            "requested_at": "2026-03-02T12:00:00+00:00",
        }
    ]  # fmt: skip
    assert shop.headers[0]["Idempotency-Key"] == due.idempotency_key
    assert (fresh(due).state, fresh(due).provider_reference) == ("submitted", "PAY-1")
    assert send(due) == 0, "what was taken is not sent again"


@pytest.mark.parametrize(
    ("step", "state", "failure"),
    [
        ("completed", "completed", ""),
        ("failed", "failed", "The card was closed."),
        ("torn", "failed", "The card was closed "),
    ],
)
def test_the_shop_may_say_at_once_how_it_ended(
    due: Refund, shop: Shop, step: str, state: str, failure: str
) -> None:
    shop.plan = [step]
    send(due)
    assert (fresh(due).state, fresh(due).failure) == (state, failure)
    assert names(due) == ["requested", state]


NOTHING_KNOWN = [
    "silent", "late", "drip", "cut", "huge", "error", "missing", "redirect", "forged", "unsigned", "stale", "other_key",
    "odd_status", "no_text",
]  # fmt: skip


@pytest.mark.fault("R23", tries=1)
@pytest.mark.parametrize("step", NOTHING_KNOWN)
def test_whatever_the_shop_does_the_same_key_is_sent_again_and_paid_once(
    due: Refund, shop: Shop, step: str
) -> None:
    shop.plan = [step, step, "taken"]
    for after, tries in ((0, 1), (29, 1), (30, 2), (89, 2)):
        assert send(due, timedelta(seconds=after)) == 0
        assert (fresh(due).state, fresh(due).tries) == ("requested", tries)
    assert send(due, timedelta(seconds=90)) == 1

    assert [asked["key"] for asked in shop.asked] == [due.idempotency_key] * 3
    assert list(shop.paid) == [due.idempotency_key]
    assert (fresh(due).state, fresh(due).provider_reference, fresh(due).tries) == (
        "submitted", "PAY-1", 0,
    )  # fmt: skip
    assert names(due) == ["requested", "submitted"]


@pytest.mark.fault("R23", tries=1)
def test_a_shop_that_is_away_costs_three_calls_a_round_and_loses_nothing(
    frozen: Any, shop: Shop
) -> None:
    by_webhook()
    refunds = [request(make.shipped(), "10")[0] for _ in range(5)]
    shop.plan = ["error"]
    assert send(refunds[0]) == 0
    assert len(shop.asked) == webhook.GIVE_UP
    shop.plan = ["taken"]
    assert send(refunds[0], timedelta(seconds=1)) == 2, "those that were not tried are free"
    assert send(refunds[0], timedelta(seconds=31)) == 3
    assert sorted(shop.paid) == sorted(r.idempotency_key for r in refunds)


def test_nobody_listens(due: Refund, shop: Shop) -> None:
    shop.close()
    assert send(due) == 0
    assert (fresh(due).state, fresh(due).tries) == ("requested", 1)


def test_without_an_address_nothing_is_sent_and_it_is_said(due: Refund, settings: Any) -> None:
    settings.REFUND_WEBHOOK_URL = ""
    with pytest.raises(GatewayDown, match="REFUND_WEBHOOK_URL"):
        send(due)
    assert (fresh(due).state, fresh(due).claimed_until) == ("requested", None)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_call_is_made_outside_any_transaction(
    frozen: Any, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_webhook()
    refund = request(make.shipped(), "40")[0]
    open_: list[bool] = []
    ask = webhook._ask

    def watched(snapshot: Any) -> Any:
        open_.append(connection.in_atomic_block)
        return ask(snapshot)

    monkeypatch.setattr(webhook, "_ask", watched)
    send(refund)
    assert open_ == [False]


# ---- what the shop tells later


def tell(
    body: dict[str, Any] | bytes,
    key: str = KEY,
    age: int = 0,
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    """The shop calls us; status and JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = signing.headers([key], raw)
    if age:
        stamp = str(int(signed[signing.TIMESTAMP]) - age)
        signed = {
            signing.TIMESTAMP: stamp,
            signing.SIGNATURE: signing.signature(key, stamp, raw),
        }
    answer = Client(enforce_csrf_checks=True).post(
        reverse("orders:refund_result"), raw, "application/json", headers=signed | (headers or {})
    )
    return answer.status_code, answer.json()


def completed(refund: Refund, **more: str) -> dict[str, str]:
    return {
        "key": refund.idempotency_key, "status": "completed", "provider_reference": "PAY-1",
    } | more  # fmt: skip


@pytest.mark.fault("R22", tries=1)
@pytest.mark.fault("R23", tries=1)
def test_a_later_result_counts_once_however_often_it_is_told(due: Refund, shop: Shop) -> None:
    send(due)
    assert tell(completed(due, amount="40.00", currency="EUR", date="2026-03-02T11:00:00Z")) == (
        200, {"result": "applied"},
    )  # fmt: skip
    for _ in range(3):
        assert tell(completed(due)) == (200, {"result": "unchanged"})
    assert fresh(due).state == "completed"
    assert names(due) == ["requested", "submitted", "completed"]
    assert send(due, timedelta(days=1)) == 0
    assert len(shop.asked) == 1


@pytest.mark.fault("R23", tries=1)
def test_the_result_that_overtakes_the_answer_is_kept(due: Refund, shop: Shop) -> None:
    """The shop pays and reports while its answer to the call is still on the way."""
    shop.plan = ["silent", "taken"]
    send(due)
    assert tell(completed(due)) == (200, {"result": "applied"})
    assert send(due, timedelta(hours=1)) == 0
    assert (fresh(due).state, len(shop.asked)) == ("completed", 1)


def test_a_refusal_that_overtakes_a_call_without_an_answer_keeps_its_reason(
    due: Refund, shop: Shop
) -> None:
    refused = {"key": due.idempotency_key, "status": "failed", "message": "No such card."}
    assert tell(refused) == (200, {"result": "applied"})
    refunds._wait(Result(due.pk, Outcome.UNKNOWN, message="the shop did not answer"))
    assert (fresh(due).state, fresh(due).failure, fresh(due).claimed_until, fresh(due).tries) == (
        "failed", "No such card.", None, 0,
    )  # fmt: skip


def test_an_old_refusal_told_again_does_not_fail_the_next_try(due: Refund, shop: Shop) -> None:
    refused = {"key": due.idempotency_key, "status": "failed", "message": "No such card."}
    send(due)
    assert tell(refused) == (200, {"result": "applied"})
    services.retry_refund(refund_id=due.pk, actor=make.SHOP)
    send(due, timedelta(minutes=1))
    assert tell(refused) == (200, {"result": "unchanged"})
    assert (fresh(due).state, list(shop.paid)) == ("submitted", [due.idempotency_key])


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"key": "nobody"}, 404, "no refund has this key"),
        ({"key": ""}, 400, "key is missing or too long"),
        ({"status": "perhaps"}, 400, "status is neither completed nor failed"),
        ({"amount": "39.99"}, 400, "the amount is 39.99, the refund's is 40.00"),
        ({"amount": "NaN"}, 400, "amount is not an amount"),
        ({"amount": "much"}, 400, "amount is not an amount"),
        ({"currency": "USD"}, 400, "the currency is USD, the refund's is EUR"),
        ({"date": "soon"}, 400, "date is not a date"),
        ({"date": "2026-03-03"}, 400, "the date lies in the future"),
        ({"message": 5}, 400, "the body is no object of texts"),
        ({"message": "\0"}, 400, "the body is no object of texts"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    due: Refund, shop: Shop, change: dict[str, Any], status: int, words: str
) -> None:
    send(due)
    assert tell({**completed(due), **change}) == (status, {"error": words})
    assert fresh(due).state == "submitted"


def test_only_the_shop_is_believed_and_only_now(due: Refund, shop: Shop) -> None:
    send(due)
    said = completed(due)
    assert tell(said, key="k" * 40) == (400, {"error": "the signature is wrong"})
    assert tell(said, headers={signing.SIGNATURE: ""}) == (
        400,
        {"error": "the message is not signed"},
    )
    assert tell(said, headers={signing.TIMESTAMP: "now"}) == (
        400, {"error": "the message is not signed"},
    )  # fmt: skip
    for age in (signing.WINDOW + 5, -signing.WINDOW - 5):
        assert tell(said, age=age) == (
            400, {"error": "the message is too old, or the clocks differ"},
        )  # fmt: skip
    assert tell(b"{") == (400, {"error": "the body is no JSON"})
    assert tell(b"[]") == (400, {"error": "the body is no object of texts"})
    assert tell(b" " * 20_000) == (400, {"error": "the body is too long"})
    assert fresh(due).state == "submitted"


def test_a_key_is_changed_without_a_gap(due: Refund, shop: Shop, settings: Any) -> None:
    send(due)
    settings.REFUND_WEBHOOK_KEYS = ["n" * 40, KEY]
    assert tell(completed(due)) == (200, {"result": "applied"})


def test_the_door_is_closed_where_no_shop_is_connected_and_to_floods(
    due: Refund, shop: Shop, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orders.views import hooks

    address = reverse("orders:refund_result")
    assert Client().get(address).status_code == 405
    monkeypatch.setattr(hooks, "MOST", 0)
    answer = Client().post(address, b"{}", "application/json")
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert tell(completed(due, key="unknown"))[0] == 404, (
        "the shop itself may report as fast as it likes"
    )
    settings.REFUND_WEBHOOK_KEYS = []
    assert tell(completed(due)) == (404, {"error": "no shop is connected here"})
    assert Event.objects.filter(subject=due.reference).count() == 1
