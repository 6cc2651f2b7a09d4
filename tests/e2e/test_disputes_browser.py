"""Buyers and sellers in a real browser: a dispute filed with a photo, an offer accepted, without a script too."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from disputes import services
from disputes.models import Dispute, DisputeDraft
from evidence import services as files
from tests.disputes import factories as make
from tests.orders import factories as orders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GRAVE = {"serious", "critical"}


def enter(context: BrowserContext, name: str) -> None:
    """Signs this person in, in the session that the browser has, as the sign-in page does."""
    inside = Client()
    for cookie in context.cookies():
        if cookie["name"] == settings.SESSION_COOKIE_NAME:
            inside.cookies[settings.SESSION_COOKIE_NAME] = cookie["value"]
    inside.force_login(orders.user(name), "django.contrib.auth.backends.ModelBackend")
    value = inside.cookies[settings.SESSION_COOKIE_NAME].value
    url = str(context._impl_obj._options["baseURL"])
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complained about: scripts, content policy."""
    told: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            told.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: told.append(str(error)))
    return told


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of a crack."""
    picture = Image.new("RGB", (1200, 900), "#d8cbb4")
    ImageDraw.Draw(picture).line(
        [(300, 100), (560, 420), (480, 520), (820, 800)], fill="#3c3126", width=16
    )
    path = tmp_path / "crack.jpg"
    held = io.BytesIO()
    picture.save(held, "JPEG")
    path.write_bytes(held.getvalue())
    return path


def grave(page: Page) -> list[Any]:
    found = Axe().run(page).response["violations"]
    return [
        (v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found if v["impact"] in GRAVE
    ]


def file_by_hand(page: Page, order: Any, photo: Path) -> None:
    """The whole questionnaire, by its labels and buttons alone."""
    page.goto(reverse("disputes:file", args=[order.reference]))
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Damaged").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("In your own words").fill("Сломано 😀: the shade is cracked right through.")
    page.get_by_role("button", name="Continue").click()
    page.locator("input[value=refund]").check()
    page.get_by_label("How much do you want back?").fill("79.50")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Show us the damage")
    page.get_by_label("Add photos, a video or a PDF").set_input_files(photo)


def test_enter_in_a_caption_leads_on_and_takes_no_file_out(
    page: Page, context: BrowserContext, photo: Path
) -> None:
    draft = make.draft(orders.delivered())
    enter(context, "Alice")
    page.goto(reverse("disputes:question", args=[draft.order.reference, "evidence"]))
    page.get_by_label("Add photos, a video or a PDF").set_input_files(photo)

    page.get_by_label("What does it show?").fill("The crack")
    page.get_by_label("What does it show?").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Check and send")
    assert [row.caption for row in draft.files.all()] == ["The crack"]


def test_buyer_files_a_dispute_with_a_photo(
    page: Page, context: BrowserContext, complaints: list[str], photo: Path
) -> None:
    order = orders.delivered()
    enter(context, "Alice")

    file_by_hand(page, order, photo)
    expect(page.locator("[data-upload-item][id]")).to_contain_text("Sent. It is being checked")
    assert files.inspect_waiting() == 1
    expect(page.get_by_text("Added.", exact=False).first).to_be_visible(timeout=15_000)
    page.get_by_label("What does it show?").fill("The crack")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and send")
    page.get_by_role("button", name="Send and open the dispute").click()

    expect(page.get_by_text("Your dispute is open.")).to_be_visible()
    expect(page.get_by_role("figure").filter(has_text="The crack")).to_be_visible()
    dispute = Dispute.objects.get()
    assert (dispute.amount_asked, dispute.evidence.get().caption) == (Decimal("79.50"), "The crack")
    assert complaints == []


@pytest.fixture
def five(photo: Path, tmp_path: Path) -> list[Path]:
    """Four photos, and a text that only calls itself one."""
    photos = [tmp_path / f"crack-{n}.jpg" for n in range(4)]
    for path in photos:
        path.write_bytes(photo.read_bytes())
    fake = tmp_path / "fake.jpg"
    fake.write_text("This is no picture.")
    return [*photos[:2], fake, *photos[2:]]


def inspected(page: Page, count: int) -> None:
    """A worker checks each file as soon as it is there, while others are still on their way."""
    done = 0
    for _try in range(100):
        done += files.inspect_waiting()
        if done == count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{done} of {count} files arrived")


@pytest.mark.parametrize("where", ["questionnaire", "dispute"])
def test_five_files_at_once_all_get_their_word_and_are_counted(
    page: Page, context: BrowserContext, complaints: list[str], five: list[Path], where: str
) -> None:
    if where == "dispute":
        url = reverse("disputes:add_evidence", args=[make.opened().reference])
    else:
        draft = make.draft(orders.delivered())
        url = reverse("disputes:question", args=[draft.order.reference, "evidence"])
    enter(context, "Alice")
    page.goto(url)

    page.get_by_label("Add photos, a video or a PDF").set_input_files(five)
    inspected(page, 5)

    rows = page.locator("[data-upload-item]")
    expect(rows.filter(has_text="Added.")).to_have_count(4, timeout=15_000)
    expect(rows.filter(has_text="fake.jpg").filter(has_text="Not added:")).to_have_count(1)
    expect(rows).to_have_count(5)
    expect(page.locator("[data-upload-news]")).to_have_text("4 added, 0 on the way, 1 not added")
    assert complaints == []


def test_removed_file_leaves_the_list_and_the_count_at_once(
    page: Page, context: BrowserContext, complaints: list[str], five: list[Path]
) -> None:
    draft = make.draft(orders.delivered())
    enter(context, "Alice")
    page.goto(reverse("disputes:question", args=[draft.order.reference, "evidence"]))
    page.get_by_label("Add photos, a video or a PDF").set_input_files(five[:3])
    expect(page.locator("[data-upload-item][id]")).to_have_count(3)
    page.get_by_label("What does it show?").first.fill("The crack")
    inspected(page, 3)
    expect(page.get_by_text("Not added:")).to_have_count(1, timeout=15_000)

    page.get_by_role("button", name="Remove fake.jpg").click()

    expect(page.locator("[data-upload-item]")).to_have_count(2)
    expect(page.locator("[data-upload-news]")).to_have_text("2 added, 0 on the way, 0 not added")
    expect(page.get_by_label("What does it show?").first).to_have_value("The crack")
    assert [row.file.state for row in draft.files.select_related("file")] == ["clean", "clean"]
    assert complaints == []


def test_buyer_files_without_scripts(browser: Browser, live_server: Any, photo: Path) -> None:
    order = orders.delivered()
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    enter(context, "Alice")
    page = context.new_page()

    file_by_hand(page, order, photo)
    page.get_by_role("button", name="Send these files").click()
    expect(page.get_by_text("1 file was added and is being checked.")).to_be_visible()
    page.get_by_label("What does it show?").fill("The crack")
    page.get_by_label("Add photos, a video or a PDF").set_input_files(photo)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send and open the dispute").click()

    expect(page.get_by_text("Your dispute is open.")).to_be_visible()
    captions = Dispute.objects.get().evidence.values_list("caption", flat=True)
    assert list(captions) == ["The crack", ""]
    context.close()


def test_buyer_accepts_the_sellers_offer_in_the_dialog(
    page: Page, context: BrowserContext, complaints: list[str]
) -> None:
    dispute = make.opened()
    services.make_offer(
        dispute_id=dispute.pk,
        actor=make.seller(dispute),
        amount=Decimal("55"),
        note="For the trouble.",
    )
    enter(context, "Alice")

    page.goto(reverse("disputes:dispute", args=[dispute.reference]))
    page.get_by_role("link", name="Accept €55.00").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("This is binding.")).to_be_visible()
    expect(dialog.get_by_role("heading")).to_be_focused()
    dialog.get_by_role("button", name="Yes, accept").click()

    expect(
        page.get_by_role("heading", name="You both agreed: €55.00, and you keep it")
    ).to_be_visible()
    assert make.fresh(dispute).state == "resolved"
    assert complaints == []


def test_offer_is_accepted_on_its_own_page_without_scripts(
    browser: Browser, live_server: Any
) -> None:
    dispute = make.opened()
    services.make_offer(dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal("55"))
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    enter(context, "Alice")
    page = context.new_page()

    page.goto(reverse("disputes:dispute", args=[dispute.reference]))
    page.get_by_role("link", name="Accept €55.00").click()
    page.get_by_role("button", name="Yes, accept").click()

    expect(
        page.get_by_role("heading", name="You both agreed: €55.00, and you keep it")
    ).to_be_visible()
    context.close()


def test_time_of_saving_is_the_servers_in_the_readers_zone(
    browser: Browser, live_server: Any
) -> None:
    order = orders.delivered()
    make.draft(order)
    user = orders.user("Alice")
    user.zone = "Asia/Tokyo"
    user.save()
    context = browser.new_context(
        base_url=live_server.url, locale="en-US", timezone_id="America/New_York"
    )
    enter(context, "Alice")
    page = context.new_page()
    page.goto(reverse("disputes:question", args=[order.reference, "story"]))

    page.get_by_label("In your own words").fill("It is cracked.")

    expect(page.locator("[data-autosave-status]")).to_have_text(
        re.compile(r"Saved at \d\d:\d\d"), timeout=15_000
    )
    saved = DisputeDraft.objects.get(order=order).saved_at
    local = saved.astimezone(ZoneInfo("Asia/Tokyo"))
    expect(page.locator("[data-autosave-status]")).to_have_text(f"Saved at {local:%H:%M}")
    expect(page.get_by_text("Saved at")).to_have_count(1)
    context.close()


def test_story_survives_a_session_that_ends(page: Page, context: BrowserContext) -> None:
    order = orders.delivered()
    make.draft(order, story="")
    enter(context, "Alice")

    page.goto(reverse("disputes:question", args=[order.reference, "story"]))
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_label("In your own words").fill("Half an hour of typing")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/account/login/**")
    enter(context, "Alice")
    page.goto(reverse("disputes:question", args=[order.reference, "story"]))

    expect(page.get_by_label("In your own words")).to_have_value("Half an hour of typing")


@pytest.mark.parametrize(
    ("width", "theme"), [(390, "dark"), (390, "light"), (1280, "light"), (1280, "dark")]
)
def test_axe_finds_nothing_serious_and_nothing_is_too_wide(
    browser: Browser, live_server: Any, width: int, theme: Any
) -> None:
    dispute = make.opened()
    services.make_offer(
        dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal("55"), note="x" * 90
    )
    services.send_message(
        dispute_id=dispute.pk,
        actor=make.seller(dispute),
        body="Write to me at bob@example.com " + "y" * 80,
    )
    make.evidence(dispute, caption="The crack")
    draft, decided = make.draft(orders.delivered()), make.decided()
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 844}, color_scheme=theme
    )
    enter(context, "Alice")
    page = context.new_page()
    case, found = f"/disputes/{dispute.reference}", {}

    paths = [
        "/",
        "/rules/",
        "/disputes/",
        f"{case}/",
        f"{case}/offer/",
        f"{case}/withdraw/",
        f"{case}/settle/",
        f"{case}/evidence/add/",
        f"{case}/evidence/1/",
        f"/disputes/{decided.reference}/",
        *(
            f"/disputes/new/{draft.order.reference}/{step}/"
            for step in ("received", "story", "wanted", "evidence", "check")
        ),
    ]
    for path in paths:
        page.goto(path)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if (trouble := grave(page)) or over > 0:
            found[path] = (trouble, over)

    assert found == {}
    context.close()
