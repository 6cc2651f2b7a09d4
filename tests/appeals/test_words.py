"""Nothing that a complaint can be or do is without words."""

from __future__ import annotations

from datetime import datetime

import pytest

from appeals.models import Complaint
from appeals.reading import words
from appeals.states import ComplaintState, Kind
from disputes.models import Dispute
from disputes.reading import clocks
from disputes.selectors import timeline
from disputes.states import Kind as DisputeKind
from disputes.states import Party
from tests.appeals import factories as make


def names(model: type) -> set[str]:
    field = model._meta.get_field("state")  # type: ignore[attr-defined]
    return {t.custom["event"] for t in field.get_all_transitions(model)}


def test_every_event_of_a_complaint_has_a_phrase() -> None:
    beside = {"complained", "reminded", "clock_extended", "date_moved"}
    assert set(words.PHRASES) == names(Complaint) | beside


def test_every_event_of_a_dispute_under_complaint_has_a_phrase() -> None:
    assert names(Dispute) <= set(timeline.PHRASES)


def test_every_state_and_every_clock_that_people_wait_for_has_words() -> None:
    assert set(words.STATES) == set(ComplaintState)
    shown = set(Kind) - {Kind.JOINING}
    assert set(words.CONSEQUENCES) == set(words.SUMMARIES) == shown
    for table in (clocks.AHEAD, clocks.SUMMARY):
        assert DisputeKind.COMPLAINT_REVIEW in table
    for side in (Party.BUYER, Party.SELLER):
        assert (DisputeKind.COMPLAINT_REVIEW, side) in clocks._CONSEQUENCES


@pytest.mark.django_db
def test_parties_read_what_happened_as_on_the_page_of_their_dispute(frozen: datetime) -> None:
    complaint = make.reopened()

    lines = [(line["text"], line["by"]) for line in words.history(complaint, Party.BUYER)]

    looked, gave, *_between, joined, opened = lines
    assert looked[0] == "One more look, by a third person"
    assert looked[1].startswith("· A reviewer: ")
    assert gave == ("Feedback given", "· You")
    assert joined[1] == "· The seller"
    assert opened == (words.PHRASES["complained"], "· You")
    desk = [line["text"] for line in words.history(complaint, Party.PLATFORM)]
    assert "The buyer: Feedback given" in desk
