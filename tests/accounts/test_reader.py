"""Times come in the reader's zone, words in the reader's language."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone, translation

from accounts.middleware import Reader
from accounts.models import User
from tests.accounts.factories import person

pytestmark = pytest.mark.django_db


def seen(user: object, cookies: dict[str, str] | None = None) -> tuple[str, str]:
    """Language and zone that a view finds active."""
    found: list[tuple[str, str]] = []

    def view(request: HttpRequest) -> HttpResponse:
        found.append((translation.get_language(), timezone.get_current_timezone_name()))
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = user  # type: ignore[assignment]
    request.COOKIES.update(cookies or {})
    with translation.override("en"):
        Reader(view)(request)
    return found[0]


def test_signed_in_reads_as_the_profile_says() -> None:
    assert seen(User(language="pt", zone="America/Sao_Paulo")) == ("pt", "America/Sao_Paulo")


def test_an_unknown_zone_or_language_falls_back() -> None:
    assert seen(User(language="xx", zone="Mars/Olympus")) == ("en", "UTC")


@pytest.mark.parametrize(
    ("cookie", "zone"),
    [("Asia/Shanghai", "Asia/Shanghai"), ("", "UTC"), ("../../etc/passwd", "UTC")],
)
def test_visitors_read_in_the_zone_of_their_cookie(cookie: str, zone: str) -> None:
    from django.contrib.auth.models import AnonymousUser

    assert seen(AnonymousUser(), {"recourse_zone": cookie}) == ("en", zone)


def test_the_zone_does_not_stay_for_the_next_reader() -> None:
    seen(User(language="en", zone="Asia/Tokyo"))

    assert timezone.get_current_timezone_name() == "UTC"


def test_profile_is_saved_and_speaks_the_new_language(client: Client) -> None:
    alice = person()
    client.force_login(alice)

    answer = client.post(
        reverse("accounts:profile"),
        {"name": "  Alice \u202eMoreau ", "language": "es", "zone": "Europe/Madrid"},
    )

    alice.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:profile"))
    assert (alice.name, alice.language, alice.zone) == ("Alice Moreau", "es", "Europe/Madrid")
    assert client.get(reverse("accounts:profile"))["Content-Language"] == "es"


@pytest.mark.parametrize(
    "wrong",
    [{"name": " \x00 "}, {"language": "tlh"}, {"zone": "Mars/Olympus"}, {"name": "x" * 121}],
)
def test_wrong_profile_changes_nothing(client: Client, wrong: dict[str, str]) -> None:
    alice = person()
    client.force_login(alice)
    form = {"name": "Alice M", "language": "es", "zone": "Europe/Madrid"} | wrong

    answer = client.post(reverse("accounts:profile"), form)

    alice.refresh_from_db()
    assert answer.status_code == 422
    assert (alice.name, alice.language, alice.zone) == ("Alice", "en", "UTC")


def test_visitors_cannot_see_a_profile(client: Client) -> None:
    answer = client.get(reverse("accounts:profile"))

    assert answer["Location"] == reverse("account_login") + "?next=/account/profile/"


@pytest.mark.parametrize(("chosen", "kept"), [("dark", "dark"), ("light", "light"), ("system", "")])
def test_theme_is_kept_in_a_cookie(client: Client, chosen: str, kept: str) -> None:
    answer = client.post(reverse("accounts:theme"), {"theme": chosen, "next": "/account/login/"})

    assert (answer.status_code, answer["Location"]) == (302, "/account/login/")
    assert answer.cookies["recourse_theme"].value == kept


@pytest.mark.parametrize("name", ["accounts:theme", "accounts:language"])
def test_switches_lead_back_to_our_own_pages_only(client: Client, name: str) -> None:
    answer = client.post(reverse(name), {"next": "https://evil.example/"})

    assert answer["Location"] == "/"
    assert client.get(reverse(name)).status_code == 405


def test_language_is_kept_for_visitors_and_in_the_profile(client: Client) -> None:
    alice = person()
    visitor = client.post(reverse("accounts:language"), {"language": "ru"})
    client.force_login(alice)
    client.post(reverse("accounts:language"), {"language": "zh-hans"})
    client.post(reverse("accounts:language"), {"language": "tlh"})

    alice.refresh_from_db()
    assert visitor.cookies["recourse_language"].value == "ru"
    assert alice.language == "zh-hans"


def test_a_language_no_longer_offered_reads_english_and_stays_in_the_profile(
    client: Client, settings: Any
) -> None:
    alice = person(language="ru")
    client.force_login(alice)
    assert 'id="site-language"' in client.get(reverse("accounts:profile")).content.decode()
    settings.LANGUAGES = [("en", "English")]

    page = client.get(reverse("accounts:profile"))
    sent = client.post(
        reverse("accounts:profile"), {"name": "Alice M", "language": "en", "zone": "UTC"}
    )

    alice.refresh_from_db()
    assert page["Content-Language"] == "en"
    assert 'id="site-language"' not in page.content.decode()
    assert (sent.status_code, alice.name, alice.language) == (302, "Alice M", "ru")
    assert sent.cookies["recourse_language"].value == "en"
