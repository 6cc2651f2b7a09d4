"""What was typed on the pages of an order when the session had ended comes back after signing in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orders.models import Order
from tests.disputes.pages import send, text
from tests.orders import factories as make

pytestmark = pytest.mark.django_db
TOLD = "You were signed out while you wrote. Here is what you typed. It was not sent yet."


def at(order: Order, name: str) -> str:
    return reverse(f"orders:{name}", args=[order.reference])


def enter(browser: Client, name: str) -> None:
    browser.force_login(make.user(name), "django.contrib.auth.backends.ModelBackend")


def test_message_comes_back(frozen: datetime) -> None:
    url, browser = at(make.delivered(), "message"), Client()

    away = send(browser, url, body="Is the blue one still there?")
    enter(browser, "Alice")
    page = browser.get(url)

    assert (away.status_code, away.url) == (302, f"/account/login/?next={url}")
    assert ">\nIs the blue one still there?</textarea>" in page.content.decode()
    assert TOLD in text(page)
    assert TOLD not in text(browser.get(url))


@pytest.mark.parametrize(
    ("made", "name", "who", "typed"),
    [
        (make.paid, "ship", "Bob", {"carrier": "PostNL", "tracking_number": "RR473124829NL"}),
        (make.paid, "extend_delivery", "Bob", {"days": "11"}),
    ],
)
def test_move_comes_back(
    frozen: datetime, made: Any, name: str, who: str, typed: dict[str, str]
) -> None:
    url, browser = at(made(), name), Client()

    send(browser, url, **typed)
    enter(browser, who)
    page = browser.get(url)

    assert page.status_code == 200
    for value in typed.values():
        assert f'value="{value}"' in page.content.decode()
    assert TOLD in text(page)


def test_message_is_not_shown_to_somebody_else(frozen: datetime) -> None:
    order, browser = make.delivered(), Client()
    send(browser, at(order, "message"), body="Only mine")
    enter(browser, "Eve")

    assert browser.get(at(order, "message")).status_code == 404
