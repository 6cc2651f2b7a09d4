"""The second instance: drawing, sending, being late, and one more look by a third person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import RoleGrant
from appeals import services
from appeals.effects import reviews
from appeals.models import Compensation, Complaint, ReviewDraft
from core import clock
from core.actors import StaffRole
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed, Refused
from core.models import Event
from notifications.models import Notice
from tests.appeals import factories as make
from tests.disputes import factories as disputes
from tests.disputes import facts
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
REVIEWED_BY = datetime(2026, 3, 24, tzinfo=UTC)
AGAIN_BY = datetime(2026, 4, 1, tzinfo=UTC)
"""Late with the first moment of Tuesday, the 24th: five working days more, to the end of the next Tuesday."""


def events(complaint: Complaint) -> list[tuple[str, str, str]]:
    rows = Event.objects.filter(subject=complaint.reference).order_by("seq")
    return [(e.name, e.from_state, e.to_state) for e in rows]


def told(complaint: Complaint) -> list[tuple[str, str]]:
    event = Event.objects.filter(subject=complaint.reference).order_by("-seq")[0]
    rows = Notice.objects.filter(event=event).order_by("pk").select_related("recipient")
    return [(row.recipient.name, row.kind) for row in rows]


def running(complaint: Complaint) -> list[tuple[str, str, datetime]]:
    rows = complaint.deadlines.filter(state="pending")
    return sorted((d.kind, d.about, d.due_at) for d in rows)


def test_the_portal_gives_the_oldest_and_only_one_at_a_time(frozen: datetime) -> None:
    first = make.waiting()
    with clock.freeze(frozen + timedelta(hours=1)):
        make.waiting()

    drawn = make.draw(make.rita())

    assert drawn is not None
    assert (drawn.pk, drawn.state, drawn.reviewer_id) == (
        first.pk,
        "in_review",
        make.rita().user_id,
    )
    assert events(drawn)[-1] == ("drawn", "waiting", "in_review")
    assert [(look.look, look.reviewer_id, look.ended_at) for look in drawn.looks.all()] == [
        (1, make.rita().user_id, None)
    ]
    with pytest.raises(Refused, match="You have a complaint in hand"):
        make.draw(make.rita())


def test_nobody_draws_what_they_decided_or_are_a_party_of(frozen: datetime) -> None:
    complaint = make.waiting()
    for name in ("Carol", "Alice", "Bob"):
        disputes.staff(name, StaffRole.REVIEWER)
        assert make.draw(disputes.staff(name, StaffRole.REVIEWER)) is None
    with pytest.raises(NotAllowed):
        make.draw(make.lea())
    with pytest.raises(IntegrityError), transaction.atomic():
        person = orders.user("Carol").pk
        Complaint.objects.filter(pk=complaint.pk).update(reviewer_id=person)

    assert make.fresh(complaint).state == "waiting"


def test_who_handed_it_back_does_not_draw_it_again_unless_a_lead_gives_it(frozen: datetime) -> None:
    complaint = make.in_review()
    services.hand_back_complaint(complaint_id=complaint.pk, actor=make.rita(), note="I know Bob.")

    assert make.draw(make.rita()) is None
    assert running(complaint) == [("review", "", REVIEWED_BY)]
    services.assign_complaint(
        complaint_id=complaint.pk, actor=make.lea(), reviewer_id=make.rita().user_id or 0
    )
    assert make.fresh(complaint).reviewer_id == make.rita().user_id
    assert told(complaint) == [("Rita", "complaint_assigned")]
    for person in (disputes.carol(), make.buyer(complaint), make.lea()):
        with pytest.raises(NotAllowed):
            services.assign_complaint(
                complaint_id=complaint.pk, actor=make.lea(), reviewer_id=person.user_id or 0
            )


def test_a_correct_decision_is_final_and_its_money_goes_where_it_was_decided(
    frozen: datetime,
) -> None:
    complaint = make.fresh(make.correct())
    dispute = disputes.fresh(complaint.dispute)

    assert (complaint.state, complaint.reviewer_id, complaint.reviewed_at) == (
        "decision_correct", None, frozen,
    )  # fmt: skip
    assert running(complaint) == [("feedback", "", frozen + 14 * DAY)]
    assert (dispute.state, dispute.outcome) == ("closed", "decided_part")
    assert facts.refunds(dispute) == [(Decimal(40), "card", f"dispute {dispute.reference}")]
    assert told(complaint) == [
        ("Alice", "complaint_decision_correct_buyer"), ("Bob", "complaint_decision_correct_seller"),
        ("Carol", "complaint_result_mediator"),
    ]  # fmt: skip
    review = complaint.reviews.get()
    assert (review.result, review.look, review.statement) == (
        "correct", 1, "We read everything again.",
    )  # fmt: skip
    assert [(p.point, p.mark) for p in review.points.all()] == [
        (point, "in_order") for point in make.IN_ORDER
    ]


def test_a_wrong_decision_is_compensated_and_its_money_is_not_undone(frozen: datetime) -> None:
    complaint = make.fresh(make.wrong())
    dispute = disputes.fresh(complaint.dispute)

    assert (complaint.state, complaint.ended_at) == ("decision_wrong", frozen)
    assert running(complaint) == []
    paid = Compensation.objects.get()
    assert (paid.party, paid.owner_id, paid.amount, paid.currency) == (
        "buyer", complaint.buyer_id, Decimal(20), dispute.currency,
    )  # fmt: skip
    promise = paid.promise
    assert (promise.owner_id, promise.value, promise.cause) == (
        complaint.buyer_id, Decimal(20), complaint.reference,
    )  # fmt: skip
    coupon = promise.coupons.get()
    assert (coupon.state, coupon.value) == ("promised", Decimal(20))
    assert coupon.issue_at == datetime(2026, 3, 10, tzinfo=UTC)
    assert facts.refunds(dispute) == [(Decimal(40), "card", f"dispute {dispute.reference}")]
    assert told(complaint) == [
        ("Alice", "complaint_decision_wrong_buyer"), ("Bob", "complaint_decision_wrong_seller"),
        ("Carol", "complaint_result_mediator"),
    ]  # fmt: skip
    assert not Notice.objects.filter(kind="coupon_promised").exists(), (
        "the result is the one letter"
    )


def test_the_return_that_was_decided_begins_with_the_result(frozen: datetime) -> None:
    dispute = disputes.decided(None, "all", None, return_required=True, postage_payer="seller")
    make.send(make.in_review(make.joined(dispute)))

    assert disputes.fresh(dispute).state == "awaiting_return"
    assert facts.running(dispute) == [("return_ship", frozen + 10 * DAY)]


@pytest.mark.parametrize(
    ("result", "more", "sentence"),
    [
        ("perhaps", {}, "Choose whether the decision was correct or wrong."),
        ("wrong", {"compensation": {}}, "Set the compensation for the party who complained."),
        ("wrong", {"compensation": {"buyer": Decimal("50.01")}}, "The compensation is at most"),
        ("wrong", {"compensation": {"buyer": Decimal("0.99")}}, "The amount must be at least"),
        ("wrong", {"compensation": {"buyer": Decimal("NaN")}}, "Write an amount in figures."),
        ("wrong", {"marks": make.IN_ORDER}, "A wrong decision has a mistake"),
        (
            "wrong",
            {"marks": make.IN_ORDER | {"facts": ("mistake", " ")}},
            "Say what the mistake is",
        ),
        ("correct", {"marks": make.MISTAKEN}, "A decision with one is not correct."),
        ("correct", {"marks": {}}, "A point is still open"),
        ("correct", {"statement": " "}, "Write the statement to both parties."),
        (
            "correct",
            {"compensation": {"buyer": Decimal(5)}},
            "Only a wrong decision is compensated.",
        ),
    ],
)
def test_a_result_that_does_not_hold_together_is_not_sent(
    frozen: datetime, result: str, more: dict[str, Any], sentence: str
) -> None:
    complaint = make.in_review()
    with pytest.raises(Refused, match=sentence):
        make.send(complaint, result, **more)
    assert make.fresh(complaint).state == "in_review"


def test_only_who_complained_is_compensated(frozen: datetime) -> None:
    complaint = make.waiting()
    with (
        clock.freeze(frozen + 7 * DAY),
        pytest.raises(Refused, match="This party did not complain"),
    ):
        make.send(make.in_review(complaint), "wrong", compensation={"seller": Decimal(5)})


def test_a_result_is_sent_once_and_by_its_reviewer_only(frozen: datetime) -> None:
    complaint = make.in_review()
    for actor in (make.theo(), make.lea(), disputes.carol()):
        with pytest.raises(NotAllowed):
            services.send_review(
                complaint_id=complaint.pk, actor=actor, result="correct", statement="Fine.",
                marks=make.IN_ORDER,
            )  # fmt: skip
    make.send(complaint)

    with pytest.raises(CaseChanged):
        make.send(complaint)

    assert complaint.reviews.count() == 1


def test_the_draft_is_kept_for_its_reviewer_and_gone_with_the_result(frozen: datetime) -> None:
    complaint = make.in_review()
    services.save_review_draft(
        complaint_id=complaint.pk, actor=make.rita(), content={"statement": "a\x00b"}
    )
    with pytest.raises(NotAllowed):
        services.save_review_draft(complaint_id=complaint.pk, actor=make.theo(), content={})
    assert ReviewDraft.objects.get().content == {"statement": "ab"}

    make.send(complaint)

    assert not ReviewDraft.objects.exists()


def test_a_late_review_goes_back_to_the_top_then_to_the_lead_then_to_the_admin(
    frozen: datetime,
) -> None:
    disputes.root(), make.lea()
    complaint = make.in_review()
    with clock.freeze(frozen + timedelta(hours=1)):
        make.waiting()

    disputes.at(REVIEWED_BY)
    late = make.fresh(complaint)
    assert (late.state, late.reviewer_id, late.overdue_at) == ("waiting", None, REVIEWED_BY)
    assert events(complaint)[-1] == ("review_late", "in_review", "waiting")
    assert running(complaint) == [("review", "1", AGAIN_BY)]
    assert told(complaint) == [
        ("Alice", "complaint_late_buyer"), ("Bob", "complaint_late_seller"),
        ("Rita", "complaint_late_reviewer"), ("Theo", "complaint_late_reviewer"),
    ]  # fmt: skip
    dispute = disputes.fresh(complaint.dispute)
    assert (dispute.state, dispute.overdue_at) == ("under_complaint", None)
    assert facts.running(dispute) == [("complaint_review", AGAIN_BY)]
    with clock.freeze(REVIEWED_BY):
        drawn = make.draw(make.theo())
    assert drawn is not None
    assert drawn.pk == complaint.pk

    disputes.at(AGAIN_BY)
    late = make.fresh(complaint)
    assert (late.state, late.reviewer_id) == ("in_review", make.theo().user_id)
    assert ("Lea", "complaint_late_lead") in told(complaint)
    assert ("Root", "complaint_late_lead") not in told(complaint)
    [(kind, about, third_by)] = running(complaint)
    assert (kind, about) == ("review", "2")

    disputes.at(third_by)
    assert {name for name, kind in told(complaint) if kind == "complaint_late_lead"} == {
        "Lea",
        "Root",
    }
    assert [about for _kind, about, _due in running(complaint)] == ["3"]
    with clock.freeze(third_by):
        make.send(late)
    assert make.fresh(complaint).state == "decision_correct"


def test_nobody_leads_so_the_admin_hears_of_it(frozen: datetime) -> None:
    disputes.root()
    complaint = make.waiting()
    disputes.at(REVIEWED_BY)
    disputes.at(AGAIN_BY)

    assert ("Root", "complaint_late_lead") in told(complaint)


def test_one_more_look_by_a_third_person_who_touched_nothing_before(frozen: datetime) -> None:
    complaint = make.reopened()
    disputes.staff("Lea", StaffRole.REVIEWER)
    disputes.staff("Carol", StaffRole.REVIEWER)

    assert (complaint.state, complaint.look) == ("waiting", 2)
    assert running(complaint) == [("review", "", REVIEWED_BY)]
    for name in ("Rita", "Lea", "Carol"):  # reviewed it; read the feedback; decided
        assert make.draw(disputes.staff(name, StaffRole.REVIEWER)) is None, name
        with pytest.raises(NotAllowed):
            services.assign_complaint(
                complaint_id=complaint.pk, actor=disputes.root(),
                reviewer_id=disputes.staff(name).user_id or 0,
            )  # fmt: skip
    drawn = make.draw(make.theo())
    assert drawn is not None
    done = make.send(drawn)

    assert make.fresh(done).state == "decision_stands"
    assert [(r.look, r.reviewer.name) for r in complaint.reviews.all()] == [
        (1, "Rita"),
        (2, "Theo"),
    ]
    assert told(complaint)[:2] == [
        ("Alice", "complaint_decision_stands_buyer"), ("Bob", "complaint_decision_stands_seller"),
    ]  # fmt: skip


def test_the_last_look_may_find_the_decision_wrong(frozen: datetime) -> None:
    complaint = make.send(make.in_second_review(), "wrong")

    assert make.fresh(complaint).state == "decision_wrong"
    assert Compensation.objects.get().review.look == 2
    assert disputes.fresh(complaint.dispute).state == "closed"


def test_it_is_reopened_once(frozen: datetime) -> None:
    complaint = make.send(make.in_second_review())

    with pytest.raises(CaseChanged):
        services.reopen_complaint(complaint_id=complaint.pk, actor=make.lea(), why="Again.")


def test_feedback_that_nobody_reads_ends_and_the_lead_hears_of_it(frozen: datetime) -> None:
    make.lea()
    complaint = make.feedback_given()
    [(kind, _about, due)] = running(complaint)
    assert kind == "reading"

    disputes.at(due)

    assert make.fresh(complaint).state == "decision_stands"
    assert told(complaint) == [
        ("Alice", "complaint_feedback_over"), ("Lea", "complaint_feedback_unread"),
    ]  # fmt: skip


def test_the_reader_of_the_feedback_may_leave_it_at_that(frozen: datetime) -> None:
    complaint = make.feedback_given()
    for judged in (disputes.carol(), make.rita()):
        with pytest.raises(NotAllowed):
            services.leave_complaint(complaint_id=complaint.pk, actor=judged)

    services.leave_complaint(complaint_id=complaint.pk, actor=make.theo())

    assert make.fresh(complaint).state == "decision_stands"
    assert told(complaint) == [("Alice", "complaint_feedback_read")]


def test_the_complaint_of_a_reviewer_who_lost_the_role_goes_back(frozen: datetime) -> None:
    make.lea()
    complaint = make.in_review()
    RoleGrant.objects.filter(user_id=make.rita().person_id).delete()

    assert services.release_unheld() == 1
    assert services.release_unheld() == 0

    assert make.fresh(complaint).state == "waiting"
    assert ("Lea", "complaint_reviewer_gone") in told(complaint)


def test_one_complaint_that_raises_keeps_no_other_with_a_reviewer_who_is_gone(
    frozen: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = make.in_review(), make.in_review(actor=make.theo())
    RoleGrant.objects.filter(user_id__in=[bad.reviewer_id, good.reviewer_id]).delete()
    put_back = reviews.lost_its_reviewer

    def poisonous(batch: Batch, complaint: Complaint) -> Event:
        if complaint.pk == bad.pk:
            raise ZeroDivisionError("poison")
        return put_back(batch, complaint)

    monkeypatch.setattr(reviews, "lost_its_reviewer", poisonous)
    assert services.release_unheld() == 1

    assert (make.fresh(bad).state, make.fresh(good).state) == ("in_review", "waiting")
    (line,) = [row for row in caplog.records if row.message == "release_set_aside"]
    assert line.case == bad.reference  # type: ignore[attr-defined]
