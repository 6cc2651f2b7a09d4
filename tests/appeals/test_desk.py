"""The reviewers' desk: drawing, the file, the result from draft to sent, feedback, figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import second_factor
from appeals import outcomes
from appeals.models import Complaint, ReviewDraft
from appeals.states import Point
from core import clock
from core.models import Storefront
from disputes import services as dispute_services
from tests.appeals import factories as make
from tests.disputes import factories as disputes
from tests.disputes.pages import client, send, text

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def second_factor_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """How staff prove a second factor has its own tests; here they have."""
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)


def address(name: str, complaint: Complaint | None = None) -> str:
    return reverse(f"reviews:{name}", args=[complaint.reference] if complaint else [])


def form(result: str = "wrong", **more: Any) -> dict[str, Any]:
    marks = {f"mark-{point}": "in_order" for point in Point}
    if result == "wrong":
        marks |= {"mark-evidence": "mistake", "note-evidence": "E2 was not looked at"}
    return {
        **marks,
        "result": result,
        "amount-buyer": "20",
        "statement": "We read it again.",
        "do": "check",
    } | more


def test_a_reviewer_draws_by_one_button_and_reads_the_whole_file(frozen: datetime) -> None:
    complaint, browser = make.joined(), client("Rita")
    with clock.freeze(frozen + DAY):
        dispute_services.send_message(
            dispute_id=complaint.dispute_id, actor=make.buyer(complaint), body="Look at E1 again."
        )
    queue = text(browser.get(address("queue")))
    assert complaint.reference in queue
    assert "Draw the next complaint" in queue

    answer = send(browser, address("draw"))

    assert answer.url == address("case", complaint)
    shown = text(browser.get(answer.url))
    for words in (
        make.WHY, "The buyer broke it.", "New since the decision", "Look at E1 again.",
        "The bell is cracked right through.", "We find it damaged (E1).", "The file, as the mediator saw it",
        "Was the decision correct?", "Compensation, where it was wrong (Seller)",
    ):  # fmt: skip
        assert words in shown, words
    assert "Draw the next complaint" not in shown


def test_a_result_is_drafted_checked_and_sent_once(frozen: datetime) -> None:
    complaint, browser = make.in_review(), client("Rita")

    drafted = send(browser, address("check", complaint), **form(statement="", do="draft"))
    assert drafted.status_code == 302
    content = ReviewDraft.objects.get().content
    assert content["statement"] == (
        "Both parties complained about the decision. We read the whole case and the complaint again.\n"
        "We find in order: The decision rests on what really happened; Both parties could say what they had to"
        " say; The right rule was applied; The amount and the terms follow from the findings; The statement"
        " explains the decision.\n"
        "We find a mistake. All the evidence was looked at and weighed: E2 was not looked at.\n"
        "The decision was wrong. We are sorry.\n"
        "The buyer gets €20.00 as compensation, in coupons.\n"
        "The money that was decided stays as it is."
    )
    checked = send(browser, address("check", complaint), **form())
    assert checked.status_code == 200
    assert "This is what both will read" in text(checked)
    seal = checked.context["seal"]

    first = browser.post(address("send", complaint), {"seal": seal, "form_key": "a"})
    second = browser.post(address("send", complaint), {"seal": seal, "form_key": "a"})
    third = browser.post(address("send", complaint), {"seal": seal, "form_key": "b"})

    assert {answer.url for answer in (first, second, third)} == {address("case", complaint)}
    assert make.fresh(complaint).state == "decision_wrong"
    assert complaint.reviews.count() == 1


def test_a_result_is_offered_for_sending_only_once_the_other_party_can_no_longer_complain(
    frozen: datetime,
) -> None:
    complaint, browser = make.in_review(make.waiting()), client("Rita")

    early = send(browser, address("check", complaint), **form())
    with clock.freeze(frozen + 7 * DAY):
        late = send(browser, address("check", complaint), **form())

    assert "The other party can still complain." in text(early)
    assert "The result can be sent from Monday 9 March 2026, 12:00" in text(early)
    assert "Your draft is kept." in text(early)
    assert "Send the result to both" not in text(early)
    assert ReviewDraft.objects.get().content["statement"] == "We read it again."
    assert "The other party can still complain." not in text(late)
    assert "Send the result to both" in text(late)


def test_a_draft_that_changed_since_it_was_checked_is_not_sent(frozen: datetime) -> None:
    complaint, browser = make.in_review(), client("Rita")
    seal = send(browser, address("check", complaint), **form()).context["seal"]
    saved = send(browser, address("draft", complaint), **form(statement="Other words."))
    assert saved.json()["ok"] is True

    send(browser, address("send", complaint), seal=seal)

    assert make.fresh(complaint).state == "in_review"


def test_what_a_reviewer_wrote_is_neither_shown_to_the_next_one_nor_sent_by_them(
    frozen: datetime,
) -> None:
    complaint, rita, theo = make.in_review(), client("Rita"), client("Theo")
    seal = send(rita, address("check", complaint), **form()).context["seal"]
    send(rita, address("hand-back", complaint), note="I know them.")
    make.in_review(complaint, make.theo())

    shown = theo.get(address("case", complaint))
    send(theo, address("send", complaint), seal=seal)

    assert shown.context["sheet"].open_count == len(Point)
    assert "We read it again." not in text(shown)
    assert "Draft saved" not in text(shown)
    assert make.fresh(complaint).state == "in_review"
    send(theo, address("draft", complaint), **form(statement="My own words."))
    assert ReviewDraft.objects.get().reviewer_id == make.theo().user_id


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"mark-facts": ""}, "Still open: The decision rests on what really happened"),
        ({"note-evidence": ""}, "Say what the mistake is: All the evidence was looked at"),
        ({"result": ""}, "Choose whether the decision was correct or wrong."),
        ({"amount-buyer": ""}, "Set the compensation for the party who complained."),
        ({"amount-buyer": "a lot"}, "amount"),
        ({"amount-buyer": "51"}, "The compensation is at most €50.00."),
        ({"statement": " "}, "Write the statement to both"),
        ({"result": "correct"}, "You marked a mistake."),
    ],
)
def test_what_is_missing_is_listed_and_nothing_is_lost(
    frozen: datetime, more: dict[str, str], words: str
) -> None:
    complaint = make.in_review()
    answer = send(client("Rita"), address("check", complaint), **(form() | more))
    assert answer.status_code == 422
    assert words in text(answer)
    assert make.fresh(complaint).state == "in_review"
    assert ReviewDraft.objects.get().content["result"] == more.get("result", "wrong")


def test_the_mediator_reads_what_became_of_the_decision_and_changes_nothing(
    frozen: datetime,
) -> None:
    complaint = make.feedback_given()
    shown = text(client("Carol").get(address("case", complaint)))

    assert "We read everything again." in shown
    assert "Nobody read it." not in shown
    assert "Should a third person look again?" not in shown


def test_a_lead_reads_feedback_and_asks_for_one_more_look(frozen: datetime) -> None:
    complaint = make.feedback_given()
    make.lea()
    browser = client("Lea")
    shown = text(browser.get(address("case", complaint)))
    assert "Nobody read it." in shown

    empty = send(browser, address("reopen", complaint), why=" ")
    assert make.fresh(complaint).look == 1
    send(browser, address("reopen", complaint), why="E2 was really overlooked.")

    assert empty.status_code == 302
    assert (make.fresh(complaint).state, make.fresh(complaint).look) == ("waiting", 2)
    theirs = text(client("Alice").get(reverse("appeals:complaint", args=[complaint.reference])))
    assert "One more look" in theirs
    assert "E2 was really overlooked." in theirs


def test_a_lead_gives_it_to_a_reviewer_who_has_nothing_to_do_with_it(frozen: datetime) -> None:
    complaint = make.joined()
    make.lea()
    browser = client("Lea")
    shown = browser.get(address("case", complaint))
    assert [person.name for person in shown.context["colleagues"]] == ["Rita", "Theo"]

    send(browser, address("assign", complaint), reviewer=str(make.theo().user_id))

    assert make.fresh(complaint).reviewer_id == make.theo().user_id
    send(client("Theo"), address("hand-back", complaint), note="I know them.")
    assert make.fresh(complaint).state == "waiting"


def test_there_is_no_rate_below_five(frozen: datetime) -> None:
    make.wrong()
    stores = [Storefront.default().pk]
    [few] = outcomes.by_mediator(stores)
    assert (few.label, few.decisions, few.complaints, few.wrong, few.rate, few.days, few.paid) == (
        "Carol", 1, 1, 1, None, None, "€20.00",
    )  # fmt: skip
    for _ in range(4):
        disputes.decided()

    [five] = outcomes.by_reason(stores)

    assert (five.label, five.decisions, five.wrong, five.rate) == ("Damaged on arrival", 5, 1, 20)
    make.lea()
    shown = text(client("Lea").get(address("statistics")))
    assert "Damaged on arrival 5 1 1 20 €20.00 too few" in shown


def test_the_queue_costs_the_same_with_one_and_with_ten(
    frozen: datetime, django_assert_max_num_queries: Any
) -> None:
    make.joined()
    browser = client("Rita")
    browser.get(address("queue"))
    with CaptureQueriesContext(connection) as one:
        browser.get(address("queue"))
    for _ in range(9):
        make.joined()
    with django_assert_max_num_queries(len(one)):
        browser.get(address("queue"))
