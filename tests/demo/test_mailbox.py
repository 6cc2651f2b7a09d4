"""The demo's mailbox shows what was sent, and shows it harmlessly."""

from datetime import UTC, datetime

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.test import Client
from django.urls import reverse

from core import clock
from demo.models import SentMail

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def send(
    subject: str = "Hello", to: str = "Alice <alice@example.com>", html: str = "<p>Hi</p>"
) -> SentMail:
    message = EmailMultiAlternatives(
        subject,
        "Hi",
        "Recourse <no-reply@localhost>",
        [to],
        headers={"Message-ID": "<notice.1@localhost>"},
    )
    if html:
        message.attach_alternative(html, "text/html")
    with clock.freeze(NOON):
        sent = get_connection("demo.mailbox.Backend").send_messages([message])
    assert sent == 1
    return SentMail.objects.latest("pk")


def test_mail_is_kept_as_it_left() -> None:
    kept = send("Grüße 🎁")

    assert (kept.to, kept.subject, kept.text, kept.html) == (
        "alice@example.com",
        "Grüße 🎁",
        "Hi",
        "<p>Hi</p>",
    )
    assert kept.headers == {"Message-ID": "<notice.1@localhost>"}
    assert kept.sent_at == NOON


def test_mail_to_several_is_kept_once_for_each() -> None:
    message = EmailMessage("Hello", "Hi", "a@example.com", ["b@example.com"], bcc=["c@example.com"])
    get_connection("demo.mailbox.Backend").send_messages([message])

    assert sorted(SentMail.objects.values_list("to", flat=True)) == [
        "b@example.com",
        "c@example.com",
    ]


def test_list_shows_newest_first_and_filters_by_recipient(client: Client) -> None:
    first, second = send("One"), send("Two", to="bob@example.com")

    everything = client.get(reverse("demo:mailbox"))
    bobs = client.get(reverse("demo:mailbox"), {"to": "BOB@example.com"})

    assert [mail.pk for mail in everything.context["page"]] == [second.pk, first.pk]
    assert [mail.pk for mail in bobs.context["page"]] == [second.pk]


@pytest.mark.parametrize(
    "query", ["?page=999999", "?page=x", "?to=%00", "?to='%3B--", "?to=nobody@example.com"]
)
def test_list_takes_any_address(client: Client, query: str) -> None:
    send()

    assert client.get(reverse("demo:mailbox") + query).status_code == 200


def test_one_mail_is_escaped(client: Client) -> None:
    kept = send("<script>alert(1)</script>", html="")

    page = client.get(reverse("demo:mail", args=[kept.pk])).content.decode()

    assert "<script>alert(1)</script>" not in page
    assert "iframe" not in page


def test_html_of_a_mail_is_shown_in_a_sandbox(client: Client) -> None:
    kept = send(html="<script>alert(1)</script><p>Hi</p>")

    answer = client.get(reverse("demo:mail_html", args=[kept.pk]))

    rules = dict(
        part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";")
    )
    assert rules["default-src"] == "'none'"
    assert "script-src" not in rules
    assert "allow-scripts" not in rules["sandbox"]
    assert "allow-same-origin" not in rules["sandbox"]
    assert rules["frame-ancestors"] == "'self'"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_a_mail_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get(reverse("demo:mail", args=[7])).status_code == 404
    assert client.get(reverse("demo:mail_html", args=[7])).status_code == 404
