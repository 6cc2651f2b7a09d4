"""Every page of buyers, sellers and visitors, light and dark: nothing grave for axe, too wide, or too small to hit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core import clock
from disputes import services
from disputes.models import Dispute
from orders.models import Order
from tests.coupons import factories as coupons
from tests.disputes import factories as make
from tests.e2e.test_disputes_browser import enter, grave
from tests.orders import factories as orders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL = """() => [...document.querySelectorAll(":is(header, main, footer) :is(a[href], button, select, summary)")]
  .filter((part) => !part.closest(".demo-bar, .visually-hidden") && !part.matches(".visually-hidden"))
  .filter((part) => {
    const box = part.getBoundingClientRect();
    if (getComputedStyle(part).display === "inline" && part.closest("p, dd, li, td, th")) return false;
    return box.width > 0 && box.height > 0 && box.height < 43.5;
  }).map((part) => part.textContent.trim())"""
"""Links and buttons that stand alone and are lower than a thumb; those inside sentences are let off (WCAG 2.5.8)."""
GUISES = [(390, "dark"), (1280, "light")]
VISITOR = (
    "/", "/rules/", "/account/login/", "/account/signup/", "/account/password/reset/", "/account/login/code/",
    "/no-such-page/",
)  # fmt: skip
ACCOUNT = (
    "/notices/", "/notices/preferences/", "/account/profile/", "/account/email/", "/account/password/change/",
    "/account/2fa/", "/account/2fa/totp/activate/", "/account/2fa/webauthn/add/", "/account/logout/",
)  # fmt: skip


def of_dispute(dispute: Dispute, *names: str) -> list[str]:
    return [reverse(f"disputes:{name}", args=[dispute.reference]) for name in names]


def of_order(order: Order, *names: str) -> list[str]:
    return [reverse(f"orders:{name}", args=[order.reference]) for name in names]


def buyers_pages() -> list[str]:
    asked, talking = make.opened(), make.rejected()
    services.make_offer(dispute_id=talking.pk, actor=make.seller(talking), amount=Decimal("55"))
    for number in range(2):
        make.evidence(talking, caption=f"Photo {number}")
    first, second = (reverse("disputes:evidence", args=[talking.reference, n]) for n in (1, 2))
    with clock.freeze(clock.now() - timedelta(days=20)):
        coupons.expired(), coupons.issued()
    promised = coupons.compensation().reference
    draft, arrived, unpaid = make.draft(orders.delivered()), orders.delivered(), orders.placed()
    charged = orders.closed(card="70", wallet="30")
    orders.charged_by_the_bank(charged)
    return [
        "/", "/orders/", "/orders/wallet/", "/disputes/", *ACCOUNT, *of_order(charged, "payments"),
        first, f"{second}?with=E1",
        *of_dispute(asked, "dispute", "message", "settle", "withdraw"),
        *of_dispute(talking, "dispute", "offer", "accept_offer", "escalate", "evidence_grid", "add_evidence"),
        *of_dispute(make.returning(), "dispute", "ship_return"),
        *(page for made in (make.in_transit, make.escalated, make.in_mediation, make.decided, make.resolved,
                            make.withdrawn, make.closed) for page in of_dispute(made(), "dispute")),
        *(reverse("disputes:question", args=[draft.order.reference, step]) for step in (
            "received", "reason", "story", "wanted", "evidence", "check")),
        reverse("disputes:drop_draft", args=[draft.order.reference]),
        *of_order(arrived, "order", "payments", "message", "confirm_receipt"),
        *of_order(orders.shipped(), "order", "ask_extension"), *of_order(unpaid, "order", "cancel"),
        *of_order(orders.on_hold(), "order"), *of_order(orders.closed(), "order", "payments"),
        "/coupons/", reverse("coupons:choose", args=[promised]),
    ]  # fmt: skip


def sellers_pages() -> list[str]:
    asked = make.opened()
    make.evidence(asked, caption="The crack")
    return [
        "/", "/orders/sold/", "/disputes/inbox/",
        *of_dispute(asked, "dispute", "accept_request", "offer", "reject", "add_evidence"),
        *of_dispute(make.in_transit(), "dispute", "return_arrived", "confirm_return", "contest_return"),
        *of_dispute(make.in_mediation(), "dispute"),
        *of_order(orders.paid(), "order", "ship", "extend_delivery", "cancel", "message"),
        *of_order(orders.on_hold(), "order"), *of_order(orders.under_check(), "order"),
    ]  # fmt: skip


def troubles(page: Page, paths: list[str], width: int) -> dict[str, Any]:
    """What is wrong with these pages, by address; nothing where all is well."""
    found: dict[str, Any] = {}
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in {200, 404} if path == "/no-such-page/" else answer.status == 200, (
            path
        )
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        heads = page.locator("h1").count()
        small = page.evaluate(SMALL) if width == 390 else []
        if (trouble := grave(page)) or over > 0 or heads != 1 or small:
            found[path] = (trouble, over, heads, small)
    return found


@pytest.mark.parametrize(("width", "theme"), GUISES)
@pytest.mark.parametrize("who", ["", "Alice", "Bob"])
def test_no_page_is_hard_to_read_or_to_hit(
    browser: Browser, live_server: Any, who: str, width: int, theme: Any
) -> None:
    paths = {"": lambda: list(VISITOR), "Alice": buyers_pages, "Bob": sellers_pages}[who]()
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 844}, color_scheme=theme,
        reduced_motion="reduce",
    )  # fmt: skip
    if who:
        enter(context, who)

    assert troubles(context.new_page(), paths, width) == {}
    context.close()


@pytest.fixture
def plain(browser: Browser, live_server: Any) -> Any:
    """A browser without scripts."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    yield context
    context.close()


