"""The file of one's own data: whole, one's own words only, and of a fixed number of queries."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coupons.models import Coupon
from disputes import services
from orders import services as order_services
from tests.appeals import factories as complaints
from tests.disputes import factories as make
from tests.disputes.pages import client
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
PARTS = [
    "account", "orders", "refunds", "messages_about_orders", "disputes", "offers", "messages_in_disputes", "evidence",
    "answers_to_the_mediator", "decisions", "complaints", "reviews", "feedback", "compensations", "coupons", "notices",
]  # fmt: skip


def download(name: str) -> tuple[dict[str, Any], Any]:
    answer = client(name).get("/my-data/")
    assert answer.status_code == 200
    return json.loads(b"".join(answer.streaming_content)), answer


def case() -> Any:
    """A decided dispute in which everybody has said something."""
    dispute = make.rejected()
    services.send_message(dispute_id=dispute.pk, actor=make.buyer(dispute), body="Alice writes.")
    services.send_message(dispute_id=dispute.pk, actor=make.seller(dispute), body="Bob writes.")
    services.escalate_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    services.claim_dispute(dispute_id=dispute.pk, actor=make.carol())
    services.request_evidence(
        dispute_id=dispute.pk, actor=make.carol(), party="buyer", question="Where is it?"
    )
    services.answer_evidence_request(
        dispute_id=dispute.pk, actor=make.buyer(dispute), answer="Alice has it."
    )
    services.add_staff_note(dispute_id=dispute.pk, actor=make.carol(), body="Carol notes.")
    return make.decide(dispute)


def test_a_buyer_has_everything_of_their_own(frozen: datetime) -> None:
    dispute = case()
    data, answer = download("Alice")

    assert list(data) == PARTS
    assert data["account"]["name"] == "Alice"
    assert [row["reference"] for row in data["orders"]] == [dispute.order.reference]
    assert [(row["amount"], row["means"]) for row in data["refunds"]] == [("40.0000", "card")]
    (row,) = data["disputes"]
    assert (row["side"], row["outcome"], row["story"]) == (
        "buyer", "decided_part", "The bell is cracked right through.",
    )  # fmt: skip
    assert [row["body"] for row in data["messages_in_disputes"]] == ["Alice writes."]
    assert [row["answer"] for row in data["answers_to_the_mediator"]] == ["Alice has it."]
    assert [(row["number"], row["file_state"]) for row in data["evidence"]] == [(1, "clean")]
    assert [row["statement"] for row in data["decisions"]] == ["We find it damaged (E1)."]
    assert "dispute_decided_part_buyer" in {row["kind"] for row in data["notices"]}
    assert answer["Content-Disposition"] == 'attachment; filename="recourse-my-data.json"'
    assert "no-store" in answer["Cache-Control"]


def test_nobody_has_the_words_of_others(frozen: datetime) -> None:
    dispute = case()
    order_services.send_message(
        order_id=orders.delivered(buyer=orders.user("Eve")).pk,
        actor=make.eve(),
        body="Eve writes.",
    )
    foreign = {
        "Alice": ["Bob writes.", "It left here whole.", "Carol notes.", "Where is it?", "Eve writes."],
        "Bob": ["Alice writes.", "cracked right through", "Alice has it.", "Carol notes.", "Eve writes."],
        "Carol": ["Alice writes.", "Bob writes.", "Alice has it.", "cracked"],
        "Eve": [dispute.reference, "Alice writes.", "Bob writes.", "It left here whole."],
    }  # fmt: skip
    for name, words in foreign.items():
        text = json.dumps(download(name)[0])
        assert [word for word in words if word in text] == [], name


def test_a_complaint_its_review_and_what_it_brought_are_in_the_file_without_the_code(
    frozen: datetime,
) -> None:
    wrong = complaints.wrong()
    coupon = Coupon.objects.get()
    make.at(coupon.deadlines.get().due_at)
    coupon.refresh_from_db()
    correct = complaints.feedback_given()

    data, _answer = download("Alice")

    rows = [(row["complaint_reference"], row["body"]) for row in data["complaints"]]
    assert rows == [(wrong.reference, complaints.WHY), (correct.reference, complaints.WHY)]
    reviews = [(row["result"], row["statement"]) for row in data["reviews"]]
    assert reviews == [(result, "We read everything again.") for result in ("wrong", "correct")]
    assert [(row["heard"], row["body"]) for row in data["feedback"]] == [(2, "Nobody read it.")]
    assert [(row["value"], row["cause"]) for row in data["compensations"]] == [
        ("20.0000", wrong.reference)
    ]
    assert [(row["reference"], row["state"]) for row in data["coupons"]] == [
        (coupon.reference, "issued")
    ]
    assert coupon.code
    assert coupon.code not in json.dumps(data)
    theirs = download("Bob")[0]
    assert [row["body"] for row in theirs["complaints"]] == ["The buyer broke it."] * 2
    assert len(theirs["reviews"]) == 2
    assert [theirs[part] for part in ("feedback", "compensations", "coupons")] == [[], [], []]
    text = json.dumps(theirs)
    assert [word for word in (complaints.WHY, "Nobody read it.") if word in text] == []


def test_the_file_costs_a_fixed_number_of_queries(frozen: datetime) -> None:
    case()
    download("Alice")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            download("Alice")
        return len(seen)

    few = queries()
    for _n in range(10):
        make.opened()
    assert queries() == few


def test_the_profile_leads_to_the_file() -> None:
    orders.user("Eve")
    page = client("Eve").get("/account/profile/").content.decode()
    assert 'href="/my-data/" download' in page
