"""What every form of ours does, whatever a browser, or somebody who is none, sends with it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from core import idempotency, web
from core.models import DoneOnce
from tests.disputes import factories as make
from tests.disputes.pages import address, client
from tests.orders import factories as orders


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("a-Key-1", "a-Key-1"),
        ("", ""),
        ("x" * 64, "x" * 64),
        ("x" * 65, ""),
        ("a\0b", ""),
        ("é", ""),
        ("a b", ""),
    ],
)
def test_only_a_key_that_we_could_have_written_counts(sent: str, key: str) -> None:
    request = RequestFactory().post("/", {"form_key": sent})

    assert web.form_key(request) == key
    assert web.kept_key(request) == ({"form_key": key} if key else {})


@pytest.mark.parametrize(
    ("proxies", "told", "expected"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7", "198.51.100.7"),
        (2, None, "10.0.0.1"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "[2001:db8::7]", "2001:db8::7"),
        (1, "nobody", ""),
    ],
)
def test_so_many_proxies_are_believed_from_the_right(
    settings: Settings, proxies: int, told: str | None, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {} if told is None else {"X-Forwarded-For": told}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1")

    assert web.client_address(request) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["a\0b", "k" * 500, "'; --", "🙂"])
def test_a_strange_key_does_no_harm_and_the_form_is_done(frozen: datetime, key: str) -> None:
    dispute = make.opened()
    alice = client("Alice")

    for said in ("first", "second"):
        answer = alice.post(address(dispute, "message"), {"form_key": key, "body": said})
        assert answer.status_code == 302

    assert [m.body for m in dispute.messages.order_by("pk")] == ["first", "second"]


@pytest.mark.django_db
def test_one_key_at_two_addresses_is_two_forms(frozen: datetime) -> None:
    first, second = make.opened(), make.opened()
    alice = client("Alice")

    for dispute in (first, second):
        alice.post(address(dispute, "message"), {"form_key": "same", "body": "Hello?"})

    assert (first.messages.count(), second.messages.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/disputes/new/%00/",
        "/disputes/%00/",
        "/orders/%00/",
        "/evidence/%00/",
    ],
)
def test_nothing_lives_at_an_address_with_a_nul(frozen: datetime, path: str) -> None:
    orders.delivered()

    assert client("Alice").get(path).status_code == 404


@pytest.mark.django_db
def test_a_nul_in_a_search_finds_nothing_and_breaks_nothing(frozen: datetime) -> None:
    dispute = make.escalated()
    make.carol()

    found = client("Carol").get(reverse("mediation:next"), {"after": "\0"})
    assert found.headers.get("Location") == reverse("mediation:case", args=[dispute.reference])
    assert client("Alice").get(reverse("orders:list"), {"q": "\0"}).status_code == 200


@pytest.mark.django_db
def test_keys_are_forgotten_when_nobody_can_send_their_forms_any_more() -> None:
    now = timezone.now()
    for days in (7, 9, 30):
        DoneOnce.objects.create(scope="1:/x/", key=f"{days}", created_at=now - timedelta(days=days))

    assert idempotency.forget() == 2
    assert idempotency.forget() == 0
    assert list(DoneOnce.objects.values_list("key", flat=True)) == ["7"]
