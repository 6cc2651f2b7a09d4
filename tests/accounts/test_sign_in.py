"""Signing up and in: names, codes by mail, no hints about who has an account."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests.accounts.factories import PASSWORD, person

pytestmark = pytest.mark.django_db


def code_of(message: object) -> str:
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", message.body, re.MULTILINE)  # type: ignore[attr-defined]
    assert found, message.body  # type: ignore[attr-defined]
    return found[1]


def test_sign_up_asks_a_name_and_confirms_the_address_by_code(client: Client) -> None:
    client.cookies["recourse_zone"] = "Europe/Madrid"

    answer = client.post(
        reverse("account_signup"),
        {"name": "Élise Durand", "email": "elise@example.com", "password1": PASSWORD},
        headers={"accept-language": "es"},
    )

    user = User.objects.get(email="elise@example.com")
    assert (user.name, user.language, user.zone) == ("Élise Durand", "es", "Europe/Madrid")
    assert (answer.status_code, len(mail.outbox)) == (302, 1)
    client.post(answer["Location"], {"code": code_of(mail.outbox[0])})
    assert client.get(reverse("accounts:profile")).status_code == 200


@pytest.mark.parametrize("password", ["password123", "short", "elise@example.com"])
def test_weak_passwords_are_refused(client: Client, password: str) -> None:
    client.post(
        reverse("account_signup"),
        {"name": "Elise", "email": "elise@example.com", "password1": password},
    )

    assert not User.objects.exists()


def test_signing_up_with_a_taken_address_tells_only_its_owner(client: Client) -> None:
    person()
    form = {"name": "Mallory", "password1": PASSWORD}
    taken = client.post(reverse("account_signup"), form | {"email": "alice@example.com"})
    fresh = Client().post(reverse("account_signup"), form | {"email": "new@example.com"})

    assert (taken.status_code, taken["Location"]) == (fresh.status_code, fresh["Location"])
    assert {m.to[0] for m in mail.outbox} == {"alice@example.com", "new@example.com"}


def test_wrong_password_and_unknown_address_read_the_same(client: Client) -> None:
    person()
    login = reverse("account_login")
    known = client.post(login, {"login": "alice@example.com", "password": "wrong-one"})
    unknown = client.post(login, {"login": "nobody@example.com", "password": "wrong-one"})

    assert known.context["form"].errors == unknown.context["form"].errors != {}


def test_a_new_device_asks_a_code_by_mail_and_a_trusted_one_does_not(
    client: Client, settings: object
) -> None:
    settings.ACCOUNT_LOGIN_BY_CODE_REQUIRED = {"password"}  # type: ignore[attr-defined]
    alice = person()
    form = {"login": alice.email, "password": PASSWORD}

    asked = client.post(reverse("account_login"), form)
    trust = client.post(asked["Location"], {"code": code_of(mail.outbox[0])})
    client.post(trust["Location"], {"action": "trust"})
    client.post(reverse("account_logout"))
    again = client.post(reverse("account_login"), form)

    assert asked["Location"] == reverse("account_confirm_login_code")
    assert trust["Location"] == reverse("mfa_trust")
    assert again["Location"] == "/"
    assert len(mail.outbox) == 1


def test_deactivating_ends_the_session_at_once(client: Client) -> None:
    alice = person()
    client.force_login(alice)
    before = client.get(reverse("accounts:profile")).status_code

    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert (before, client.get(reverse("accounts:profile")).status_code) == (200, 302)


def test_last_administrator_stays(client: Client) -> None:
    root = person("Root", is_staff=True, is_superuser=True)
    client.force_login(root)
    form = {"email": root.email, "name": "Root", "language": "en", "zone": "UTC", "is_staff": "on",
            "staff_roles-TOTAL_FORMS": "0", "staff_roles-INITIAL_FORMS": "0"}  # fmt: skip

    answer = client.post(reverse("admin:accounts_user_change", args=[root.pk]), form)

    root.refresh_from_db()
    assert answer.context["adminform"].form.errors.as_data()["__all__"][0].code == "last_admin"
    assert (root.is_active, root.is_superuser) == (True, True)


def test_tries_are_counted_by_the_clients_own_address_behind_a_proxy(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    form = {"login": "nobody@example.com", "password": "wrong-one"}

    def tried(told: str, times: int) -> list[int]:
        seen = {"X-Forwarded-For": f"{told}, 198.51.100.{told[-1]}"}
        return [
            Client().post(reverse("account_login"), form, headers=seen).status_code
            for _ in range(times)
        ]

    assert tried("6.6.6.1", 30) == [200] * 30
    assert tried("7.7.7.1", 1) == [429], "another word to the left helps nobody"
    assert tried("6.6.6.2", 1) == [200]
