"""A dispute whose decision a party complains about: what it waits for, and how it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import clock
from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, TimeIsUp
from disputes.effects import complaints, loading
from disputes.models import Dispute
from disputes.reading import turn
from disputes.selectors import turns
from tests.disputes import factories as make
from tests.disputes import facts

pytestmark = pytest.mark.django_db
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
REVIEWED_BY = datetime(2026, 3, 24, tzinfo=UTC)
"""15 working days after noon of Monday, March 2nd: the end of Monday the 23rd."""
REVIEW = Actor.system("complaint CPL-000000")


def complain(dispute: Dispute, at: datetime) -> None:
    with clock.freeze(at), Batch() as batch:
        locked = loading.take(batch, dispute.pk)
        complaints.complain(batch, locked, make.seller(dispute), "CPL-000000")


def answered(dispute: Dispute) -> dict[str, Any]:
    with Batch() as batch:
        locked = loading.take(batch, dispute.pk)
        return complaints.answered(batch, locked, REVIEW, "correct")


def test_a_complaint_meets_the_window_and_starts_fifteen_working_days(frozen: datetime) -> None:
    dispute = make.under_complaint()

    assert dispute.state == "under_complaint"
    assert facts.events(dispute)[-1] == ("complained", "decided", "under_complaint")
    assert facts.last(dispute).data == {"complaint": "CPL-000000", "party": "buyer"}
    assert facts.running(dispute) == [("complaint_review", REVIEWED_BY)]
    assert ("complaint_window", "met", frozen + 7 * DAY) in facts.clocks(dispute)


def test_the_last_microsecond_of_the_window_counts_and_its_end_does_not(frozen: datetime) -> None:
    dispute, other = make.decided(), make.decided()

    complain(dispute, frozen + 7 * DAY - TICK)
    with pytest.raises(TimeIsUp):
        complain(other, frozen + 7 * DAY)

    assert make.fresh(dispute).state == "under_complaint"
    assert make.fresh(other).state == "decided"


def test_a_decision_that_is_final_takes_no_complaint(frozen: datetime) -> None:
    dispute = make.closed()

    with pytest.raises(CaseChanged):
        complain(dispute, frozen + 7 * DAY)


def test_the_end_of_the_window_moves_nothing_while_the_decision_is_reviewed(
    frozen: datetime,
) -> None:
    dispute = make.under_complaint(return_required=True, postage_payer="seller")

    done = make.at(frozen + 8 * DAY)

    assert done.enforced == 0
    assert make.fresh(dispute).state == "under_complaint"
    assert make.fresh(dispute).order.disputed_at == frozen


def test_the_review_ends_and_the_dispute_closes(frozen: datetime) -> None:
    dispute = make.under_complaint()

    told = answered(dispute)

    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.outcome, dispute.ended_at) == ("closed", "decided_part", frozen)
    assert facts.events(dispute)[-1] == ("complaint_answered", "under_complaint", "closed")
    assert facts.running(dispute) == []
    assert ("complaint_review", "met", REVIEWED_BY) in facts.clocks(dispute)
    assert facts.told(dispute) == []
    assert {name: int(amount) for name, amount in told.items()} == {"rest_amount": 60}
    assert dispute.order.state == "completed"


def test_the_review_ends_and_the_return_begins(frozen: datetime) -> None:
    dispute = make.under_complaint(return_required=True, postage_payer="seller")

    told = answered(dispute)

    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.agreed_at) == ("awaiting_return", frozen)
    assert facts.running(dispute) == [("return_ship", frozen + 10 * DAY)]
    assert told == {"return_until_at": frozen + 10 * DAY}


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_while_the_decision_is_reviewed_it_is_nobody_elses_turn(
    frozen: datetime, side: str
) -> None:
    dispute = make.under_complaint()

    shown = turn.turn_of(turns.at_hand([dispute])[0], side)

    assert shown.label == "It is our turn"


def test_a_late_review_says_so_and_comes_due_every_day(frozen: datetime) -> None:
    dispute = make.under_complaint()

    make.at(REVIEWED_BY)

    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.overdue_at) == ("under_complaint", REVIEWED_BY)
    assert facts.running(dispute) == [("complaint_review", REVIEWED_BY + DAY)]
    with clock.freeze(REVIEWED_BY):
        shown = turn.turn_of(turns.at_hand([dispute])[0], "buyer")
    assert (shown.late, shown.target, shown.title) == (True, True, "The decision is being reviewed")
