"""Leaping ahead enforces what falls due on the way, in its order."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import clock, deadlines
from core.models import DeadlineState, Event
from demo import leaps
from tests.kernel.makers import errands
from tests.toy.models import Errand, ErrandDeadline, State

pytestmark = pytest.mark.django_db


def test_leap_enforces_what_fell_due_and_counts_it() -> None:
    early, late = errands(2, hours=30), errands(1, hours=80)

    done = leaps.ahead(timedelta(days=2))

    assert done == leaps.Leap(enforced=2, more=False)
    assert {Errand.objects.get(pk=e.pk).state for e in early} == {State.EXPIRED}
    assert Errand.objects.get(pk=late[0].pk).state == State.WAITING


def test_each_clock_is_enforced_near_its_own_moment() -> None:
    errands(1, hours=5)
    errands(1, hours=200)

    leaps.ahead(timedelta(days=15))

    for deadline in ErrandDeadline.objects.all():
        assert deadline.state == DeadlineState.ENFORCED
        assert deadline.ended_at is not None
        assert deadline.ended_at - deadline.due_at < timedelta(minutes=1)


def test_next_stops_just_behind_the_next_deadline() -> None:
    errands(1, hours=5)
    errands(1, hours=6)
    due = deadlines.next_due()

    done = leaps.to_next()

    assert due is not None
    assert timedelta() < clock.now() - due < timedelta(seconds=30)
    assert done == leaps.Leap(enforced=1, more=False)


def test_next_without_clocks_stays_where_it_is(client: Client) -> None:
    before = clock.now()

    answer = client.post(reverse("demo:clock"), {"by": "next"}, follow=True)

    assert clock.now() - before < timedelta(minutes=1)
    assert "No clock is running" in answer.content.decode()


def test_page_says_how_many_were_enforced(client: Client) -> None:
    errands(3, hours=5)

    answer = client.post(
        reverse("demo:clock"), {"by": "2days", "back": "/account/login/"}, follow=True
    )

    assert "3 deadlines were enforced." in answer.content.decode()
    assert Event.objects.filter(name="expired").count() == 3


def test_a_poisoned_case_stops_nothing() -> None:
    errands(1, hours=5, poison=True)
    errands(2, hours=6)

    done = leaps.ahead(timedelta(days=1))

    assert done.enforced >= 2


def test_time_that_ran_out_leaves_the_rest_to_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    errands(2, hours=5)
    monkeypatch.setattr(leaps, "SECONDS", 0.0)
    before = clock.now()

    done = leaps.ahead(timedelta(days=2))

    assert done == leaps.Leap(enforced=0, more=True)
    assert clock.now() - before >= timedelta(days=2)
