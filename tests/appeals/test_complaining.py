"""A complaint: in time, once, as long as people count, joined by the other party."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from appeals import services
from appeals.models import Complaint, Grounds
from core import clock
from core.errors import CaseChanged, NotAllowed, Refused, TimeIsUp
from core.models import Event
from notifications.models import Notice
from tests.appeals import factories as make
from tests.disputes import factories as disputes
from tests.disputes import facts

pytestmark = pytest.mark.django_db
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
REVIEWED_BY = datetime(2026, 3, 24, tzinfo=UTC)


def told(complaint: Complaint, seq: int) -> list[tuple[str, str]]:
    event = Event.objects.get(subject=complaint.reference, seq=seq)
    rows = Notice.objects.filter(event=event).order_by("pk").select_related("recipient")
    return [(row.recipient.name, row.kind) for row in rows]


def running(complaint: Complaint) -> list[tuple[str, datetime]]:
    return sorted((d.kind, d.due_at) for d in complaint.deadlines.filter(state="pending"))


def test_the_complaint_is_there_at_once_with_its_date_and_both_are_told(frozen: datetime) -> None:
    complaint = make.fresh(make.waiting())
    dispute = disputes.fresh(complaint.dispute)

    assert complaint.reference.startswith("CPL-")
    assert (complaint.state, dispute.state) == ("waiting", "under_complaint")
    assert running(complaint) == [("joining", frozen + 7 * DAY), ("review", REVIEWED_BY)]
    assert facts.running(dispute) == [("complaint_review", REVIEWED_BY)]
    grounds = complaint.grounds.get()
    assert (grounds.party, grounds.body, grounds.language) == ("buyer", make.WHY, "en")
    assert told(complaint, 1) == [
        ("Alice", "complaint_made_own"), ("Bob", "complaint_made_other"),
        ("Rita", "complaint_in_queue"), ("Theo", "complaint_in_queue"),
    ]  # fmt: skip


def test_the_last_microsecond_counts_and_the_end_of_the_window_does_not(frozen: datetime) -> None:
    first, second = disputes.decided(), disputes.decided()

    with clock.freeze(frozen + 7 * DAY - TICK):
        make.complain(first)
    with clock.freeze(frozen + 7 * DAY), pytest.raises(TimeIsUp):
        make.complain(second)

    assert Complaint.objects.get().dispute_id == first.pk


def test_the_other_party_joins_until_the_very_end_of_the_same_window(frozen: datetime) -> None:
    complaint, late = make.waiting(), make.waiting()

    with clock.freeze(frozen + 7 * DAY - TICK):
        make.complain(complaint.dispute, make.seller(complaint), "The buyer broke it.")
    with clock.freeze(frozen + 7 * DAY), pytest.raises(TimeIsUp):
        make.complain(late.dispute, make.seller(late), "The buyer broke it.")

    assert list(complaint.grounds.values_list("party", flat=True)) == ["buyer", "seller"]
    assert Complaint.objects.count() == 2
    assert running(complaint) == [("review", REVIEWED_BY)]
    assert told(complaint, 2) == [
        ("Alice", "complaint_joined_other"), ("Bob", "complaint_joined_own"),
    ]  # fmt: skip
    assert facts.events(complaint.dispute)[-1] == (
        "complaint_joined", "under_complaint", "under_complaint",
    )  # fmt: skip


def test_nobody_complains_twice(frozen: datetime) -> None:
    complaint = make.waiting()
    written = Event.objects.count()

    with pytest.raises(CaseChanged, match="You have complained"):
        make.complain(complaint.dispute)

    assert Event.objects.count() == written
    with pytest.raises(IntegrityError), transaction.atomic():
        Grounds.objects.create(
            complaint=complaint, dispute=complaint.dispute, party="buyer", author_id=complaint.buyer_id,
            body="Again.", made_at=frozen,
        )  # fmt: skip


def test_a_party_that_complained_does_not_complain_about_a_second_decision(
    frozen: datetime,
) -> None:
    dispute = make.to_send_back()
    make.rita()
    make.complain(dispute)
    complaint = make.complain(dispute, disputes.seller(dispute), "It was whole.")
    make.send(make.in_review(complaint))
    make.decided_again(dispute)

    with pytest.raises(CaseChanged):
        make.complain(dispute)

    assert disputes.fresh(dispute).state == "decided"


def test_nobody_waits_for_a_party_that_complained_about_an_earlier_decision(
    frozen: datetime,
) -> None:
    make.rita()
    first = make.in_review(make.waiting(make.to_send_back()))
    with clock.freeze(frozen + 7 * DAY):
        make.send(first)
        dispute = make.decided_again(first.dispute)

        second = make.complain(dispute, make.seller(first), "The box was empty.")

        assert [kind for kind, _due in running(second)] == ["review"]
        letter = Notice.objects.get(kind="complaint_made_other", subject=second.reference)
        assert (letter.recipient_id, "until_at" in letter.params) == (first.buyer_id, False)
        written = Event.objects.count()
        with pytest.raises(CaseChanged, match="You have complained"):
            make.complain(dispute, make.buyer(first), "An old tab.")
        assert Event.objects.count() == written
        make.send(make.in_review(second))
    assert make.fresh(second).state == "decision_correct"


@pytest.mark.parametrize("who", ["carol", "eve", "root"])
def test_only_a_party_complains(frozen: datetime, who: str) -> None:
    dispute = disputes.decided()
    with pytest.raises(NotAllowed):
        make.complain(dispute, getattr(disputes, who)())


def test_a_thousand_characters_as_people_count_them(frozen: datetime) -> None:
    family, dispute = "👨‍👩‍👧‍👦", disputes.decided()

    with pytest.raises(Refused, match="The text is 1 character too long; 1000 are allowed"):
        make.complain(dispute, body=family * 1001)
    with pytest.raises(Refused, match="Write why the decision is wrong"):
        make.complain(dispute, body=" \u200b\n")
    complaint = make.complain(dispute, body=family * 1000)

    assert complaint.grounds.get().body == family * 1000


def test_the_result_waits_until_the_other_party_can_no_longer_complain(frozen: datetime) -> None:
    complaint = make.in_review(make.waiting())

    with pytest.raises(Refused, match="The other party can still complain"):
        make.send(complaint)
    with clock.freeze(frozen + 7 * DAY):
        make.send(complaint)

    assert make.fresh(complaint).state == "decision_correct"


def test_the_sweep_ends_the_time_to_join_and_nothing_else(frozen: datetime) -> None:
    complaint = make.waiting()

    done = disputes.at(frozen + 7 * DAY)

    assert done.enforced == 1
    assert running(complaint) == [("review", REVIEWED_BY)]
    assert make.fresh(complaint).state == "waiting"
    assert told(complaint, 2) == []


def test_feedback_is_given_once_by_who_complained(frozen: datetime) -> None:
    complaint = make.correct()
    make.feedback(complaint)

    with pytest.raises(NotAllowed):
        services.give_feedback(
            complaint_id=complaint.pk, actor=disputes.carol(), scales=make.SCALES, body=""
        )
    with pytest.raises(CaseChanged):
        make.feedback(complaint)
    with pytest.raises(Refused, match="Answer each of the three questions from 1 to 5"):
        services.give_feedback(
            complaint_id=complaint.pk, actor=make.seller(complaint), scales=make.SCALES | {"heard": 6}
        )  # fmt: skip

    given = complaint.feedback.get()
    assert (given.party, given.heard, given.explained, given.in_time) == ("buyer", 2, 1, 4)
