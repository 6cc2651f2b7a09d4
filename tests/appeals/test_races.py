"""Two complaints, two reviewers, a complaint and the clock at the same moment: on real row locks, with controls."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from appeals import selectors, services
from appeals.models import Complaint, Grounds
from core import audit, clock, deadlines
from core.errors import CaseChanged, Refused, TimeIsUp
from core.models import Event
from coupons.models import Compensation
from disputes.models import Dispute
from tests.appeals import factories as make
from tests.disputes import factories as disputes
from tests.together import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


def whole(*cases: Any) -> None:
    """Nothing doubled, nothing torn: one event per version, and the chain is intact."""
    for case in cases:
        fresh = type(case).objects.get(pk=case.pk)
        assert fresh.version == Event.objects.filter(subject=fresh.reference).count()
    assert list(audit.broken_links()) == []


def test_both_parties_complain_at_once_and_one_review_answers_both() -> None:
    """Whoever is later meets the complaint of the other and joins it; ten times."""
    for _ in range(10):
        dispute = disputes.decided()
        results = at_once(
            partial(make.complain, dispute),
            partial(make.complain, dispute, disputes.seller(dispute), "The buyer broke it."),
        )
        complaint = Complaint.objects.get(dispute=dispute)
        assert results == [complaint, complaint]
        assert sorted(complaint.grounds.values_list("party", flat=True)) == ["buyer", "seller"]
        whole(dispute, complaint)


def test_the_same_complaint_twenty_times_at_once_is_made_once() -> None:
    dispute = disputes.decided()
    results = at_once(*[lambda: make.complain(dispute).pk] * 20)
    assert Counter(type(r).__name__ for r in results) == {"int": 1, "CaseChanged": 19}, results
    assert Grounds.objects.count() == Complaint.objects.count() == 1
    whole(dispute, Complaint.objects.get())


def test_control_without_the_disputes_lock_only_the_constraint_stands_between_two() -> None:
    """The same after a plain read: both see no complaint, and the unique constraint stops the second."""
    complaint = make.waiting()
    gate, seen = threading.Barrier(2), []
    seller = complaint.seller_id

    def naive() -> None:
        with transaction.atomic():
            seen.append(selectors.has_complained(complaint.dispute_id, "seller"))
            gate.wait(20)
            Grounds.objects.create(
                complaint=complaint, dispute_id=complaint.dispute_id, party="seller", author_id=seller,
                body="No.", made_at=clock.now(),
            )  # fmt: skip

    results = at_once(naive, naive)
    assert seen == [False, False], "both believed to be the first"
    assert [type(r).__name__ for r in results if r is not None] == ["IntegrityError"]


def frozen_at(instant: datetime, act: Callable[[], Any]) -> Callable[[], Any]:
    """The same act in a thread in which the clock stands at this instant."""

    def job() -> Any:
        with clock.freeze(instant):
            return act()

    return job


def last_second(dispute: Dispute, at: datetime) -> tuple[Any, str]:
    """A complaint and the sweep at the same moment of the clock."""
    complained, swept = at_once(
        frozen_at(at, lambda: make.complain(dispute).pk), frozen_at(at, deadlines.sweep)
    )
    assert not isinstance(swept, Exception), swept
    return complained, str(disputes.fresh(dispute).state)


def test_a_complaint_in_the_last_microsecond_beats_the_clock_and_one_at_the_end_never_does() -> (
    None
):
    for _ in range(8):
        dispute = disputes.decided()
        end = dispute.deadlines.get(kind="complaint_window").due_at
        complained, state = last_second(dispute, end - TICK)
        assert (complained, state) == (
            Complaint.objects.get(dispute=dispute).pk, "under_complaint",
        )  # fmt: skip
    for _ in range(8):
        dispute = disputes.decided()
        end = dispute.deadlines.get(kind="complaint_window").due_at
        complained, state = last_second(dispute, end)
        assert isinstance(complained, TimeIsUp | CaseChanged), complained
        assert state in {"closed", "decided"}  # the sweep passes over a case that is held
        with clock.freeze(end):
            deadlines.sweep()
        assert disputes.fresh(dispute).state == "closed"
        assert not Complaint.objects.filter(dispute=dispute).exists()
        whole(dispute)


def test_two_reviewers_draw_and_each_complaint_goes_to_one() -> None:
    for _ in range(6):
        first, second = make.joined(), make.joined()
        rita, theo = make.rita(), make.theo()
        drawn = at_once(partial(make.draw, rita), partial(make.draw, theo))
        assert {d.pk for d in drawn if isinstance(d, Complaint)} == {first.pk, second.pk}, drawn
        for complaint in drawn:
            make.send(complaint)
        whole(first, second)


def test_two_draws_of_one_reviewer_give_one_complaint() -> None:
    make.waiting(), make.waiting(), make.waiting()
    rita = make.rita()
    results = at_once(*[lambda: make.draw(rita)] * 6)
    assert sum(isinstance(r, Complaint) for r in results) == 1, results
    assert sum(isinstance(r, Refused) for r in results) == 5
    assert Complaint.objects.filter(reviewer_id=rita.user_id).count() == 1


def test_control_without_the_grants_lock_only_the_constraint_stands_between_two_in_hand() -> None:
    first, second = make.waiting(), make.waiting()
    rita, gate, seen = make.rita(), threading.Barrier(2), []

    def naive(pk: int) -> None:
        with transaction.atomic():
            seen.append(Complaint.objects.filter(reviewer_id=rita.user_id).exists())
            gate.wait(20)
            rows = Complaint.objects.filter(pk=pk)
            rows.update(state="in_review", reviewer_id=rita.user_id)

    results = at_once(lambda: naive(first.pk), lambda: naive(second.pk))
    assert seen == [False, False]
    assert [type(r).__name__ for r in results if r is not None] == ["IntegrityError"]


def test_a_result_sent_twenty_times_at_once_is_sent_once_and_compensates_once() -> None:
    complaint = make.in_review()
    results = at_once(*[lambda: make.send(complaint, "wrong").state] * 20)
    assert results.count("decision_wrong") == 1, results
    assert sum(isinstance(r, CaseChanged) for r in results) == 19
    assert complaint.reviews.count() == 1
    assert Compensation.objects.filter(cause=complaint.reference).count() == 1
    whole(complaint, complaint.dispute)


def test_a_result_and_the_missed_date_at_once_leave_one_of_both() -> None:
    """Sent before the sweep: a result. After it: the complaint is back in the queue and nothing was sent."""
    for _ in range(6):
        complaint = make.in_review()
        due = complaint.deadlines.get(kind="review", state="pending").due_at
        send = partial(make.send, complaint)
        sent, _swept = at_once(frozen_at(due, send), frozen_at(due, deadlines.sweep))
        with clock.freeze(due):
            deadlines.sweep()
        fresh = make.fresh(complaint)
        if isinstance(sent, Exception):
            assert isinstance(sent, Refused)
            assert (fresh.state, fresh.reviews.count()) == ("waiting", 0)
            with clock.freeze(due):
                services.assign_complaint(
                    complaint_id=fresh.pk, actor=make.lea(), reviewer_id=make.theo().person_id
                )
                make.send(make.fresh(complaint))
        assert make.fresh(complaint).state == "decision_correct"
        whole(complaint, complaint.dispute)


def test_feedback_and_reopening_happen_once_each() -> None:
    complaint = make.correct()
    given = at_once(*[lambda: make.feedback(complaint).state] * 8)
    assert given.count("feedback_given") == 1, given
    lea, theo = make.lea(), make.theo()
    reopen = partial(services.reopen_complaint, complaint_id=complaint.pk, why="Again.")
    again = at_once(*[partial(reopen, actor=actor) for actor in (lea, theo, lea, theo)])
    assert sum(isinstance(r, Complaint) for r in again) == 1, again
    assert make.fresh(complaint).look == 2
    whole(complaint)
