"""The help pages in a browser: easy to read and to hit at both widths, and whole without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from help.models import Answer
from help.pages import ALL
from tests.disputes import factories as make
from tests.e2e.test_disputes_browser import enter
from tests.e2e.test_every_page_browser import GUISES, troubles

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATHS = ["/help/", "/help/?q=appeal", "/help/?q=xyzzy", *(f"/help/{page.slug}/" for page in ALL)]


@pytest.mark.parametrize(("width", "theme"), GUISES)
def test_help_is_easy_to_read_and_to_hit(
    browser: Browser, live_server: Any, width: int, theme: Any
) -> None:
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 844}, color_scheme=theme,
        reduced_motion="reduce",
    )  # fmt: skip

    assert troubles(context.new_page(), PATHS, width) == {}
    make.root()
    enter(context, "Root")
    assert troubles(context.new_page(), ["/desk/help/"], 1280) == {}
    context.close()


def test_searching_and_answering_need_no_script(browser: Browser, live_server: Any) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()

    page.goto("/help/")
    page.get_by_label("Search the help pages").fill("voucher")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("“voucher” is called coupon here.")).to_be_visible()
    page.get_by_role("link", name="What you get one for").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Coupons")
    page.get_by_label("What was good or missing? (optional)").fill("Short and clear")
    page.get_by_role("button", name="Yes, it helped").click()
    expect(page.get_by_text("You have answered. Thank you.")).to_be_visible()

    assert list(Answer.objects.values_list("page", "helpful", "note")) == [
        ("coupons", True, "Short and clear")
    ]
    context.close()
