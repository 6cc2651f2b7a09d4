"""Signing in and sending forms, for the tests of the pages of disputes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from disputes.models import Dispute
from tests.orders import factories as orders


def client(name: str) -> Any:
    """A browser in which this person is signed in; its answers have an `url` where they lead on."""
    browser = Client()
    browser.force_login(orders.user(name), "django.contrib.auth.backends.ModelBackend")
    return browser


def address(dispute: Dispute, name: str = "dispute", *more: Any) -> str:
    return reverse(f"disputes:{name}", args=[dispute.reference, *more])


def send(browser: Client, url: str, /, **fields: Any) -> Any:
    """The form of a page, with a key of its own unless one is given."""
    return browser.post(url, {"form_key": uuid4().hex, **fields})


def text(response: Any) -> str:
    """What a reader sees, without the spaces between the tags."""
    import re
    from html import unescape

    plain = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())
