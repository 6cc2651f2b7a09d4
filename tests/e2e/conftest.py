"""Several people at once, each in a browser of their own."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from accounts import second_factor
from tests.orders import factories as orders


@pytest.fixture
def enter(browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A browser of their own for each person, signed in."""
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    opened: dict[str, Page] = {}

    def page_of(name: str) -> Page:
        if name not in opened:
            context = browser.new_context(
                base_url=live_server.url, viewport={"width": 1280, "height": 900}
            )
            context.set_default_timeout(15_000)
            inside = Client()
            inside.force_login(orders.user(name), "django.contrib.auth.backends.ModelBackend")
            value = inside.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
            )
            opened[name] = context.new_page()
        return opened[name]

    yield page_of
    for page in opened.values():
        page.context.close()
