"""The parts in a real browser: no finding of axe, nothing wider than the screen, scripts that do their job."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GRAVE = {"serious", "critical"}


@pytest.fixture
def guide(page: Page) -> Page:
    """The style guide, on a page that fails the test when the content policy or a script complains."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/styleguide/")
    assert complaints == []
    return page


@pytest.mark.parametrize(
    ("width", "guise"),
    [
        (390, "?theme=light"),
        (1280, "?theme=dark"),
        (1280, "?theme=light&density=compact"),
        (390, "?theme=dark&dir=rtl"),
    ],
)
def test_axe_finds_nothing_serious(guide: Page, width: int, guise: str) -> None:
    guide.set_viewport_size({"width": width, "height": 900})
    guide.goto(f"/styleguide/{guise}")

    found = Axe().run(guide).response["violations"]

    assert [
        (v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found if v["impact"] in GRAVE
    ] == []


def test_nothing_is_wider_than_the_screen(guide: Page) -> None:
    over = {}
    for width in (320, 390, 768, 1280):
        guide.set_viewport_size({"width": width, "height": 800})
        over[width] = guide.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert {width: wide for width, wide in over.items() if wide > 0} == {}


def test_targets_of_parties_are_as_large_as_a_thumb(guide: Page) -> None:
    guide.set_viewport_size({"width": 390, "height": 800})

    small = guide.evaluate(
        """[...document.querySelectorAll("main .btn, main .choice, main .tabs a, main summary")]
        .filter((e) => e.checkVisibility()).map((e) => [e.textContent.trim(), e.getBoundingClientRect().height])
        .filter(([, height]) => height < 44)"""
    )

    assert small == []


def test_menu_opens_on_a_phone_without_a_script(guide: Page) -> None:
    guide.set_viewport_size({"width": 390, "height": 800})
    menu = guide.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()

    guide.get_by_role("button", name="Menu").click()

    expect(menu).to_be_visible()


def test_dialog_opens_from_the_link_and_puts_the_focus_on_its_heading(guide: Page) -> None:
    guide.get_by_role("link", name="Accept €55.00").click()

    expect(guide.get_by_role("dialog", name="Accept €55.00?")).to_be_visible()
    expect(guide.get_by_role("heading", name="Accept €55.00?")).to_be_focused()
    guide.keyboard.press("Escape")
    expect(guide.get_by_role("dialog", name="Accept €55.00?")).to_be_hidden()


def test_counter_counts_what_people_count(guide: Page) -> None:
    guide.locator("#id_what").fill("a👨‍👩‍👧‍👦é🇳🇱")

    expect(guide.locator("#id_what_count")).to_have_text("1,996 characters left")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (1999, "1 character left"),
        (2000, "0 characters left"),
        (2001, "1 character too many"),
        (2002, "2 characters too many"),
    ],
)
def test_counter_speaks_of_one_character_as_of_one(guide: Page, typed: int, words: str) -> None:
    guide.locator("#id_what").fill("x" * typed)

    expect(guide.locator("#id_what_count")).to_have_text(words)


def test_viewer_rotates_zooms_and_changes_the_picture_by_keyboard(guide: Page) -> None:
    stage = guide.locator(".stage").first
    stage.focus()

    guide.keyboard.press("r")
    guide.keyboard.press("+")

    style = stage.locator("img").get_attribute("style") or ""
    assert "--turn: 90deg" in style
    assert guide.locator(".stage img[data-zoomed]").count() == 1
    guide.keyboard.press("]")
    expect(stage).to_have_attribute("aria-label", "E2")


def test_desk_keys_walk_the_queue_and_can_be_switched_off(guide: Page) -> None:
    guide.locator("h1").click()
    guide.keyboard.press("j")
    expect(guide.locator(".queue a").nth(1)).to_be_focused()

    guide.keyboard.press("?")
    guide.get_by_label("Use these keys").uncheck()
    guide.get_by_role("button", name="Close", exact=True).click()
    guide.locator("h1").click()
    guide.keyboard.press("j")

    assert guide.evaluate("document.activeElement.closest('.queue')") is None


