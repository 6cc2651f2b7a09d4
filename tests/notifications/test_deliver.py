"""The outbox against a real mail server: each mail once, none lost, each fault with its answer."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from core import clock, deadlines
from disputes import services as dispute_services
from disputes.models import DisputeDeadline
from notifications import selectors, services
from notifications.models import Notice, Preference
from notifications.post import Post
from notifications.states import Group, MailState
from tests.disputes import factories as disputes
from tests.notifications.conftest import Office
from tests.notifications.factories import notice, person

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Notice.objects.values_list("mail_state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def deliver(at: datetime = NOON) -> services.Delivery:
    with clock.freeze(at):
        return services.deliver()


def test_mails_are_sent_once_over_one_connection(office: Office) -> None:
    rows = [notice(created_at=NOON) for _ in range(220)]

    done, again = deliver(), deliver()

    assert (done.sent, done.total, again.total) == (220, 220, 0)
    assert office.connections == 1
    assert sorted(office.ids) == sorted(row.message_id for row in rows)
    assert states() == {"sent": 220}


@pytest.mark.fault("R15", tries=1)
def test_a_server_that_is_down_loses_nothing(smtp: None, settings: Settings) -> None:
    for _ in range(3):
        notice(created_at=NOON)

    away = deliver()

    assert (away.away, away.total) == (True, 0)
    assert list(Notice.objects.order_by().values_list("mail_state", "attempts").distinct()) == [
        ("pending", 0)
    ]
    assert "ConnectionRefused" in Notice.objects.first().error  # type: ignore[union-attr]
    assert deliver().total == 0  # not at once again

    office = Office()
    controller = Controller(office, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    try:
        later = deliver(NOON + timedelta(hours=1))
    finally:
        controller.stop()
    assert (later.sent, states()) == (3, {"sent": 3})
    assert set(Notice.objects.values_list("error", flat=True)) == {""}


@pytest.mark.fault("R15", tries=1)
def test_a_slow_server_is_waited_for_up_to_the_time_limit(
    office: Office, settings: Settings
) -> None:
    notice(created_at=NOON)
    office.seconds, settings.EMAIL_TIMEOUT = 0.2, 2
    assert deliver().sent == 1

    slow = notice(created_at=NOON)
    office.seconds, settings.EMAIL_TIMEOUT = 1.5, 0.3
    assert deliver().later == 1
    slow.refresh_from_db()
    assert (slow.mail_state, slow.attempts) == (MailState.PENDING, 1)
    assert slow.send_after == NOON + services.FIRST_RETRY


@pytest.mark.fault("R15", tries=1)
def test_a_temporary_refusal_backs_off_and_the_others_go_on(office: Office) -> None:
    busy, calm = notice(created_at=NOON), notice(created_at=NOON)
    busy_id = busy.message_id
    office.data = lambda _to, mail: "451 busy" if mail["Message-ID"] == busy_id else None

    waits, at = [], NOON
    for _ in range(9):
        deliver(at)
        busy.refresh_from_db()
        waits.append((busy.send_after - at).total_seconds())
        at = busy.send_after

    assert waits == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]
    assert office.ids == [calm.message_id]
    office.data = lambda _to, _mail: None
    assert deliver(at).sent == 1
    assert office.ids == [calm.message_id, busy_id]


def test_a_temporary_refusal_for_five_days_is_set_aside(office: Office) -> None:
    row = notice(created_at=NOON)
    office.data = lambda _to, _mail: "451 busy"
    deliver(NOON)

    done = deliver(NOON + timedelta(days=6))

    row.refresh_from_db()
    assert (done.set_aside, row.mail_state) == (1, MailState.FAILED)


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.fault("R15", tries=1)
def test_a_permanent_refusal_is_set_aside_at_once_and_shown(office: Office, stage: str) -> None:
    bad, good = notice(created_at=NOON), notice(created_at=NOON)
    if stage == "rcpt":
        address = bad.recipient.email
        office.rcpt = lambda to: f"550 no <{to}> here" if to == address else None
    else:
        bad_id = bad.message_id
        office.data = lambda _to, mail: "554 unwanted" if mail["Message-ID"] == bad_id else None

    done = deliver()

    bad.refresh_from_db()
    assert (done.sent, done.set_aside, office.ids) == (1, 1, [good.message_id])
    assert bad.mail_state == MailState.FAILED
    assert "55" in bad.error
    assert bad.recipient.email not in bad.error
    assert selectors.outbox()["set_aside"] == 1

    office.rcpt, office.data = lambda _to: None, lambda _to, _mail: None
    with clock.freeze(NOON):
        assert services.send_again([bad.pk, good.pk]) == 1
    assert deliver().sent == 1
    assert office.ids == [good.message_id, bad.message_id]


def test_a_temporary_refusal_of_the_address_is_tried_again(office: Office) -> None:
    row = notice(created_at=NOON)
    office.rcpt = lambda _to: "450 greylisted"
    assert deliver().later == 1

    office.rcpt = lambda _to: None
    assert deliver(NOON + timedelta(minutes=1)).sent == 1
    row.refresh_from_db()
    assert row.attempts == 2


@pytest.mark.fault("R15", tries=1)
def test_an_answer_that_is_lost_repeats_with_the_same_message_id(office: Office) -> None:
    row, other = notice(created_at=NOON), notice(created_at=NOON)
    dropped: list[str] = []

    def drop_once(_to: str, mail: Message) -> str | None:
        if mail["Message-ID"] == row.message_id and not dropped:
            dropped.append(mail["Message-ID"])
            return "accept and drop"
        return None

    office.data = drop_once

    first, second = deliver(), deliver(NOON + timedelta(minutes=1))

    assert (first.sent, first.later, second.sent) == (1, 1, 1)
    assert sorted(office.ids) == sorted([row.message_id, row.message_id, other.message_id])
    assert states() == {"sent": 2}


@pytest.mark.fault("R15", tries=1)
def test_a_server_that_breaks_three_connections_is_left_alone(office: Office) -> None:
    for _ in range(10):
        notice(created_at=NOON)
    office.data = lambda _to, _mail: "drop"

    done = deliver()

    assert (done.away, done.later, office.inbox) == (True, 2, [])
    assert states() == {"pending": 10}
    office.data = lambda _to, _mail: None
    assert deliver(NOON + timedelta(minutes=5)).sent == 10


def test_a_notice_that_cannot_be_written_is_set_aside_alone(office: Office) -> None:
    broken = notice(person(email="not an address\nBcc: all@people.test"), created_at=NOON)
    notice(created_at=NOON)

    done = deliver()

    broken.refresh_from_db()
    assert (done.sent, done.set_aside, broken.mail_state) == (1, 1, MailState.FAILED)
    assert len(office.inbox) == 1


@pytest.mark.fault("R16", tries=1)
def test_a_deliverer_that_died_is_taken_over_after_its_lease(office: Office) -> None:
    row = notice(created_at=NOON)
    with clock.freeze(NOON):
        (taken,) = services._claim(10)

    assert deliver(NOON + services.LEASE - timedelta(seconds=1)).total == 0
    assert deliver(NOON + services.LEASE).sent == 1

    assert services._mark(taken, mail_state=MailState.FAILED) == 0  # thawed: too late
    row.refresh_from_db()
    assert (row.mail_state, row.attempts, len(office.inbox)) == (MailState.SENT, 2, 1)


def test_a_lease_that_runs_out_gives_the_rest_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        notice(created_at=NOON)
    monkeypatch.setattr(services, "LEASE_MARGIN", services.LEASE + timedelta(seconds=1))
    monkeypatch.setattr(services, "BUDGET_SECONDS", 0.05)

    done = deliver()

    assert done.total == 0
    assert list(Notice.objects.order_by().values_list("mail_state", "attempts").distinct()) == [
        ("pending", 0)
    ]


@pytest.mark.parametrize(
    ("zone", "utc_hour", "sent_at"),
    [
        ("Europe/Warsaw", 12, None),
        ("Europe/Warsaw", 23, datetime(2026, 3, 3, 7, tzinfo=UTC)),
        ("Europe/Warsaw", 4, datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("Europe/Warsaw", 7, None),
        ("Asia/Shanghai", 15, datetime(2026, 3, 3, 0, tzinfo=UTC)),
        ("America/Los_Angeles", 15, datetime(2026, 3, 2, 16, tzinfo=UTC)),
        ("America/Los_Angeles", 4, None),
        ("Asia/Kathmandu", 17, datetime(2026, 3, 3, 2, 15, tzinfo=UTC)),
        ("nowhere/at_all", 23, datetime(2026, 3, 3, 8, tzinfo=UTC)),
    ],
)
def test_reminders_wait_for_the_recipient_s_morning(
    office: Office, zone: str, utc_hour: int, sent_at: datetime | None
) -> None:
    at = NOON.replace(hour=utc_hour)
    row = notice(person(zone=zone), kind="test_reminded", created_at=at)

    done = deliver(at)

    if sent_at is None:
        assert done.sent == 1
        return
    row.refresh_from_db()
    assert (done.quiet, row.send_after, row.attempts) == (1, sent_at, 0)
    assert deliver(sent_at - timedelta(seconds=1)).total == 0
    assert deliver(sent_at).sent == 1


def test_decisions_do_not_wait_for_the_morning(office: Office) -> None:
    at = NOON.replace(hour=2)
    notice(person(zone="Europe/Warsaw"), kind="test_decided", created_at=at)

    assert deliver(at).sent == 1


def test_a_reminder_goes_out_at_night_when_the_time_ends_before_the_morning(office: Office) -> None:
    at, soon = NOON.replace(hour=23), NOON.replace(hour=5) + timedelta(days=1)
    with clock.freeze(NOON - timedelta(days=1)):
        dispute = disputes.opened()
    deliver(NOON)
    DisputeDeadline.objects.filter(case=dispute).update(due_at=soon)
    due = {"due_at": soon.isoformat()}
    subject = dispute.reference
    notice(
        person(zone="Europe/Warsaw"),
        kind="test_reminded",
        created_at=at,
        params=due,
        subject=subject,
    )

    assert deliver(at).sent == 1


def test_a_reminder_is_sent_while_its_clock_runs_whatever_else_happens_in_the_case(
    office: Office,
) -> None:
    evening = NOON.replace(hour=22, minute=30)
    with clock.freeze(evening):
        answered, asked, over = disputes.opened(), disputes.opened(), disputes.opened()
    night = evening + timedelta(days=1)  # half-way: the mail waits for the morning
    with clock.freeze(night):
        assert deadlines.sweep().reminded == 3
    deliver(night)
    with clock.freeze(night + timedelta(minutes=1)):
        buyer, seller = disputes.buyer(asked), disputes.seller(answered)
        dispute_services.send_message(dispute_id=asked.pk, actor=buyer, body="Hello?")
        dispute_services.reject_request(
            dispute_id=answered.pk, actor=seller, answer="It left whole."
        )
    Notice.objects.filter(subject=over.reference, kind="dispute_reminder").update(
        params={"due_at": (night + timedelta(hours=1)).isoformat()}
    )

    deliver(night + timedelta(hours=10))

    reminders = Notice.objects.filter(kind="dispute_reminder")
    assert dict(reminders.values_list("subject", "mail_state")) == {
        answered.reference: "suppressed", asked.reference: "sent", over.reference: "suppressed",
    }  # fmt: skip


def test_a_time_limit_in_mid_run_gives_back_what_was_not_begun(office: Office) -> None:
    rows = [notice(created_at=NOON) for _ in range(3)]

    class Slow(Post):
        def send(self, row: Notice, user: object) -> None:
            if row.pk == rows[1].pk:
                raise SoftTimeLimitExceeded
            super().send(row, user)

    with clock.freeze(NOON), pytest.raises(SoftTimeLimitExceeded):
        services._send(services._claim(10), Slow(), services.Delivery(), float("inf"))

    states = Notice.objects.order_by("pk").values_list("mail_state", "attempts")
    assert list(states) == [("sent", 1), ("sending", 1), ("pending", 0)]


def test_a_group_that_is_switched_off_gets_no_mail_but_what_has_legal_weight(
    office: Office,
) -> None:
    alice, bob = person("Alice"), person("Bob")
    Preference.objects.create(user=alice, group=Group.DISPUTES)
    rows = [notice(who, kind, created_at=NOON) for who in (alice, bob)
            for kind in ("test_answered", "test_decided")]  # fmt: skip

    done = deliver()

    assert (done.sent, done.suppressed) == (3, 1)
    rows[0].refresh_from_db()
    assert rows[0].mail_state == MailState.SUPPRESSED
    assert list(selectors.notices_of(alice)) == [rows[1], rows[0]]


def test_the_queries_do_not_grow_with_the_mails(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        notice(created_at=NOON)

    with django_assert_num_queries(9 + 30):
        deliver()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.fault("R15", tries=1)
def test_two_deliverers_at_once_send_each_mail_once(office: Office) -> None:
    rows = [notice() for _ in range(200)]
    done: list[services.Delivery] = []

    def work() -> None:
        try:
            done.append(services.deliver())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert sum(run.sent for run in done) == 200
    assert sorted(office.ids) == sorted(row.message_id for row in rows)
    assert sum(run.sent > 0 for run in done) > 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lease_two_deliverers_send_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the claim taken out, the race is real."""
    for _ in range(20):
        notice()
    office.seconds = 0.01
    start = threading.Barrier(2)

    def claim_nothing(limit: int) -> list[Notice]:
        rows = list(Notice.objects.filter(mail_state=MailState.PENDING).order_by("pk")[:limit])
        if rows:
            start.wait(10)
        return rows

    monkeypatch.setattr(services, "_claim", claim_nothing)
    monkeypatch.setattr(services, "_mark", lambda row, **values: Notice.objects.filter(
        pk=row.pk).update(**values))  # fmt: skip

    def work() -> None:
        try:
            services.deliver()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert len(office.inbox) == 40
