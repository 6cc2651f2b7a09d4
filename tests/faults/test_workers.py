"""R1, R4, R5: workers that are killed, crowd each other, or freeze, over real disputes on real PostgreSQL."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from psycopg import Copy

from bench import stories
from core import batch as batches
from core import clock, deadlines
from core.models import Event
from disputes.models import Dispute
from tests.faults.invariants import invariants
from tests.faults.processes import AtStatement, Worker, die

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def silent(count: int) -> None:
    stories.tell(count, "silent")


def sweep(size: int = 20) -> int:
    return deadlines.sweep(batch_size=size).enforced


def lost() -> int:
    return Event.objects.filter(name="seller_stayed_silent").count()


def at_statement(n: int) -> Callable[[], Any]:
    """A worker that is killed before its n-th statement about disputes."""

    def job() -> None:
        with connection.execute_wrapper(AtStatement(n)):
            sweep()

    return job


def in_copy(number: int) -> Callable[[], Any]:
    """A worker that is killed in the middle of its n-th `COPY`, with half of the rows sent."""

    def job() -> None:
        write, left = Copy.write, [number]

        def last(copy: Any, text: Any) -> None:
            left[0] -= 1
            if not left[0]:
                write(copy, text[: len(text) // 2])
                die()
            write(copy, text)

        setattr(Copy, "write", last)  # noqa: B010
        sweep()

    return job


def at_commit(after: bool) -> Callable[[], Any]:
    """A worker that is killed before or after the commit of its second batch that wrote something."""

    def job() -> None:
        commit, write, wrote = connection.commit, batches.Batch.flush, [0]

        def counted(self: batches.Batch) -> None:
            wrote[0] += bool(self._added)
            write(self)

        def last() -> None:
            if after or wrote[0] < 2:
                commit()
            if wrote[0] == 2:
                die()

        batches.Batch.flush = counted  # type: ignore[method-assign]
        connection.commit = last  # type: ignore[method-assign]
        sweep()

    return job


@pytest.mark.fault("R1", tries=9, quick=9)
def test_workers_killed_in_mid_batch_leave_all_or_nothing() -> None:
    """R1: killed in the claim, in each kind of write, before and after a commit; then everything is enforced once."""
    silent(100)
    jobs = [at_statement(n) for n in (2, 7, 12, 17)]
    jobs += [in_copy(1), in_copy(3), in_copy(5), at_commit(after=False), at_commit(after=True)]
    done = []
    for job in jobs:
        assert Worker(job).ended() == -signal.SIGKILL
        states = invariants(swept=False)
        done.append(states["resolved"])
    assert done[-1] == 20 * 3, "whole batches only"
    assert {n % 20 for n in done} == {0}
    assert sweep() == 100 - done[-1], "what the dead held is free at once"
    assert invariants() == {"resolved": 100}


@pytest.mark.fault("R1", tries=6, quick=6)
def test_workers_killed_at_any_moment() -> None:
    """R1: from outside, wherever they are."""
    silent(100)
    for number in range(6):
        worker = Worker(lambda: sweep(15))
        time.sleep(0.02 + 0.07 * number)
        worker.signal(signal.SIGKILL)
        worker.ended()
        invariants(swept=False)
    sweep()
    assert invariants() == {"resolved": 100}


@pytest.mark.fault("R1", tries=1)
def test_control_without_a_transaction_a_killed_worker_leaves_torn_cases() -> None:
    """The same steps, each committed alone: the invariants see what the kill left behind."""
    silent(3)

    def job() -> None:
        Dispute.objects.update(
            state="resolved", outcome="seller_silent", ended_at=clock.now(), next_due_at=None
        )
        die()

    assert Worker(job).ended() == -signal.SIGKILL
    with pytest.raises(AssertionError, match="its last event says"):
        invariants(swept=False)


@pytest.mark.fault("R4", tries=1)
def test_three_workers_and_a_sweep_by_hand_enforce_each_case_once() -> None:
    """R4."""
    silent(160)
    gate_read, gate_write = os.pipe()

    def job() -> int:
        os.read(gate_read, 1)
        return sweep(20)

    workers = [Worker(job) for _ in range(3)]
    os.write(gate_write, b"go!")
    by_hand = sweep(20)
    shares = [by_hand, *(worker.ended() for worker in workers)]
    os.close(gate_read)
    os.close(gate_write)
    sweep()  # what a neighbour held when somebody looked for the last time
    assert sum(shares) == lost() == 160, shares
    assert sum(1 for share in shares if share) > 1, "the work was shared"
    assert invariants() == {"resolved": 160}


@pytest.mark.fault("R4", tries=1)
def test_control_without_row_locks_two_workers_take_the_same_cases() -> None:
    """R4: both read, then both write: the version guard is what is left, and it refuses the second."""
    silent(10)
    mine, theirs = os.pipe(), os.pipe()

    def job(tell: int, hear: int) -> Callable[[], int]:
        def run() -> int:
            QuerySet.select_for_update = lambda self, *_a, **_k: self._chain()  # type: ignore[method-assign]
            write = batches.Batch.flush

            def together(self: batches.Batch) -> None:
                batches.Batch.flush = write  # type: ignore[method-assign]
                os.write(tell, b".")
                select.select([hear], [], [], 10)
                write(self)

            batches.Batch.flush = together  # type: ignore[method-assign]
            return sweep(10)

        return run

    first, second = Worker(job(mine[1], theirs[0])), Worker(job(theirs[1], mine[0]))
    results = [first.ended(), second.ended()]
    for end in (*mine, *theirs):
        os.close(end)
    assert 10 in results
    assert any(result != 10 for result in results)
    assert lost() == 10


def frozen_in_mid_batch(idle: str = "") -> Worker:
    """A worker that has claimed and changed 20 cases and then stands still."""

    def job() -> int:
        with connection.execute_wrapper(AtStatement(11, signal.SIGSTOP)):
            return sweep(20)

    worker = Worker(job, idle=idle)
    worker.stopped()
    return worker


@pytest.mark.fault("R5", tries=1)
def test_a_frozen_worker_stops_nobody() -> None:
    """R5: others take all but what it holds, and when it thaws it finishes what nobody else could touch."""
    silent(80)
    frozen = frozen_in_mid_batch()
    assert sweep(20) == 60
    assert invariants(swept=False) == {"resolved": 60, "awaiting_seller": 20}
    frozen.signal(signal.SIGCONT)
    frozen.ended()
    assert lost() == 80
    assert invariants() == {"resolved": 80}


@pytest.mark.fault("R5", tries=1)
def test_a_worker_that_is_frozen_for_too_long_applies_nothing_stale() -> None:
    """R5: the server ends its session, others take its cases, and when it thaws nothing of it is written."""
    silent(20)
    frozen = frozen_in_mid_batch(idle="500ms")
    frozen.session_ended()
    assert sweep(20) == 20
    before = Event.objects.count()
    frozen.signal(signal.SIGCONT)
    frozen.ended()
    assert Event.objects.count() == before
    assert invariants() == {"resolved": 20}
