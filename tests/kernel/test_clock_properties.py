"""Properties of every clock, whatever the hours."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock, deadlines
from core.actors import SYSTEM
from core.batch import Batch
from core.errors import CaseChanged, TimeIsUp
from core.models import Event
from tests.kernel.makers import ALICE, errands
from tests.toy.models import ANSWER, Errand, ErrandDeadline, answer

pytestmark = pytest.mark.django_db
NOON = datetime(
    2026, 3, 27, 12, 0, tzinfo=UTC
)  # the spring change of the clocks lies two days ahead
some_time = st.timedeltas(timedelta(microseconds=1), timedelta(days=30))
quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quick
@given(stops=st.lists(st.tuples(some_time, some_time), max_size=4), hours=st.floats(0.01, 500))
def test_any_pauses_move_the_end_by_exactly_the_time_stood_still(stops, hours):  # type: ignore[no-untyped-def]
    with clock.freeze(NOON):
        (errand,) = errands(1, hours=hours)
    assert errand.next_due_at
    end, at, stood = errand.next_due_at, NOON, timedelta()
    for run, stand in stops:
        at += run
        if at >= end + stood:
            break
        with clock.freeze(at), Batch() as batch:
            (errand,) = batch.lock(Errand, [errand.pk])
            batch.pause(errand, ANSWER, why="x")
            batch.record(errand, "paused", SYSTEM)
        at, stood = at + stand, stood + stand
        with clock.freeze(at), Batch() as batch:
            (errand,) = batch.lock(Errand, [errand.pk])
            batch.resume(errand, ANSWER)
            batch.record(errand, "resumed", SYSTEM)
    deadline = ErrandDeadline.objects.get(case=errand)
    assert deadline.due_at == end + stood
    assert deadline.explanation["due"] == deadline.due_at.isoformat()


@quick
@given(after=st.timedeltas(timedelta(0), timedelta(hours=100)), sweep_first=st.booleans())
def test_one_outcome_whatever_comes_first(after, sweep_first):  # type: ignore[no-untyped-def]
    with clock.freeze(NOON):
        (errand,) = errands(1, hours=48)
    with clock.freeze(NOON + after):
        if sweep_first:
            deadlines.sweep()
        with contextlib.suppress(TimeIsUp, CaseChanged):
            answer(errand.pk, ALICE)
        deadlines.sweep()
    errand = Errand.objects.get(pk=errand.pk)
    assert errand.state == ("answered" if after < timedelta(hours=48) else "expired")
    moves = Event.objects.filter(subject=errand.reference).exclude(transition="")
    assert moves.count() == 1
    assert not errand.deadlines.filter(state__in=("pending", "paused", "failed")).exists()


@pytest.mark.fault("R14", tries=1)
def test_daylight_saving_never_moves_a_day_of_24_hours() -> None:
    with clock.freeze(NOON):
        (errand,) = errands(1, hours=48)
    assert errand.next_due_at
    assert errand.next_due_at - NOON == timedelta(hours=48)
    with clock.freeze(NOON + timedelta(hours=47, minutes=59)):
        assert deadlines.sweep().enforced == 0
