"""One letter for each outcome and side, word for word, as it stands in `letters/`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from appeals import services
from core.models import Storefront
from notifications import rendering
from notifications.models import Notice
from tests.appeals import factories as make
from tests.disputes import factories as disputes

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "letters"
REFERENCE = re.compile(r"\b(CPL|DSP|ORD)-\w{6}\b")


def late() -> None:
    complaint = make.waiting()
    disputes.at(complaint.deadlines.get(kind="review").due_at)


def returned() -> None:
    dispute = make.to_send_back()
    make.send(make.in_review(make.joined(dispute)))


def unread() -> None:
    complaint = make.feedback_given()
    disputes.at(complaint.deadlines.get(kind="reading").due_at)


def read() -> None:
    make.lea()
    services.leave_complaint(complaint_id=make.feedback_given().pk, actor=make.lea())


def with_bodies(act: Callable[[], Any]) -> Callable[[], Any]:
    """The same where the operator names bodies outside the portal."""

    def named() -> None:
        front = Storefront.default()
        front.outside_bodies = "Arbitration board, https://board.example"
        front.save(update_fields=["outside_bodies"])
        act()

    return named


def stands() -> None:
    make.send(make.in_second_review())


LETTERS: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "made": (make.waiting, ("complaint_made_own", "complaint_made_other")),
    "late": (late, ("complaint_late_buyer",)),
    "correct": (make.correct, ("complaint_decision_correct_buyer", "complaint_decision_correct_seller")),
    "correct_with_return": (
        returned, ("complaint_decision_correct_buyer", "complaint_decision_correct_seller"),
    ),
    "wrong": (make.wrong, ("complaint_decision_wrong_buyer", "complaint_decision_wrong_seller")),
    "reopened": (make.reopened, ("complaint_reopened_buyer",)),
    "stands": (stands, ("complaint_decision_stands_buyer",)),
    "stands_with_bodies": (with_bodies(stands), ("complaint_decision_stands_buyer",)),
    "feedback_read": (read, ("complaint_feedback_read",)),
    "feedback_over": (unread, ("complaint_feedback_over",)),
    "feedback_over_with_bodies": (with_bodies(unread), ("complaint_feedback_over",)),
}  # fmt: skip


def text(kind: str) -> str:
    """The subject, the lines and the button of the one letter of this kind."""
    notice = Notice.objects.get(kind=kind)
    with rendering.as_reader(notice.recipient):
        message = rendering.render(notice)
    words = [
        f"To {notice.recipient.name}: {message.subject}",
        *message.lines,
        f"[{message.action}]",
    ]
    return REFERENCE.sub(r"\1-000000", "\n".join(words)) + "\n"


@pytest.mark.parametrize("outcome", LETTERS)
def test_the_letters_of_an_outcome_read_word_for_word(frozen: datetime, outcome: str) -> None:
    act, kinds = LETTERS[outcome]
    act()

    assert "\n".join(text(kind) for kind in kinds) == (GOLDEN / f"{outcome}.txt").read_text()


def test_every_golden_letter_is_compared() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(LETTERS)
