"""What the browser may run, and when a session ends."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
START = datetime.fromisoformat("2026-03-02T12:00:00+00:00")


@pytest.fixture
def alice(client: Client) -> Client:
    user = get_user_model().objects.create(email="alice@example.org")
    client.force_login(user)
    return client


def signed_in(client: Client) -> bool:
    client.get(reverse("account_login"))
    return "_auth_user_id" in client.session


def test_pages_run_only_what_we_send(client: Client) -> None:
    answer = client.get(reverse("account_login"))

    policy = dict(
        part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_only_the_admin_has_the_wider_policy(client: Client) -> None:
    answer = client.get("/admin/login/", follow=False)

    assert "script-src 'self' 'unsafe-eval' 'unsafe-inline'" in answer["Content-Security-Policy"]


def test_pages_of_people_are_not_kept(alice: Client) -> None:
    answer = alice.get("/health-of-nobody/")

    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("minutes", "expected"), [(719, True), (721, False)])
def test_a_session_ends_unused(alice: Client, minutes: int, expected: bool) -> None:
    with time_machine.travel(START, tick=False) as time:
        assert signed_in(alice)
        time.shift(minutes * 60)

        assert signed_in(alice) is expected


def test_a_session_ends_after_a_week_however_busy(alice: Client) -> None:
    with time_machine.travel(START, tick=False) as time:
        for _ in range(7 * 24 + 1):
            assert signed_in(alice)
            time.shift(3600)

        assert not signed_in(alice)


def test_the_last_use_is_not_written_at_each_page(
    alice: Client, django_assert_num_queries: Callable[..., object]
) -> None:
    with time_machine.travel(START, tick=False) as time:
        signed_in(alice)
        before = alice.session["seen_at"]
        time.shift(299)
        signed_in(alice)
        assert alice.session["seen_at"] == before
        time.shift(2)
        signed_in(alice)

        assert alice.session["seen_at"] == before + 301
