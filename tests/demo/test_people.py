"""The people of the demo can sign in with the printed password, from several places at once."""

from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test import Client

from accounts.models import User
from core import clock
from demo import people
from demo.accounts import FACES, PASSWORD

pytestmark = pytest.mark.django_db


def test_signing_in_with_the_password_ends_no_other_session(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    people.load(clock.now())
    alice = User.objects.get(email=FACES[0].email)
    stored = alice.password

    assert not identify_hasher(stored).must_update(stored)
    assert {user.password for user in User.objects.all()} == {stored}

    other, browser = Client(), Client()
    other.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    assert browser.login(username=alice.email, password=PASSWORD)
    alice.refresh_from_db()
    assert alice.password == stored
    assert other.get("/account/profile/").status_code == 200
