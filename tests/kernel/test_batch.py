"""The write path: guards under the lock, chained events, set-wise flush, and what a failure leaves behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from core import audit, clock, deadlines, flush
from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed, NotDue, TimeIsUp
from core.models import DeadlineState, Event
from tests.kernel.makers import ALICE, errands
from tests.toy.models import ANSWER, Errand, ErrandDeadline, State, answer

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_opening_writes_case_event_and_clock_in_one_flush(frozen: datetime) -> None:
    (errand,) = errands()

    errand = Errand.objects.get(pk=errand.pk)
    event, deadline = Event.objects.get(subject=errand.reference), errand.deadlines.get()

    assert (errand.state, errand.version, errand.audit_head) == (State.WAITING, 1, event.hash)
    assert (event.seq, event.name, event.from_state, event.to_state) == (1, "opened", "", "waiting")
    assert (deadline.due_at, deadline.state) == (frozen + timedelta(hours=48), "pending")
    assert errand.next_due_at == deadline.due_at
    assert deadline.remind_at == frozen + timedelta(hours=24)


def test_a_transition_writes_exactly_one_event_and_meets_the_clock(frozen: datetime) -> None:
    (errand,) = errands()

    answer(errand.pk, ALICE, note="here it is")

    errand = Errand.objects.get(pk=errand.pk)
    assert (errand.state, errand.note, errand.version) == (State.ANSWERED, "here it is", 2)
    assert list(Event.objects.values_list("name", "transition", "from_state", "to_state")) == [
        ("opened", "", "", "waiting"),
        ("answered", "answer", "waiting", "answered"),
    ]
    assert errand.deadlines.get().state == DeadlineState.MET
    assert errand.next_due_at is None
    assert list(audit.broken_links()) == []


@pytest.mark.parametrize(
    ("offset", "ok"),
    [(timedelta(microseconds=-1), True), (timedelta(), False), (timedelta(microseconds=1), False)],
)
def test_at_the_due_instant_the_time_is_up_even_when_no_sweep_has_run(
    offset: timedelta, ok: bool
) -> None:
    with clock.freeze(NOON):
        (errand,) = errands()
    with clock.freeze(NOON + timedelta(hours=48) + offset):
        if ok:
            answer(errand.pk, ALICE)
        else:
            with pytest.raises(TimeIsUp):
                answer(errand.pk, ALICE)
    assert Errand.objects.get().state == (State.ANSWERED if ok else State.WAITING)


def test_a_stranger_and_a_second_answer_are_refused_and_change_nothing(frozen: datetime) -> None:
    (errand,) = errands()
    with pytest.raises(NotAllowed):
        answer(errand.pk, Actor.person(8))
    answer(errand.pk, ALICE)
    with pytest.raises(CaseChanged):
        answer(errand.pk, ALICE)
    assert Event.objects.count() == 2


def test_the_clock_may_not_enforce_before_the_time(frozen: datetime) -> None:
    (errand,) = errands()
    with pytest.raises(NotDue), Batch() as batch:
        (errand,) = batch.lock(Errand, [errand.pk])
        batch.transition(errand, "expire", SYSTEM)


def test_an_error_in_a_batch_leaves_nothing_behind(frozen: datetime) -> None:
    (errand,) = errands()
    with pytest.raises(ZeroDivisionError), Batch() as batch:
        (errand,) = batch.lock(Errand, [errand.pk])
        batch.transition(errand, "answer", ALICE)
        _ = 1 / 0
    assert Errand.objects.get().state == State.WAITING
    assert Event.objects.count() == 1


def test_the_guard_refuses_a_row_that_changed_behind_the_batch(frozen: datetime) -> None:
    (errand,) = errands()
    with pytest.raises(CaseChanged), Batch() as batch:
        (errand,) = batch.lock(Errand, [errand.pk])
        batch.transition(errand, "answer", ALICE)
        Errand.objects.filter(pk=errand.pk).update(version=99)


def test_a_case_locked_twice_is_one_object(frozen: datetime) -> None:
    (errand,) = errands()
    with Batch() as batch:
        (first,) = batch.lock(Errand, [errand.pk])
        (second,) = batch.lock(Errand, [errand.pk])
        assert first is second


def test_the_state_cannot_be_written_by_hand(frozen: datetime) -> None:
    (errand,) = errands()
    with pytest.raises(AttributeError):
        errand.state = State.ANSWERED
    errand.refresh_from_db()
    with pytest.raises(AttributeError):
        errand.state = State.ANSWERED
    errand.full_clean()


def test_saving_some_fields_never_forgets_the_state(frozen: datetime) -> None:
    (errand,) = errands()
    errand.now, errand.clocks = NOON, []
    errand.answer(note="x")
    errand.save(update_fields=["note"])
    assert Errand.objects.get().state == State.ANSWERED


@pytest.mark.parametrize("verb", ["UPDATE core_event SET reason = 'x'", "DELETE FROM core_event"])
@pytest.mark.fault("R30", tries=1)
def test_the_database_refuses_to_change_an_event(frozen: datetime, verb: str) -> None:
    errands()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


@pytest.mark.postgres
@pytest.mark.parametrize(
    "table", ["core_event", "core_policyversion", "orders_ledgerentry", "orders_walletentry"]
)
@pytest.mark.fault("R30", tries=1)
def test_the_database_refuses_to_empty_what_only_grows(frozen: datetime, table: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.fault("R30", tries=1)
def test_an_edit_by_hand_breaks_the_chain_and_is_named(frozen: datetime) -> None:
    from core import append_only

    (errand,) = errands()
    answer(errand.pk, ALICE, note="n")
    with connection.cursor() as cursor:
        append_only.remove(cursor, connection.vendor, "core_event")
        cursor.execute("UPDATE core_event SET reason = 'forged' WHERE seq = 1")
        append_only.install(cursor, connection.vendor, "core_event")
    assert list(audit.broken_links()) == [f"{errand.reference}: event 1 (opened) was changed"]


@pytest.mark.fault("R30", tries=1)
def test_a_lost_last_event_is_found_by_the_cases_head(frozen: datetime) -> None:
    from core import append_only

    (errand,) = errands()
    answer(errand.pk, ALICE)
    with connection.cursor() as cursor:
        append_only.remove(cursor, connection.vendor, "core_event")
        cursor.execute("DELETE FROM core_event WHERE seq = 2")
        append_only.install(cursor, connection.vendor, "core_event")
    assert list(audit.broken_links()) == [
        f"{errand.reference}: the case says 2 events, the chain ends at 1"
    ]


def test_every_column_of_a_row_is_written_as_the_model_says(frozen: datetime) -> None:
    (errand,) = errands(note="a note with ☂ and\ttab and \\ and\nnewline")
    fresh = Errand.objects.get(pk=errand.pk)
    for field in Errand._meta.concrete_fields:
        assert getattr(fresh, field.attname) == getattr(errand, field.attname), field.name
    deadline = fresh.deadlines.get()
    for field in ErrandDeadline._meta.concrete_fields:
        if field.default is not None:
            assert getattr(deadline, field.attname) is not None or field.null, field.name


def test_a_sweep_enforces_each_due_clock_once_and_reports_lateness() -> None:
    with clock.freeze(NOON):
        rows = errands(7)
    with clock.freeze(NOON + timedelta(hours=49)):
        first, second = deadlines.sweep(), deadlines.sweep()
    assert (first.enforced, first.failed, first.lateness) == (7, 0, 3600.0)
    assert second.total == 0
    assert set(Errand.objects.values_list("state", "note", "version")) == {
        ("expired", "too late", 2)
    }
    assert set(ErrandDeadline.objects.values_list("state", flat=True)) == {"enforced"}
    assert Event.objects.count() == 2 * len(rows)


@pytest.mark.fault("R21", tries=1)
def test_one_poison_row_costs_one_row_and_is_retried_later() -> None:
    with clock.freeze(NOON):
        errands(5)
        (bad,) = errands(1, poison=True)
        errands(5)
    with clock.freeze(NOON + timedelta(hours=49)):
        done = deadlines.sweep()
        again = deadlines.sweep()
    assert (done.enforced, done.failed, again.total) == (10, 1, 0)
    aside = ErrandDeadline.objects.get(case_id=bad.pk)
    assert (aside.state, aside.attempts) == ("failed", 1)
    assert "this errand is poison" in aside.error
    assert Errand.objects.get(pk=bad.pk).state == State.WAITING

    Errand.objects.filter(pk=bad.pk).update(poison=False)
    with clock.freeze(NOON + timedelta(hours=49, minutes=2)):
        retried = deadlines.sweep()
    assert (retried.enforced, retried.failed) == (1, 0)
    assert Errand.objects.get(pk=bad.pk).state == State.EXPIRED
    assert list(audit.broken_links()) == []


def test_a_clock_that_has_failed_for_days_is_still_tried_every_hour_and_stops_no_sweep() -> None:
    with clock.freeze(NOON):
        (bad,) = errands(1, poison=True)
    with clock.freeze(NOON + timedelta(hours=49)):
        deadlines.sweep()
    now = NOON + timedelta(days=40)
    ErrandDeadline.objects.filter(case_id=bad.pk).update(attempts=1000, retry_at=now)
    with clock.freeze(now):
        done = deadlines.sweep()
    aside = ErrandDeadline.objects.get(case_id=bad.pk)
    assert (done.failed, aside.attempts, aside.retry_at) == (1, 1001, now + timedelta(hours=1))


@pytest.mark.fault("R21", tries=1)
def test_a_row_that_the_database_refuses_is_found_by_halving() -> None:
    with clock.freeze(NOON):
        rows = errands(9)
    bad = rows[4]
    # An event in the place of the next one: the insert violates the unique sequence of that subject.
    Event.objects.create(
        subject=bad.reference, seq=2, name="x", actor_kind="system", at=NOON, previous="", hash=""
    )
    with clock.freeze(NOON + timedelta(hours=49)):
        done = deadlines.sweep()
    assert (done.enforced, done.failed) == (8, 1)
    assert Errand.objects.get(pk=bad.pk).state == State.WAITING


def test_a_row_that_changed_behind_the_lock_is_set_aside_and_stops_no_other_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with clock.freeze(NOON):
        rows = errands(5)
    write, bad = flush.update, rows[2].pk

    def behind(changes: Any) -> None:
        Errand.objects.filter(pk=bad).update(version=F("version") + 1)
        write(changes)

    monkeypatch.setattr(flush, "update", behind)
    with clock.freeze(NOON + timedelta(hours=49)):
        done = deadlines.sweep()
    assert (done.enforced, done.failed) == (4, 1)
    assert ErrandDeadline.objects.get(case_id=bad).state == "failed"


def test_a_backlog_of_one_table_starves_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[str, str]] = []
    left = {"errand": 3, "other": 1}

    def run(model: str, _select: Any, act: Any, *_rest: Any) -> int:
        if act is not deadlines._enforce or not left[model]:
            return 0
        left[model] -= 1
        done.append((model, "batch"))
        return 1

    monkeypatch.setattr(deadlines, "_run", run)
    monkeypatch.setattr(deadlines, "_retry_one", lambda *_: False)
    waiting = [("errand", True, True, True), ("other", True, True, True)]
    monkeypatch.setattr(deadlines, "_waiting", lambda _tables: waiting)
    deadlines.sweep()
    assert [model for model, _ in done] == ["errand", "other", "errand", "errand"]


def test_a_clock_that_runs_out_during_a_backlog_of_reminders_is_enforced_after_one_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns: list[str] = []
    left = {"reminders": 5, "clock": 1}

    def waiting(_tables: Any) -> list[Any]:
        return [("errand", bool(turns and left["clock"]), bool(left["reminders"]), False)]

    def run(_model: str, _select: Any, act: Any, *_rest: Any) -> int:
        kind = "clock" if act is deadlines._enforce else "reminders"
        turns.append(kind)
        left[kind] -= 1
        return 1

    monkeypatch.setattr(deadlines, "_waiting", waiting)
    monkeypatch.setattr(deadlines, "_run", run)
    deadlines.sweep()
    assert turns == ["reminders", "clock", "reminders", "reminders", "reminders", "reminders"]


def test_a_sweep_rests_after_each_batch_for_its_share_of_the_time_and_holds_nothing_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = iter(range(100))
    rests: list[tuple[float, int]] = []

    def rest(pause: float) -> None:
        rests.append((pause, Errand.objects.filter(state=State.EXPIRED).count()))

    monkeypatch.setattr(deadlines, "monotonic", lambda: float(next(seconds)))
    monkeypatch.setattr(deadlines, "sleep", rest)
    with clock.freeze(NOON):
        errands(5)
    with clock.freeze(NOON + timedelta(hours=49)):
        deadlines.sweep(batch_size=2, seconds=90, rest=0.5)
    assert rests == [(0.5, 2), (0.5, 4), (0.5, 5)]


def test_reminders_go_out_once_each_and_never_after_the_end() -> None:
    with clock.freeze(NOON):
        errands(1, hours=96)
    for hours, names in ((47, []), (48, ["reminded"]), (49, []), (72, ["reminded"]), (95, [])):
        before = Event.objects.count()
        with clock.freeze(NOON + timedelta(hours=hours)):
            deadlines.sweep()
        assert list(Event.objects.order_by("id").values_list("name", flat=True))[before:] == names


def test_pause_and_resume_keep_what_was_left_to_the_microsecond() -> None:
    with clock.freeze(NOON):
        (errand,) = errands()
    stop = NOON + timedelta(hours=5, microseconds=3)
    with clock.freeze(stop), Batch() as batch:
        (errand,) = batch.lock(Errand, [errand.pk])
        batch.pause(errand, ANSWER, why="outage")
        batch.record(errand, "clock_paused", SYSTEM)
    paused = ErrandDeadline.objects.get()
    assert (paused.state, paused.left_us) == ("paused", (43 * 3600 * 10**6) - 3)
    with clock.freeze(NOON + timedelta(days=40)):
        assert deadlines.sweep().total == 0
        with Batch() as batch:
            (errand,) = batch.lock(Errand, [errand.pk])
            batch.resume(errand, ANSWER)
            batch.record(errand, "clock_resumed", SYSTEM)
    resumed = ErrandDeadline.objects.get()
    assert resumed.due_at == NOON + timedelta(days=40) + timedelta(hours=43) - timedelta(
        microseconds=3
    )
    assert [step["kind"] for step in resumed.explanation["steps"]] == ["add_days", "paused"]
    assert Errand.objects.get().next_due_at == resumed.due_at


def test_two_clocks_of_one_kind_cannot_run_at_once(frozen: datetime) -> None:
    (errand,) = errands()
    with pytest.raises(IntegrityError), Batch() as batch:
        (errand,) = batch.lock(Errand, [errand.pk])
        batch.schedule(errand, ANSWER, due=NOON, rule="answer", steps=[])
        batch.record(errand, "x", SYSTEM)


def test_references_of_one_batch_never_meet(
    frozen: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn at random, two thousand of ten million would meet once in five batches; here the draw is poor."""
    from core import references

    symbols = iter(range(10**6))
    monkeypatch.setattr(
        references, "new", lambda prefix, *_more: f"{prefix}-{next(symbols) // 3:06d}"
    )
    rows = errands(40)
    assert len({row.reference for row in rows}) == 40


def test_a_sweep_that_finds_nothing_to_do_asks_one_question(
    django_assert_num_queries: Any,
) -> None:
    with clock.freeze(NOON):
        errands(3, hours=96)
        with django_assert_num_queries(1):
            assert deadlines.sweep().total == 0
