"""A mail server that is away breaks no page about an account, and tells nobody who has one."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.adapter import NOT_SENT, NOT_TOLD
from accounts.models import User
from tests.accounts.factories import PASSWORD, person
from tests.accounts.test_sign_in import code_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def away(settings: Any) -> None:
    """A real server that hangs up before it says a word."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2


def told(client: Client, address: str, form: dict[str, str]) -> tuple[int, list[str]]:
    answer = client.post(address, form, follow=True)
    return answer.status_code, [str(message) for message in answer.context["messages"]]


@pytest.mark.usefixtures("away")
def test_nobody_learns_who_has_an_account(client: Client) -> None:
    person()
    form = {"name": "Mallory", "password1": PASSWORD}
    signup, reset = reverse("account_signup"), reverse("account_reset_password")
    code = reverse("account_request_login_code")
    for address, more in ((signup, form), (reset, {}), (code, {})):
        for email in ("alice@example.com", "new@example.com"):
            assert told(Client(), address, more | {"email": email}) == (200, [str(NOT_SENT)])
    assert User.objects.filter(email="new@example.com").count() == 1


def test_the_code_is_asked_for_again_when_the_server_is_back(
    client: Client, settings: Any, away: None
) -> None:
    signup = reverse("account_signup")
    form = {"name": "Elise", "email": "elise@example.com", "password1": PASSWORD}
    answer = client.post(signup, form)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()  # a minute later
    client.post(answer["Location"], {"action": "resend"})
    client.post(answer["Location"], {"code": code_of(mail.outbox[0])})
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_a_password_from_a_new_device_waits_for_a_code_that_can_be_sent_again(
    client: Client, settings: Any, away: None
) -> None:
    settings.ACCOUNT_LOGIN_BY_CODE_REQUIRED = {"password"}
    person()
    form = {"login": "alice@example.com", "password": PASSWORD}
    assert told(client, reverse("account_login"), form) == (200, [str(NOT_SENT)])
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()  # a minute later
    confirm = reverse("account_confirm_login_code")
    client.post(confirm, {"action": "resend"})
    trust = client.post(confirm, {"code": code_of(mail.outbox[0])})
    client.post(trust["Location"], {"action": "trust"})
    assert client.get(reverse("accounts:profile")).status_code == 200


@pytest.mark.usefixtures("away")
def test_a_change_that_nobody_can_be_told_of_is_made_all_the_same(client: Client) -> None:
    user = person()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 9_999_999_999}]
    session.save()
    new = {
        "oldpassword": PASSWORD,
        "password1": "another-Long-one-1",
        "password2": "another-Long-one-1",
    }
    status, messages = told(client, reverse("account_change_password"), new)
    assert (status, str(NOT_TOLD) in messages) == (200, True)
    user.refresh_from_db()
    assert user.check_password("another-Long-one-1")