def test_seller_offers_rejects_and_writes_without_scripts(plain: BrowserContext) -> None:
    dispute, other = make.opened(), make.opened()
    enter(plain, "Bob")
    page = plain.new_page()

    page.goto(of_dispute(dispute, "offer")[0])
    page.get_by_label("How much do you give back?").fill("41,50")
    page.get_by_label("The buyer keeps the goods").check()
    page.get_by_role("button", name="Send this offer").click()
    expect(page.get_by_text("Your offer was sent.")).to_be_visible()
    page.get_by_label("Write to the buyer").fill("Is that all right?")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_text("Your message was sent.")).to_be_visible()
    page.goto(of_dispute(other, "reject")[0])
    page.get_by_label("Why do you reject it?").fill("It left whole.")
    page.get_by_role("button", name="Reject and send the reason").click()
    expect(page.get_by_text("You rejected the request.")).to_be_visible()

    assert [str(offer.amount) for offer in dispute.offers.filter(party="seller")] == ["41.5000"]
    assert dispute.messages.get().body == "Is that all right?"
    assert make.fresh(other).state == "negotiating"


def test_evidence_and_return_are_sent_without_scripts(
    plain: BrowserContext, tmp_path: Path
) -> None:
    Image.new("RGB", (800, 600), "#d8cbb4").save(tmp_path / "box.jpg")
    dispute = make.returning()
    enter(plain, "Alice")
    page = plain.new_page()

    page.goto(of_dispute(dispute, "add_evidence")[0])
    page.get_by_label("What do they show?").fill("The box")
    page.get_by_label("Add photos, a video or a PDF").set_input_files(tmp_path / "box.jpg")
    page.get_by_role("button", name="Send these files").click()
    expect(page.get_by_text("The box", exact=True)).to_be_visible()
    page.goto(of_dispute(dispute, "ship_return")[0])
    page.get_by_label("Carrier").fill("postnl")
    page.get_by_label("Tracking number").fill("rr 473 124 828 nl")
    page.get_by_role("button", name="I have sent it").click()
    page.get_by_label("It stands exactly like this on my receipt.").check()
    page.get_by_role("button", name="I have sent it").click()
    expect(page.get_by_text("Your return is on its way.")).to_be_visible()

    assert list(dispute.evidence.values_list("caption", flat=True)) == ["The box"]
    parcel = dispute.return_parcels.get()
    assert (parcel.carrier, parcel.tracking_number) == ("PostNL", "RR473124828NL")
