"""Several workers and people at once, on real row locks."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from core import audit, clock, deadlines, idempotency
from core.actors import SYSTEM
from core.batch import Batch
from core.errors import Refused
from core.models import Event
from tests.kernel.makers import ALICE, errands
from tests.together import at_once
from tests.toy.models import ANSWER, Errand, ErrandDeadline, answer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def overdue(count: int) -> None:
    with clock.freeze(clock.now() - timedelta(hours=49)):
        errands(count)


def test_three_sweeps_at_once_enforce_each_case_exactly_once() -> None:
    overdue(300)
    results = at_once(*[lambda: deadlines.sweep(batch_size=20)] * 3)
    assert sum(result.enforced for result in results) == 300
    assert sum(1 for result in results if result.enforced) > 1, "the work was shared"
    assert Event.objects.filter(name="expired").count() == 300
    assert list(audit.broken_links()) == []


def test_control_without_the_lock_two_workers_act_twice() -> None:
    """The same work with a plain read instead of a row lock: both see the state and both act."""
    overdue(1)
    acted, gate = [], threading.Barrier(2)

    def naive() -> None:
        with transaction.atomic():
            errand = Errand.objects.get()
            if errand.state == "waiting":
                gate.wait(10)
                Errand.objects.filter(pk=errand.pk).update(note="late")
                acted.append(errand.pk)

    at_once(naive, naive)
    assert len(acted) == 2


def test_an_answer_and_the_sweep_at_the_same_moment_have_one_outcome() -> None:
    """R8: due a moment from now by the database's clock; answer and sweep race around that instant."""
    for _round in range(15):
        with Batch() as batch:
            base = batch.now
        (errand,) = errands(1, hours=0.05 / 3600)
        due = errand.next_due_at

        def reply(pk=errand.pk, due=due) -> str:  # type: ignore[no-untyped-def]
            while clock.now() < due - timedelta(milliseconds=2):
                time.sleep(0.001)
            answer(pk, ALICE)
            return "answered"

        def enforce(due=due) -> str:  # type: ignore[no-untyped-def]
            while clock.now() < due:
                time.sleep(0.0005)
            return str(deadlines.sweep().enforced)

        at_once(reply, enforce)
        deadlines.sweep()  # where the refused answer held the row, the next sweep comes
        errand = Errand.objects.get(pk=errand.pk)
        event = Event.objects.exclude(transition="").get(subject=errand.reference)
        assert due
        assert base < event.at
        assert (event.at < due) == (errand.state == "answered"), (
            "before its end an answer wins, from then on the clock"
        )


def test_twenty_equal_forms_in_parallel_have_one_effect() -> None:
    (errand,) = errands()

    def send() -> str:
        return idempotency.once("answer:7", "key-1", lambda: answer(errand.pk, ALICE).reference)

    results = at_once(*[send] * 20)
    assert results == [errand.reference] * 20
    assert Event.objects.filter(name="answered").count() == 1


def test_twenty_different_forms_in_parallel_have_one_effect_and_nineteen_clear_words() -> None:
    (errand,) = errands()
    results = at_once(*[lambda: answer(errand.pk, ALICE)] * 20)
    assert sum(isinstance(result, Errand) for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 19


@pytest.mark.fault("R13", tries=1)
def test_a_worker_whose_clock_is_wrong_enforces_nothing_early(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """R13: the process believes it is a day later; the database decides."""
    errands(1, hours=1)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 86400)
    assert deadlines.sweep().enforced == 0
    assert ErrandDeadline.objects.get().state == "pending"


def test_a_case_held_by_somebody_is_passed_over_and_swept_later() -> None:
    overdue(3)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Errand.objects.select_for_update().order_by("pk")[:1].get()
            held.set()
            done.wait(20)

    def sweep_beside() -> int:
        held.wait(10)
        try:
            return deadlines.sweep().enforced
        finally:
            done.set()

    _nothing, enforced = at_once(hold, sweep_beside)
    assert enforced == 2
    assert deadlines.sweep().enforced == 1


def test_a_killed_worker_leaves_all_or_nothing() -> None:
    """R1 in small: the connection dies after the batch wrote and before it committed."""
    overdue(20)

    def die() -> None:
        with Batch() as batch:
            cases = batch.adopt(list(Errand.objects.order_by("pk").select_for_update()[:10]))
            for errand in cases:
                batch.transition(errand, "expire", SYSTEM)
                batch.end_deadlines(errand, "enforced", ANSWER)
            batch.flush()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    (result,) = at_once(die)
    assert isinstance(result, Exception)
    assert Event.objects.filter(name="expired").count() == 0
    assert deadlines.sweep().enforced == 20
    assert list(audit.broken_links()) == []
