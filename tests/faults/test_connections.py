"""R6, R7, R25, R26: the connection breaks, or somebody sits on it."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.urls import reverse

from bench import stories
from core import deadlines
from core.batch import Batch
from core.models import Event
from disputes import services
from disputes.models import Dispute
from tests.disputes import factories as make
from tests.faults.crowds import crowd
from tests.faults.invariants import invariants
from tests.faults.moves import MOVES
from tests.faults.servers import database_address
from tests.faults.test_forms import signed_in
from tests.tables import emptied, put_back, saved
from tests.together import at_once, many

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class CutAt:
    """Closes the connection just before the n-th statement."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            connection.connection.close()
        return execute(sql, params, many, context)


def cut_somewhere(name: str, step: int) -> int:
    """Try one move with the line cut ever later, until it is not cut any more; how often it was."""
    move, cuts = MOVES[name], 0
    make.carol()  # who mediates was there before
    dispute = make.fresh(move.begin())
    beginning, events = saved(), Event.objects.count()
    for n in range(1, 200, step):

        def act(_number: int, n: int = n) -> Any:
            with connection.execute_wrapper(CutAt(n)):
                return move.act(make.fresh(dispute))

        (result,) = many(1, act)
        if not isinstance(result, Exception):
            assert Event.objects.count() > events
            return cuts
        assert isinstance(result, DatabaseError | InterfaceError), (name, n, result)
        assert saved() == beginning, "nothing of it was kept"
        move.act(make.fresh(dispute))
        assert Event.objects.count() > events
        invariants()
        emptied()
        put_back(beginning)
        cuts = n // step + 1
    raise AssertionError(f"{name} has more than 200 statements")


@pytest.mark.fault("R6", quick=17, tries=17)
@pytest.mark.parametrize("name", MOVES)
def test_a_connection_cut_at_any_statement_of_a_move_leaves_all_or_nothing(name: str) -> None:
    """And the same thing done again afterwards has its one effect."""
    from tests.conftest import long_run

    assert cut_somewhere(name, 1 if long_run() else 7) > 0
    invariants()


@pytest.mark.fault("R7", tries=1)
def test_a_lost_answer_to_commit_and_the_same_form_again_have_one_effect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was committed, the person saw an error and sends the form again."""
    dispute = make.opened()
    address = reverse("disputes:message", args=[dispute.reference])
    buyer = signed_in(dispute.buyer_id)
    buyer.raise_request_exception = False
    fields, commit = {"form_key": "k", "body": "Hello?"}, connection.commit
    lost: list[int] = []

    def unanswered() -> None:
        said = not lost and dispute.messages.exists()
        commit()
        if said:
            lost.append(1)
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection, "commit", unanswered)
    first = buyer.post(address, fields)
    second = buyer.post(address, fields)
    assert lost, "the answer was lost"
    assert first.status_code in {500, 503}
    assert second.status_code == 302
    assert dispute.messages.count() == 1
    assert Event.objects.filter(subject=dispute.reference).count() == dispute.version + 1
    invariants()


@pytest.mark.fault("R25", quick=1, tries=5, few=60, size=1000)
def test_two_people_with_the_same_thousand_cases_in_opposite_order_both_get_through(
    tries: int, size: int
) -> None:
    """Rows are locked by key, whatever the order of the list: nobody waits in a ring."""
    crowd(size, "escalated")
    keys = list(Dispute.objects.values_list("pk", flat=True))
    people = (make.carol(), make.dan())

    def take(number: int) -> int:
        order = keys if number == 0 else keys[::-1]
        with Batch() as batch:
            found = batch.lock(Dispute, order)
            for dispute in found:
                batch.record(dispute, "looked_at", people[number])
        return len(found)

    for _ in range(tries):
        assert at_once(lambda: take(0), lambda: take(1)) == [size, size]
    assert Event.objects.filter(name="looked_at").count() == 2 * size * tries
    invariants(swept=False)


@pytest.mark.fault("R25", tries=1)
def test_control_locking_in_the_order_of_the_list_is_a_deadlock() -> None:
    stories.tell(2, "escalated")
    first, second = Dispute.objects.order_by("pk")

    def take(*rows: Dispute) -> None:
        from django.db import transaction

        with transaction.atomic():
            for row in rows:
                Dispute.objects.select_for_update().get(pk=row.pk)
                time.sleep(0.3)

    results = at_once(lambda: take(first, second), lambda: take(second, first))
    assert any("deadlock" in str(result) for result in results)


@pytest.mark.fault("R26", tries=1, few=300, size=2500, first=True)
def test_a_transaction_that_sits_idle_does_not_stop_the_sweeps(size: int) -> None:
    """It holds a snapshot and a row of its own; the rest is enforced at no less than a third of the speed."""

    def speed() -> float:
        crowd(size)
        began = time.perf_counter()
        assert deadlines.sweep().enforced >= size - 1
        return time.perf_counter() - began

    speed()  # for warmth
    alone = speed()
    with psycopg.connect(database_address()) as idle:
        idle.execute("SELECT count(*) FROM disputes_dispute")
        idle.execute(
            "SELECT pk FROM (SELECT id AS pk FROM orders_order ORDER BY id LIMIT 1 FOR UPDATE) x"
        )
        crowded = speed()
        idle.rollback()
    deadlines.sweep()
    assert crowded <= 3 * alone + 0.5, (alone, crowded)
    invariants()


@pytest.mark.fault("R9", tries=1)
def test_acting_late_is_refused_though_no_worker_runs() -> None:
    from datetime import timedelta

    from core import clock
    from core.errors import TimeIsUp

    with clock.freeze(clock.now() - timedelta(days=2, hours=1)):
        dispute = make.opened()
    with pytest.raises(TimeIsUp):
        services.reject_request(dispute_id=dispute.pk, actor=make.seller(dispute), answer="Late.")
    assert invariants(swept=False) == {"awaiting_seller": 1}
