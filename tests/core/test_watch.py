"""The watch over the workers: what it sees, what it counts, and whom it tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from pytest_django import Settings

from core import clock, watch
from core.models import Alarm, Event, Pulse, Tally
from tests.disputes import factories as make

pytestmark = pytest.mark.django_db
LATE, KEPT = watch.Look(overdue=50.0, since_sweep=1.0), watch.Look(overdue=0.0, since_sweep=1.0)


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    settings.DEMO, settings.SWEEP_SECONDS, settings.OPERATOR_EMAIL = False, 10, "op@example.org"


@pytest.mark.parametrize(
    ("overdue", "since_sweep", "late", "stopped"),
    [
        (0.0, 1.0, False, False),
        (20.0, 1.0, False, False),
        (20.1, 1.0, True, False),
        (0.0, 80.0, False, False),
        (0.0, 80.1, False, True),
        (0.0, None, False, False),
    ],
)
def test_two_periods_are_patience_and_no_more(
    overdue: float, since_sweep: float | None, late: bool, stopped: bool
) -> None:
    seen = watch.Look(overdue, since_sweep)

    assert (seen.late, seen.stopped, seen.well) == (late, stopped, not (late or stopped))


def test_a_clock_that_nobody_enforces_is_seen(frozen: object) -> None:
    dispute = make.opened()
    due = dispute.next_due_at
    assert due is not None

    with clock.freeze(due + timedelta(seconds=21)):
        assert watch.look().overdue == 21.0
        assert watch.look().late


def test_a_task_that_ends_leaves_its_pulse_and_one_that_raises_does_not() -> None:
    with watch.pulse("sweep") as beat:
        beat.handled, beat.late = 7, 1.5
    with pytest.raises(RuntimeError), watch.pulse("other"):
        raise RuntimeError

    row = Pulse.objects.get()
    age = watch.pulse_age("sweep")
    assert (row.name, row.handled, row.late) == ("sweep", 7, 1.5)
    assert age is not None
    assert 0 <= age < 5
    assert watch.pulse_age("other") is None


def test_the_operator_is_told_at_the_beginning_hourly_and_at_the_end(frozen: object) -> None:
    began = clock.now()
    told = []
    for minutes, seen in (
        (0, KEPT),
        (1, LATE),
        (2, LATE),
        (61, LATE),
        (62, LATE),
        (90, KEPT),
        (91, KEPT),
    ):
        with clock.freeze(began + timedelta(minutes=minutes)):
            told += [(minutes, subject) for subject in watch.tell_operator(seen)]

    assert told == [
        (1, "Recourse: clocks are being kept late"),
        (61, "Recourse: clocks are being kept late"),
        (90, "Recourse: clocks are kept in time again"),
    ]
    assert {message.to[0] for message in mail.outbox} == {"op@example.org"}


def test_an_alarm_that_could_not_be_sent_is_sent_a_minute_later(
    monkeypatch: pytest.MonkeyPatch, frozen: object
) -> None:
    def away(*_args: object) -> int:
        raise OSError("no mail server")

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", away)
        assert watch.tell_operator(LATE) == []
    began = clock.now()
    with clock.freeze(began + timedelta(seconds=59)):
        assert watch.tell_operator(LATE) == [], (
            "a mail server that hangs is left alone for a minute"
        )
    with clock.freeze(began + timedelta(seconds=61)):
        assert watch.tell_operator(LATE) == ["Recourse: clocks are being kept late"]
        assert watch.tell_operator(LATE) == []
    assert len(mail.outbox) == 1


def test_workers_that_stand_still_and_clocks_that_failed_are_told_apart() -> None:
    seen = watch.Look(overdue=0.0, since_sweep=500.0, failed=2)

    assert watch.tell_operator(seen) == [
        "Recourse: no worker sweeps",
        "Recourse: a clock could not be enforced",
    ]
    assert "set aside with an error: 2" in mail.outbox[-1].body


def test_a_demo_tells_nobody(settings: Settings) -> None:
    settings.DEMO = True

    assert not watch.tell_operator(LATE)
    assert not Alarm.objects.exists()


def test_each_transition_is_counted_once(frozen: object) -> None:
    assert watch.count_transitions() == 0  # the watch begins
    began = clock.now()
    with clock.freeze(began + timedelta(seconds=1)):
        make.escalated()
    moves = Event.objects.exclude(transition="").filter(at__gt=began).count()
    assert moves

    with clock.freeze(began + timedelta(minutes=1)):
        assert watch.count_transitions() == 0, "not settled yet"
    with clock.freeze(began + timedelta(minutes=3)):
        assert watch.count_transitions() == moves
        assert watch.count_transitions() == 0
    assert Tally.objects.get(kind="DSP", name="escalate").total == 1
