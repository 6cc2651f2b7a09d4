"""R10, R12, R22, R23 where the money goes back: forms, workers, banks and files, all at once and again."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import RoleGrant
from core import clock
from core.actors import Actor
from core.errors import CaseChanged
from core.models import Event, Storefront
from notifications.models import Notice
from orders import gateways, selectors, services
from orders.gateways import signing
from orders.models import Correction, Refund, SettlementLine, WalletEntry
from tests.faults.invariants import invariants
from tests.orders import factories as make
from tests.orders.shop_server import KEY, Shop, shop
from tests.orders.test_ledger import refund as request
from tests.orders.test_refunds import Bank
from tests.orders.test_settlement import HEADER
from tests.orders.test_webhook import by_webhook
from tests.together import at_once

__all__ = ["shop"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def failed() -> Refund:
    (refund,) = request(make.shipped(), "40")
    services.submit_refunds(gateway=Bank("refuse"))
    return refund


def root() -> Any:
    user = make.user("Root")
    RoleGrant.objects.get_or_create(user=user, storefront=Storefront.default(), role="admin")
    return user


@pytest.mark.fault("R10", quick=8, tries=20)
def test_the_same_form_many_times_pays_into_the_wallet_once(tries: int) -> None:
    refund, person = failed(), root()
    address = reverse("orders:correct_refund", args=[refund.order.reference, refund.reference])

    def post() -> int:
        client = Client()
        client.force_login(person, "django.contrib.auth.backends.ModelBackend")
        form = {"reason": "The card is closed.", "form_key": "one-and-the-same"}
        return int(client.post(address, form).status_code)

    results = at_once(*[post] * tries)
    assert set(results) <= {302, 404}, "404 once it is done and the failed refund is gone"
    assert 302 in results
    assert WalletEntry.objects.get().balance == 40
    assert Event.objects.filter(name="corrected").count() == 1
    assert Notice.objects.filter(kind="refund_corrected").count() == 1
    invariants()
    assert list(selectors.unbalanced_wallets()) == []


@pytest.mark.fault("R12", quick=3, tries=20)
def test_sent_again_and_into_the_wallet_at_the_same_moment_is_one_of_the_two(tries: int) -> None:
    admin = Actor.person(root().pk, frozenset({"admin"}))
    for _ in range(tries):
        refund = failed()
        acts = [services.retry_refund, services.correct_refund]
        results = at_once(
            *[partial(act, refund_id=refund.pk, actor=admin, reason="now") for act in acts]
        )
        lost = [result for result in results if isinstance(result, Exception)]
        assert [type(error) for error in lost] == [CaseChanged]
        services.submit_refunds(gateway=Bank())
        paid = WalletEntry.objects.filter(refund=refund).count()
        state = Refund.objects.get(pk=refund.pk).state
        assert (state, paid) in {("submitted", 0), ("completed", 1)}
    invariants()
    assert list(selectors.unbalanced_wallets()) == []


@pytest.mark.fault("R12", tries=1)
def test_two_administrators_decide_a_correction_differently(tmp_path: Path) -> None:
    (refund,) = request(make.shipped(), "40")
    services.submit_refunds(gateway=Bank())
    settle(tmp_path, f"T1,charge,{refund.reference},40,EUR,2026-01-02")
    admin, made = Actor.person(root().pk, frozenset({"admin"})), Correction.objects.get()
    results = at_once(
        *[
            lambda move=move: services.move_correction(
                correction_id=made.pk, move=move, actor=admin, note="Looked at it."
            )
            for move in ("settle", "dismiss")
        ]
    )
    assert sorted(type(r).__name__ for r in results) == ["CaseChanged", "Correction"]
    assert Event.objects.filter(subject=made.reference).count() == 2
    invariants()


def settle(folder: Path, *lines: str, name: str = "bank.csv") -> services.Settlement:
    path = folder / name
    path.write_text("\n".join((HEADER, *lines)) + "\n")
    return services.import_settlement(path=path, storefront=Storefront.default())


@pytest.mark.fault("R22", quick=5, tries=12)
def test_files_that_overlap_read_again_and_at_once_open_each_correction_once(
    tries: int, tmp_path: Path
) -> None:
    refunds = [request(make.shipped(), "40")[0] for _ in range(6)]
    services.submit_refunds(gateway=Bank())
    lines = [f"T{n},charge,{r.reference},40,EUR,2026-01-02" for n, r in enumerate(refunds)]
    chance, jobs = random.Random(22), []
    for number in range(tries):
        part = chance.sample(lines, 5) if number % 2 else lines
        jobs.append(lambda part=part, number=number: settle(tmp_path, *part, name=f"{number}.csv"))
    results = at_once(*jobs)
    results += at_once(*jobs)
    assert not [result for result in results if isinstance(result, Exception)]
    assert SettlementLine.objects.count() == len(lines)
    found = Correction.objects.values_list("refund_id", "finding")
    assert sorted(found) == sorted((r.pk, "charged") for r in refunds)
    assert Notice.objects.filter(kind="correction_opened").count() == len(refunds)
    invariants()


def told(refund: Refund) -> int:
    body = json.dumps(
        {"key": refund.idempotency_key, "status": "completed", "provider_reference": "P"}
    ).encode()
    answer = Client().post(
        reverse("orders:refund_result"),
        body,
        "application/json",
        headers=signing.headers([KEY], body),
    )
    return int(answer.status_code)


@pytest.mark.fault("R22", quick=5, tries=20)
def test_a_result_that_is_told_many_times_at_once_counts_once(shop: Shop, tries: int) -> None:
    by_webhook()
    (refund,) = request(make.shipped(), "40")
    services.submit_refunds(gateway=gateways.get("webhook"))
    assert at_once(*[lambda: told(refund)] * tries) == [200] * tries
    assert Event.objects.filter(subject=refund.reference, name="completed").count() == 1
    assert refund.answers.count() == 1
    invariants()


def worker(later: timedelta) -> Any:
    """A worker so much later: the clock stands still in its own thread."""

    def act() -> int:
        with clock.freeze(clock.now() + later):
            return services.submit_refunds(gateway=gateways.get("webhook"), limit=3)

    return act


@pytest.mark.fault("R23", quick=1, tries=10)
def test_workers_and_a_shop_that_fails_at_random_pay_each_refund_once(
    shop: Shop, tries: int
) -> None:
    """Four workers at once, again and again, while the shop times out, fails, pays silently, lies and reports late."""
    by_webhook()
    chance = random.Random(23)
    steps = ["silent", "error", "forged", "cut", "late", "taken", "taken", "completed"]
    for _ in range(tries):
        refunds = [request(make.shipped(), "10")[0] for _ in range(8)]
        shop.plan = [chance.choice(steps) for _ in range(12)] + ["taken"]
        for turn in range(20):
            results = at_once(*[worker(timedelta(hours=2 * turn))] * 4)
            assert not [result for result in results if isinstance(result, Exception)]
            for refund in chance.sample(refunds, 2):
                if refund.idempotency_key in shop.paid:
                    assert told(refund) == 200
        states = set(Refund.objects.values_list("state", flat=True))
        assert states <= {"submitted", "completed"}
        assert {r.idempotency_key for r in refunds} <= set(shop.paid)
    assert len(shop.paid) == Refund.objects.count(), "the shop never saw a second key for a refund"
    for refund in Refund.objects.all():
        names = [event.name for event in Event.objects.filter(subject=refund.reference)]
        assert sorted(names).count("submitted") <= 1
        assert names.count("completed") <= 1
    invariants(swept=False, at=clock.now() + timedelta(days=3))
