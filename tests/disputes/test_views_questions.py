"""The mediator's questions: both parties read each with what came of it, for good."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from disputes import services
from disputes.models import Dispute
from disputes.services import evidence
from tests.disputes import factories as make
from tests.disputes.pages import address, client, text

pytestmark = pytest.mark.django_db

NAMES = {"buyer": "Alice", "seller": "Bob"}


def asked(party: str = "buyer", question: str = "Which box was it in?") -> Dispute:
    dispute = make.in_mediation()
    return services.request_evidence(
        dispute_id=dispute.pk, actor=make.carol(), party=party, question=question
    )


def answered(dispute: Dispute, answer: str = "In the grey one.", files: Any = ()) -> None:
    services.answer_evidence_request(
        dispute_id=dispute.pk, actor=make.buyer(dispute), answer=answer, file_ids=files
    )


def test_open_question_is_read_by_both_and_answered_by_the_one_who_was_asked(
    frozen: datetime,
) -> None:
    dispute = asked()

    mine, theirs = (client(name).get(address(dispute)) for name in NAMES.values())

    assert "Questions and answers" in text(mine)
    assert "The mediator asks you" in text(mine)
    assert "The mediator asks the buyer" in text(theirs)
    for page in (mine, theirs):
        assert "Which box was it in?" in text(page)
        assert "until Thu 5 March, 12:00" in text(page)
    assert address(dispute, "answer") in mine.content.decode()
    assert address(dispute, "answer") not in theirs.content.decode()


def test_question_and_answer_stay_for_both_to_the_end_and_beyond(frozen: datetime) -> None:
    dispute = asked()
    file = make.file(dispute.buyer_id, dispute.reference, evidence.PURPOSE)
    answered(dispute, files=[file.pk])
    make.decide(dispute)
    make.at(frozen + timedelta(days=8))
    assert make.fresh(dispute).state == "closed"

    for name in NAMES.values():
        page = client(name).get(address(dispute))
        assert "Which box was it in?" in text(page)
        assert "In the grey one." in text(page)
        assert f'href="{address(dispute, "evidence", 1)}"' in page.content.decode()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("expired", "Not answered in time. The mediator decides on what is there."),
        ("taken back", "No answer is needed any more."),
        ("withdrawn", "No answer is needed any more."),
    ],
)
def test_question_without_an_answer_says_what_came_of_it(
    frozen: datetime, what: str, words: str
) -> None:
    dispute = asked()
    if what == "expired":
        make.at(frozen + timedelta(days=3))
    elif what == "withdrawn":
        services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    else:
        services.take_back_request(dispute_id=dispute.pk, actor=make.carol(), party="buyer")

    for name in NAMES.values():
        shown = text(client(name).get(address(dispute)))
        assert words in shown
        assert ("question was taken back" in shown) == (what == "taken back")


def test_history_says_to_whom_as_its_reader_calls_them(frozen: datetime) -> None:
    dispute = asked()
    make.at(frozen + timedelta(days=3))

    mine, theirs = (text(client(name).get(address(dispute))) for name in NAMES.values())

    assert "Question to you · A mediator" in mine
    assert "You did not answer the mediator in time" in mine
    assert "Question to the buyer · A mediator" in theirs
    assert "The buyer did not answer the mediator in time" in theirs


def test_answer_of_one_side_does_not_answer_the_question_to_the_other(frozen: datetime) -> None:
    dispute = asked()
    services.request_evidence(
        dispute_id=dispute.pk, actor=make.carol(), party="seller", question="Who packed it?"
    )
    answered(dispute)

    shown = text(client("Bob").get(address(dispute)))

    assert "In the grey one." in shown
    assert "The mediator asks you" in shown
    assert "Who packed it?" in shown
