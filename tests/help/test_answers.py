"""Was this helpful: once for each session and page, not too often, and nobody knows who."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from core.models import DoneOnce
from help import services
from help.models import NOTE_MAX, Answer
from tests.disputes import factories as make
from tests.disputes.pages import client, text

pytestmark = pytest.mark.django_db


def said() -> list[tuple[str, bool, str]]:
    return list(Answer.objects.order_by("pk").values_list("page", "helpful", "note"))


def answer(browser: Client, page: str = "refunds", helpful: str = "yes", note: str = "") -> Any:
    return browser.post(f"/help/{page}/answer/", {"helpful": helpful, "note": note})


def test_a_visitor_says_yes_with_a_line(frozen: Any) -> None:
    browser = Client()

    back = answer(browser, note="  Clear\u202e words ")

    assert (back.status_code, back["Location"]) == (302, "/help/refunds/#helpful")
    assert said() == [("refunds", True, "Clear words")]
    assert Answer.objects.get().given_on == date(2026, 3, 2)
    page = text(browser.get("/help/refunds/"))
    assert "You have answered. Thank you." in page
    assert "Yes, it helped" not in page


def test_an_answer_counts_once_for_each_session_and_page() -> None:
    browser, other = Client(), Client()

    for _n in range(3):
        answer(browser)
    answer(browser, helpful="no")
    answer(browser, page="coupons", helpful="no")
    answer(other)

    assert said() == [("refunds", True, ""), ("coupons", False, ""), ("refunds", True, "")]


def test_two_clicks_at_once_count_once() -> None:
    """The session says nothing yet when the second one comes: the key of session and page decides."""
    facts: Any = {"page": "refunds", "note": "", "session_key": "s" * 32, "address": "192.0.2.7"}

    assert services.say(helpful=True, **facts)
    assert not services.say(helpful=False, **facts)
    assert said() == [("refunds", True, "")]


def test_nothing_is_kept_by_which_a_person_could_be_found(frozen: Any) -> None:
    browser = client("Alice")

    answer(
        browser,
        note="I am a.b@example.org, +31 6 1234 5678, order ORD-7F3K9Q, card 4242424242424242",
    )

    columns = {field.name for field in Answer._meta.get_fields()}
    assert columns == {"id", "storefront", "page", "helpful", "note", "given_on"}
    assert said() == [("refunds", True, "I am … …, order …, card …")]
    kept = DoneOnce.objects.get()
    assert browser.session.session_key not in kept.scope + kept.key + kept.result


@pytest.mark.parametrize("helpful", ["", "maybe", "true"])
def test_an_answer_is_yes_or_no(helpful: str) -> None:
    shown = answer(Client(), helpful=helpful)

    assert shown.status_code == 422
    assert "Choose yes or no." in text(shown)
    assert said() == []


def test_a_line_is_cut_to_its_length() -> None:
    answer(Client(), note="ж" * 5000)

    assert [len(note) for _p, _h, note in said()] == [NOTE_MAX]


def test_too_many_answers_from_one_address_are_refused() -> None:
    for _n in range(services.MOST_AN_HOUR):
        answer(Client())

    shown = answer(Client())

    assert shown.status_code == 429
    assert "Too many answers came from your address. Try again in an hour." in text(shown)
    assert len(said()) == services.MOST_AN_HOUR
    assert Client(REMOTE_ADDR="192.0.2.8").post(
        "/help/refunds/answer/", {"helpful": "yes"}
    ).status_code == 302  # fmt: skip


def test_an_answer_needs_the_form_of_the_page() -> None:
    assert Client(enforce_csrf_checks=True).post("/help/refunds/answer/").status_code == 403


def test_administrators_read_the_counts_and_the_lines() -> None:
    make.root()
    for helpful, note in (("no", "Where is the\nday?"), ("no", ""), ("yes", "<b>good</b>")):
        answer(Client(), helpful=helpful, note=note)

    shown = client("Root").get("/desk/help/")

    page = text(shown)
    assert (
        'href="/desk/help/?storefront=main"'
        in client("Root").get("/desk/storefront/").content.decode()
    )
    assert "Where your refund is 1 2" in page
    assert "Where is the day?" in page
    assert "<b>good</b>" not in shown.content.decode()
    assert page.index("Where your refund is") < page.index("Coupons 0 0")


def test_counts_are_of_the_own_storefront(frozen: Any) -> None:
    make.carol()
    answer(Client(), note="Good")

    assert client("Carol").get("/desk/help/").status_code == 404
