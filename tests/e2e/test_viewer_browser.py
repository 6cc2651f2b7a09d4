"""The viewer of evidence in a browser: whole pictures, a way out, documents, and room for long words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, expect

from disputes import services
from disputes.models import Dispute
from evidence import services as files
from tests.disputes import factories as make
from tests.e2e.test_disputes_browser import enter
from tests.evidence import samples
from tests.orders import factories as orders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "w" * 200


def add(dispute: Dispute, path: Path, caption: str = "") -> None:
    """A file that the buyer sent and the check has passed."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    services.upload_evidence(
        dispute=services_ready(dispute), actor=make.buyer(dispute), caption=caption,
        uploads=[SimpleUploadedFile(path.name, path.read_bytes())],
    )  # fmt: skip
    assert files.inspect_waiting() == 1


def services_ready(dispute: Dispute) -> Dispute:
    from core import cases

    return cases.at(make.fresh(dispute))


@pytest.fixture
def case(tmp_path: Path) -> Dispute:
    """E1 is a tall photo, E2 a wide one with a long caption, E3 a PDF."""
    dispute = make.opened()
    for name, size in (("tall.jpg", (900, 2600)), ("wide.jpg", (2000, 700))):
        picture = Image.new("RGB", size, "#d8cbb4")
        ImageDraw.Draw(picture).rectangle([8, 8, size[0] - 8, size[1] - 8], outline="red", width=9)
        picture.save(tmp_path / name)
        add(dispute, tmp_path / name, LONG if name == "wide.jpg" else "The leg")
    (tmp_path / "bill.pdf").write_bytes(samples.pdf())
    add(dispute, tmp_path / "bill.pdf", "The bill")
    return dispute


def at(dispute: Dispute, number: int) -> str:
    return reverse("disputes:evidence", args=[dispute.reference, number])


def inside(page: Page, selector: str) -> bool:
    """Whether the whole of the element is on the screen without scrolling."""
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"] and box["x"] >= 0


@pytest.mark.parametrize("number", [1, 2])
def test_whole_picture_is_on_the_screen(
    page: Page, context: BrowserContext, case: Dispute, number: int
) -> None:
    enter(context, "Alice")
    page.goto(at(case, number))
    expect(page.locator(".stage img").first).to_be_visible()

    stage = page.locator(".stage").first.bounding_box()
    picture = page.locator(".stage img").first.bounding_box()

    assert stage is not None
    assert picture is not None
    assert picture["height"] <= stage["height"] + 1
    assert inside(page, ".stage")
    assert inside(page, ".film")


def test_heading_and_address_follow_the_picture(
    page: Page, context: BrowserContext, case: Dispute
) -> None:
    enter(context, "Alice")
    page.goto(at(case, 1))

    page.keyboard.press("ArrowRight")

    expect(page.locator("[data-viewer-place]")).to_have_text("2 of 3")
    expect(page.get_by_role("heading", level=1)).to_have_text("Evidence E2")
    expect(page).to_have_title(f"E2: {LONG}, {case.reference} – Recourse")
    assert page.url.endswith(at(case, 2))
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Evidence E3")
    expect(page.locator(".stage").first.get_by_role("link", name="Save the PDF")).to_be_visible()
    page.get_by_role("link", name="Previous", exact=True).click()
    expect(page.locator(".stage img").first).to_be_visible()
    expect(page.locator("figcaption").first).to_contain_text(LONG)
    expect(page.locator("figcaption").first).to_contain_text("Added by you · ")


def test_pdf_shows_its_sheet_and_a_way_to_open_it(
    page: Page, context: BrowserContext, case: Dispute
) -> None:
    enter(context, "Alice")
    page.goto(at(case, 3))

    shown = page.locator(".stage img").first
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    with page.expect_download() as found:
        page.locator(".stage").first.get_by_role("link", name="Save the PDF").click()
    assert found.value.suggested_filename.endswith(".pdf")


def test_full_screen_has_a_way_out(page: Page, context: BrowserContext, case: Dispute) -> None:
    enter(context, "Alice")
    page.goto(at(case, 1))

    page.get_by_role("button", name="Full screen", exact=True).click()
    expect(page.get_by_role("button", name="Leave full screen")).to_be_visible()
    assert inside(page, ".stage")
    page.get_by_role("button", name="Leave full screen").click()

    expect(page.get_by_role("button", name="Full screen", exact=True)).to_be_visible()
    assert page.evaluate("document.fullscreenElement === null")


