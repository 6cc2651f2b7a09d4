"""Staff open nothing without a second factor in this session."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from accounts.models import User
from tests.accounts.factories import PASSWORD, person, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked(settings: object) -> None:
    settings.STAFF_SECOND_FACTOR = True  # type: ignore[attr-defined]


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_staff_without_a_factor_is_sent_to_set_one_up(client: Client) -> None:
    client.force_login(staff())

    answer = client.get(reverse("admin:index"))

    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_activate_totp"))


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_administrators_are_staff_too(client: Client, flag: str) -> None:
    client.force_login(person("Root", **{flag: True}))

    answer = client.get(reverse("admin:index"))

    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_activate_totp"))


def test_staff_with_a_factor_shows_it_in_each_session(client: Client) -> None:
    carol = staff()
    TOTP.activate(carol, SECRET)
    client.force_login(carol)

    answer = client.get("/admin/?q=1")

    assert answer["Location"] == reverse("mfa_reauthenticate") + "?next=%2Fadmin%2F%3Fq%3D1"


def test_signing_in_with_the_factor_opens_the_pages(client: Client) -> None:
    root = person("Root", is_staff=True, is_superuser=True)
    TOTP.activate(root, SECRET)

    first = client.post(reverse("account_login"), {"login": root.email, "password": PASSWORD})
    second = client.post(reverse("mfa_authenticate"), {"code": code(SECRET)})
    page = client.get(reverse("admin:index"))

    assert first["Location"] == reverse("mfa_authenticate")
    assert second.status_code == 302
    assert page.status_code == 200


def test_a_wrong_code_opens_nothing(client: Client) -> None:
    root = person("Root", is_staff=True, is_superuser=True)
    TOTP.activate(root, SECRET)
    client.post(reverse("account_login"), {"login": root.email, "password": PASSWORD})

    client.post(reverse("mfa_authenticate"), {"code": "000000"})

    answer = client.get(reverse("admin:index"))
    assert answer["Location"] == reverse("admin:login") + "?next=/admin/"


def test_buyers_need_none(client: Client) -> None:
    client.force_login(person())

    answer = client.get(reverse("accounts:profile"))

    assert answer.status_code == 200


def test_own_account_pages_stay_open_to_staff(client: Client) -> None:
    client.force_login(staff())

    assert client.get(reverse("accounts:profile")).status_code == 200


def test_factor_counts_only_for_its_owner() -> None:
    carol, dan = staff(), staff("Dan", "reviewer")
    Authenticator.objects.create(user=carol, type="totp", data={"secret": "x"})

    assert second_factor.has_one(carol)
    assert not second_factor.has_one(dan)


def test_recovery_codes_alone_are_no_factor() -> None:
    carol = staff()
    Authenticator.objects.create(user=carol, type="recovery_codes", data={"seed": "x"})

    assert not second_factor.has_one(carol)


def test_production_asks_for_it(settings: object) -> None:
    from config import settings as ours

    assert ours.STAFF_SECOND_FACTOR is True


def test_people_have_confirmed_addresses() -> None:
    user: User = person()

    assert EmailAddress.objects.get(user=user).verified
