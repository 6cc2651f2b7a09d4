"""R28: a calendar that changed after the date was set makes it later where it must, never earlier or silently."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import holidays
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from core import audit, calendars, clock, recount, services, tasks
from core.actors import StaffRole
from core.batch import Batch
from core.models import ClosingDay, Deadline, Event, Storefront
from core.templatetags import timewords
from notifications.models import Notice
from orders import effects
from orders.models import Order, Refund, RefundDeadline
from orders.states import RefundDeadlineKind
from tests.disputes import factories as people
from tests.orders import factories as make

DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.fault("R28", tries=1)]


def refund() -> Refund:
    """60 on the way to the card: 15 working days from Monday 2 March end with Monday 23 March 2026."""
    order = make.delivered()
    with Batch() as batch:
        (locked,) = batch.lock(Order, [order.pk])
        effects.refund(batch, locked, locked.captured, make.SHOP, "test")
    return Refund.objects.get(order=order)


def closing(day: date) -> None:
    services.add_closing_day(
        storefront_id=Storefront.default().pk, day=day, name="Stocktaking", actor=people.root()
    )


def told(made: Refund) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(subject=made.reference).order_by("pk")
    return [(row.recipient.name, row.kind) for row in rows.select_related("recipient")]


def test_a_closing_day_within_makes_the_date_later_with_an_event_and_a_notice(
    frozen: datetime,
) -> None:
    made = refund()
    before = made.expected_at
    closing(date(2026, 3, 10))

    assert recount.recount() == recount.Recount(1, 1)

    made.refresh_from_db()
    row = made.deadlines.get(kind="expected")
    assert made.expected_at == row.due_at == made.next_due_at == before + DAY
    moved = Event.objects.get(subject=made.reference, name="date_moved")
    assert moved.actor_why == "calendar"
    assert [datetime.fromisoformat(moved.data[name]) for name in ("from", "to")] == [
        before, before + DAY,
    ]  # fmt: skip
    assert told(made) == [("Alice", "refund_requested"), ("Alice", "refund_later")]
    assert row.explanation["due"] == row.due_at.isoformat()
    line = timewords.explain(row.explanation)[-1]
    assert (line.words, line.notes) == (
        "A day off was added to the calendar",
        ("Not counted now: Tue 10 March (Stocktaking)", "Before: Tue 24 March, 00:00"),
    )
    assert list(audit.broken_links()) == []


def test_counting_again_and_again_changes_nothing_more(frozen: datetime) -> None:
    made = refund()
    closing(date(2026, 3, 10))
    recount.recount()
    assert recount.recount() == recount.Recount(1, 0)
    closing(date(2026, 3, 11))
    assert recount.recount() == recount.Recount(1, 1)
    steps = made.deadlines.get(kind="expected").explanation["steps"]
    assert [step["kind"] for step in steps] == ["add_working_days", "recounted", "recounted"]
    fresh = calendars.WorkingCalendar(
        Storefront.default().countries, [date(2026, 3, 10), date(2026, 3, 11)]
    )
    assert Refund.objects.get().expected_at == fresh.add_working_days(frozen, 15).due


@pytest.mark.parametrize("day", [date(2026, 3, 14), date(2026, 4, 20)])
def test_a_day_that_was_off_already_or_comes_after_the_date_moves_nothing(
    frozen: datetime, day: date
) -> None:
    made = refund()
    closing(day)
    assert recount.recount() == recount.Recount(1, 0)
    assert Refund.objects.get().expected_at == made.expected_at


def test_a_day_that_is_worked_after_all_shortens_nothing(frozen: datetime) -> None:
    closing(date(2026, 3, 10))
    made = refund()
    ClosingDay.objects.all().delete()
    assert recount.recount() == recount.Recount(1, 0)
    assert Refund.objects.get().expected_at == made.expected_at


def test_a_date_that_has_passed_stays_as_it_was(frozen: datetime) -> None:
    made = refund()
    closing(date(2026, 3, 10))
    with clock.freeze(made.expected_at):
        assert recount.recount() == recount.Recount(1, 0)


@pytest.fixture
def decree(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[date], None]]:
    """A newer holiday library, which knows of a day off that had not been decreed."""
    known = holidays.country_holidays

    def publish(day: date) -> None:
        def newer(*args: Any, **options: Any) -> holidays.HolidayBase:
            book = known(*args, **options)
            book.update({day: "Bridge day"})
            return book

        monkeypatch.setattr(holidays, "country_holidays", newer)
        calendars.country_year.cache_clear()

    yield publish
    calendars.country_year.cache_clear()


def test_a_decree_that_comes_later_makes_the_date_later(
    frozen: datetime, decree: Callable[[date], None]
) -> None:
    Storefront.objects.filter(pk=Storefront.default().pk).update(countries=["PL"])
    made = refund()
    decree(date(2026, 3, 12))
    out = StringIO()

    call_command("recount_dates", stdout=out)

    assert out.getvalue().strip() == "1 dates counted again, 1 of them got later."
    assert Refund.objects.get().expected_at == made.expected_at + DAY


def test_many_are_counted_in_batches_of_a_fixed_number_of_statements(
    frozen: datetime, django_assert_max_num_queries: Any
) -> None:
    made = [refund() for _ in range(5)]
    closing(date(2026, 3, 10))
    assert recount.recount(batch_size=2) == recount.Recount(5, 5)
    assert {r.expected_at for r in Refund.objects.all()} == {made[0].expected_at + DAY}
    closing(date(2026, 3, 11))
    with django_assert_max_num_queries(30):
        assert recount.recount(storefront_id=Storefront.default().pk).moved == 5


def test_one_case_that_raises_is_logged_and_reported_and_the_others_move(
    frozen: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = [refund() for _ in range(5)]
    closing(date(2026, 3, 10))
    key: tuple[type[Deadline], str] = (RefundDeadline, RefundDeadlineKind.EXPECTED)
    bad = made[2].pk
    teller = recount.tellers[key]

    def poisonous(batch: Batch, case: Refund, clock: Any, event: Event) -> None:
        if case.pk == bad:
            raise ZeroDivisionError("poison")
        teller(batch, case, clock, event)

    monkeypatch.setitem(recount.tellers, key, poisonous)
    assert recount.recount(batch_size=2) == recount.Recount(counted=4, moved=4, failed=1)

    later = Refund.objects.filter(expected_at=made[0].expected_at + DAY)
    assert sorted(later.values_list("pk", flat=True)) == [r.pk for r in made if r.pk != bad]
    (line,) = [row for row in caplog.records if row.message == "recount_set_aside"]
    assert (line.case, "poison" in line.trace) == (made[2].reference, True)  # type: ignore[attr-defined]
    out = StringIO()
    call_command("recount_dates", stdout=out)
    assert out.getvalue().splitlines() == [
        "4 dates counted again, 0 of them got later.",
        "1 cases could not be counted again: the log says why.",
    ]
    monkeypatch.setitem(recount.tellers, key, teller)
    assert recount.recount() == recount.Recount(5, 1)
    assert list(audit.broken_links()) == []


def test_one_case_that_the_database_refuses_is_found_by_halving(frozen: datetime) -> None:
    made = [refund() for _ in range(7)]
    closing(date(2026, 3, 10))
    # An event in the place of the next one: the insert violates the unique sequence of that subject.
    Event.objects.create(
        subject=made[4].reference, seq=made[4].version + 1, name="x", actor_kind="system",
        at=frozen, previous="", hash="",
    )  # fmt: skip
    assert recount.recount() == recount.Recount(counted=6, moved=6, failed=1)
    assert Refund.objects.get(pk=made[4].pk).expected_at == made[4].expected_at


def test_the_page_of_the_rules_adds_the_day_and_the_task_tells_the_buyer(frozen: datetime) -> None:
    made = refund()
    root = people.staff("Root", StaffRole.ADMIN)
    browser = Client()
    browser.force_login(make.user("Root"), "django.contrib.auth.backends.ModelBackend")
    assert root.user_id == make.user("Root").pk

    answer = browser.post(
        reverse("desk:closing-day"), {"date": "2026-03-10", "name": "Stocktaking"}
    )
    tasks.recount_dates()

    assert answer.status_code == 302
    assert told(made)[-1] == ("Alice", "refund_later")
    assert datetime(2026, 3, 24, tzinfo=UTC) <= Refund.objects.get().expected_at