def scratch(page: Page, body: str, script: str) -> None:
    """A page of its own with one script, for what the style guide does not show."""
    loader = f'<script type="module" src="/static/js/{script}.js"></script>'
    html = f'<!doctype html><html lang="en"><title>x</title>{body}{loader}'
    page.route("**/scratch/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("/scratch/")


DRAFT = """<form method="post" data-autosave="/draft/" data-autosave-key="alice" data-autosave-version="1"
  data-saved="Saved at {time}" data-kept="Kept on this device" data-back="Put back">
  <textarea name="story"></textarea><input type="radio" name="how" value="a"><input type="radio" name="how" value="b">
  <p role="status" data-autosave-status></p></form>"""


def test_draft_survives_a_lost_session_and_is_forgotten_once_saved(page: Page) -> None:
    answers = [403]
    page.route(
        "**/draft/",
        lambda route: route.fulfill(status=answers[-1], json={"version": "2", "time": "22:27"}),
    )
    scratch(page, DRAFT, "autosave")
    page.locator("textarea").fill("The vase is cracked")
    page.locator("[value=b]").check()
    expect(page.get_by_role("status")).to_have_text("Kept on this device")

    page.reload()
    expect(page.locator("textarea")).to_have_value("The vase is cracked")
    expect(page.locator("[value=b]")).to_be_checked()
    expect(page.get_by_role("status")).to_have_text("Put back")

    answers.append(200)
    page.locator("textarea").fill("The vase is cracked right through")
    expect(page.get_by_role("status")).to_have_text("Saved at 22:27")
    page.reload()
    expect(page.locator("textarea")).to_have_value("")


def test_clock_ticks_by_the_servers_time_and_speaks_only_at_its_marks(page: Page) -> None:
    page.clock.install(time="2030-01-01T00:00:00Z")  # this device is years ahead of the server
    body = """<div data-clock data-due="2026-03-18T14:14:00Z" data-now="2026-03-18T13:12:30Z" data-left="{time} left"
      data-over="Time is up" data-moment="less than a minute"><p class="clock-left"><span></span></p>
      <progress max="100"></progress><p data-clock-news></p></div>"""
    scratch(page, body, "clock")
    words, news = page.locator(".clock-left span"), page.locator("[data-clock-news]")
    expect(words).to_have_text("1 hour 1 minute left")
    expect(news).to_have_text("")

    page.clock.fast_forward("02:00")
    expect(words).to_have_text("59 minutes left")
    expect(news).to_have_text("1 hour left")

    page.clock.fast_forward("59:31")
    expect(words).to_have_text("Time is up")
    expect(news).to_have_text("Time is up")
    expect(page.locator("[data-clock]")).to_have_attribute("data-state", "overdue")


def test_form_is_sent_once(page: Page) -> None:
    sent: list[str] = []

    def hang(route: Route) -> None:
        sent.append(route.request.url)

    page.route("**/send/", hang)
    scratch(page, '<form method="post" action="/send/"><button>Accept</button></form>', "once")

    busy = page.evaluate(
        """() => { const button = document.querySelector("button"); button.click(); button.click(); button.click();
        return button.getAttribute("aria-busy"); }"""
    )

    page.wait_for_timeout(300)
    assert (busy, len(sent)) == ("true", 1)


def test_fragment_is_asked_for_until_it_is_ready(page: Page) -> None:
    answers = ["<div data-poll='/part/' data-every='0.05'>checking</div>"] * 2 + [
        "<div>clean</div>"
    ] * 5
    asked: list[int] = []

    def answer(route: Route) -> None:
        route.fulfill(body=answers[len(asked)], content_type="text/html")
        asked.append(1)

    page.route("**/part/", answer)
    scratch(page, answers[0], "poll")

    expect(page.get_by_text("clean")).to_be_visible()
    page.wait_for_timeout(300)
    assert len(asked) == 3


def test_upload_shows_each_file_and_takes_what_the_server_says(guide: Page, tmp_path: Path) -> None:
    bodies: list[str] = []

    def answer(route: Route) -> None:
        text = (route.request.post_data_buffer or b"").decode("latin-1")
        bodies.append(text)
        if "bad.txt" in text:
            route.fulfill(json={"ok": False, "error": "This is a text, not a photo."})
        else:
            route.fulfill(
                json={
                    "ok": True,
                    "html": '<li data-upload-item data-state="clean" id="done">E9 good.jpg</li>',
                }
            )

    guide.route("**/styleguide/**", answer)
    for name in ("good.jpg", "bad.txt"):
        (tmp_path / name).write_bytes(b"x" * 2000)

    guide.locator("form[data-upload] input[type=file]").first.set_input_files(
        [tmp_path / "good.jpg", tmp_path / "bad.txt"]
    )

    expect(guide.locator("#done")).to_have_text("E9 good.jpg")
    expect(guide.get_by_text("This is a text, not a photo.")).to_be_visible()
    expect(guide.locator("[data-upload-news]")).to_have_text("2 added, 1 on the way, 2 not added")
    keys = {body.split('name="form_key"')[1].split()[0] for body in bodies}
    assert len(bodies) == len(keys) == 2


def test_upload_tries_a_broken_line_again_with_the_same_key(guide: Page, tmp_path: Path) -> None:
    bodies: list[str] = []

    def answer(route: Route) -> None:
        bodies.append((route.request.post_data_buffer or b"").decode("latin-1"))
        if len(bodies) == 1:
            route.abort()
        else:
            route.fulfill(json={"ok": True, "html": '<li id="done">there</li>'})

    guide.route("**/styleguide/**", answer)
    (tmp_path / "one.jpg").write_bytes(b"x" * 2000)

    guide.locator("form[data-upload] input[type=file]").first.set_input_files(tmp_path / "one.jpg")

    expect(guide.locator("#done")).to_have_text("there")
    assert len({body.split('name="form_key"')[1].split()[0] for body in bodies}) == 1
