"""R15, R16: a mail server with every kind of trouble, and deliverers that die."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from email.message import Message

import pytest

from core import clock
from notifications import services
from notifications.models import Notice
from notifications.post import Post
from notifications.states import MailState
from tests.notifications.conftest import Office
from tests.notifications.factories import notice, person
from tests.notifications.test_deliver import NOON, deliver, states

pytestmark = pytest.mark.django_db


@pytest.mark.fault("R15", "R16", tries=1, few=150, size=5000)
def test_an_hour_of_every_kind_of_trouble_loses_no_mail_and_repeats_only_where_the_answer_was_lost(
    office: Office, size: int
) -> None:
    """Busy, refusing, dropping before and after it took the mail, restarting, and a deliverer that dies."""
    chance, people = random.Random(15), [person() for _ in range(20)]
    rows = [notice(people[n % 20], created_at=NOON) for n in range(size)]
    lost_answers: Counter[str] = Counter()
    refused: set[str] = set()

    def trouble(_to: str, mail: Message) -> str | None:
        name, roll = mail["Message-ID"], chance.random()
        if roll < 0.01:
            refused.add(name)
            return "554 unwanted"
        if roll < 0.03:
            lost_answers[name] += 1
            return "accept and drop"
        return "451 busy" if roll < 0.15 else "drop" if roll < 0.18 else None

    office.data, at = trouble, NOON
    for round_ in range(400):
        if (
            round_ % 7 == 3
        ):  # a deliverer that took mails and died: nobody marks them, their lease ends
            with clock.freeze(at):
                services._claim(10)
        deliver(at)
        at += timedelta(minutes=2)
        if not Notice.objects.filter(mail_state__in=["pending", "sending"]).exists():
            break

    arrived = Counter(office.ids)
    found = states()
    assert set(found) == {"sent", "failed"}
    assert sum(found.values()) == size
    assert {name for name, n in arrived.items() if n > 1 + lost_answers[name]} == set()
    known = {row.message_id for row in rows}
    assert set(arrived) | refused == known
    assert found["failed"] == len(refused)


def test_the_control_a_deliverer_without_a_lease_repeats_what_a_dead_one_took(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R16: the mark comes after the server's answer; without the lease two deliverers send the same mail."""
    notice(created_at=NOON)
    taken = services._claim
    with clock.freeze(NOON):
        first = taken(10)
        Notice.objects.update(mail_state=MailState.PENDING, send_after=NOON)
        second = taken(10)
        for rows in (first, second):
            services._send(rows, Post(), services.Delivery(), float("inf"))
    assert len(office.ids) == 2
    assert len(set(office.ids)) == 1, "with one Message-ID, so that a receiver can drop the repeat"


@pytest.mark.parametrize(
    "address", ["c-17@import.invalid", "x@INVALID", "a@b.Invalid.", "seller@shop.import.invalid"]
)
def test_an_address_that_can_never_exist_is_not_written_to(office: Office, address: str) -> None:
    """RFC 2606, section 2: `.invalid` is there for addresses that are surely none."""
    row = notice(person("Imported", email=address), created_at=NOON, kind="test_decided")

    done = deliver()

    row.refresh_from_db()
    assert (done.suppressed, done.set_aside, office.connections) == (1, 0, 0)
    assert (row.mail_state, row.error) == (
        "suppressed",
        "The address ends in .invalid: it is none.",
    )
    assert deliver().total == 0


def test_a_person_without_an_address_is_told_in_the_portal_alone(office: Office) -> None:
    row = notice(person("Nobody", email=""), created_at=NOON)

    assert deliver().suppressed == 1

    row.refresh_from_db()
    assert (row.mail_state, row.error) == ("suppressed", "The person has no address.")


@pytest.mark.parametrize("address", ["invalid@people.test", "x@invalid.example", "y@notinvalid"])
def test_an_address_that_only_looks_like_it_is_written_to(office: Office, address: str) -> None:
    notice(person("Real", email=address), created_at=NOON)

    assert deliver().sent == 1
