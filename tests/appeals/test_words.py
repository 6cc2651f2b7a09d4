"""Nothing that a complaint can be or do is without words."""

from __future__ import annotations

from appeals.models import Complaint
from appeals.reading import words
from appeals.states import ComplaintState, Kind
from disputes.models import Dispute
from disputes.reading import clocks
from disputes.selectors import timeline
from disputes.states import Kind as DisputeKind
from disputes.states import Party


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
