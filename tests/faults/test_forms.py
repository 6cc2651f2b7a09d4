"""R10, R12 through the pages: the same form many times at once, with real threads and connections."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.models import Event
from disputes.models import Dispute
from tests.disputes import factories as make
from tests.faults.invariants import invariants
from tests.orders import factories as orders
from tests.together import many

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def signed_in(user_id: int) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    return client


def post(
    user_id: int, address: str, fields: Callable[[int], dict[str, str]]
) -> Callable[[int], Any]:
    clients = [signed_in(user_id) for _ in range(20)]

    def send(number: int) -> tuple[int, str]:
        answer = clients[number].post(address, fields(number))
        return answer.status_code, answer.headers.get("Location", "")

    return send


@pytest.mark.fault("R10", tries=20, quick=20)
def test_the_same_acceptance_twenty_times_in_parallel_takes_effect_once() -> None:
    """R10: one double click too many: every browser is led to the dispute, and one refund is there."""
    dispute = make.opened()
    address = reverse("disputes:accept_request", args=[dispute.reference])
    results = many(
        20, post(dispute.seller_id, address, lambda _n: {"form_key": "k", "exactly": ""})
    )
    assert Counter(results) == {(302, reverse("disputes:dispute", args=[dispute.reference])): 20}
    assert Event.objects.filter(subject=dispute.reference, name="request_accepted").count() == 1
    assert invariants() == {"resolved": 1}


@pytest.mark.fault("R10", tries=20, quick=20)
def test_the_same_acceptance_from_twenty_tabs_takes_effect_once() -> None:
    """R10: each tab has a key of its own: the others read that the case changed, none reads an error."""
    dispute = make.opened()
    address = reverse("disputes:accept_request", args=[dispute.reference])
    results = many(20, post(dispute.seller_id, address, lambda n: {"form_key": f"k{n}"}))
    assert Counter(status for status, _to in results) == {302: 1, 409: 19}
    assert Event.objects.filter(subject=dispute.reference, name="request_accepted").count() == 1
    assert invariants() == {"resolved": 1}


@pytest.mark.fault("R10", tries=20, quick=20)
def test_the_same_message_twenty_times_in_parallel_is_said_once() -> None:
    """R10, where no state stands in the way of a repeat: only the form's key does."""
    dispute = make.opened()
    address = reverse("disputes:message", args=[dispute.reference])
    results = many(
        20, post(dispute.buyer_id, address, lambda _n: {"form_key": "k", "body": "Hello?"})
    )
    assert {status for status, _to in results} == {302}
    assert dispute.messages.count() == 1
    again = signed_in(dispute.buyer_id).post(address, {"form_key": "k", "body": "Hello?"})
    assert (again.status_code, dispute.messages.count()) == (302, 1)
    invariants()


@pytest.mark.fault("R10", tries=20, quick=20)
def test_control_without_the_forms_key_the_message_is_said_twenty_times() -> None:
    dispute = make.opened()
    address = reverse("disputes:message", args=[dispute.reference])
    many(20, post(dispute.buyer_id, address, lambda n: {"form_key": f"k{n}", "body": "Hello?"}))
    assert dispute.messages.count() == 20


@pytest.mark.fault("R10", "R11", tries=20, quick=20)
def test_one_questionnaire_sent_twenty_times_in_parallel_opens_one_dispute() -> None:
    """R10, R11 through the page."""
    order = orders.delivered()
    make.draft(order)
    address = reverse("disputes:question", args=[order.reference, "check"])
    results = many(20, post(order.buyer_id, address, lambda n: {"form_key": f"k{n // 2}"}))
    dispute = Dispute.objects.get()
    assert Counter(results) == {(302, reverse("disputes:dispute", args=[dispute.reference])): 20}
    assert invariants() == {"awaiting_seller": 1}


@pytest.mark.fault("R12", tries=1)
def test_control_without_the_lock_two_mediators_both_believe_they_have_the_case() -> None:
    """R12: the claim after a plain read: both see it free, both write, the last one silently wins."""
    dispute = make.escalated()
    people, gate = [make.carol(), make.dan()], threading.Barrier(2)

    def naive(number: int) -> int | None:
        with transaction.atomic():
            free = Dispute.objects.filter(pk=dispute.pk, state="escalated").exists()
            gate.wait(20)
            if not free:
                return None
            Dispute.objects.filter(pk=dispute.pk).update(mediator_id=people[number].user_id)
            return people[number].user_id

    assert set(many(2, naive)) == {person.user_id for person in people}