def test_film_is_near_on_a_phone(browser: Browser, live_server: Any, case: Dispute) -> None:
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, has_touch=True
    )
    enter(context, "Alice")
    page = context.new_page()
    page.goto(at(case, 1))

    tools = page.locator(".viewer-tools").bounding_box()
    film = page.locator(".film").bounding_box()

    assert tools is not None
    assert film is not None
    assert tools["height"] <= 60, "one row of buttons"
    assert film["y"] + film["height"] < 1000
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_long_caption_widens_no_page(
    browser: Browser, live_server: Any, case: Dispute, width: int
) -> None:
    draft = make.draft(orders.delivered())
    from disputes.models import DraftFile

    file = make.file(draft.buyer_id, draft.order.reference, "dispute_draft", original_name="a.jpg")
    DraftFile.objects.create(draft=draft, file=file, caption=LONG, added_at=draft.saved_at)
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 844}
    )
    enter(context, "Alice")
    page = context.new_page()
    over = {}
    for path in (
        at(case, 2), reverse("disputes:dispute", args=[case.reference]),
        reverse("disputes:add_evidence", args=[case.reference]),
        *(reverse("disputes:question", args=[draft.order.reference, step]) for step in ("evidence", "check")),
    ):  # fmt: skip
        page.goto(path)
        over[path] = page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert [path for path, wide in over.items() if wide > 0] == []
    context.close()


def test_two_chosen_items_stand_side_by_side_and_have_an_address(
    page: Page, context: BrowserContext, case: Dispute
) -> None:
    enter(context, "Alice")
    page.goto(at(case, 1))

    page.get_by_label("Beside it").select_option("E3")
    expect(page.locator(".pane:visible")).to_have_count(2)
    assert page.url.endswith(f"{at(case, 1)}?with=E3")
    page.reload()

    expect(page.locator(".stage:visible .id")).to_have_text(["E1", "E3"])
    page.locator(".pane").nth(1).locator(".stage").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".stage:visible .id")).to_have_text(["E1", "E2"])
    expect(page.get_by_label("Beside it")).to_have_value("E2")
    page.get_by_label("Beside it").select_option("")
    expect(page.locator(".pane:visible")).to_have_count(1)
    assert page.url.endswith(at(case, 1))


def test_picture_on_its_side_is_as_large_as_it_can_be(
    page: Page, context: BrowserContext, case: Dispute
) -> None:
    enter(context, "Alice")
    page.goto(at(case, 1))
    picture = page.locator(".stage img").first
    assert picture.evaluate("image => image.decode().then(() => image.naturalHeight)") == 2600

    page.keyboard.press("r")

    stage, turned = page.locator(".stage").first.bounding_box(), picture.bounding_box()
    assert stage is not None
    assert turned is not None
    scale = float(picture.evaluate("image => image.style.getPropertyValue('--zoom')"))
    lying = 2600 * min(stage["width"] / 900, stage["height"] / 2600) * scale
    assert lying == pytest.approx(min(stage["width"], stage["height"] * 2600 / 900), abs=2)


def test_finger_strokes_to_the_next_picture_and_scrolls_the_page(
    browser: Browser, live_server: Any, case: Dispute
) -> None:
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, has_touch=True
    )
    enter(context, "Alice")
    page = context.new_page()
    page.goto(at(case, 1))
    expect(page.locator(".stage img").first).to_be_visible()
    assert page.locator(".stage").first.evaluate("s => getComputedStyle(s).touchAction") == "pan-y"
    box = page.locator(".stage").first.bounding_box()
    assert box is not None
    y, touch = box["y"] + 100, context.new_cdp_session(page)

    def stroke(start: int, end: int) -> None:
        for kind, x in (
            ("touchStart", start),
            ("touchMove", (start + end) // 2),
            ("touchMove", end),
        ):
            touch.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    stroke(300, 100)
    expect(page.get_by_role("heading", level=1)).to_have_text("Evidence E2")
    stroke(100, 300)
    expect(page.get_by_role("heading", level=1)).to_have_text("Evidence E1")
    context.close()


def test_without_scripts_evidence_is_paged_compared_and_saved(
    browser: Browser, live_server: Any, case: Dispute
) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    enter(context, "Alice")
    page = context.new_page()
    page.goto(at(case, 1))

    page.get_by_label("Beside it").select_option("E2")
    page.get_by_role("button", name="Show side by side").click()
    assert page.url.endswith(f"{at(case, 1)}?with=E2")
    assert page.locator(".stage:visible .id").all_text_contents() == ["E1", "E2"]
    page.get_by_role("link", name="Next", exact=True).click()
    assert page.url.endswith(f"{at(case, 2)}?with=E2")
    assert page.locator("h1").text_content() == "Evidence E2"
    with page.expect_download() as found:
        page.get_by_role("link", name="Save it E2").click()
    assert found.value.suggested_filename.endswith(".jpg")
    context.close()
