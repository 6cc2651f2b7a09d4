"""What we write about an account itself, and the pages on which one signs in: our own words, every one of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import letters
from tests.accounts.factories import PASSWORD, person

pytestmark = pytest.mark.django_db
PACKAGE = Path(allauth.__file__).parent / "templates"
OURS = Path(__file__).resolve().parents[2] / "templates"
APPS = ("account", "mfa")
UNUSED = {"account/phone_change.html", "account/confirm_phone_verification_code.html", "account/base_manage_phone.html",
          "account/signup_by_passkey.html", "account/email.html", "mfa/webauthn/signup_form.html",
          "mfa/webauthn/reauthenticate.html"}  # fmt: skip
"""Pages of ways that are switched off here: telephone numbers, several addresses, accounts by passkey alone."""
FACTS: dict[str, Any] = {
    "code": "XKCD-1234", "email": "alice@example.com", "from_email": "old@example.com", "to_email": "new@example.com",
    "deleted_email": "old@example.com", "ip": "192.0.2.7", "user_agent": "Firefox 140", "timestamp": timezone.now(),
    "password_reset_url": "https://resolve.example/reset/",
}  # fmt: skip


def test_table_of_letters_is_complete() -> None:
    theirs = {
        str(path.relative_to(PACKAGE)).removesuffix("_subject.txt")
        for app in APPS
        for path in (PACKAGE / app / "email").glob("*_subject.txt")
    }

    assert set(letters.LETTERS) == theirs


@pytest.mark.parametrize("name", letters.LETTERS)
def test_letter_says_who_writes_and_what_to_do_if_it_was_not_you(name: str, settings: Any) -> None:
    settings.BASE_URL = "https://resolve.example"

    subject, text, html = letters.write(letters.LETTERS[name], FACTS | {"user": person()})

    for part in (text, html):
        assert "Hello Alice" in part
        assert "If it was not you" in part
        assert "Recourse" in part
        assert "https://resolve.example" in part
        assert not re.search(r"%\(|Hello from|Thank you for using|\{\{", part)
    assert "Recourse" in subject
    assert (
        ("XKCD-1234" in text)
        == ("XKCD-1234" in html)
        == (letters.LETTERS[name].after == letters.CODE)
    )


def test_sentence_about_what_is_not_known_is_left_out() -> None:
    _subject, text, _html = letters.write(letters.LETTERS["account/email/password_changed"], {})

    assert "It was done on" not in text
    assert text.startswith("Hello,")


def test_code_to_sign_in_comes_in_our_words_and_the_readers_zone(client: Client) -> None:
    alice = person(zone="Asia/Tokyo")

    client.post(reverse("account_request_login_code"), {"email": alice.email})

    (sent,) = mail.outbox
    assert sent.subject == "Your code to sign in to Recourse"
    assert sent.body.startswith("Hello Alice,")
    assert re.search(r"^ +[A-Z0-9]{4}-[A-Z0-9]{4}$|^ +[A-Z0-9]{6,}$", str(sent.body), re.M)
    assert [form for _body, form in sent.alternatives] == ["text/html"]  # type: ignore[attr-defined]


def test_changed_password_is_told_with_place_and_time(client: Client) -> None:
    alice = person(zone="Asia/Tokyo")
    client.force_login(alice)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "another long one", "password2": "another long one"},
        headers={"user-agent": "Firefox 140"},
    )

    (sent,) = mail.outbox
    assert sent.subject == "Your password at Recourse was changed"
    assert "Tokyo time (UTC+09:00), from the address 127.0.0.1, with Firefox 140." in sent.body


def test_every_page_of_the_package_has_our_own() -> None:
    theirs = {
        str(path.relative_to(PACKAGE))
        for app in APPS
        for path in (PACKAGE / app).rglob("*")
        if path.suffix in {".html", ".txt"} and not {"email", "snippets"} & set(path.parts)
    }
    frames = {name for name in theirs if Path(name).name.startswith("base")}
    words = {name for name in theirs - UNUSED - frames if "phone" not in name}

    missing = {name for name in words if not (OURS / name).is_file()}

    assert missing - {"mfa/recovery_codes/download.txt"} == set()


FOREIGN = (
    "special code", "Request Code", "(again)", "Enter Email", "Verification Code", "Enter Sign-In", "Current Password",
    "try again later", "Forgot your password?", "Remember Me",
)  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_request_login_code", "account_signup", "account_reset_password"],
)
def test_pages_for_visitors_are_in_our_words(client: Client, name: str) -> None:
    page = client.get(reverse(name)).content.decode()

    assert [words for words in FOREIGN if words.casefold() in page.casefold()] == []


def test_way_through_a_new_password_is_in_our_words(client: Client) -> None:
    person()

    asked = client.post(reverse("account_reset_password"), {"email": "alice@example.com"})
    page = client.get(asked["Location"]).content.decode()
    code = re.search(r"^ +([A-Z0-9-]{6,9})$", str(mail.outbox[0].body), re.M)
    assert code is not None
    chosen = client.post(asked["Location"], {"code": code[1]})
    choosing = client.get(chosen["Location"]).content.decode()

    for shown in (page, choosing):
        assert [words for words in FOREIGN if words.casefold() in shown.casefold()] == []
    assert "The new password once more" in choosing


def test_wrong_password_points_at_caps_lock_and_keyboard(client: Client) -> None:
    person()

    answer = client.post(reverse("account_login"), {"login": "alice@example.com", "password": "x"})

    assert "Is caps lock on, or the keyboard set to another language?" in answer.content.decode()


def test_too_many_tries_say_how_long_to_wait(client: Client) -> None:
    person()
    form = {"login": "alice@example.com", "password": "x"}

    for _try in range(7):
        answer = client.post(reverse("account_login"), form)

    assert (
        "Wait five minutes, then try again, or ask for a code by e-mail." in answer.content.decode()
    )


def test_too_many_requests_say_how_long_to_wait(client: Client) -> None:
    for _try in range(32):
        answer = client.post(reverse("account_login"), {"login": "x@example.com", "password": "x"})

    assert answer.status_code == 429
    assert "Wait a minute, then go back and try again." in answer.content.decode()
