"""Dates of a review that move: a day off that becomes known later, an outage of ours."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from appeals.models import Complaint
from core import clock, outages, recount
from core.errors import Refused
from core.models import ClosingDay, Event, Storefront
from core.services import check_outside_bodies
from notifications.models import Notice
from tests.appeals import factories as make
from tests.disputes import factories as disputes
from tests.disputes import facts

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told(complaint: Complaint) -> list[tuple[str, str]]:
    event = Event.objects.filter(subject=complaint.reference).order_by("-seq")[0]
    rows = Notice.objects.filter(event=event).order_by("pk").select_related("recipient")
    return [(row.recipient.name, row.kind) for row in rows]


def test_a_closing_day_moves_the_review_and_its_copy_on_the_dispute_alike(frozen: datetime) -> None:
    complaint = make.waiting()
    before = complaint.deadlines.get(kind="review").due_at
    ClosingDay.objects.create(storefront=Storefront.default(), date=date(2026, 3, 10), name="Move")

    recount.recount()

    assert complaint.deadlines.get(kind="review").due_at == before + DAY
    assert facts.running(complaint.dispute) == [("complaint_review", before + DAY)]
    assert told(complaint) == [
        ("Alice", "complaint_date_moved_buyer"), ("Bob", "complaint_date_moved_seller"),
    ]  # fmt: skip
    assert facts.told(complaint.dispute) == []


def test_a_closing_day_moves_the_time_to_read_feedback_and_who_gave_it_is_told(
    frozen: datetime,
) -> None:
    complaint = make.feedback_given()
    before = complaint.deadlines.get(kind="reading").due_at
    ClosingDay.objects.create(storefront=Storefront.default(), date=date(2026, 3, 4), name="Move")

    recount.recount()

    assert complaint.deadlines.get(kind="reading").due_at == before + DAY
    assert told(complaint) == [("Alice", "complaint_reading_moved")]


def test_an_outage_gives_the_other_party_its_time_to_complain_back(frozen: datetime) -> None:
    complaint = make.waiting()
    with clock.freeze(frozen + DAY):
        declared = outages.declare_outage(
            storefront_id=complaint.storefront_id, began_at=frozen + timedelta(hours=1),
            ended_at=frozen + timedelta(hours=3), note="The disk was full.", actor=disputes.root(),
        )  # fmt: skip
        outages.give_back(declared)

    joining = complaint.deadlines.get(kind="joining")
    assert joining.due_at == frozen + 7 * DAY + timedelta(hours=2)
    assert complaint.deadlines.get(kind="review").due_at.hour == 0
    assert told(complaint) == [
        ("Alice", "complaint_clock_extended_buyer"), ("Bob", "complaint_clock_extended_seller"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["https://ec.europa.eu/consumers/odr/", "See http://EC.EUROPA.EU/odr", "odr.ec.europa.eu"],
)
def test_the_closed_platform_of_the_eu_is_never_named(text: str) -> None:
    with pytest.raises(Refused, match="is closed; name another body"):
        check_outside_bodies(text)


def test_any_other_body_is_named_as_written() -> None:
    text = "Schlichtungsstelle, https://board.example/odr"
    assert check_outside_bodies(text) == text
