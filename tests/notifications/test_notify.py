"""Telling people in the same transaction as the event."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from core.actors import SYSTEM
from core.batch import Batch
from core.models import Event, Storefront
from notifications import kinds
from notifications.effects import notify
from notifications.models import Notice
from notifications.states import Group
from tests.notifications.factories import event, notice, person
from tests.toy.models import Errand

pytestmark = pytest.mark.django_db


def test_each_person_is_told_of_an_event_once() -> None:
    alice, bob = person("Alice"), person("Bob")
    errand = Errand(storefront=Storefront.default(), owner_id=alice.pk)

    with Batch() as batch:
        happened = batch.open_case(errand, SYSTEM)
        notify(
            batch, happened, kind="test_answered", to=[alice.pk, None, alice.pk], params={"a": 1}
        )
        notify(batch, happened, kind="test_reminded", to=[alice.pk, bob.pk])

    rows = Notice.objects.order_by("pk").values_list(
        "recipient", "kind", "subject", "params", "quiet", "mail_state"
    )
    assert list(rows) == [
        (alice.pk, "test_answered", errand.reference, {"a": 1}, False, "pending"),
        (bob.pk, "test_reminded", errand.reference, {}, True, "pending"),
    ]
    assert Notice.objects.first().event == Event.objects.get(subject=errand.reference)  # type: ignore[union-attr]


def test_nothing_is_told_of_what_did_not_happen() -> None:
    alice = person()

    with pytest.raises(ZeroDivisionError), Batch() as batch:
        errand = Errand(storefront=Storefront.default(), owner_id=alice.pk)
        notify(batch, batch.open_case(errand, SYSTEM), kind="test_answered", to=[alice.pk])
        raise ZeroDivisionError

    assert not Notice.objects.exists()


def test_the_database_refuses_a_second_notice_of_one_event() -> None:
    alice, happened = person(), event()
    notice(alice, event=happened)

    with pytest.raises(IntegrityError):
        notice(alice, event=happened)


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        kinds.register("test_answered", "x", group=Group.ORDERS)
