"""The parties' pages: complaining, results, feedback; nothing typed is lost, nothing is done twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from appeals import services
from appeals.models import Complaint, Grounds
from core import clock
from tests.appeals import factories as make
from tests.disputes import factories as disputes
from tests.disputes.pages import address, client, send, text

pytestmark = pytest.mark.django_db
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


def page(name: str, what: Any) -> str:
    return reverse(f"appeals:{name}", args=[what.reference])


def test_the_page_of_a_decided_dispute_leads_to_the_complaint(frozen: datetime) -> None:
    dispute = disputes.decided()

    shown = text(client("Alice").get(address(dispute)))

    assert "You can complain about the decision" in shown
    assert "Once, before Monday 9 March 2026, 12:00" in shown


def test_a_complaint_is_sent_and_the_state_says_so_at_once(frozen: datetime) -> None:
    dispute, browser = disputes.decided(), client("Bob")
    form = browser.get(page("complain", dispute))
    assert b'data-counter="1000"' in form.content or b"1000" in form.content

    answer = send(browser, page("complain", dispute), body="Целый, не разбит. 完好无损。")

    complaint = Complaint.objects.get()
    assert (answer.status_code, answer.url) == (302, page("complaint", complaint))
    assert complaint.grounds.get().body == "Целый, не разбит. 完好无损。"
    assert "The decision is being reviewed" in text(browser.get(address(dispute)))
    shown = text(browser.get(answer.url))
    assert "The complaint waits for a reviewer" in shown
    assert "Целый, не разбит. 完好无损。" in shown
    other = text(client("Alice").get(address(dispute)))
    assert "Complain about the decision" in other
    assert f"Complaint {complaint.reference}" in other


def test_a_second_decision_can_be_complained_about_during_the_last_look_at_the_first(
    frozen: datetime,
) -> None:
    make.lea()
    complaint = make.in_review(make.waiting(make.to_send_back()))
    with clock.freeze(frozen + 7 * DAY):
        make.feedback(make.send(complaint))
        services.reopen_complaint(complaint_id=complaint.pk, actor=make.lea(), why="Look again.")
        dispute = make.decided_again(complaint.dispute)
        alice, bob = client("Alice"), client("Bob")

        assert "You can complain about the decision" in text(bob.get(address(dispute)))
        assert "You can complain about the decision" not in text(alice.get(address(dispute)))
        assert alice.get(page("complain", dispute)).status_code == 302
        assert bob.get(page("complain", dispute)).status_code == 200
        answer = send(bob, page("complain", dispute), body="The box was empty.")

    second = Complaint.objects.exclude(pk=complaint.pk).get()
    assert answer.url == page("complaint", second)


def test_the_same_form_twice_makes_one_complaint(frozen: datetime) -> None:
    dispute, browser = disputes.decided(), client("Alice")
    fields = {"body": make.WHY, "form_key": "twice"}

    first = browser.post(page("complain", dispute), fields)
    second = browser.post(page("complain", dispute), fields)

    assert first.url == second.url
    assert Grounds.objects.count() == 1


def test_a_second_tab_reads_that_the_complaint_was_made_and_keeps_the_words(
    frozen: datetime,
) -> None:
    dispute, browser = disputes.decided(), client("Alice")
    send(browser, page("complain", dispute), body=make.WHY)

    late = send(browser, page("complain", dispute), body="Another text of mine.")

    assert late.status_code == 409
    assert "You have complained about a decision in this dispute already." in text(late)
    assert "The other party complained already." not in text(late)
    assert "Another text of mine." in late.content.decode()
    assert Grounds.objects.count() == 1


@pytest.mark.parametrize("body", ["", "x" * 1001])
def test_words_that_cannot_be_sent_on_a_stale_page_lead_out_of_it(
    frozen: datetime, body: str
) -> None:
    """What is not possible any more is said before anything is asked of what was typed."""
    dispute, browser = disputes.decided(), client("Alice")
    send(browser, page("complain", dispute), body=make.WHY)

    late = send(browser, page("complain", dispute), body=body)

    assert late.status_code == 409
    assert "You have complained about a decision in this dispute already." in text(late)
    assert "See the case as it stands now" in text(late)
    assert "Write why" not in text(late)
    assert "too long" not in text(late)


def test_feedback_that_cannot_be_sent_on_a_stale_page_leads_out_of_it(frozen: datetime) -> None:
    complaint, browser = make.correct(), client("Alice")
    scales = {"heard": "2", "explained": "1", "in_time": "5"}
    send(browser, page("feedback", complaint), **scales)

    late = send(browser, page("feedback", complaint), body="No scales.")

    assert (late.status_code, "No scales." in late.content.decode()) == (409, True)
    assert "See the complaint as it stands now" in text(late)


def test_at_the_end_of_the_window_the_form_says_that_time_is_up(frozen: datetime) -> None:
    dispute, browser = disputes.decided(), client("Alice")
    with clock.freeze(frozen + 7 * DAY - TICK):
        assert browser.get(page("complain", dispute)).status_code == 200
    with clock.freeze(frozen + 7 * DAY):
        late = send(browser, page("complain", dispute), body=make.WHY)
        assert browser.get(page("complain", dispute)).status_code == 302

    assert late.status_code == 409
    assert "The time for this is up." in text(late)
    assert make.WHY in late.content.decode()
    assert not Complaint.objects.exists()


@pytest.mark.parametrize("body", ["", " \u200b ", "x" * 1001])
def test_a_text_that_is_none_or_too_long_is_shown_again(frozen: datetime, body: str) -> None:
    dispute = disputes.decided()
    answer = send(client("Alice"), page("complain", dispute), body=body)
    assert answer.status_code == 422
    assert not Complaint.objects.exists()


def test_results_stand_behind_their_button(frozen: datetime) -> None:
    complaint, browser = make.in_review(), client("Alice")
    assert browser.get(page("results", complaint)).url == page("complaint", complaint)
    make.send(complaint, "wrong")

    assert "View results" in text(browser.get(address(complaint.dispute)))
    shown = browser.get(page("results", complaint))
    words = text(shown)
    assert "Decision wrong" in words
    assert "A mistake. All the evidence was looked at and weighed E2 was not looked at" in words
    assert "€20.00 in coupons." in words
    promise = complaint.reviews.get().compensations.get().promise
    assert reverse("coupons:choose", args=[promise.reference]) in shown.content.decode()
    assert "€20.00 in coupons." not in text(client("Bob").get(page("results", complaint)))


def test_results_say_when_the_coupons_come_and_lead_to_them_once_they_are_there(
    frozen: datetime,
) -> None:
    complaint = make.wrong()
    promise = complaint.reviews.get().compensations.get(party="buyer").promise
    results, choose = (
        page("results", complaint),
        reverse("coupons:choose", args=[promise.reference]),
    )

    before = client("Alice").get(results)
    disputes.at(promise.coupons.get().deadlines.get().due_at)
    after = client("Alice").get(results)

    assert "In your account by Tuesday 10 March 2026, 00:00" in text(before)
    assert "valid for 60 days from then" in text(before)
    assert choose in before.content.decode()
    assert choose not in after.content.decode()
    assert "See my coupons" in text(after)


def test_feedback_is_asked_for_given_and_not_asked_for_again(frozen: datetime) -> None:
    complaint, browser = make.correct(), client("Alice")
    assert "Tell us how we did" in text(browser.get(page("results", complaint)))
    assert browser.get(page("feedback", complaint)).status_code == 200

    bare = send(browser, page("feedback", complaint), body="No scales.")
    answer = send(
        browser, page("feedback", complaint), heard="2", explained="1", in_time="5", body="Нет."
    )
    again = send(browser, page("feedback", complaint), heard="2", explained="1", in_time="5")

    assert (bare.status_code, answer.status_code, again.status_code) == (422, 302, 409)
    assert "No scales." in bare.content.decode()
    assert complaint.feedback.get().body == "Нет."
    assert browser.get(page("feedback", complaint)).status_code == 302


def test_the_end_names_the_operators_bodies_and_only_the_end(frozen: datetime) -> None:
    complaint = make.in_second_review()
    front = complaint.storefront
    front.outside_bodies = "Arbitration board, https://board.example"
    front.save(update_fields=["outside_bodies"])
    browser = client("Alice")
    assert "board.example" not in text(browser.get(page("results", complaint)))

    make.send(complaint)

    shown = text(browser.get(page("results", complaint)))
    assert "This was the last word here. You can turn to bodies outside this portal" in shown
    assert "Arbitration board, https://board.example" in shown


def test_the_review_comes_into_a_persons_own_calendar(frozen: datetime) -> None:
    complaint = make.waiting()
    file = client("Alice").get(page("calendar", complaint))
    assert "DTSTART:20260324T000000Z" in file.content.decode()
    assert file["Content-Type"] == "text/calendar; charset=utf-8"


@pytest.mark.parametrize("name", ["complaint", "results", "feedback", "calendar"])
def test_strangers_and_staff_find_no_such_page(frozen: datetime, name: str) -> None:
    complaint = make.correct()
    disputes.eve()
    for person in ("Eve", "Rita", "Carol"):
        assert client(person).get(page(name, complaint)).status_code == 404
